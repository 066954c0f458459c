"""The first screen of somebody who has nothing here yet."""

from __future__ import annotations

from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.edit import edit_file
from tui.launch import Launch
from tui.read_model import is_workspace
from tui.screens.ask_text import AskPath
from tui.widgets.key_line import KeyLine

_WHAT = (
    "Write down what you want. A team of coding agents builds it,",
    "in twelve phases, in small parts, each part checked by the engine itself.",
    "You approve what matters, here, with a key.",
)
_CHOICES = (
    ("example", "e", "Try the example", "a real program, from a recording: no account needed"),
    ("open", "o", "Open a folder", "an app that is being built, or is built"),
    ("new", "n", "New app", "a new folder, and your editor for its intent"),
)
_INTENT = """# What I want

Who uses it, what goes in, what comes out, what must never happen. A page is enough; plain words are best.
"""


class WelcomeScreen(Screen[None]):
    """Three ways to begin."""

    CSS_PATH = "welcome.tcss"
    BINDING_GROUP_TITLE = "Welcome"
    BINDINGS = [
        Binding("e", "choose('example')", "Example", tooltip="Build the bundled example"),
        Binding("o", "choose('open')", "Open", tooltip="Open a folder with an app"),
        Binding("n", "choose('new')", "New", tooltip="Begin a new app"),
        Binding("j", "move('down')", show=False),
        Binding("k", "move('up')", show=False),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("q,escape", "app.leave", "Quit", key_display="q"),
    ]

    def compose(self) -> ComposeResult:
        """What this is, and the choices."""
        with Vertical(id="welcome"):
            yield Static(Content.styled("▟▙ ▟▙ ▟▙\n██ ██ ██", "$primary"), id="mark")
            yield Static("meta-orchestrator", id="name")
            yield Static(Content("\n".join(_WHAT)), id="what")
            yield OptionList(*[_option(*choice) for choice in _CHOICES], id="choices")
        yield KeyLine()

    def on_mount(self) -> None:
        """The example is one enter away."""
        self.query_one(OptionList).focus()
        self.query_one(OptionList).highlighted = 0

    async def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click."""
        await self.run_action(f"choose({event.option.id!r})")

    def action_move(self, direction: str) -> None:
        """j and k as arrows."""
        choices = self.query_one(OptionList)
        choices.action_cursor_down() if direction == "down" else choices.action_cursor_up()

    def action_choose(self, choice: str) -> None:
        """Goes the chosen way."""
        if choice == "example":
            self.app.exit(Launch("example"))
        elif choice == "open":
            text = "The folder of an app: it holds an app_intent.md or an .orchestrator folder."
            self.app.push_screen(AskPath("Open a folder", text, str(Path.cwd())), self._open)
        else:
            text = "A new folder is made if there is none. Your editor then opens its app_intent.md."
            self.app.push_screen(AskPath("New app", text, str(Path.cwd() / "my_app")), self._new)

    def _open(self, text: str | None) -> None:
        if text is None:
            return
        folder = Path(text).expanduser().resolve()
        if is_workspace(folder) or (folder / "app_intent.md").is_file():
            self.app.exit(Launch("open", folder))
        else:
            self._complain(f"{folder} holds no app yet: no app_intent.md, no .orchestrator folder. `n` begins one.")

    def _new(self, text: str | None) -> None:
        if text is None:
            return
        folder = Path(text).expanduser().resolve()
        intent = folder / "app_intent.md"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not intent.exists():
                intent.write_text(_INTENT)
        except OSError as error:
            self._complain(f"{error.filename or folder}: {error.strerror}. Choose another folder.")
            return
        if not edit_file(self.app, intent):
            return
        if not intent.read_text(errors="replace").strip() or intent.read_text(errors="replace") == _INTENT:
            self._complain(f"Nothing was written into {intent}, so nothing was started.")
        else:
            self.app.exit(Launch("new", folder))

    def _complain(self, text: str) -> None:
        self.notify(text, severity="warning", markup=False, timeout=10)


def _option(id: str, key: str, title: str, text: str) -> Option:
    return Option(
        Content.assemble((f" {key} ", "bold $text-warning"), (f" {title:<16}", "bold"), (text, "$text-muted")), id=id
    )
