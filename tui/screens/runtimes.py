"""The runtimes: who does the sessions, in which order, who rests, and how to log in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.content import Content
from textual.worker import Worker, WorkerState, get_current_worker

from tui.lines.format import count, plural
from tui.lines.item import Item
from tui.lines.sanitize import one_line
from tui.loaders import runtimes
from tui.loaders.runtimes import Runtimes, RuntimeView, Told
from tui.person.runtime_order import write_order
from tui.screens.browse import COMMON, BrowseScreen, explain
from tui.words.login import login_help
from tui.words.runtime import runtime_content, runtime_state, served, used

if TYPE_CHECKING:
    from tui.read_model import WorkspaceView

FILE = "meta.toml"


class RuntimesScreen(BrowseScreen[Runtimes]):
    """The order of the next run is changed here and written only after a yes."""

    BINDING_GROUP_TITLE = "Runtimes"
    LOADING = "Looking for runtimes …"
    SEARCH_HINT = "a runtime, or works, resting, not logged in, not installed"
    BINDINGS = [
        Binding(
            "space", "take", "In or out", id="runtimes.take", tooltip="Take the runtime into the next run, or out of it"
        ),
        Binding(
            "K,shift+up",
            "shift(-1)",
            "Up",
            id="runtimes.earlier",
            key_display="K",
            tooltip="Try it earlier in the next run",
        ),
        Binding(
            "J,shift+down",
            "shift(1)",
            "Down",
            id="runtimes.later",
            key_display="J",
            tooltip="Try it later in the next run",
        ),
        Binding("w", "write", "Write", id="runtimes.write", tooltip="Write the order into this app's meta.toml"),
        Binding(
            "D",
            "ask",
            "Ask again",
            show=False,
            tooltip="Ask every runtime anew whether it is there and logged in",
            id="runtimes.ask",
        ),
        Binding("y", "copy", "Copy log-in", id="runtimes.copy", show=False, tooltip="Copy the command that logs in"),
        Binding(
            "enter", "choose", "Details", show=False, tooltip="Go to the details, to scroll them", id="runtimes.choose"
        ),
        *COMMON,
    ]
    told: dict[str, Told] | None = None
    asking = False
    ask_problem = ""
    order: tuple[str, ...] | None = None
    """The order for the next run as changed here; None while it is as meta.toml has it."""

    def on_mount(self) -> None:
        """Each runtime is asked, beside what the files say."""
        self.action_ask()

    def load(self) -> Runtimes:
        """What the state and meta.toml say."""
        return runtimes.load(self.view.folder)

    def depends_on(self, view: WorkspaceView) -> object:
        """A session that ends well or badly changes what is known of its runtime; so does a new start."""
        return [session.outcome for session in view.sessions], view.runtime, view.engine

    def show_view(self, view: WorkspaceView) -> None:
        """Also counts sessions and tokens anew."""
        super().show_view(view)
        if self.data is not None:
            self.draw()

    @property
    def shown(self) -> Runtimes:
        """What was loaded, with what the runtimes said."""
        data = self.data or Runtimes()
        return data.with_told(self.told or {})

    @property
    def next_order(self) -> tuple[str, ...]:
        """The order of the next run, as it is or as changed here."""
        return self.order if self.order is not None else self.data.next_order if self.data else ()

    @property
    def changed(self) -> bool:
        """Whether something is not written yet."""
        return self.data is not None and self.next_order != self.data.next_order

    def title_text(self) -> Content:
        """The order of the run, and whether it will change."""
        title = Content.styled("Runtimes", "bold")
        if self.data is None:
            return title
        order = " → ".join(map(one_line, self.data.order)) or "none chosen yet"
        text = Content.assemble(title, (f"   this run: {order}", "$text-muted"))
        if self.changed:
            text += Content.styled("   order changed: w writes it", "bold $text-warning")
        return text + Content.styled("   asking each of them …" if self.asking else "", "$text-secondary")

    def items(self, data: Runtimes) -> Sequence[Item]:
        """Those of the next run in order, then the others that are here, then those that are not."""
        shown = self.shown
        chosen = [shown.runtime(name) for name in self.next_order]
        others = [one for one in shown.known if one.name not in self.next_order]
        there = [one for one in others if one.told is None or one.told.installed is not False]
        absent = [one for one in others if one not in there]
        items: list[Item] = []
        for title, group in (("next run, in this order", chosen), ("also here", there), ("not installed", absent)):
            if group:
                items.append(Item(f"#{title}", Content.styled(f" {title}", "bold $text-primary"), heading=True))
                items += [self._item(one) for one in group]
        return items

    def _item(self, runtime: RuntimeView) -> Item:
        sessions = self.view.sessions
        state = runtime_state(runtime, self.clock(), served(runtime.name, sessions))
        live, number, tokens = used(runtime.name, sessions)
        place = f"{self.next_order.index(runtime.name) + 1}." if runtime.name in self.next_order else ""
        counted = f"● {live} of {number}" if live else plural(number, "session") if number else ""
        facts = [counted, count(tokens, "tokens")]
        left = Content.assemble(
            (f"{place:>3} ", "$text-muted"),
            (f"{one_line(runtime.name):<17}", "bold" if place else ""),
            (f" {state.look.glyph} {state.word}", state.look.colour),
        )
        right = Content.styled(" · ".join(filter(None, facts)), "$text-muted")
        return Item(runtime.name, left, right, f"{runtime.name} {state.word} {state.why}")

    def empty(self, data: Runtimes) -> Content:
        """Nobody is known yet: they are being asked, or could not be."""
        text = "Asking which runtimes are here …" if self.asking else "No runtime is known. D asks again."
        return Content.styled(text, "$text-muted")

    def describe(self, data: Runtimes, key: str) -> Content:
        """State, use and log-in."""
        return runtime_content(self.shown.runtime(key), self.view.sessions, self.clock())

    def draw_trouble(self) -> None:
        """Also what is wrong with meta.toml, and why nobody answered."""
        own, file = self.problem, self.data.problem if self.data else ""
        self.problem = "\n".join(filter(None, [own, file, self.ask_problem]))
        super().draw_trouble()
        self.problem = own

    def tick(self) -> None:
        """Countdowns move on."""
        if self.data is not None and any(one.until is not None for one in self.data.known):
            self.draw()

    def action_ask(self) -> None:
        """Asks every runtime whether it is there and logged in. No model is called."""
        if self.asking:
            return
        self.asking, folder = True, self.view.folder

        def work() -> dict[str, Told]:
            worker = get_current_worker()
            return runtimes.ask(folder, lambda: worker.is_cancelled)

        self.run_worker(work, thread=True, group="ask", name="asking the runtimes", exit_on_error=False)
        self.draw_title()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """They answered, or did not."""
        if event.worker.group != "ask":
            return
        event.stop()
        if event.state in (WorkerState.PENDING, WorkerState.RUNNING):
            return
        self.asking = False
        self.ask_problem = explain(event.worker.error) if event.state == WorkerState.ERROR else ""
        if event.state == WorkerState.SUCCESS:
            self.told = event.worker.result
        self.draw()

    def action_take(self) -> None:
        """Into the next run at the end of the order, or out of it."""
        name = self.list.selected
        if not name:
            return
        order = [one for one in self.next_order if one != name] if name in self.next_order else [*self.next_order, name]
        if not order:
            self.notify("A run needs one runtime at least: take another one in first.", title="Not taken out")
            return
        self._set(order)

    def action_shift(self, by: int) -> None:
        """Earlier or later in the order."""
        name, order = self.list.selected, list(self.next_order)
        if name not in order:
            self.notify("It is not part of the next run: space takes it in.", title="Nothing to move")
            return
        place = order.index(name)
        order.insert(max(0, min(place + by, len(order) - 1)), order.pop(place))
        self._set(order)

    def _set(self, order: Sequence[str]) -> None:
        key, self.order = self.list.selected, tuple(order)
        self.draw()
        self.list.go_to(key)

    def action_write(self) -> None:
        """Asks, then writes the order."""
        if not self.changed:
            self.notify("space takes a runtime in or out, K and J move it.", title="The order is as it was")
            return
        from tui.screens.confirm import Confirm

        text = (
            f"{FILE} of this app then says: {' → '.join(self.next_order)}. The rest of the file stays as it is. "
            "It holds from the next start of the engine on."
        )
        self.app.push_screen(Confirm("Write this order?", text, "Write it"), self._sure)

    def _sure(self, yes: bool | None) -> None:
        if not yes:
            return
        path, order = self.view.folder / FILE, self.next_order

        def write() -> None:
            write_order(path, order)
            self.app.call_from_thread(self._written)

        self.run_worker(write, thread=True, group="write", name=f"writing {FILE}", exit_on_error=False)

    def _written(self) -> None:
        self.notify(f"The next run uses {' → '.join(self.next_order)}.", title=f"{FILE} written", markup=False)
        self.reload()

    def action_copy(self) -> None:
        """Copies the log-in command."""
        command = login_help(self.list.selected).command
        if command:
            self.app.copy_to_clipboard(command)
            self.notify(command, title="Copied", markup=False, timeout=3)
        else:
            self.notify("It has no command to log in: the details say what it needs.", title="Nothing to copy")
