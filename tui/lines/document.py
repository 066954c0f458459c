"""Markdown, code and diffs as lines that can be scrolled at once. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui.lines.format import plural
from tui.lines.text import Code, Piece, TextLine, blank

if TYPE_CHECKING:
    from tui.loaders.diff import AttemptDiff
    from tui.loaders.documents import Documents, File

_HEADING = re.compile(r"#{1,6} ")
_ITEM = re.compile(r"(\s*)([-*+]|\d+[.)]) ")
_BOLD = re.compile(r"\*\*(\S.*?)\*\*")
_INNER = r"\1"
_WIDEST_TABLE = 116
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)")
_BACK, _CHANGED = " on ${0} 8%", " on ${0} 28%"
REMOVED, ADDED = "$text-error on $error 8%", "$text-success on $success 8%"
_NO_NUMBER, _NO_SIGN = ("     ", "$text-disabled"), ("   ", "$text-disabled")
_MINUS, _PLUS = (" − ", f"bold {REMOVED}"), (" + ", f"bold {ADDED}")
_NOT_SHOWN = ("index ", "--- ", "+++ ", "new file", "deleted file", "old mode", "new mode", "similarity ")


def markdown_lines(text: str) -> list[TextLine]:
    """Markdown as it was written, with its headings, lists, tables and fences told apart by style."""
    lines: list[TextLine] = []
    fence, language, goes_on = "", "", False
    for line in _aligned(text.split("\n")):
        mark = _FENCE.match(line)
        if fence:
            closes = mark is not None and line.strip() == fence
            code = None if closes or not language else Code(f"fence.{language}", plain="$text-secondary")
            lines.append(TextLine(line, "$text-disabled" if closes else "$text-secondary", code=code))
            fence = "" if closes else fence
        elif mark:
            fence, language = mark[1], line.strip().strip("`~").partition(" ")[0]
            lines.append(TextLine(line, "$text-disabled"))
        elif lines and goes_on and _goes_on(line):
            lines[-1] = lines[-1]._replace(text=f"{lines[-1].text} {_BOLD.sub(_INNER, line.strip())}")
        else:
            lines.append(_prose(line))
        goes_on = not fence and not mark and bool(line.strip()) and not _HEADING.match(line) and line[0] not in "|>"
    return lines


def _goes_on(line: str) -> bool:
    """Whether a line belongs to the paragraph or item before it: paragraphs are wrapped to the room there is."""
    return bool(line.strip()) and not (_HEADING.match(line) or _ITEM.match(line) or line[0] in "|>")


def _aligned(lines: Sequence[str]) -> Iterator[str]:
    """The same lines, the columns of each table below each other where that takes no more room than a screen has."""
    for is_table, group in groupby(lines, key=lambda line: line.startswith("|") and line.rstrip().endswith("|")):
        rows = list(group)
        yield from _table(rows) if is_table else rows


def _table(rows: Sequence[str]) -> Sequence[str]:
    cells = [[cell.strip() for cell in row.strip().strip("|").split("|")] for row in rows]
    columns = max(map(len, cells))
    widths = [max((cell_len(row[at]) for row in cells if at < len(row)), default=0) for at in range(columns)]
    if sum(widths) + 3 * columns > _WIDEST_TABLE:
        return rows
    return ["| " + " | ".join(_padded(row, at, width) for at, width in enumerate(widths)) + " |" for row in cells]


def _padded(row: Sequence[str], at: int, width: int) -> str:
    cell = row[at] if at < len(row) else ""
    filling = "-" if cell and not cell.strip("-: ") else " "
    return cell + filling * (width - cell_len(cell))


def _prose(line: str) -> TextLine:
    if _HEADING.match(line):
        return TextLine(line.lstrip("# "), "bold $text-primary")
    if item := _ITEM.match(line):
        bullet = "•" if item[2] in "-*+" else item[2]
        return TextLine(_BOLD.sub(_INNER, line[item.end() :]), marks=((f"{item[1]}{bullet} ", "$text-muted"),))
    if line.startswith("|"):
        ruler = not line.strip("|-: ")
        return TextLine(line, "$text-disabled" if ruler else "$foreground")
    if line.startswith("> "):
        return TextLine(line[2:], "italic $text-muted", marks=(("▎ ", "$text-muted"),))
    return TextLine(_BOLD.sub(_INNER, line))


def code_lines(text: str, path: str) -> list[TextLine]:
    """Source with line numbers, to be coloured by the language that the name of the file tells."""
    source, code = text.rstrip("\n").split("\n"), Code(path)
    room = len(str(len(source)))
    return [
        TextLine(line, marks=((f"{number:>{room}}  ", "$text-disabled"),), code=code)
        for number, line in enumerate(source, 1)
    ]


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
    return markdown_lines(file.text) if file.path.endswith(".md") else code_lines(file.text, file.path)


def counts(diff: Iterable[str]) -> tuple[int, int]:
    """How many lines a diff adds and takes away."""
    added = taken = 0
    for line in diff:
        added += line.startswith("+") and not line.startswith("+++ ")
        taken += line.startswith("-") and not line.startswith("--- ")
    return added, taken


@dataclass(frozen=True, slots=True)
class DrawnDiff:
    """A diff with its lines made: ten thousand of them take longer than a key press may."""

    diff: AttemptDiff
    lines: Sequence[TextLine]
    size: str


def drawn(diff: AttemptDiff) -> DrawnDiff:
    """Makes the lines of a diff."""
    lines = diff.lines
    files = sum(line.startswith("diff --git ") for line in lines)
    added, taken = counts(lines)
    return DrawnDiff(diff, one_diff(lines), f"{plural(files, 'file')}  +{added} −{taken}" if lines else "")


def diff_lines(diffs: Iterable[DrawnDiff], opened: set[str]) -> list[TextLine]:
    """One line for each attempt; below an opened one what it changed."""
    lines: list[TextLine] = []
    for one in diffs:
        is_open = one.diff.session in opened
        arrow = "▾ " if is_open else "▸ "
        note = "  ".join(filter(None, [one.size, one.diff.note]))
        marks = ((arrow, "$text-muted"),)
        lines.append(TextLine(one.diff.title, "bold $foreground", marks, note, key=one.diff.session))
        if is_open:
            lines += [*one.lines, blank()]
    return lines


def one_diff(lines: Iterable[str]) -> list[TextLine]:
    """A diff with the line numbers of the new side, and those of the old one where there is room.

    Signs stay, for colour is only the second signal.
    """
    found: list[TextLine] = []
    before = number = 0
    in_hunk = False
    old, new, both = sides("")
    for line in lines:
        if line.startswith("diff --git "):
            in_hunk = False
            path = line.rpartition(" b/")[2]
            old, new, both = sides(path)
            found += [blank(), TextLine(path, "bold $text-accent", marks=(("  ", ""),))]
        elif hunk := _HUNK.match(line):
            in_hunk, before, number = True, int(hunk[1]), int(hunk[2])
            found.append(TextLine(hunk[3].strip(), "$text-muted", marks=((f"  @ {number}  ", "$text-secondary"),)))
        elif not in_hunk:
            if not line.startswith(_NOT_SHOWN):
                found.append(TextLine(line, "$text-muted", marks=(("  ", ""),)))
        elif line.startswith("-"):
            found.append(TextLine(line[1:], REMOVED, (_NO_NUMBER, _MINUS), code=old, aside=_number(before)))
            before += 1
        elif line.startswith("+"):
            found.append(TextLine(line[1:], ADDED, (_number(number), _PLUS), code=new, aside=_NO_NUMBER))
            number += 1
        elif line.startswith("\\"):
            found.append(TextLine(line[2:], "italic $text-muted", (_NO_NUMBER, _NO_SIGN), aside=_NO_NUMBER))
        else:
            marks = (_number(number), _NO_SIGN)
            found.append(TextLine(line[1:], "$text-muted", marks, code=both, aside=_number(before)))
            before, number = before + 1, number + 1
    return found


def _number(line: int) -> Piece:
    return f"{line:>5}", "$text-disabled"


def sides(path: str) -> tuple[Code, Code, Code]:
    """What lines of a diff are of: those taken away, those added, those around them."""
    old, new = (
        Code(path, sign, back=_BACK.format(colour), changed=_CHANGED.format(colour))
        for sign, colour in (("-", "error"), ("+", "success"))
    )
    return old, new, Code(path, plain="$text-muted")
