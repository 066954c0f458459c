"""The intent of a new app, with a guide beside it: what belongs under each heading, and what is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import TextArea

from engine.lifecycle.intent import GUIDE, is_sensitive, is_unwritten
from engine.names import INTENT
from engine.resources import document
from tui.editing.edit import edit_file
from tui.editing.keeping_text import Keeper
from tui.editing.unsaved_text import begin, digest
from tui.intent_guide import Section, assess, parse_template, section_at, skeleton
from tui.keys import shown_key
from tui.launch import Launch
from tui.lines.format import plural
from tui.lines.sanitize import clean, one_line
from tui.loaders.text_file import read_data
from tui.person import recent
from tui.screens.confirm import Confirm
from tui.screens.unsaved import ChangedElsewhere
from tui.widgets.draft_note import DraftNote
from tui.widgets.editor_text import take_text
from tui.widgets.key_line import KeyLine
from tui.widgets.text import Text
from tui.widgets.title_line import TitleLine
from tui.words.guide import guide

if TYPE_CHECKING:
    from tui.app import MetaApp


class IntentScreen(Screen[None]):
    """`ctrl+r` begins to build, `ctrl+s` keeps the text in the folder, `esc` keeps it and goes back."""

    CSS_PATH = "intent.tcss"
    BINDING_GROUP_TITLE = "Intent"
    BINDINGS = [
        Binding(
            "ctrl+r",
            "begin",
            "Begin to build",
            priority=True,
            tooltip="Make the workspace and begin to build",
            id="intent.begin",
        ),
        Binding(
            "ctrl+s", "save", "Save", priority=True, tooltip="Keep the text in the folder and go on", id="intent.save"
        ),
        Binding(
            "ctrl+n",
            "next_section",
            "Next heading",
            priority=True,
            tooltip="To the next heading",
            id="intent.next_section",
        ),
        Binding("ctrl+o", "edit", "Your editor", priority=True, tooltip="Go on in your own editor", id="intent.edit"),
        Binding(
            "ctrl+l",
            "take_file",
            "Take the file",
            priority=True,
            tooltip="The file as it is, not what was typed; undo brings that back",
            id="intent.take_file",
        ),
        Binding(
            "escape",
            "back",
            "Back, text is kept",
            priority=True,
            tooltip="Keep the text in the folder and go back",
            id="intent.back",
        ),
    ]

    app: MetaApp

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder, self.file = folder, folder / INTENT
        self.sections: tuple[Section, ...] = ()
        self.area = TextArea(id="intent-text", tab_behavior="focus", highlight_cursor_line=False, soft_wrap=True)
        self.begun_with = self.kept = ""
        self.on_disk = ""
        """The digest of what the text here was begun from, or of what was written last; "" for no file."""
        self.keeper: Keeper | None = None
        self._noted = ""
        """The name under which the folder is in the list of what was opened last; "" where it is not yet."""

    def compose(self) -> ComposeResult:
        """A title, the text beside its guide, the keys."""
        yield TitleLine()
        yield DraftNote()
        with Horizontal(id="intent-sides"):
            yield self.area
            with VerticalScroll(id="guide", can_focus=False):
                yield Text(id="guide-text")
        yield KeyLine()

    def on_mount(self) -> None:
        """The text of the folder, else the headings of the template; or what was typed before and not kept."""
        self.sections = parse_template(document(GUIDE).read_text(encoding="utf-8"))
        self.begun_with = skeleton(self.sections)
        area = self.area
        text = self._text_of_file()
        if text is None:
            self.dismiss()
            return
        self.keeper = Keeper(self.app, self.file)
        key = shown_key(self.app.keymap, "intent.take_file", "ctrl+l")
        opening = begin(text, self.on_disk, self.keeper.load(), key)
        self.on_disk = opening.begun_from
        area.load_text(self._to_edit(text))
        area.move_cursor((0, len(area.document.get_line(0))))
        if opening.note:
            take_text(area, opening.text)
        self.query_one(DraftNote).show(opening.note)
        self.refresh_bindings()
        area.focus()
        self._keep_draft()
        if self.kept:
            self._note()
        self.draw()

    def on_unmount(self) -> None:
        """What was typed last is kept, or what is settled removed, before the app may end."""
        if self.keeper is not None:
            self._keep_draft()
            self.keeper.finish()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The file is taken only in place of something else."""
        return action != "take_file" or (bool(self.query(DraftNote)) and self.query_one(DraftNote).display)

    @property
    def text(self) -> str:
        """What stands there now."""
        return self.area.text

    def is_unsaved(self) -> bool:
        """Whether something was written that would be lost."""
        return bool(self.text.strip()) and self.text not in (self.begun_with, self.kept)

    def on_text_area_changed(self) -> None:
        """The guide follows every letter, and every letter is kept."""
        self.draw()
        self._keep_draft()

    def on_text_area_selection_changed(self) -> None:
        """The guide follows the cursor."""
        self.draw()

    def draw(self) -> None:
        """Draws title and guide."""
        assessed = assess(self.text, self.sections)
        at = section_at(self.text, self.area.cursor_location[0])
        name = one_line(assessed.name) or "New app"
        title = Content.assemble((name, "bold"), (f"   {plural(assessed.words, 'word')} · {self.file}", "$text-muted"))
        self.query_one(TitleLine).show(title, 0)
        key = shown_key(self.app.keymap, "intent.begin", "ctrl+r")
        said = guide(assessed, self.sections, at, is_sensitive(self.text), key)
        self.query_one("#guide-text", Text).update(said)

    def action_next_section(self) -> None:
        """Below the next heading; after the last one to the first."""
        area = self.area
        lines = area.text.split("\n")
        heads = [number for number, line in enumerate(lines) if line.startswith("#")]
        row = area.cursor_location[0]
        head = next((number for number in heads if number > row), heads[0] if heads else 0)
        # Below a heading stands an empty line, then the text.
        place = head if lines[head].startswith("# ") else min(head + 2, len(lines) - 1)
        area.move_cursor((place, len(lines[place])))

    def action_save(self) -> None:
        """Keeps what was written, and goes on."""
        if self.is_unsaved():
            self._keep(lambda: self.app.notify(f"Kept in {self.file}.", markup=False, timeout=4))
        else:
            self.app.notify("Nothing is written that is not kept already.", timeout=4)

    def action_back(self) -> None:
        """Keeps what was written."""
        if self.is_unsaved():
            self._keep(self._leave)
        else:
            self.dismiss()

    def _leave(self) -> None:
        text = f"Kept in {self.file}. The folder is among the recent ones, and opens here until the app is begun."
        self.app.notify(text, markup=False, timeout=6)
        self.dismiss()

    def action_take_file(self) -> None:
        """The file as it is now, in place of what was typed before."""
        if (text := self._text_of_file()) is not None:
            take_text(self.area, self._to_edit(text))
            self._settled()

    def action_edit(self) -> None:
        """Opens the person's own editor on the text."""
        self._keep(lambda: edit_file(self.app, self.file, self._edited))

    def _edited(self, changed: bool) -> None:
        if changed and (text := self._text_of_file()) is not None:
            self.area.load_text(text)

    def action_begin(self) -> None:
        """Begins, or says first what is missing."""
        assessed = assess(self.text, self.sections)
        if not assessed.says_what:
            text = "Write at least what the app is for: it is all that anybody knows of it."
            self.notify(text, title="There is nothing to build yet", severity="warning")
        elif assessed.missing:
            missing = clean("; ".join(assessed.missing))
            text = f"Missing: {missing}. What is not said is asked, or assumed and shown to you."
            self.app.push_screen(Confirm("Begin with what is there?", text, "Begin"), self._sure)
        else:
            self._sure(True)

    def _sure(self, yes: bool | None) -> None:
        if yes:
            self._keep(lambda: self.app.exit(Launch("new", self.folder)))

    def _text_of_file(self) -> str | None:
        """The text in the folder, "" where there is none; None, which is said, where it cannot be read as text."""
        try:
            data = read_data(self.file)
            text = (data or b"").decode()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else f"no UTF-8 text (byte {error.start})"
            text = f"{self.file}: {why}. Mend it with a program that can read it; it was left as it is."
            self.app.notify(text, title="Not opened here", severity="error", markup=False, timeout=15)
            return None
        # In the text area every line ends with a plain newline.
        self.kept, self.on_disk = text.replace("\r\n", "\n").replace("\r", "\n"), digest(data)
        return self.kept

    def _to_edit(self, text: str) -> str:
        return self.begun_with if is_unwritten(text) else text

    def _keep_draft(self) -> None:
        unsaved = self.is_unsaved()
        if self.keeper is not None:
            self.keeper.keep(self.text if unsaved else None, self.on_disk)
        if unsaved and not self._noted:
            self._note()

    def _note(self) -> None:
        """Has the folder found again: it is among what was opened last."""
        name = one_line(assess(self.text, self.sections).name) or self.folder.name
        if name != self._noted:
            self._noted = name
            # At once: who goes back from here looks for it in that list.
            try:
                recent.remember(self.folder, name, self.app.clock())
            except OSError as error:
                text = f"{recent.recent_file()}: {error.strerror}. The folder is not among the recent ones."
                self.app.notify(text, severity="warning", markup=False, timeout=12)

    def _keep(self, then: Callable[[], object]) -> None:
        """Writes the text and goes on, but asks first where the file was changed elsewhere; says what it cannot do."""
        try:
            now = read_data(self.file)
            is_as_begun = digest(now) == self.on_disk
            if is_as_begun:
                self._write()
        except OSError as error:
            text = f"{error.filename or self.file}: {error.strerror}. Your text is still here."
            self.notify(text, title="Not written", severity="error", markup=False, timeout=12)
            return
        if is_as_begun:
            then()
        else:
            question = ChangedElsewhere(one_line(str(self.file)), gone=now is None)
            self.app.push_screen(question, lambda answer: self._settle(answer, now, then))

    def _settle(self, answer: str | None, theirs: bytes | None, then: Callable[[], object]) -> None:
        """What the person decided about a file that was changed elsewhere; `theirs` is what they were asked about."""
        if answer == "write":
            self.on_disk = digest(theirs)
            self._keep(then)
        elif answer == "take":
            self.action_take_file()

    def _write(self) -> None:
        from engine.state.atomic import write_atomic

        data = self.text.encode()
        self.folder.mkdir(parents=True, exist_ok=True)
        write_atomic(self.file, data)
        self.kept, self.on_disk = self.text, digest(data)
        self._settled()
        self._note()

    def _settled(self) -> None:
        """Nothing is here that the file does not hold, or that the person gave up."""
        self.query_one(DraftNote).show("")
        self.refresh_bindings()
        self._keep_draft()
