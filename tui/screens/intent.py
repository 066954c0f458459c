"""The intent of a new app, with a guide beside it: what belongs under each heading, and what is missing."""

from __future__ import annotations

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
from tui.edit import edit_file
from tui.format import plural
from tui.intent_guide import Assessed, Progress, Section, assess, parse_template, section_at, skeleton
from tui.launch import Launch
from tui.sanitize import clean, one_line
from tui.screens.confirm import Confirm
from tui.widgets.key_line import KeyLine
from tui.widgets.text import Text
from tui.widgets.title_line import TitleLine

if TYPE_CHECKING:
    from tui.app import MetaApp


class IntentScreen(Screen[None]):
    """`ctrl+r` begins to build; `esc` keeps the text in the folder and goes back."""

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
            "ctrl+n",
            "next_section",
            "Next heading",
            priority=True,
            tooltip="To the next heading",
            id="intent.next_section",
        ),
        Binding("ctrl+o", "edit", "Your editor", priority=True, tooltip="Go on in your own editor", id="intent.edit"),
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
        self.begun_with = self.kept = ""

    def compose(self) -> ComposeResult:
        """A title, the text beside its guide, the keys."""
        yield TitleLine()
        with Horizontal(id="intent-sides"):
            yield TextArea(id="intent-text", tab_behavior="focus", highlight_cursor_line=False, soft_wrap=True)
            with VerticalScroll(id="guide", can_focus=False):
                yield Text(id="guide-text")
        yield KeyLine()

    def on_mount(self) -> None:
        """The text of the folder, else the headings of the template."""
        self.sections = parse_template(document(GUIDE).read_text(encoding="utf-8"))
        self.begun_with = skeleton(self.sections)
        area = self.query_one(TextArea)
        text = self._text_of_file()
        if text is None:
            self.dismiss()
            return
        area.load_text(self.begun_with if is_unwritten(text) else text)
        area.move_cursor((0, len(area.document.get_line(0))))
        area.focus()
        self.draw()

    @property
    def text(self) -> str:
        """What stands there now."""
        return self.query_one(TextArea).text

    def is_unsaved(self) -> bool:
        """Whether something was written that would be lost."""
        return bool(self.text.strip()) and self.text not in (self.begun_with, self.kept)

    def on_text_area_changed(self) -> None:
        """The guide follows every letter."""
        self.draw()

    def on_text_area_selection_changed(self) -> None:
        """The guide follows the cursor."""
        self.draw()

    def draw(self) -> None:
        """Draws title and guide."""
        assessed = assess(self.text, self.sections)
        at = section_at(self.text, self.query_one(TextArea).cursor_location[0])
        name = one_line(assessed.name) or "New app"
        title = Content.assemble((name, "bold"), (f"   {plural(assessed.words, 'word')} · {self.file}", "$text-muted"))
        self.query_one(TitleLine).show(title, 0)
        self.query_one("#guide-text", Text).update(guide(assessed, self.sections, at, is_sensitive(self.text)))

    def action_next_section(self) -> None:
        """Below the next heading; after the last one to the first."""
        area = self.query_one(TextArea)
        lines = area.text.split("\n")
        heads = [number for number, line in enumerate(lines) if line.startswith("#")]
        row = area.cursor_location[0]
        head = next((number for number in heads if number > row), heads[0] if heads else 0)
        # Below a heading stands an empty line, then the text.
        place = head if lines[head].startswith("# ") else min(head + 2, len(lines) - 1)
        area.move_cursor((place, len(lines[place])))

    def action_back(self) -> None:
        """Keeps what was written."""
        if self.is_unsaved():
            if not self._keep():
                return
            self.app.notify(f"Kept in {self.file}. n with the same folder goes on.", markup=False, timeout=6)
        self.dismiss()

    def action_edit(self) -> None:
        """Opens the person's own editor on the text."""
        if self._keep():
            edit_file(self.app, self.file, self._edited)

    def _edited(self, changed: bool) -> None:
        if changed and (text := self._text_of_file()) is not None:
            self.query_one(TextArea).load_text(text)

    def action_begin(self) -> None:
        """Begins, or says first what is missing."""
        assessed = assess(self.text, self.sections)
        if not assessed.words:
            text = "Write at least what the app is for: it is all that anybody knows of it."
            self.notify(text, title="There is nothing to build yet", severity="warning")
        elif assessed.missing:
            missing = clean("; ".join(assessed.missing))
            text = f"Missing: {missing}. What is not said is asked, or assumed and shown to you."
            self.app.push_screen(Confirm("Begin with what is there?", text, "Begin"), self._sure)
        else:
            self._sure(True)

    def _sure(self, yes: bool | None) -> None:
        if yes and self._keep():
            self.app.exit(Launch("new", self.folder))

    def _text_of_file(self) -> str | None:
        """The text in the folder, "" where there is none; None, which is said, where it cannot be read as text."""
        try:
            self.kept = self.file.read_text(encoding="utf-8") if self.file.is_file() else ""
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else f"no UTF-8 text (byte {error.start})"
            text = f"{self.file}: {why}. Mend it with a program that can read it; it was left as it is."
            self.app.notify(text, title="Not opened here", severity="error", markup=False, timeout=15)
            return None
        return self.kept

    def _keep(self) -> bool:
        """Writes the text; says what is wrong where it cannot."""
        from engine.state.atomic import write_atomic

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomic(self.file, self.text.encode())
        except OSError as error:
            text = f"{error.filename or self.file}: {error.strerror}. Your text is still here."
            self.notify(text, title="Not written", severity="error", markup=False, timeout=12)
            return False
        self.kept = self.text
        return True


def guide(assessed: Assessed, sections: tuple[Section, ...], at: str, sensitive: bool) -> Content:
    """What belongs where the cursor is, then how far every heading is, then what is missing."""
    here = next((one for one in sections if one.title.lower() == at.lower()), None)
    lines = [Content.styled(at or "The name of the app", "bold $text-primary")]
    lines.append(Content(one_line(here.hint, 1000) if here and here.title else _first(here)))
    lines.append(Content(""))
    lines += [_progress(one, one.section.title.lower() == at.lower()) for one in assessed.sections]
    lines.append(Content(""))
    if assessed.missing:
        lines.append(Content.styled("Still missing", "bold $text-warning"))
        lines += [Content.assemble(("◆ ", "$text-warning"), one_line(one)) for one in assessed.missing]
    else:
        lines.append(Content.styled("✓ Enough to begin: ctrl+r", "bold $text-success"))
    if sensitive:
        text = "It speaks of secrets, money or personal data: it is built with the sensitive app's further checks."
        lines += [Content(""), Content.styled(f"! {text}", "$text-accent")]
    return Content("\n").join(lines)


def _first(here: Section | None) -> str:
    if here is None:
        return "A heading of your own: it is read like the others."
    return "One line, after the #. Then say what you want, not how it should be programmed. Half a page is enough."


def _progress(one: Progress, is_here: bool) -> Content:
    if one.words:
        glyph, style, state = "✓", "$text-success", plural(one.words, "word")
    elif not one.there:
        glyph, style, state = "–", "$text-disabled", "taken out"
    else:
        glyph, style, state = (
            "○",
            "$text-warning" if one.needed else "$text-muted",
            "needed" if one.needed else "if it matters",
        )
    return Content.assemble(
        (f"{glyph} ", style),
        (f"{one.section.title:<24}", "bold" if is_here else ""),
        (f" {state}", style if one.needed else "$text-muted"),
    )
