"""Markdown, code and diffs as lines that can be scrolled at once. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tui.format import plural
from tui.loaders.diff import AttemptDiff
from tui.loaders.documents import Documents, File
from tui.text_lines import TextLine, blank

_HEADING = re.compile(r"#{1,6} ")
_ITEM = re.compile(r"(\s*)([-*+]|\d+[.)]) ")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)")
_NOT_SHOWN = ("index ", "--- ", "+++ ", "new file", "deleted file", "old mode", "new mode", "similarity ")


def markdown_lines(text: str) -> list[TextLine]:
    """Markdown as it was written, with its headings, lists, tables and fences told apart by style."""
    lines: list[TextLine] = []
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            closes = mark is not None and line.strip() == fence
            lines.append(TextLine(line, "$text-disabled" if closes else "$text-secondary"))
            fence = "" if closes else fence
        elif mark:
            fence = mark[1]
            lines.append(TextLine(line, "$text-disabled"))
        else:
            lines.append(_prose(line))
    return lines


def _prose(line: str) -> TextLine:
    if _HEADING.match(line):
        return TextLine(line.lstrip("# "), "bold $text-primary")
    if item := _ITEM.match(line):
        bullet = "•" if item[2] in "-*+" else item[2]
        return TextLine(line[item.end() :], marks=((f"{item[1]}{bullet} ", "$text-muted"),))
    if line.startswith("|"):
        ruler = not line.strip("|-: ")
        return TextLine(line, "$text-disabled" if ruler else "$foreground")
    if line.startswith("> "):
        return TextLine(line[2:], "italic $text-muted", marks=(("▎ ", "$text-muted"),))
    return TextLine(line)


def code_lines(text: str) -> list[TextLine]:
    """Source with line numbers; what a line defines stands out, comments step back."""
    source = text.rstrip("\n").split("\n")
    room = len(str(len(source)))
    return [
        TextLine(line, _code_style(line), marks=((f"{number:>{room}}  ", "$text-disabled"),))
        for number, line in enumerate(source, 1)
    ]


def _code_style(line: str) -> str:
    first = line.lstrip()
    if first.startswith(("def ", "class ", "async def ")):
        return "bold $foreground"
    return "$text-muted" if first.startswith(("#", "//", '"""')) else "$foreground"


def file_lines(documents: Documents) -> list[TextLine]:
    """Every file, under its path."""
    lines: list[TextLine] = []
    for file in documents.files:
        lines += [blank()] if lines else []
        lines += [_title(file, documents.place), blank(), *_body(file)]
    return lines


def _title(file: File, place: str) -> TextLine:
    note = " · ".join(filter(None, [file.note, place]))
    return TextLine(file.path, "bold $text-accent", note=note)


def _body(file: File) -> list[TextLine]:
    if not file.text.strip():
        return [TextLine("This file is empty." if not file.note else "", "$text-muted")]
    return markdown_lines(file.text) if file.path.endswith(".md") else code_lines(file.text)


def counts(diff: Iterable[str]) -> tuple[int, int]:
    """How many lines a diff adds and takes away."""
    added = taken = 0
    for line in diff:
        added += line.startswith("+") and not line.startswith("+++ ")
        taken += line.startswith("-") and not line.startswith("--- ")
    return added, taken


def diff_lines(diffs: Iterable[AttemptDiff], opened: set[str]) -> list[TextLine]:
    """One line for each attempt; below an opened one what it changed."""
    lines: list[TextLine] = []
    for diff in diffs:
        is_open = diff.session in opened
        lines.append(_attempt(diff, is_open))
        if is_open:
            lines += [*one_diff(diff.lines), blank()]
    return lines


def _attempt(diff: AttemptDiff, is_open: bool) -> TextLine:
    added, taken = counts(diff.lines)
    files = sum(line.startswith("diff --git ") for line in diff.lines)
    size = f"{plural(files, 'file')}  +{added} −{taken}" if diff.text else ""
    arrow = "▾ " if is_open else "▸ "
    note = "  ".join(filter(None, [size, diff.note]))
    return TextLine(diff.title, "bold $foreground", ((arrow, "$text-muted"),), note, key=diff.session)


def one_diff(lines: Iterable[str]) -> list[TextLine]:
    """A diff with the line numbers of the new side; signs stay, for colour is only the second signal."""
    found: list[TextLine] = []
    number = 0
    in_hunk = False
    for line in lines:
        if line.startswith("diff --git "):
            in_hunk = False
            found += [blank(), TextLine(line.rpartition(" b/")[2], "bold $text-accent", marks=(("  ", ""),))]
        elif hunk := _HUNK.match(line):
            in_hunk, number = True, int(hunk[1])
            found.append(TextLine(hunk[2].strip(), "$text-muted", marks=((f"  @ {number}  ", "$text-secondary"),)))
        elif not in_hunk:
            if not line.startswith(_NOT_SHOWN):
                found.append(TextLine(line, "$text-muted", marks=(("  ", ""),)))
        elif line.startswith("-"):
            found.append(_changed(line, "     ", "−", "error"))
        elif line.startswith("+"):
            found.append(_changed(line, f"{number:>5}", "+", "success"))
            number += 1
        elif line.startswith("\\"):
            found.append(TextLine(line[2:], "italic $text-muted", marks=(("        ", ""),)))
        else:
            found.append(TextLine(line[1:], "$text-muted", marks=((f"{number:>5}   ", "$text-disabled"),)))
            number += 1
    return found


def _changed(line: str, number: str, sign: str, colour: str) -> TextLine:
    style = f"$text-{colour} on ${colour} 8%"
    return TextLine(line[1:], style, marks=((number, "$text-disabled"), (f" {sign} ", f"bold {style}")))
