"""The editor built in: for a browser, for a person without an editor, and for those who like it better."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tui.editing.keeping_text import Keeper
from tui.editing.text_file import MOST_BYTES, NotEditable, TextFile, parse_text
from tui.editing.unsaved_text import begin, digest
from tui.keys import shown_key
from tui.lines.sanitize import one_line
from tui.loaders.text_file import read_data, write_data
from tui.screens.searching import Searching
from tui.screens.unsaved import ChangedElsewhere, Unsaved
from tui.widgets.draft_note import DraftNote
from tui.widgets.editor_text import EditorSearch, EditorText
from tui.widgets.key_line import KeyLine
from tui.widgets.title_line import TitleLine

if TYPE_CHECKING:
    from tui.app import MetaApp
    from tui.person.personal import PersonalApp

_ELSEWHERE = "VISUAL or EDITOR names a program that opens such files from a terminal; or open it yourself."


def _key(key: str, action: str, does: str, more: str, *, show: bool = True) -> Binding:
    """Ahead of the text's own keys."""
    name = f"editor.{action.partition('(')[0]}"
    return Binding(key, action, does, priority=True, show=show, tooltip=more, id=name)


def open_editor(app: PersonalApp, path: Path, left: Callable[[bool], None], *, look_only: bool = False) -> None:
    """Shows the editor, and calls `left` with whether the file is another one then. Says what cannot be edited here."""
    try:
        data = read_data(path, MOST_BYTES + 1)
        file = TextFile() if data is None else parse_text(data)
    except (NotEditable, OSError) as error:
        text = f"{path}: {_explain(error)} {_ELSEWHERE}"
        app.notify(text, title="Not opened here", severity="warning", markup=False, timeout=15)
        left(False)
        return
    screen = EditorScreen(path, file, is_new=data is None, look_only=look_only)
    app.push_screen(screen, lambda changed: left(bool(changed)))


class EditorScreen(Searching, Screen[bool]):
    """`ctrl+s` saves, `esc` leaves and asks first where text could be lost. Gives whether the file changed."""

    CSS_PATH = "editor.tcss"
    BINDING_GROUP_TITLE = "Editor"
    BINDINGS = [
        _key("ctrl+s", "save", "Save", "Write the file"),
        _key("ctrl+z", "undo", "Undo", "Take the last edit back"),
        _key("ctrl+y", "redo", "Redo", "Bring back what was undone", show=False),
        _key("ctrl+f", "search", "Find", "Find words in the text"),
        _key("ctrl+g", "match(1)", "Next match", "To the next place that has the words"),
        _key("ctrl+l", "take_file", "Take the file", "The file as it is, not what was typed; undo brings that back"),
        _key("escape", "back", "Back", "End the search, else leave; asks where something is unsaved"),
    ]
    app: MetaApp

    def __init__(self, path: Path, file: TextFile, *, is_new: bool = False, look_only: bool = False) -> None:
        super().__init__()
        self.path, self.file, self.look_only = path, file, look_only
        self.on_disk = digest(None if is_new else file.data)
        """The digest of what the text here was begun from, or of what was written last; "" for no file."""
        self.keeper: Keeper | None = None
        self.head, self.place, self.note = TitleLine(), Static(id="editor-place"), DraftNote()
        self.text = EditorText(file, look_only=look_only)
        self.changed_it = self.saved = False

    def compose(self) -> ComposeResult:
        """The path and the place, the text, the search, the keys."""
        with Horizontal(id="editor-head"):
            yield self.head
            yield self.place
        yield self.note
        yield self.text
        yield EditorSearch(id="editor-search")
        yield KeyLine()

    def on_mount(self) -> None:
        """Ready to type; with what was typed before and not saved, if anything was."""
        if not self.look_only:
            self._begin(Keeper(self.app, self.path))
        self.text.focus()
        self.draw_title()
        self.draw()

    def _begin(self, keeper: Keeper) -> None:
        self.keeper = keeper
        key = shown_key(self.app.keymap, "editor.take_file", "ctrl+l")
        opening = begin(self.file.text, self.on_disk, keeper.load(), key)
        if opening.note:
            self.on_disk = opening.begun_from
            self.text.take(opening.text)
            self.note.show(opening.note)
        self._keep()

    def _keep(self) -> None:
        if self.keeper is not None:
            self.keeper.keep(self.text.text if self.is_unsaved() else None, self.on_disk)

    def _give_up(self) -> None:
        if self.keeper is not None:
            self.keeper.end()
            self.keeper = None

    def on_unmount(self) -> None:
        """What was typed last is kept, or what is settled removed, before the app may end."""
        if self.keeper is not None:
            self._keep()
            self.keeper.finish()

    @property
    def name_of_file(self) -> str:
        """The path, from the workspace on where it lies in it."""
        view = self.app.view
        is_inside = view is not None and self.path.is_relative_to(view.folder)
        return one_line(str(self.path.relative_to(view.folder) if view and is_inside else self.path))

    def is_unsaved(self) -> bool:
        """Whether something would be lost."""
        return self.text.text != self.file.text

    def draw_title(self) -> None:
        """Draws what it is."""
        self.head.show(Content.styled(self.name_of_file, "bold"), 0)

    def draw(self) -> None:
        """Draws what changes with every key."""
        row, column = self.text.cursor_location
        unsaved = self.is_unsaved()
        mark = ("● changed", "bold $text-warning") if unsaved else ("✓ saved" if self.saved else "", "$text-success")
        kind = " new" if not self.on_disk else " only to be read" if self.look_only else ""
        ends = " CRLF" if self.file.end == "\r\n" else ""
        text = Content.assemble(mark, (f"{kind}{ends}  {row + 1}:{column + 1}", "$text-muted"))
        self.place.update(text, layout=False)

    def on_text_area_changed(self) -> None:
        """Something was typed."""
        self.draw()
        self._keep()

    def on_text_area_selection_changed(self) -> None:
        """The cursor moved."""
        self.draw()

    def searchable(self) -> EditorText:
        """The text."""
        return self.text

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is saved of what is only read; a next match there is only in a search. And no key comes too early."""
        if not self.query("EditorSearch Input"):
            return False
        if action == "match":
            return self.is_searching
        if action == "take_file":
            return self.note.display
        return not self.look_only or action not in ("save", "undo", "redo")

    def action_undo(self) -> None:
        """The last edit."""
        self.text.undo()

    def action_redo(self) -> None:
        """The last edit that was undone."""
        self.text.redo()

    def action_back(self) -> None:
        """Ends the search, else leaves; asks where something is unsaved."""
        if self.end_search():
            self.text.focus()
        elif self.is_unsaved():
            self.app.push_screen(Unsaved(self.name_of_file), self._leave)
        else:
            self.dismiss(self.changed_it)

    def _leave(self, answer: str | None) -> None:
        if answer == "save":
            self._save(then_leave=True)
        elif answer == "discard":
            self._give_up()
            self.dismiss(self.changed_it)

    def action_save(self) -> None:
        """Writes the text, unless the file was changed elsewhere: that is asked about."""
        self._save(then_leave=False)

    def _save(self, *, then_leave: bool) -> None:
        try:
            now = read_data(self.path)
            is_as_opened = digest(now) == self.on_disk
            if is_as_opened:
                self._write()
        except OSError as error:
            self._complain("Not written", error)
            return
        if not is_as_opened:
            question = ChangedElsewhere(self.name_of_file, gone=now is None)
            self.app.push_screen(question, lambda answer: self._settle(answer, now, then_leave))
        elif then_leave:
            self.dismiss(self.changed_it)

    def _write(self) -> None:
        file = self.file.with_text(self.text.text)
        if digest(file.data) != self.on_disk:
            write_data(self.path, file.data)
            self.changed_it = True
        self._stands(file, file.data)

    def action_take_file(self) -> None:
        """The file as it is now, in place of what was typed before."""
        try:
            now = read_data(self.path, MOST_BYTES + 1)
        except OSError as error:
            self._complain("Not read", error)
        else:
            self._take(now)

    def _settle(self, answer: str | None, theirs: bytes | None, then_leave: bool) -> None:
        """What the person decided about a file that was changed elsewhere; `theirs` is what they were asked about."""
        if answer == "write":
            self.on_disk = digest(theirs)
            self._save(then_leave=then_leave)
        elif answer == "take" and theirs is not None:
            self._take(theirs)

    def _take(self, theirs: bytes | None) -> None:
        try:
            file = TextFile() if theirs is None else parse_text(theirs)
        except NotEditable as error:
            text = f"{self.name_of_file}: {error} {_ELSEWHERE}"
            self.notify(text, title="Theirs cannot be shown here", severity="warning", markup=False, timeout=15)
            return
        self.changed_it = self.changed_it or file.data != self.file.data
        self._stands(file, theirs)
        self.text.take(file.text)

    def _stands(self, file: TextFile, data: bytes | None) -> None:
        """The file holds this now."""
        self.file, self.on_disk, self.saved = file, digest(data), data is not None
        self.note.show("")
        self.refresh_bindings()
        self.draw_title()
        self.draw()
        self._keep()

    def _complain(self, what: str, error: OSError) -> None:
        text = f"{self.name_of_file}: {_explain(error)} Your text is still here."
        self.notify(text, title=what, severity="error", markup=False, timeout=12)


def _explain(error: Exception) -> str:
    return f"{error.strerror or error}." if isinstance(error, OSError) else str(error)
