"""A Gantt chart drawn line by line: labels stay at the left, the axis above, time scrolls between them."""

from __future__ import annotations

from rich.segment import Segment
from textual.binding import Binding
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.graph.gantt import Chart, GanttRow, Kind, Scale, Span, scale, ticks
from tui.lines.format import LOOKS, duration
from tui.lines.wrap import fit
from tui.widgets.ink import Inks

BARS: dict[Kind, tuple[str, str]] = {
    "wait": ("░", "$text-warning"),
    "check": ("▒", "$text-success"),
    "engine": ("≡", "$text-secondary"),
    "gen": ("█", "$text-primary"),
    "review": ("▓", "$text-accent"),
}
"""Kind → character and colour; later ones are painted over earlier ones."""

_MOST_ZOOM = 12
_PAN = 8
Cell = tuple[str, str]


class GanttView(ScrollView, can_focus=True):
    """Shows a `Chart`. Posts `Chosen` when the cursor moves and `Opened` on enter."""

    BINDING_GROUP_TITLE = "Timeline"
    BINDINGS = [
        Binding("down,j", "row(1)", "Down", show=False, id="gantt.row_next"),
        Binding("up,k", "row(-1)", "Up", show=False, id="gantt.row_before"),
        Binding("g,home", "row(-99999)", "First row", show=False, id="gantt.row_first"),
        Binding("G,end", "row(99999)", "Last row", show=False, id="gantt.row_last"),
        Binding("left,h", "pan(-1)", "Earlier", show=False, id="gantt.pan_before"),
        Binding("right,l", "pan(1)", "Later", show=False, id="gantt.pan_next"),
        Binding(
            "plus,equals_sign",
            "zoom(1)",
            "Zoom",
            key_display="+ -",
            tooltip="Show less time, larger",
            id="gantt.zoom_next",
        ),
        Binding("minus", "zoom(-1)", "Zoom out", show=False, tooltip="Show more time, smaller", id="gantt.zoom_before"),
        Binding("0", "fit", "All", tooltip="The whole run in the window", id="gantt.fit"),
        Binding("enter", "open", "Open", tooltip="The LEGO, or the output of the session", id="gantt.open"),
    ]
    DEFAULT_CSS = """
    GanttView { overflow-x: hidden; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    """

    class Chosen(Message):
        """The cursor stands on another row."""

        def __init__(self, row: GanttRow) -> None:
            super().__init__()
            self.row = row

    class Opened(Message):
        """The person wants to see more of a row."""

        def __init__(self, row: GanttRow) -> None:
            super().__init__()
            self.row = row

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.chosen = ""
        self.zoom, self.left = 0, 0
        self._chart = Chart()
        self._now: float = 0.0
        self._running = False
        self._inks = Inks(self)

    @property
    def row(self) -> GanttRow | None:
        """The row under the cursor."""
        return next((row for row in self._chart.rows if row.name == self.chosen), None)

    def show(self, chart: Chart, now: float, *, running: bool) -> None:
        """Draws this chart; while something is `running` a line marks now."""
        self._chart, self._now, self._running = chart, now, running
        names = [row.name for row in chart.rows]
        if self.chosen not in names:
            self.chosen = names[0] if names else ""
        self.virtual_size = Size(self.size.width, len(chart.rows) + 1)
        self._pan_to(self.left)

    def on_resize(self, event: Resize) -> None:
        """The room changed."""
        self.virtual_size = Size(event.size.width, len(self._chart.rows) + 1)
        self._pan_to(self.left)

    @property
    def _label_room(self) -> int:
        longest = max((len(row.label) for row in self._chart.rows), default=0) + 7
        return min(longest, max(16, self.scrollable_content_region.width // 3))

    @property
    def _room(self) -> int:
        return max(4, self.scrollable_content_region.width - self._label_room)

    @property
    def scale(self) -> Scale:
        """How time becomes cells now."""
        return scale(self._chart.begin, self._chart.end, self._room, self.zoom)

    def render_line(self, y: int) -> Strip:
        """The axis, or one row."""
        width = self.scrollable_content_region.width
        number = y - 1 + self.scroll_offset.y
        if y == 0:
            cells = self._axis()
        elif 0 <= number < len(self._chart.rows):
            cells = self._row_cells(self._chart.rows[number])
        else:
            return Strip.blank(width, self._inks["$foreground"])
        segments, text, style = [], "", cells[0][1]
        for character, ink in cells:
            if ink != style:
                segments.append(Segment(text, self._inks[style]))
                text, style = "", ink
            text += character
        segments.append(Segment(text, self._inks[style]))
        return Strip(segments).adjust_cell_length(width, self._inks["$foreground"])

    def _axis(self) -> list[Cell]:
        cells: list[Cell] = [(" ", "$text-muted")] * self._room
        at = self.scale
        now = min(at.cell(self._now) - self.left - 1, self._room - 4) if self._running else self._room
        for cell, seconds in ticks(at, self._room, self.left):
            label = duration(seconds)
            if (
                not cell - self.left + len(label) > now > cell - self.left - 4
                and cell - self.left + len(label) <= self._room
            ):
                _write(cells, cell - self.left, label, "$text-muted")
        if self._running:
            _write(cells, now, "now", "bold $text-warning")
        return [*((c, "$text-muted") for c in f"{' since the start':<{self._label_room}}"[: self._label_room]), *cells]

    def _row_cells(self, row: GanttRow) -> list[Cell]:
        cells: list[Cell] = [(" ", "$foreground")] * self._room
        at = self.scale
        for cell, _ in ticks(at, self._room, self.left):
            _write(cells, cell - self.left, "│", "$border-blurred")
        if self._running:
            _write(cells, at.cell(self._now) - self.left, "│", "$text-warning")
        for kind in BARS:
            for span in row.spans:
                if span.kind == kind:
                    self._bar(cells, span, at)
        chosen = row.name == self.chosen
        tint = (" on $block-cursor-background" if self.has_focus else " on $panel") if chosen else ""
        return [(character, style + tint) for character, style in [*self._label(row), *cells]]

    def _bar(self, cells: list[Cell], span: Span, at: Scale) -> None:
        glyph, colour = BARS[span.kind]
        first, end = at.cells(span, self._now)
        _write(cells, first - self.left, glyph * (end - first), "$text-error" if span.failed else colour)
        if span.failed and end - first > 1:
            _write(cells, end - 1 - self.left, "✗", "bold $text-error")

    def _label(self, row: GanttRow) -> list[Cell]:
        look, room = LOOKS[row.status], self._label_room
        text = fit(row.label, room - 7)
        style = "bold $foreground" if row.critical else "$text-muted"
        pieces = [("▌" if row.critical else " ", "bold $text-primary"), (f"{row.phase:>2} ", "$text-disabled")]
        pieces += [(f"{look.glyph} ", look.colour), (f"{text:<{room - 6}}", style)]
        return [(character, ink) for piece, ink in pieces for character in piece][:room]

    def action_row(self, by: int) -> None:
        """Moves the cursor."""
        names = [row.name for row in self._chart.rows]
        if not names:
            return
        at = max(0, min(names.index(self.chosen) + by, len(names) - 1))
        self._stand_on(self._chart.rows[at], at)

    def _stand_on(self, row: GanttRow, at: int) -> None:
        self.chosen = row.name
        height, top = self.scrollable_content_region.height - 1, self.scroll_offset.y
        self.scroll_to(y=min(max(top, at - height + 1), at), animate=False, force=True)
        self.refresh()
        self.post_message(self.Chosen(row))

    def action_pan(self, by: int) -> None:
        """Earlier or later."""
        self._pan_to(self.left + by * _PAN)

    def _pan_to(self, left: int) -> None:
        most = max(0, self.scale.cell(self._chart.end) + 1 - self._room)
        self.left = max(0, min(left, most))
        self.refresh()

    def action_zoom(self, by: int) -> None:
        """Half or twice as much time; the middle of the window stays."""
        zoom = max(0, min(self.zoom + by, _MOST_ZOOM))
        factor = 2.0 ** (zoom - self.zoom)
        middle = (self.left + self._room / 2) * factor
        self.zoom = zoom
        self._pan_to(round(middle - self._room / 2))

    def action_fit(self) -> None:
        """All of it."""
        self.zoom = 0
        self._pan_to(0)

    def action_open(self) -> None:
        """More of the row under the cursor."""
        if self.row is not None:
            self.post_message(self.Opened(self.row))

    def on_click(self, event: Click) -> None:
        """A click chooses a row; a second one opens it."""
        number = event.y - 1 + self.scroll_offset.y
        if event.y > 0 and 0 <= number < len(self._chart.rows):
            row = self._chart.rows[number]
            if row.name == self.chosen:
                self.action_open()
            else:
                self._stand_on(row, number)


def _write(cells: list[Cell], at: int, text: str, style: str) -> None:
    """Puts `text` into the cells as far as they reach."""
    for offset, character in enumerate(text[max(0, -at) :], max(0, at)):
        if offset >= len(cells):
            return
        cells[offset] = (character, style)
