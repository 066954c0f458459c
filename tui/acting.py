"""Acts that are asked about first: taking a session over, doing again what is stale."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from tui.lines.format import plural
from tui.looking import LookingApp

if TYPE_CHECKING:
    from tui.decide import Act
    from tui.errand import Errand
    from tui.loaders.hands import Hands
    from tui.read_model import SessionView, StepView

_MOST_NAMES = 12


class ActingApp(LookingApp):
    """A subclass writes the commands: `act`."""

    hands: dict[str, Hands] = {}
    """What was said when a session was taken over, by the session in the person's hands."""
    errand: Errand | None = None
    """The retrospective that was begun on this screen; it goes on without it."""

    @abstractmethod
    def act(self, act: Act, done: str, *, step: str = "", lego: str = "", session: str = "", text: str = "") -> None:
        """For the app itself: write a command for the engine."""

    @property
    def starts_engine(self) -> bool:
        """Whether `s` helps where no engine runs: not on a screen that only watches, nor before a consent."""
        return self.supervisor is not None and self.engine.phase != "starting" and not self.engine.fetch

    def maintain(self, purpose: Literal["plan", "apply"]) -> None:
        """Starts the engine to plan a change of the finished app, or to carry the planned one out."""
        if self.view is not None and self.view.engine.running:
            self.notify(
                "Wait until it has come to its end, or press p on the main screen.", title="The engine is at work"
            )
        elif self.supervisor is None:
            self.notify(f"This screen only watches: `meta {purpose}` does it.", markup=False)
        else:
            self.supervisor.want(purpose)
            self.look()

    def action_take_over(self, session_id: str) -> None:
        """Asks, then takes a session over; one in the person's hands shows how to go on and is handed back there."""
        from tui.screens.confirm import Confirm

        session = self.view.session(session_id) if self.view else None
        if session is None or not session.live:
            self.notify("This session has ended already.")
        elif session.in_hands:
            self._open_hands(session)
        elif session.runtime == "handoff":
            self.notify("No agent is at work in it: `meta handoff` tells how it is done.", title="Nothing to take over")
        else:
            text = "Its agent is ended. Everything it left stays, nothing is counted, and you go on by hand."
            dialog = Confirm(f"Take over {session.title}?", text, "Take it over")
            self.push_screen(dialog, lambda yes: self._open_hands(session) if yes else None)

    def _open_hands(self, session: SessionView) -> None:
        from tui.screens.hands import HandsScreen

        if self.view is not None:
            self.push_screen(HandsScreen(self.view, session, self.hands.get(session.id), self._learn))

    def _learn(self, hands: Hands) -> None:
        self.hands = {**self.hands, hands.session: hands}

    def note_for(self, step: StepView) -> None:
        """Asks for what the next session of a step is to know."""
        from tui.screens.ask_text import AskComment

        def send(text: str | None) -> None:
            if text:
                done = f"The next session of {title} is told."
                self.act("note", done, step=step.step, lego=step.lego or "", text=text)

        title = self.view.title(step.name) if self.view else step.name
        about = "It comes first in the next brief, which must answer it. A session at work is not disturbed."
        self.push_screen(AskComment(f"For the next session of {title}", about, "Add it"), send)

    def refresh_stale(self, steps: Sequence[StepView], lego: str = "") -> None:
        """Asks, naming what will run, then has it done again: one step, a LEGO, or all that is stale."""
        from tui.screens.confirm import Confirm

        alone = steps[0] if len(steps) == 1 else None
        title = self.view.title if self.view else str
        names = [f"≈ {title(step.name)}" for step in steps]
        if len(names) > _MOST_NAMES:
            names[_MOST_NAMES - 1 :] = [f"… and {len(names) - _MOST_NAMES + 1} more"]
        text = "\n".join([*names, "", "Sessions are started for it. What follows from it may become stale as well."])

        def sure(yes: bool | None) -> None:
            if yes and alone is not None:
                self.act("refresh", f"{title(alone.name)} is done again.", step=alone.step, lego=alone.lego or "")
            elif yes:
                self.act("refresh", f"{plural(len(steps), 'step')} are done again.", lego=lego)

        self.push_screen(Confirm(f"Do {plural(len(steps), 'stale step')} again?", text, "Do it again"), sure)
