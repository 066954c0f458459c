"""Acts that are a consent of weight: packages are fetched, a text is no secret, work is taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from textual.message import Message
from textual.worker import Worker, WorkerState

from tui.acting import ActingApp
from tui.decide import write_act
from tui.held import OFFER, held_steps, held_texts
from tui.looks import Written
from tui.words.engine import ways_on, why_ended

if TYPE_CHECKING:
    from tui.loaders.held import Held
    from tui.messages import Clock


Result = TypeVar("Result")


@dataclass
class Came(Message):
    """Something that was begun has come to its end."""

    then: Callable[[], object]


class ConsentingApp(ActingApp):
    """Each act shows first what it would do."""

    clock: Clock
    refused: str = ""
    """Why a decision could not be written that holds what looks like a secret."""

    def begin(self, name: str, work: Callable[[], Result], then: Callable[[Result], object]) -> None:
        """Does the work in a thread, then goes on here with what came of it. An error is shown by its `name`."""
        self.run_worker(
            lambda: self.post_message(Came(partial(then, work()))),
            thread=True,
            group="consent",
            name=name,
            exit_on_error=False,
        )

    def on_came(self, message: Came) -> None:
        """What was begun has come to its end."""
        message.then()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A decision that holds what looks like a secret stays refused until that is allowed, or written otherwise."""
        if event.state == WorkerState.ERROR and event.worker.group == "write" and OFFER in str(event.worker.error):
            self.refused = str(event.worker.error)
            self.draw_trouble()

    @property
    def held(self) -> tuple[str, ...]:
        """The refusals of texts that are held as secrets, as far as this screen knows of any."""
        return held_texts(self.view, self.engine.trouble, self.refused)

    def troubles(self) -> list[str]:
        """What is wrong, each with the key that helps."""
        found = [self.problem, *(self.view.problems if self.view else ()), self.refused]
        if self.engine.trouble and not self.engine.fetch:
            found.append(f"{why_ended(self.engine, self.size.width - 5)}\n{ways_on(self.engine)}")
        return [one for one in found if one]

    def consents(self) -> list[str]:
        """What waits for the person's consent, each with the key that gives it."""
        found = []
        if self.engine.fetch and self.engine.trouble:
            found.append(f"{self.engine.trouble} D agrees, for this run.")
        if self.held:
            names = ", ".join(self.view.title(step.name) for step in held_steps(self.view)) if self.view else ""
            held = f"{names} cannot go on: a text is held as a secret." if names else "A text is held as a secret."
            found.append(f"{held} S shows it, and allows it if it is none.")
        return found

    def offers(self, action: str) -> bool:
        """Whether there is something to do for an act of the app that every screen has; its key says so where not."""
        match action:
            case "fetch_packages":
                return bool(self.engine.fetch and self.engine.trouble)
            case "allow_secret":
                return bool(self.held)
            case "decide":
                return bool(self.view and self.view.waiting)
        return True

    def action_fetch_packages(self) -> None:
        """The key itself is the consent: the screen has said what is fetched and how."""
        if self.supervisor is None or not self.engine.fetch or not self.engine.trouble:
            self.notify("Nothing waits for packages.")
        else:
            self.supervisor.fetch_packages()
            self.notify("The packages are fetched, then the work goes on.")
            self.look()

    def action_allow_secret(self) -> None:
        """Shows what is held as a secret."""
        from tui.loaders import held

        if self.view is None or not (texts := self.held):
            self.notify("No text is held as a secret.")
            return
        folder = self.view.folder
        self.begin("looking for what is held", lambda: held.load(folder, texts), self._ask_to_allow)

    def _ask_to_allow(self, found: tuple[Held, ...]) -> None:
        from tui.screens.consent import Consent

        if not found:
            self._go_on_without_secrets("Nothing is held any more: what is stopped is tried again.")
            return
        text = "\n".join(
            [
                *(one.words for one in found),
                "",
                "Allowed, it is committed and told to agents as it stands. Only its sha256 is noted, in "
                ".meta-secrets-allowed. What was stopped because of it is tried again.",
                "",
                "If it is a real key: no. Take it out, and name an environment variable in its place.",
            ]
        )
        question = "Allow this text?" if len(found) == 1 else f"Allow these {len(found)} texts?"

        def sure(yes: bool | None) -> None:
            if yes:
                self._insist(found)

        self.push_screen(Consent(question, text, "It is no secret: allow", self.clock), sure)

    def _insist(self, found: tuple[Held, ...]) -> None:
        from tui.loaders import held

        if self.view is not None:
            folder = self.view.folder
            said = "Allowed: the work goes on."
            self.begin("allowing it", lambda: held.insist(folder, found), lambda _: self._go_on_without_secrets(said))

    def _go_on_without_secrets(self, said: str) -> None:
        """Steps that were stopped for it are tried again."""
        self.refused = ""
        self.draw_trouble()
        if self.view is None:
            return
        folder = self.view.folder
        steps = held_steps(self.view)

        def write() -> None:
            for step in steps:
                write_act(folder, "retry", step=step.step, lego=step.lego or "")
            self.post_message(Written(said, wants_engine=True))

        self.run_worker(write, thread=True, group="write", name="trying again", exit_on_error=False)

    def action_undo(self) -> None:
        """Shows what the last merge or change was, and asks whether it is to be taken back."""
        self._ask_to_undo(redo=False)

    def action_redo(self) -> None:
        """The same for the last undo."""
        self._ask_to_undo(redo=True)

    def _ask_to_undo(self, redo: bool) -> None:
        from tui.loaders import undoing
        from tui.screens.consent import Consent
        from tui.words import undo as undo_words

        if self.view is None:
            self.notify("The workspace is still being read.")
            return
        folder = self.view.folder

        def ask(unit: undoing.Unit | None) -> None:
            self.clear_notifications()
            if unit is None:
                self.notify(undo_words.nothing(redo), title="Nothing to redo" if redo else "Nothing to undo")
                return
            words = undo_words.question(unit), undo_words.consequence(unit)
            yes = "Bring it back" if redo else "Take it back"
            self.push_screen(Consent(*words, yes, self.clock), lambda sure: take_back(unit) if sure else None)

        def take_back(unit: undoing.Unit) -> None:
            def work() -> str:
                return undo_words.done(unit, undoing.undo(folder, unit))

            name = "bringing it back" if redo else "taking it back"
            self.begin(name, work, lambda said: self.post_message(Written(said)))

        self.notify("Looking what would be taken back …")
        self.begin("looking what would be taken back", lambda: undoing.preview(folder, redo), ask)
