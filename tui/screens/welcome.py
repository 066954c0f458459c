"""The first screen of somebody who is not in a workspace: what they opened last, and three ways to begin."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from engine.folders import is_workspace
from engine.names import INTENT
from tui.launch import Launch
from tui.lines.format import ago
from tui.lines.item import Item
from tui.lines.sanitize import one_line
from tui.looks import RecentFound
from tui.person import recent
from tui.read_model import WorkspaceView
from tui.screens.ask_text import AskPath
from tui.unbegun import holds_intent, unfit
from tui.widgets.item_list import ItemList
from tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from tui.messages import Clock
    from tui.person.recent import Recent

_WHAT = (
    "Write down what you want. A team of coding agents builds it,",
    "in twelve phases, in small parts, each part checked by the engine itself.",
    "You approve what matters, here, with a key.",
)
_CHOICES = (
    ("example", "e", "Try the example", "a real program, from a recording: no account needed"),
    ("open", "o", "Open a folder", "an app that is being built, or is built"),
    ("new", "n", "New app", "write its intent, with a guide beside it"),
)


class WelcomeScreen(Screen[None]):
    """Enter goes on with what was opened last; where there is nothing, it tries the example."""

    CSS_PATH = "welcome.tcss"
    BINDING_GROUP_TITLE = "Welcome"
    BINDINGS = [
        Binding("e", "choose('example')", "Example", tooltip="Build the bundled example", id="welcome.choose_example"),
        Binding("o", "choose('open')", "Open", tooltip="Open a folder with an app", id="welcome.choose_open"),
        Binding("n", "choose('new')", "New", tooltip="Begin a new app", id="welcome.choose_new"),
        Binding("enter", "pick", "Choose", show=False, tooltip="Take what the cursor is on", id="welcome.pick"),
        Binding(
            "x",
            "forget",
            "Forget",
            show=False,
            tooltip="Take a recent workspace off the list; its folder stays",
            id="welcome.forget",
        ),
        Binding(
            "comma", "settings", "Settings", key_display=",", tooltip="Theme, attention, keys", id="welcome.settings"
        ),
        Binding("question_mark", "app.help", "Help", key_display="?", id="help"),
        Binding("q", "app.leave", "Quit", id="quit"),
    ]

    def __init__(self, clock: Clock = time.time) -> None:
        super().__init__()
        self.clock = clock
        self.recent: list[Recent] = []

    def compose(self) -> ComposeResult:
        """What this is, and the choices."""
        with Vertical(id="welcome"):
            yield Static(Content.styled("▟▙ ▟▙ ▟▙\n██ ██ ██", "$primary"), id="mark")
            yield Static("meta-orchestrator", id="name")
            yield Static(Content("\n".join(_WHAT)), id="what")
            yield ItemList(id="choices")
        yield KeyLine()

    def on_mount(self) -> None:
        """The choices are there at once; what was opened last follows."""
        self.draw()
        self.query_one(ItemList).focus()
        self._look()

    def _look(self) -> None:
        def work() -> None:
            self.post_message(RecentFound(recent.load()))

        self.run_worker(work, thread=True, group="recent", name="looking for recent workspaces", exit_on_error=False)

    def on_recent_found(self, message: RecentFound) -> None:
        """Shows what was opened last, with the cursor on it."""
        first = not self.recent
        self.recent = message.recent
        self.draw()
        if first and self.recent:
            self.query_one(ItemList).go_to(str(self.recent[0].folder))

    def draw(self) -> None:
        """Draws the list."""
        items: list[Item] = []
        if self.recent:
            items.append(Item("#recent", Content.styled(" recent", "bold $text-primary"), heading=True))
            items += [self._recent_item(one) for one in self.recent[: self._room()]]
            items.append(Item("#begin", Content.styled(" begin", "bold $text-primary"), heading=True))
        items += [_item(*choice) for choice in _CHOICES]
        choices = self.query_one(ItemList)
        choices.styles.height = len(items)
        choices.show(items)

    def _room(self) -> int:
        """How many recent ones fit below the words and above the choices."""
        return max(2, min(len(self.recent), self.app.size.height - 17))

    def on_resize(self) -> None:
        """More or fewer fit."""
        self.draw()

    def _recent_item(self, one: Recent) -> Item:
        home, folder = str(Path.home()), str(one.folder)
        short = f"~{folder[len(home) :]}" if folder.startswith(f"{home}/") else folder
        left = Content.assemble(
            ("▸ ", "$text-primary"), (f"{one_line(one.app, 60)}  ", "bold"), (one_line(short), "$text-muted")
        )
        mark = "" if one.begun else "intent, not begun · "
        return Item(str(one.folder), left, Content.styled(f"{mark}{ago(self.clock() - one.opened)}", "$text-muted"))

    async def on_item_list_chosen(self, message: ItemList.Chosen) -> None:
        """Enter or a second click."""
        if message.key in [name for name, *_ in _CHOICES]:
            await self.run_action(f"choose({message.key!r})")
        else:
            self._open(message.key)

    def action_pick(self) -> None:
        """Takes what the cursor is on."""
        self.query_one(ItemList).action_choose()

    def action_forget(self) -> None:
        """Takes a recent workspace off the list."""
        folder = Path(self.query_one(ItemList).selected)
        if not any(one.folder == folder for one in self.recent):
            self.notify("Put the cursor on a recent workspace first.", title="Nothing to forget")
            return

        def work() -> None:
            recent.forget(folder)
            self.post_message(RecentFound(recent.load()))

        self.run_worker(work, thread=True, group="recent", name="forgetting a workspace", exit_on_error=False)

    def action_settings(self) -> None:
        """Opens the settings."""
        from tui.screens.settings import SettingsScreen

        self.app.push_screen(SettingsScreen(WorkspaceView(Path.cwd()), self.clock, live=False))

    def action_choose(self, choice: str) -> None:
        """Goes the chosen way."""
        if choice == "example":
            self.app.exit(Launch("example"))
        elif choice == "open":
            text = "The folder of an app: it holds an app_intent.md or an .orchestrator folder."
            self._ask("Open a folder", text, Path.cwd(), self._open)
        else:
            text = "A new or empty folder, or one that holds only an app_intent.md. Then you write the intent."
            self._ask("New app", text, Path.cwd() / "my_app", self._new)

    def _ask(self, title: str, text: str, folder: Path, then: Any) -> None:
        self.app.push_screen(AskPath(title, text, str(folder)), then)

    def _open(self, text: str | None) -> None:
        if text is None:
            return
        folder = Path(text).expanduser().resolve()
        if is_workspace(folder):
            self.app.exit(Launch("open", folder))
        elif holds_intent(folder):
            self._new(text)
        else:
            self._complain(f"{folder} holds no app yet: no {INTENT}, no .orchestrator folder. `n` begins one.")

    def _new(self, text: str | None) -> None:
        if text is None:
            return
        folder = Path(text).expanduser().resolve()
        if wrong := unfit(folder):
            self._complain(wrong)
            return
        from tui.screens.intent import IntentScreen

        self.app.push_screen(IntentScreen(folder), lambda _: self._look())

    def _complain(self, text: str) -> None:
        self.notify(text, severity="warning", markup=False, timeout=10)


def _item(id: str, key: str, title: str, text: str) -> Item:
    left = Content.assemble((f"{key} ", "bold $text-warning"), (f"{title:<17}", "bold"), (text, "$text-muted"))
    return Item(id, left)
