"""The line at the top: which app, how it is built, whether the engine runs, what was used, who waits for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from tui.lines.format import count, plural
from tui.lines.sanitize import one_line
from tui.words.decided import decided, taken_up
from tui.words.offers import only_waits

if TYPE_CHECKING:
    from tui.read_model import WorkspaceView


class Header(Static):
    """Drops what matters least where there is little room; never what waits for the person."""

    DEFAULT_CSS = """
    Header { height: 1; background: $panel; color: $foreground; }
    """

    view: WorkspaceView | None = None
    engine_word: str = ""

    def show(self, view: WorkspaceView, engine_word: str = "") -> None:
        """Draws this view. `engine_word` says more than running or stopped, where something does."""
        self.view, self.engine_word = view, engine_word
        self.refresh()

    def render(self) -> Content:
        """The line, as wide as there is room."""
        if self.view is None:
            return Content.styled(" reading the workspace …", "$text-muted")
        return header_line(self.view, self.engine_word, self.size.width)


def header_line(view: WorkspaceView, engine_word: str, width: int) -> Content:
    """All parts that fit in `width`, the most important first to stay."""
    waiting = waiting_badge(len(view.waiting))
    parts = _parts(view, engine_word, width)
    keep = sorted(range(len(parts)), key=lambda i: parts[i][0])
    while True:
        left = Content("   ").join([parts[i][1] for i in sorted(keep)])
        gap = width - 1 - left.cell_length - waiting.cell_length
        if gap >= 1 or len(keep) == 1:
            return Content.assemble(" ", left.truncate(max(1, gap - 1 + left.cell_length), ellipsis=True)) + (
                Content(" " * max(1, gap)) + waiting
            )
        keep.pop()


def waiting_badge(number: int) -> Content:
    """What only the person can do, and the key for it."""
    if not number:
        return Content("")
    return Content.styled(f" ◆ {number} waiting for you  a ", "bold $on-warning on $warning")


def _parts(view: WorkspaceView, engine_word: str, room: int) -> list[tuple[int, Content]]:
    """(rank, text) in the order they show; the highest rank is dropped first."""
    lane = " · ".join(filter(None, [view.mode, view.change, view.lane, "sensitive" if view.sensitive else ""]))
    stale = f"≈ {len(view.stale)} stale" if view.stale else ""
    tokens = count(view.budget.tokens, "tokens")
    cost = f"${view.budget.cost:.2f}" if view.budget.cost else ""
    parts = [
        (0, Content.styled(one_line(view.app, 40), "bold")),
        (5, Content.styled(lane, "$text-muted")),
        (6, Content.styled(one_line(view.runtime, 30), "$text-muted")),
        (1, _engine(view, engine_word)),
        (1, Content.styled(_decided(view, room), "$text-success")),
        (1, Content.styled(_news(view, room), "bold $text-accent")),
        (2, Content.styled(stale, "$text-accent")),
        (4, Content(_sessions(view, room))),
        (3, Content(" · ".join(filter(None, [tokens, cost])))),
    ]
    return [part for part in parts if part[1].plain]


_ROOMY = 110


def _sessions(view: WorkspaceView, room: int) -> str:
    """How many run, and how many there were."""
    running, ever = len(view.live), view.budget.sessions
    if not running:
        return plural(ever, "session") if ever else ""
    return f"{running} running · {max(ever, running)} so far" if room >= _ROOMY else f"{running} running"


def _decided(view: WorkspaceView, room: int) -> str:
    """What the person decided and nobody has taken up yet."""
    said = taken_up(view) if room >= _ROOMY else decided(view)
    return f"✓ {said}" if said else ""


def _news(view: WorkspaceView, room: int) -> str:
    """What the person wrote of a finished app, and the key that shows what it means."""
    if not view.news:
        return ""
    names = " and ".join(view.news)
    return f"✎ {names} changed: C shows what that means" if room >= _ROOMY else f"✎ {names} changed  C"


def _engine(view: WorkspaceView, engine_word: str) -> Content:
    if view.engine.running and view.paused:
        return Content.styled("‖ paused", "$text-secondary")
    if view.engine.running:
        return Content.styled("● engine running", "$text-primary")
    if view.finished:
        return Content.styled("✓ done", "$text-success")
    style = "$text-error" if engine_word.startswith("✗") else "$text-muted"
    return Content.styled(engine_word or ("○ waits" if only_waits(view) else "○ engine stopped"), style)
