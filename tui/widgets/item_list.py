"""A list to choose from, drawn line by line: a cursor, headings, and a search that leaves out what does not fit."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding
from textual.content import Content
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from tui.lines.item import NOTHING, Item
from tui.person.themes import cursor_line


class ItemList(ScrollView, can_focus=True):
    """Posts `Selected` when the cursor is on another item and `Chosen` on enter or a second click."""

    BINDING_GROUP_TITLE = "List"
    BINDINGS = [
        Binding("up,k", "cursor(-1)", "Up", show=False, id="list.up"),
        Binding("down,j", "cursor(1)", "Down", show=False, id="list.down"),
        Binding("pageup,ctrl+u", "cursor(-10)", "Ten up", show=False, id="list.page_up"),
        Binding("pagedown,ctrl+f", "cursor(10)", "Ten down", show=False, id="list.page_down"),
        Binding("home,g", "edge(0)", "First", show=False, id="list.first"),
        Binding("end,G", "edge(-1)", "Last", show=False, id="list.last"),
    ]
    DEFAULT_CSS = """
    ItemList { overflow-x: hidden; scrollbar-size-vertical: 1; }
    """

    class Selected(Message):
        """The cursor is on another item, or what it is on was drawn anew."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Chosen(Message):
        """The person wants to see more of an item."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._items: tuple[Item, ...] = ()
        self._shown: tuple[Item, ...] = ()
        self._cursor = 0
        self._search = ""
        self._empty = NOTHING

    @property
    def selected(self) -> str:
        """The key under the cursor; "" when there is none."""
        return self._shown[self._cursor].key if self._choosable() else ""

    @property
    def matches(self) -> int:
        """How many items the search leaves."""
        return len(self._choosable())

    def show(self, items: Sequence[Item], empty: Content = NOTHING) -> None:
        """Draws these items, or `empty` if there are none; the cursor stays on its item."""
        self._items, self._empty = tuple(items), empty
        self._lay_out()

    def search(self, text: str) -> None:
        """Leaves only the items in which every word of `text` stands."""
        if text != self._search:
            self._search = text
            self._lay_out()

    def go_to(self, key: str) -> None:
        """Puts the cursor on an item."""
        place = next((number for number, item in enumerate(self._shown) if item.key == key), None)
        if place is not None:
            self._move(place)

    def _choosable(self) -> list[int]:
        return [number for number, item in enumerate(self._shown) if not item.heading]

    def _lay_out(self) -> None:
        before, words = self.selected, self._search.lower().split()
        found = [item for item in self._items if item.heading or all(word in item.words.lower() for word in words)]
        self._shown = tuple(item for n, item in enumerate(found) if not item.heading or not _alone(found, n))
        keys = [item.key for item in self._shown if not item.heading]
        places = self._choosable()
        self._cursor = places[keys.index(before) if before in keys else 0] if places else 0
        self.virtual_size = Size(self.size.width, len(self._shown))
        self._move(self._cursor)

    def _move(self, place: int) -> None:
        self._cursor = place
        height, top = self.scrollable_content_region.height, self.scroll_offset.y
        if height:
            # A heading just above the first item stays in sight.
            above = place - 1 if place and self._shown[place - 1].heading else place
            self.scroll_to(y=min(max(top, place - height + 1), above), animate=False)
        self.refresh()
        self.post_message(self.Selected(self.selected))

    def on_resize(self, event: Resize) -> None:
        """Keeps the cursor in sight."""
        self.virtual_size = Size(event.size.width, len(self._shown))
        if self._shown:
            self.call_after_refresh(lambda: self._move(min(self._cursor, max(0, len(self._shown) - 1))))

    def render_line(self, y: int) -> Strip:
        """One row; where there is none, what an empty list says."""
        width, number = self.scrollable_content_region.width, y + self.scroll_offset.y
        if width <= 0:
            return Strip.blank(0)
        if number < len(self._shown):
            content = self._line(self._shown[number], width, number == self._cursor)
        elif not self._shown and 1 <= y <= len(lines := self._empty_lines(width)):
            content = lines[y - 1]
        else:
            return Strip.blank(width, self.rich_style)
        return Visual.to_strips(self, content, width, 1, self.visual_style, pad=True)[0]

    def _empty_lines(self, width: int) -> list[Content]:
        said = self._empty
        if self._items and self._search:
            said = Content.styled("Nothing here has these words. esc shows everything again.", "$text-muted")
        return [Content("  ") + line for line in said.wrap(max(1, width - 4))]

    def _line(self, item: Item, width: int, is_cursor: bool) -> Content:
        if item.heading:
            return item.left.truncate(width, ellipsis=True)
        mark, right = "▌" if is_cursor else " ", item.right
        room = max(0, width - 1 - right.cell_length - (2 if right.plain else 0))
        left = item.left.truncate(room, ellipsis=True)
        gap = width - 1 - left.cell_length - right.cell_length
        line = Content.assemble((mark, "$text-primary"), left, " " * max(0, gap - 1), right, " ")
        if is_cursor:
            line = line.stylize(cursor_line(self.app.current_theme) if self.has_focus else "on $panel")
        return line

    def action_cursor(self, by: int) -> None:
        """Moves the cursor over what can be chosen."""
        places = self._choosable()
        if places:
            self._move(places[max(0, min(places.index(self._cursor) + by, len(places) - 1))])

    def action_edge(self, index: int) -> None:
        """To the first or last item."""
        places = self._choosable()
        if places:
            self._move(places[index])

    def action_choose(self) -> None:
        """Asks for more of the item."""
        if self.selected:
            self.post_message(self.Chosen(self.selected))

    def on_click(self, event: Click) -> None:
        """A click selects; a second one on the same item opens it."""
        number = event.y + self.scroll_offset.y
        if number not in self._choosable():
            return
        if number == self._cursor:
            self.action_choose()
        else:
            self._move(number)


def _alone(items: Sequence[Item], number: int) -> bool:
    """Whether nothing stands under a heading."""
    return number + 1 == len(items) or items[number + 1].heading
