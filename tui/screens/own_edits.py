"""What a person changed in the generated files of one LEGO, as a diff."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.content import Content

from tui.lines.document import drawn
from tui.loaders import changes
from tui.screens.diff_keys import SIDES_KEY
from tui.screens.showing_diffs import ShowsDiffs
from tui.screens.view_screen import FURTHER_KEYS, ViewScreen
from tui.widgets.key_line import KeyLine
from tui.widgets.lines_view import LinesView
from tui.widgets.notice import Notice
from tui.widgets.title_line import TitleLine

if TYPE_CHECKING:
    from tui.messages import Clock
    from tui.read_model import WorkspaceView


class OwnEditsScreen(ShowsDiffs, ViewScreen):
    """Reads them once it is open."""

    BINDING_GROUP_TITLE = "Your edits"
    BINDINGS = [SIDES_KEY, *FURTHER_KEYS]
    DEFAULT_CSS = """
    OwnEditsScreen LinesView { height: 1fr; padding: 0 1; display: none; }
    """

    def __init__(self, view: WorkspaceView, clock: Clock, lego: str, *, live: bool = True) -> None:
        super().__init__(view, clock, live=live)
        self.lego, self._drawn = lego, False

    def compose(self) -> ComposeResult:
        """The title, the diff, the keys."""
        yield TitleLine()
        yield Notice()
        yield LinesView()
        yield KeyLine()

    def on_mount(self) -> None:
        """Asks for the diff."""
        self._title("")
        self.query_one(Notice).say("◌ Reading your edits …")
        self.load("edits", partial(changes.load_edits, self.view.folder, self.lego))

    def show_view(self, view: WorkspaceView) -> None:
        """Something waits, or does not any more."""
        self.view = view
        self.load("edits", partial(changes.load_edits, self.view.folder, self.lego))

    @property
    def at_diff(self) -> bool:
        """Whether there are edits to show."""
        return self._drawn

    def _title(self, size: str) -> None:
        text = Content.assemble(("Your edits in ", ""), (self.lego, "bold"), (f"   {size}", "$text-muted"))
        self.query_one(TitleLine).show(text, len(self.view.waiting))

    def loaded(self, what: str, result: Any, problem: str) -> None:
        """The diff, or why there is none."""
        notice, text = self.query_one(Notice), self.query_one(LinesView)
        diff = drawn(result) if result is not None and result.text else None
        if problem:
            notice.say("✗ Your edits cannot be shown", problem, ("esc", "back"), style="$text-error")
        elif diff is None:
            notice.say("No edits of yours", f"The files of {self.lego} are as they were generated.", ("esc", "back"))
        else:
            self._title(diff.size)
            text.show(list(diff.lines))
        notice.display, text.display = diff is None, diff is not None
        self._drawn = diff is not None
        self.lay_diff()
        if diff is not None:
            text.focus()
