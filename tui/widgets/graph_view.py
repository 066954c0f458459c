"""The LEGO graph: boxes coloured by state, lines from what is needed to what needs it; the lines of one stand out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.segment import Segment
from textual.binding import Binding
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.graph.layout import Box, Direction, Drawing, beside, glyph_at
from tui.lines.wrap import fit
from tui.widgets.ink import Inks

_PLAIN, _CHOSEN = "╭─╮│╰╯", "┏━┓┃┗┛"
Cell = tuple[str, str]
"""A character and its style."""


@dataclass(frozen=True, slots=True)
class Label:
    """What stands in a box: a glyph and a name, below it a word and at its right a note."""

    glyph: str
    colour: str
    name: str
    corner: str = ""
    word: str = ""
    note: str = ""


class GraphView(ScrollView, can_focus=True):
    """Draws a `Drawing`; one box is chosen. Posts `Chosen` when another one is, and `Opened` on enter."""

    BINDING_GROUP_TITLE = "LEGO graph"
    BINDINGS = [
        Binding("left,h", "walk('left')", "To the left", show=False, id="graph.walk_left"),
        Binding(
            "right,l",
            "walk('right')",
            "Move",
            key_display="hjkl",
            tooltip="To the LEGO to the right",
            id="graph.walk_right",
        ),
        Binding("up,k", "walk('up')", "Up", show=False, id="graph.walk_up"),
        Binding("down,j", "walk('down')", "Down", show=False, id="graph.walk_down"),
        Binding("g,home", "edge(0)", "First LEGO", show=False, id="graph.first"),
        Binding("G,end", "edge(-1)", "Last LEGO", show=False, id="graph.last"),
        Binding("enter", "open", "Open", tooltip="Everything about this LEGO", id="graph.open"),
    ]
    DEFAULT_CSS = """
    GraphView { scrollbar-size: 1 1; }
    """

    class Chosen(Message):
        """Another box is chosen."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class Opened(Message):
        """The person wants to see more of a box."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.chosen = ""
        self._drawing = Drawing(True, 0, 0)
        self._labels: Mapping[str, Label] = {}
        self._near: frozenset[str] = frozenset()
        self._rows: dict[int, list[Cell]] = {}
        self._inks = Inks(self)

    def show(self, drawing: Drawing, labels: Mapping[str, Label], chosen: str, near: frozenset[str]) -> None:
        """Draws this; `near` are the boxes that the chosen one needs or that need it."""
        self._drawing, self._labels, self.chosen, self._near = drawing, labels, chosen, near
        self._rows.clear()
        self.virtual_size = Size(drawing.width, drawing.height)
        self.refresh()
        self._show_chosen()

    def on_resize(self, event: Resize) -> None:
        """The room changed: what is in the middle stays there."""
        self._rows.clear()
        self._show_chosen()

    def _show_chosen(self) -> None:
        box = self._drawing.boxes.get(self.chosen)
        if box is not None and self.size.width:
            self.scroll_to_region(Region(box.x, box.y, box.width, box.height), animate=False, force=True)

    def _offset(self) -> tuple[int, int]:
        """How far the drawing is set in: it stands in the middle of the room where it is smaller."""
        room = self.scrollable_content_region
        return max(0, (room.width - self._drawing.width) // 2), max(0, (room.height - self._drawing.height) // 2)

    def render_line(self, y: int) -> Strip:
        """One row of the drawing."""
        width, (left, top) = self.scrollable_content_region.width, self._offset()
        number = y + self.scroll_offset.y - top
        if not 0 <= number < self._drawing.height:
            return Strip.blank(width, self._inks["$foreground"])
        if number not in self._rows:
            self._rows[number] = self._row(number)
        segments = [Segment(" " * left, self._inks["$foreground"])]
        text, style = "", ""
        for character, ink in self._rows[number]:
            if ink != style and text:
                segments.append(Segment(text, self._inks[style]))
                text = ""
            text, style = text + character, ink
        segments += [Segment(text, self._inks[style])] if text else []
        at = self.scroll_offset.x
        return Strip(segments).crop(at, at + width).extend_cell_length(width, self._inks["$foreground"])

    def _row(self, y: int) -> list[Cell]:
        row: list[Cell] = []
        for x in range(self._drawing.width):
            character, mine = glyph_at(self._drawing, (x, y), self.chosen)
            row.append((character, "bold $text-primary" if mine else "$text-disabled"))
        for name, box in self._drawing.boxes.items():
            if box.y <= y < box.y + box.height:
                row[box.x : box.x + box.width] = self._box_row(name, box, y - box.y)
        return row

    def _box_row(self, name: str, box: Box, number: int) -> list[Cell]:
        label = self._labels[name]
        is_chosen = name == self.chosen
        marks = _CHOSEN if is_chosen else _PLAIN
        tint = " on $block-cursor-background" if is_chosen else ""
        border = f"bold $text-primary{tint}" if is_chosen else "$text-primary" if name in self._near else label.colour
        room = box.width - 2
        if number in (0, box.height - 1):
            begin, end = (marks[0], marks[2]) if number == 0 else (marks[4], marks[5])
            return [(character, border) for character in begin + marks[1] * room + end]
        if number == 1:
            text = fit(label.name, room - 5 - len(label.corner))
            inner = [(f" {label.glyph} ", label.colour), (text, "bold $foreground")]
            right = (f"{label.corner} ", "$text-muted")
        else:
            inner = [("   ", ""), (fit(label.word, room - 5 - len(label.note)), label.colour)]
            right = (f"{label.note} ", "$text-muted")
        gap = room - sum(len(text) for text, _ in inner) - len(right[0])
        cells = [*inner, (" " * max(0, gap), ""), right]
        middle = [(character, f"{style}{tint}".strip() or "$foreground") for text, style in cells for character in text]
        return [(marks[3], border), *middle[:room], (marks[3], border)]

    def action_walk(self, direction: Direction) -> None:
        """To the nearest box in that direction."""
        self._choose(beside(self._drawing, self.chosen, direction))

    def action_edge(self, at: int) -> None:
        """To the first or the last box."""
        if self._drawing.boxes:
            self._choose(list(self._drawing.boxes)[at])

    def _choose(self, name: str) -> None:
        if name != self.chosen:
            self.post_message(self.Chosen(name))

    def action_open(self) -> None:
        """More of the chosen box."""
        if self.chosen:
            self.post_message(self.Opened(self.chosen))

    def on_click(self, event: Click) -> None:
        """A click chooses a box; a second one opens it."""
        left, top = self._offset()
        x, y = event.x + self.scroll_offset.x - left, event.y + self.scroll_offset.y - top
        for name, box in self._drawing.boxes.items():
            if box.x <= x < box.x + box.width and box.y <= y < box.y + box.height:
                if name == self.chosen:
                    self.action_open()
                self._choose(name)
                return
