"""The app: wires screens, reader, supervisor and decisions together. What the screens show comes from files only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from textual.app import SystemCommand
from textual.screen import Screen

from engine.folders import is_workspace
from tui.consenting import ConsentingApp
from tui.decide import DONE, Act, Answer, write_act, write_answer
from tui.editing.gate_drafts import Drafts
from tui.farewell import end_when_told, parting_words
from tui.looks import Written
from tui.person.settings import Read
from tui.person.settings import load as load_settings
from tui.read_model import ViewReader, WaitingView, WorkspaceView
from tui.screens.main import MainScreen
from tui.supervisor import Supervisor, engine_log
from tui.unbegun import is_to_be_written
from tui.words.decided import none_waits

if TYPE_CHECKING:
    from textual.command import Provider

    from tui.launch import Launch
    from tui.messages import Clock

_HERE = Path(__file__).parent


def _acts_in_order() -> type[Provider]:
    from tui.palette import Acts

    return Acts


@runtime_checkable
class ShowsView(Protocol):
    """A screen that follows the workspace."""

    def show_view(self, view: WorkspaceView) -> None:
        """Draws the view."""


class MetaApp(ConsentingApp):
    """`reader`, `clock` and `live=False` (no timers) are for tests."""

    TITLE = "meta"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (160, "-huge")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall"), (36, "-high")]
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = {_acts_in_order}

    def __init__(
        self,
        workspace: Path | None,
        *,
        reader: Callable[[], WorkspaceView] | None = None,
        supervisor: Supervisor | None = None,
        clock: Clock = time.time,
        live: bool = True,
        theme: str | None = None,
        preferences: Read | None = None,
    ) -> None:
        # Textual does not load the styles of a default screen by itself.
        first = "main" if workspace is not None else "welcome"
        super().__init__(css_path=[_HERE / "app.tcss", _HERE / "screens" / f"{first}.tcss"])
        self.workspace = workspace
        self.clock, self.live = clock, live
        self.reader = reader or (ViewReader(workspace) if workspace else None)
        self.supervisor = supervisor
        self.drafts = Drafts(self)
        self.remembers = False
        """Whether the workspace is noted as opened, for the welcome screen; only where a person opened it."""
        self._known_as = ""
        self.writes: Path | None = None
        """The folder of an app whose intent is still to be written: that is done first."""
        self.stopping = False
        """Whether the person left with the word that the engine is to stop."""
        self.begin_with(preferences or Read(), theme)

    def get_default_screen(self) -> Screen[Any]:
        """The main screen of a workspace, else the welcome screen."""
        if self.workspace is not None:
            return MainScreen(self.clock, live=self.live)
        from tui.screens.welcome import WelcomeScreen

        return WelcomeScreen(self.clock)

    @property
    def main(self) -> MainScreen | None:
        """The main screen, wherever it is in the stack."""
        return next((screen for screen in self.screen_stack if isinstance(screen, MainScreen)), None)

    def on_ready(self) -> None:
        """The frame is painted: now the files are read."""
        end_when_told(self)
        self.call_after_refresh(self.tell_mistakes)
        self.begin_to_look()
        if self.writes is not None:
            from tui.screens.intent import IntentScreen

            self.push_screen(IntentScreen(self.writes))

    def on_unmount(self) -> None:
        """What was typed at a gate last is kept. What else is to be ended, the classes above do by themselves."""
        self.drafts.finish()

    def _remember(self, view: WorkspaceView) -> None:
        """Notes that this workspace was opened, for the welcome screen; anew when its app gets a name."""
        if self.remembers and view.app != self._known_as:
            from tui.person import recent

            self._known_as = view.app
            folder, app, now = view.folder, view.app, self.clock()
            self._write(lambda: recent.remember(folder, app, now), "noting that this workspace was opened")

    def draw_view(self, view: WorkspaceView) -> None:
        """Every screen of the stack shows it, also below a dialog."""
        self._remember(view)
        for screen in self.screen_stack:
            if isinstance(screen, MainScreen):
                screen.show_view(view, self.engine.word)
            elif isinstance(screen, ShowsView):
                screen.show_view(view)

    def draw_trouble(self) -> None:
        """The main screen shows what is wrong for as long as it is."""
        if self.main is not None:
            wrong, waiting = self.troubles(), self.consents()
            # What a key can do comes first: a long message may be cut.
            self.main.show_trouble("\n".join([*waiting, *wrong]), waits=not wrong)

    def on_written(self, message: Written) -> None:
        """Says what was done, and looks at once what came of it."""
        self.notify(message.text, markup=False, timeout=4)
        if message.wants_engine and self.supervisor and self.view and not self.view.engine.running:
            self.supervisor.want()
        self.look()

    def action_decide(self) -> None:
        """Opens the question that has waited longest."""
        if self.view is None or not self.view.waiting:
            self.notify(none_waits(self.view), markup=False)
        else:
            self.open_gate(self.view, self.view.waiting[0])

    def open_gate(self, view: WorkspaceView, waiting: WaitingView) -> None:
        """Opens one question; what the person answers is written."""
        from tui.screens.answers import AnswersScreen
        from tui.screens.approval import ApprovalScreen

        kind = AnswersScreen if waiting.kind == "answers" else ApprovalScreen
        screen = kind(view, waiting, self.clock, self.drafts.of(view.folder, waiting))
        self.push_screen(screen, lambda answer: self._answered(screen.waiting, answer))

    def turn_gate(self, screen: Screen[Any], waiting: WaitingView, by: int) -> None:
        """Leaves a question open and shows another one that waits, going round."""
        gates = [one.gate for one in self.view.waiting] if self.view else []
        others = [gate for gate in gates if gate != waiting.gate]
        if self.view is None or not others:
            self.notify("Nothing else waits for you.")
            return
        at = gates.index(waiting.gate) if waiting.gate in gates else -min(by, 0)
        target = self.view.waiting[(at + by) % len(gates)]
        screen.dismiss(None)
        self.open_gate(self.view, target)

    def _answered(self, waiting: WaitingView, answer: Answer | None) -> None:
        if answer is None or self.view is None:
            return
        if not any((w.gate, w.round) == (waiting.gate, waiting.round) for w in self.view.waiting):
            self.notify(
                f"{self.view.title(waiting.gate)} was decided elsewhere meanwhile. Nothing was written.",
                severity="warning",
                markup=False,
            )
            return
        folder, title = self.view.folder, self.view.title(waiting.gate)

        def write() -> None:
            write_answer(folder, waiting, answer)
            self.drafts.sent(waiting.gate)
            self.post_message(Written(f"{title} {DONE[answer.verdict]}", True))

        self._write(write, f"writing the decision on {title}")

    def act(self, act: Act, done: str, *, step: str = "", lego: str = "", session: str = "", text: str = "") -> None:
        """Writes a command for the engine; `done` is what the person is told."""
        if self.view is None:
            return
        folder = self.view.folder

        def write() -> None:
            write_act(folder, act, step=step, lego=lego, session=session, text=text)
            self.post_message(Written(done, wants_engine=True))

        self._write(write, f"writing the command {act}")

    def _write(self, write: Callable[[], None], name: str) -> None:
        self.run_worker(write, thread=True, group="write", name=name, exit_on_error=False)

    def action_pause(self) -> None:
        """Pauses, or goes on."""
        if self.view is not None and self.view.paused:
            self.act("go_on", "The work goes on.")
        else:
            self.act("pause", "Paused: running sessions finish, no new ones start.")

    def action_cancel_session(self, session_id: str) -> None:
        """Asks, then cancels."""
        from tui.screens.confirm import Confirm

        session = self.view.session(session_id) if self.view else None
        if session is None or not session.live:
            self.notify("This session has ended already.")
            return

        def sure(yes: bool | None) -> None:
            if yes:
                self.act("cancel", f"{session.title} is being cancelled.", session=session_id)

        text = "Its work so far is kept aside. The step can be tried again with R."
        self.push_screen(Confirm(f"Cancel {session.title}?", text, "Cancel it"), sure)

    def action_retry_step(self, name: str) -> None:
        """Tries a failed step again."""
        step = self.view.step(name) if self.view else None
        if step is not None and self.view is not None:
            self.act("retry", f"{self.view.title(name)} is tried again.", step=step.step, lego=step.lego or "")

    def action_look_again(self) -> None:
        """Something was edited: an engine should see it, and ask again where that matters."""
        self.post_message(Written("Edited: the engine looks again.", wants_engine=True))

    def action_start_engine(self) -> None:
        """Starts the engine if none runs."""
        if self.view is not None and self.view.engine.running:
            self.notify("The engine is running.")
        elif self.supervisor is None:
            self.notify("This screen only watches: `meta run` starts the engine.")
        else:
            self.supervisor.want()
            self.look()

    def action_engine_log(self) -> None:
        """Opens what the engine wrote, for reading."""
        from tui.editing.edit import edit_file

        log = engine_log(self.workspace) if self.workspace is not None else None
        if log is None or not log.exists():
            self.notify("No engine was started from a screen here yet: there is no log.")
        else:
            edit_file(self, log, look_only=True)

    async def action_leave(self) -> None:
        """Asks whether the work goes on, if any is going on; before that whether what is being edited is saved."""
        if self.asks_about_unsaved():
            return
        running = self.view is not None and self.view.engine.running
        if not running and self.engine.phase not in ("starting", "running"):
            self.exit()
            return
        from tui.screens.quit import QuitDialog

        self.push_screen(QuitDialog(len(self.view.live) if self.view else 0), self._leave)

    async def action_quit(self) -> None:
        """ctrl+q asks like q."""
        await self.action_leave()

    def _leave(self, choice: str | None) -> None:
        if choice == "leave":
            self.exit()
        elif choice == "stop" and self.view is not None:
            folder = self.view.folder

            def stop() -> None:
                write_act(folder, "stop")
                self.stopping = True
                self.call_from_thread(self.exit)

            self._write(stop, "writing the command stop")

    def action_open_view(self, name: str) -> None:
        """Opens one of the further screens of the workspace."""
        from tui.views import find_view

        if self.view is None:
            self.notify("The workspace is still being read.")
            return
        self.push_screen(find_view(name).build(self.view, self.clock, live=self.live))

    def action_help(self) -> None:
        """All keys."""
        from tui.palette import key_groups
        from tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(key_groups(self.screen)))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: every action of the screen in view, then themes and the like."""
        from tui.palette import acts

        yield from acts(self, screen, super().get_system_commands(screen))


def run_app(workspace: Path | None, *, engine_arguments: Sequence[str] = (), watch_only: bool = False) -> Launch | None:
    """Shows `workspace`, or the welcome screen when there is none, until the person leaves.

    `engine_arguments` go to `meta run`; with `watch_only` no engine is started. Returns what to do next, if anything.
    """
    folder = workspace.resolve() if workspace is not None and is_workspace(workspace) else None
    read = load_settings()
    writes = workspace.resolve() if workspace and not watch_only and is_to_be_written(workspace) else None
    if writes:
        folder = None
    supervisor = Supervisor(folder, engine_arguments) if folder and not watch_only else None
    app = MetaApp(folder, supervisor=supervisor, preferences=read)
    app.remembers, app.writes = True, writes
    launch = app.run()
    if launch is None and app.view is not None and sys.stdout.isatty():
        print(parting_words(app.view, Path.cwd(), stopping=app.stopping))
    return launch
