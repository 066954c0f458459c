"""The lines of the maintenance table: requirements, LEGOs in columns, what the person wrote, steps. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from tui.lines.document import counts
from tui.lines.format import LOOKS, Look, plural, word
from tui.lines.item import Item
from tui.lines.sanitize import one_line
from tui.lines.wrap import fit

if TYPE_CHECKING:
    from engine.assessment import Status
    from engine.legos.model import LegoDecision
    from engine.legos.requirements import RequirementChange
    from engine.lifecycle.change import ChangeReport, LegoChange
    from tui.loaders.changes import Decided, Maintenance, Written
    from tui.read_model import WorkspaceView

LEGO, REQUIREMENT, FILE, STEP = "lego ", "requirement ", "file ", "step "
"""What the key of a line begins with."""

DECISIONS: dict[LegoDecision, Look] = {
    "KEEP": Look("=", "$text-muted"),
    "REFACTOR": Look("~", "$text-primary"),
    "REGENERATE": Look("↻", "$text-warning"),
    "NEW": Look("+", "$text-success"),
    "RETIRE": Look("−", "$text-error"),
}
HOW: dict[str, Look] = {
    "added": Look("+", "$text-success"),
    "changed": Look("~", "$text-primary"),
    "removed": Look("−", "$text-error"),
}
NARROW, HUGE = 100, 128
_DECISION = 13


@dataclass(frozen=True, slots=True)
class Column:
    """One column at the right of a LEGO's line."""

    title: str
    width: int
    text: Callable[[LegoChange], str]


def columns(width: int) -> tuple[Column, ...]:
    """What fits beside name, decision and reason in so many cells."""
    if width < NARROW:
        return (
            Column("reqs", 5, lambda lego: str(len(lego.requirements) or "")),
            Column("yours", 8, lambda lego: _lines(lego) if lego.edited else ""),
            Column("tests", 5, lambda lego: str(len(lego.tests) or "")),
            Column("sess.", 5, lambda lego: str(lego.sessions or "")),
        )
    return (
        Column("requirements", 30 if width >= HUGE else 14, lambda lego: ", ".join(lego.requirements)),
        Column("your edits", 18, lambda lego: _edits(lego)),
        Column("tests", 5, lambda lego: str(len(lego.tests) or "")),
        Column("sessions", 8, lambda lego: str(lego.sessions or "")),
    )


def _lines(lego: LegoChange) -> str:
    return plural(sum(lego.edited.values()), "line")


def _edits(lego: LegoChange) -> str:
    return f"{_lines(lego)}, {plural(len(lego.edited), 'file')}" if lego.edited else ""


def rows(data: Maintenance, view: WorkspaceView, chosen: Mapping[str, LegoDecision], width: int) -> list[Item]:
    """All lines; `chosen` are decisions that are not written yet."""
    if data.report is not None:
        return [*_requirements(data.report), *_legos(data, data.report, view, chosen, width)]
    if data.stage in ("planning", "applying"):
        return [*_written(data.written), *_steps(data.planners, view)]
    if data.stage == "done":
        return _last(data.last)
    return [*_written(data.written), *_stands(data.stands, view)]


def _requirements(report: ChangeReport) -> Iterator[Item]:
    if not report.requirements:
        yield _heading("Requirements", "none changes")
        yield _said("requirement", "The wish changes no requirement.")
        return
    tally = (f"{HOW[how].glyph} {n} {how}" for how in HOW if (n := sum(r.how == how for r in report.requirements)))
    yield _heading("Requirements", "  ".join(tally))
    yield from map(_requirement, report.requirements)


def _requirement(one: RequirementChange) -> Item:
    look, text = HOW[one.how], one_line(one.text).replace("`", "")
    left = Content.assemble((f"{look.glyph} {one.id}  ", f"bold {look.colour}"), (text, "$foreground"))
    right = Content.styled(f"{one.how:<7}", look.colour)
    return Item(REQUIREMENT + one.id, left, right, f"{one.id} {text} {one.how}")


def _legos(
    data: Maintenance, report: ChangeReport, view: WorkspaceView, chosen: Mapping[str, LegoDecision], width: int
) -> Iterator[Item]:
    shown = columns(width)
    if data.stage == "applying":
        shown = (*shown[:-2], *shown[-1:])
    room = max([4, *(min(cell_len(lego.name), 24 if width >= NARROW else 14) for lego in report.legos)])
    yield _table_head(shown, room, width, data.stage == "applying")
    states = {lego.name: lego.status for lego in view.legos}
    for lego in report.legos:
        decision = chosen.get(lego.name, lego.decision)
        right = Content("")
        if data.stage == "applying":
            look = LOOKS[states.get(lego.name, "pending")]
            text = word(states.get(lego.name, "pending"), 9) if decision != "KEEP" else ""
            right = Content.styled(f"{look.glyph if text else ' '} {text:<9}  ", look.colour)
        right += Content("  ").join([_cell(column, lego) for column in shown])
        reason = "your decision" if lego.name in chosen else one_line(lego.reason) or "no reason given"
        yield Item(
            LEGO + lego.name,
            _lego(lego.name, decision, reason, room),
            right,
            f"{lego.name} {decision} {reason} {' '.join(lego.requirements)}",
        )


def _table_head(shown: Sequence[Column], room: int, width: int, applying: bool) -> Item:
    names = "  ".join(f"{column.title:<{column.width}}" for column in shown)
    right = f"{'state':<11}  {names} " if applying else f"{names} "
    left = f" {'LEGOs':<{room}}  {'decision':<{_DECISION}}"
    why = "why" if cell_len(left) + 4 + cell_len(right) < width else ""
    gap = max(1, width - cell_len(left) - len(why) - cell_len(right))
    return Item("", Content.styled(f"{left}{why}{' ' * gap}{right}", "bold $text-secondary"), heading=True)


def _lego(name: str, decision: LegoDecision, reason: str, room: int) -> Content:
    look = DECISIONS[decision]
    shown = fit(one_line(name), room)
    return Content.assemble(
        (shown + " " * (room - cell_len(shown)), "bold"),
        (f"  {look.glyph} {decision:<{_DECISION - 2}}", f"bold {look.colour}"),
        (reason, "$text-muted" if decision == "KEEP" else "$foreground"),
    )


def _cell(column: Column, lego: LegoChange) -> Content:
    text = fit(one_line(column.text(lego)), column.width)
    style = "$text-warning" if column.title.startswith("your") else "$text-muted"
    return Content.styled(text + " " * (column.width - cell_len(text)), style)


def _written(files: Iterable[Written]) -> Iterator[Item]:
    files = tuple(files)
    if files:
        yield _heading("What you wrote")
    for one in files:
        added, taken = counts(one.diff)
        left = Content.assemble(("✎ ", "$text-accent"), (one.path, "bold"))
        right = Content.assemble((f"+{added} ", "$text-success"), (f"−{taken}", "$text-error"), "")
        yield Item(FILE + one.path, left, right, one.path)


def _steps(names: Iterable[str], view: WorkspaceView) -> Iterator[Item]:
    yield _heading("On the way to the plan", "no code is written")
    for name in names:
        step = view.step(name)
        if step is not None and step.status != "skipped":
            look = LOOKS[step.status]
            left = Content.assemble((f"{look.glyph} ", look.colour), (view.title(name), ""))
            yield Item(STEP + name, left, Content.styled(f"{word(step.status):<16}", look.colour), view.title(name))


def _stands(names: Sequence[str], view: WorkspaceView) -> Iterator[Item]:
    if names:
        yield _heading("Stands on it", plural(len(names), "step"))
    for (title, status), grouped in _by_lego(names, view).items():
        look = LOOKS[status]
        steps = ", ".join(step.step for name in grouped if (step := view.step(name)) and step.lego)
        left = Content.assemble((f"{look.glyph} ", look.colour), title, (f"  {steps}" if steps else "", "$text-muted"))
        right = Content.styled(f"{word(status):<16}", look.colour)
        yield Item(STEP + ",".join(grouped), left, right, f"{title} {steps}")


def _by_lego(names: Sequence[str], view: WorkspaceView) -> dict[tuple[str, Status], list[str]]:
    """The steps of one LEGO that stand alike are one line; a step of the whole app is one of its own."""
    found: dict[tuple[str, Status], list[str]] = {}
    for name in names:
        step = view.step(name)
        key = (step.lego or view.title(name), step.status) if step else (name, "stale")
        found.setdefault(key, []).append(name)
    return found


def _last(legos: Sequence[Decided]) -> list[Item]:
    room = max([4, *(min(cell_len(lego.name), 24) for lego in legos)])
    found = [_heading(f"{'LEGOs':<{room}}  decision in the last change")]
    for lego in legos:
        reason = one_line(lego.reason) or "no reason given"
        words = f"{lego.name} {lego.decision} {reason}"
        found.append(Item(LEGO + lego.name, _lego(lego.name, lego.decision, reason, room), words=words))
    return found


def _heading(text: str, note: str = "") -> Item:
    left = Content.assemble((f" {text}", "bold $text-secondary"), (f"   {note}" if note else "", "$text-muted"))
    return Item("", left, heading=True)


def _said(key: str, text: str) -> Item:
    """A line that stands for nothing to choose from, so that its heading stays."""
    return Item(key, Content.styled(text, "italic $text-muted"))
