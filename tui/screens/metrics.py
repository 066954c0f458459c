"""What the run cost and how well it went: a few numbers, then small plots. All of it from the journal."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, ItemGrid, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from tui.loaders.metrics import load_metrics
from tui.screens.view_screen import FURTHER_KEYS, ViewScreen
from tui.widgets.key_line import KeyLine
from tui.widgets.notice import Notice
from tui.words.metrics import UNKNOWN, Block, Figure, blocks, figures

if TYPE_CHECKING:
    from engine.metrics.model import Metrics
    from tui.messages import Clock
    from tui.read_model import WorkspaceView

_FIGURES = 5


class FigureCard(Static):
    """One number, large as a terminal can."""

    def show(self, figure: Figure) -> None:
        """Draws it."""
        style = "$text-muted" if figure.value == UNKNOWN else f"bold {figure.style}"
        self.update(
            Content.assemble(
                (figure.name, "$text-muted"), "\n", (figure.value, style), "\n", (figure.note, "$text-disabled")
            )
        )


class BlockCard(Static):
    """One plot, drawn for the width it has."""

    block: Block | None = None

    def show(self, block: Block) -> None:
        """Draws it."""
        self.block = block
        self.border_title = Content(block.title)
        self._draw()

    def on_resize(self, event: Resize) -> None:
        """The width changed."""
        self._draw()

    def _draw(self) -> None:
        width = self.content_size.width
        if self.block is not None and width:
            self.update(Content("\n").join(self.block.lines(width)))


class Page(VerticalScroll, can_focus=True):
    """Everything, in one scrolling page."""

    BINDING_GROUP_TITLE = "Metrics"
    BINDINGS = [
        Binding("j", "scroll_down", "Down", show=False, id="metrics.scroll_down"),
        Binding("k", "scroll_up", "Up", show=False, id="metrics.scroll_up"),
        Binding("g", "scroll_home", "To the top", show=False, id="metrics.scroll_home"),
        Binding("G", "scroll_end", "To the end", show=False, id="metrics.scroll_end"),
        Binding("space", "page_down", "Page down", show=False, id="metrics.page_down"),
    ]


class MetricsScreen(ViewScreen):
    """Two columns where there is room. It follows the run; `r` reads the journal at once."""

    CSS_PATH = "metrics.tcss"
    BINDING_GROUP_TITLE = "Metrics"
    BINDINGS = [Binding("r", "again", "Reload", tooltip="Read the journal again", id="metrics.again"), *FURTHER_KEYS]

    def __init__(self, view: WorkspaceView, clock: Clock, *, live: bool = True) -> None:
        super().__init__(view, clock, live=live)
        self.metrics: Metrics | None = None
        self._problem = ""

    def compose(self) -> ComposeResult:
        """The title, the numbers, the plots, the keys."""
        yield Static(Content.styled(" Metrics", "bold"), id="metrics-title")
        yield Notice(id="metrics-notice")
        with Page(id="metrics-page"):
            with Horizontal(id="figures"):
                for number in range(_FIGURES):
                    yield FigureCard(id=f"figure-{number}", classes="figure")
            with ItemGrid(min_column_width=56, id="blocks"):
                for number in range(8):
                    yield BlockCard(id=f"block-{number}", classes="block")
        yield KeyLine()

    def on_mount(self) -> None:
        """Reads the journal."""
        self._show()
        self.action_again()

    def action_again(self) -> None:
        """Reads the journal again."""
        self.load("metrics", partial(load_metrics, self.view.folder, self.clock()))

    def show_view(self, view: WorkspaceView) -> None:
        """Something happened: the figures may be others."""
        self.view = view
        self.action_again()

    def loaded(self, what: str, result: Any, problem: str) -> None:
        """The figures are there, or the journal cannot be read."""
        self.metrics, self._problem = (result, "") if not problem else (self.metrics, problem)
        self._show()

    def _show(self) -> None:
        notice, page = self.query_one(Notice), self.query_one(Page)
        found = self.metrics
        some = found is not None and (found.sessions.count > 0 or bool(found.phases))
        notice.display, page.display = not some or bool(self._problem), some and not self._problem
        if self._problem:
            notice.say("✗ The journal cannot be read", self._problem, ("r", "try again"), style="$text-error")
        elif found is None:
            notice.say("◌ Reading the journal …")
        elif not some:
            text = "Tokens, money, time and the first-pass rate appear here as soon as something runs."
            notice.say("Nothing to measure yet", text, ("esc", "back"))
        else:
            self._draw(found)

    def _draw(self, found: Metrics) -> None:
        for number, figure in enumerate(figures(found)):
            self.query_one(f"#figure-{number}", FigureCard).show(figure)
        for number, block in enumerate(blocks(found, self.view.sessions, self.clock())):
            self.query_one(f"#block-{number}", BlockCard).show(block)
        missing = f"   {found.not_understood} lines of the journal are not understood" if found.not_understood else ""
        sessions = f"   {found.sessions.count} sessions" + (
            f", {found.sessions.open} running" if found.sessions.open else ""
        )
        self.query_one("#metrics-title", Static).update(
            Content.assemble((" Metrics", "bold"), (sessions, "$text-muted"), (missing, "$text-warning"))
        )
        if self.focused is None:
            self.query_one(Page).focus()
