"""What the further screens of a workspace have in common: loading in a thread, an error that is seen, the way back."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.binding import Binding
from textual.message import Message
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from engine.errors import MetaError
from tui.abstract import AbstractMeta
from tui.lego_data import lego_at
from tui.screens.main import MainScreen

if TYPE_CHECKING:
    from tui.messages import Clock
    from tui.read_model import WorkspaceView

FURTHER_KEYS = [
    Binding("escape", "back", "Back", tooltip="Back to the screen before", id="back"),
    Binding("question_mark", "app.help", "Help", key_display="?", tooltip="All keys", id="help"),
    Binding("q", "app.leave", "Quit", tooltip="Leave; asks whether the work goes on", id="quit"),
]


@dataclass
class Loaded(Message):
    """A loader came to its end. `what` names the question, `problem` is why there is no answer."""

    what: str
    result: Any
    problem: str = ""


class ViewScreen(Screen[None], metaclass=AbstractMeta):
    """Built from the view, the clock and whether timers run; `loaded` gets what the loaders found."""

    def __init__(self, view: WorkspaceView, clock: Clock, *, live: bool = True) -> None:
        super().__init__()
        self.view, self.clock, self.polls = view, clock, live
        self._loading: set[str] = set()
        self._next: dict[str, Callable[[], Any]] = {}

    def lego_under_cursor(self) -> str:
        """The LEGO that the main screen's cursor stands on or in; "" for none."""
        main = next((screen for screen in self.app.screen_stack if isinstance(screen, MainScreen)), None)
        return lego_at(main.node, self.view) if main else ""

    def load(self, what: str, loader: Callable[[], Any]) -> None:
        """Calls `loader` in a thread. While one for `what` is at work, only the newest further call is kept."""
        if what in self._loading:
            self._next[what] = loader
            return
        self._loading.add(what)

        def work() -> None:
            try:
                self.post_message(Loaded(what, loader()))
            except MetaError as error:
                self.post_message(Loaded(what, None, str(error)))

        self.run_worker(work, thread=True, group=what, name=what, exit_on_error=False)

    def on_loaded(self, message: Loaded) -> None:
        """Hands on what was loaded; in a problem, paths are told from the workspace on."""
        self._end(message.what, message.result, message.problem.replace(f"{self.view.folder}/", ""))

    def _end(self, what: str, result: Any, problem: str) -> None:
        self._loading.discard(what)
        self.loaded(what, result, problem)
        if what in self._next:
            self.load(what, self._next.pop(what))

    @abstractmethod
    def loaded(self, what: str, result: Any, problem: str) -> None:
        """For the screen itself: draw what came."""

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """An error that nobody foresaw is shown as well."""
        if event.state == WorkerState.ERROR:
            error = event.worker.error
            self._end(event.worker.name, None, f"{type(error).__name__}: {error}")

    def action_back(self) -> None:
        """To the screen before."""
        self.app.pop_screen()
