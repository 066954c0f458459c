"""The guide beside an intent that is being written, as it is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from tui.lines.format import plural
from tui.lines.sanitize import one_line

if TYPE_CHECKING:
    from tui.intent_guide import Assessed, Progress, Section


def guide(assessed: Assessed, sections: tuple[Section, ...], at: str, sensitive: bool, key: str) -> Content:
    """What belongs where the cursor is, then how far every heading is, then what is missing. `key` begins to build."""
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
        lines.append(Content.styled(f"✓ Enough to begin: {key}", "bold $text-success"))
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
