"""What the maintenance table says besides its lines: title, details, sums, the question before a yes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tui.lines.format import LOOKS, Look, count, plural, word
from tui.lines.sanitize import clean, one_line
from tui.lines.wrap import fit
from tui.words.change_rows import DECISIONS, FILE, HOW, LEGO, REQUIREMENT, STEP

if TYPE_CHECKING:
    from engine.legos.model import LegoDecision
    from engine.lifecycle.change import ChangeReport, Expected, LegoChange
    from tui.loaders.changes import Maintenance, Written
    from tui.read_model import StepView, WorkspaceView

_RISK: dict[str, Look] = {
    "low": Look("○", "$text-success"),
    "medium": Look("◐", "$text-warning"),
    "high": Look("▲", "$text-error"),
}
_MEANS: dict[LegoDecision, str] = {
    "KEEP": "It stays as it is, byte for byte.",
    "REFACTOR": "It is changed where the requirements ask for it; its design comes first.",
    "REGENERATE": "Its design, tests and code are written anew.",
    "NEW": "It does not exist yet and is built.",
    "RETIRE": "It is taken out of the app.",
}
_MOST_DIFF = 400


def title(data: Maintenance | None, view: WorkspaceView) -> Content:
    """`Changes   ◆ planned: A carries it out   app_intent.md`."""
    name = Content.styled("Changes", "bold")
    if data is None:
        return name
    look, text = _stage(data, view)
    files = ", ".join(one.path for one in data.written)
    return name + Content.assemble(
        (f"   {look.glyph} {text}", f"bold {look.colour}"), (f"   {files}" if files else "", "$text-muted")
    )


def _stage(data: Maintenance, view: WorkspaceView) -> tuple[Look, str]:
    match data.stage:
        case "unfinished":
            return LOOKS["pending"], "the app is not finished"
        case "nothing":
            return LOOKS["done"], "nothing has changed"
        case "wished":
            return Look("✎", "$text-accent"), "not planned yet: p plans"
        case "planning" if view.engine.running:
            return LOOKS["running"], "planning"
        case "planning" if view.waiting:
            return LOOKS["waiting_approval"], "planning: a opens what waits for you"
        case "planning":
            return LOOKS["ready"], "planning stands still: p goes on"
        case "planned":
            consent = "planned and approved" if data.report and data.report.approved else "planned"
            return LOOKS["waiting_approval"], f"{consent}: A carries it out"
        case "applying" if view.engine.running:
            return LOOKS["running"], "applying"
        case "applying" if view.waiting:
            return LOOKS["waiting_approval"], "applying: a opens what waits for you"
        case "applying":
            return LOOKS["ready"], "applying stands still: A goes on"
        case "done":
            return LOOKS["done"], "the last change is done"


def nothing(data: Maintenance) -> Content:
    """What stands there when there is no change."""
    if data.stage == "unfinished":
        said = "A change begins when the app is finished. Until then an edited app_intent.md makes stale what reads it."
        return Content.styled(said, "$text-muted")
    return Content.assemble(
        ("Nothing has changed since the app was finished.\n\n", "bold"),
        *_keys(
            ("e", "edits app_intent.md: what the app is to be"), ("c", "writes change_request.md: what is to change")
        ),
        ("Then p plans: you see what it means for each LEGO before any code is written.", "$text-muted"),
    )


def _keys(*keys: tuple[str, str]) -> Iterator[Content]:
    for key, does in keys:
        yield Content.assemble((f"{key}  ", "bold $text-warning"), f"{does}\n")
    yield Content("\n")


def details(data: Maintenance, view: WorkspaceView, key: str, chosen: Mapping[str, LegoDecision]) -> Content:
    """Everything about the line under the cursor."""
    report = data.report
    if key.startswith(FILE):
        one = next((one for one in data.written if one.path == key.removeprefix(FILE)), None)
        return _difference(one) if one else Content("")
    if key.startswith(STEP):
        steps = [step for name in key.removeprefix(STEP).split(",") if (step := view.step(name))]
        return Content("\n").join([_why(step, view, alone=len(steps) == 1) for step in steps])
    if report is None:
        last = next((one for one in data.last if LEGO + one.name == key), None)
        return _lines(_decided(last.name, last.decision, last.reason)) if last else Content("")
    if key.startswith(REQUIREMENT):
        return _requirement(report, key.removeprefix(REQUIREMENT))
    lego = next((one for one in report.legos if LEGO + one.name == key), None)
    if lego is None:
        return Content("")
    open_ = data.stage == "planned" and lego.decision != "NEW"
    return _lego(report, lego, chosen.get(lego.name), _KEYS if open_ else "")


def _why(step: StepView, view: WorkspaceView, *, alone: bool) -> Content:
    why = clean(step.why) or word(step.status)
    return Content(why) if alone else Content.assemble((view.title(step.name), "bold"), f"  {why}")


def _lines(lines: Iterator[Content] | Sequence[Content]) -> Content:
    return Content("\n").join(list(lines))


def _difference(one: Written) -> Content:
    lines = [Content.styled(one.path, "bold $text-primary")]
    for line in one.diff[:_MOST_DIFF]:
        if line.startswith(("+++ ", "--- ")):
            continue
        colours = {"+": "$text-success", "-": "$text-error", "@": "$text-secondary"}
        lines.append(Content.styled(line, colours.get(line[:1], "$text-muted")))
    if len(one.diff) > _MOST_DIFF:
        lines.append(Content.styled(f"… {len(one.diff) - _MOST_DIFF} more lines", "$text-muted"))
    if not one.diff:
        lines.append(Content.styled("It has the words that it had before.", "$text-muted"))
    return _lines(lines)


def _requirement(report: ChangeReport, id_: str) -> Content:
    one = next((one for one in report.requirements if one.id == id_), None)
    if one is None:
        return Content("")
    legos = ", ".join(lego.name for lego in report.legos if id_ in lego.requirements)
    look = HOW[one.how]
    return _lines(
        [
            Content.assemble((f"{look.glyph} {one.id} {one.how}", f"bold {look.colour}")),
            Content(clean(one.text)),
            _fact("LEGOs", legos or "none does it"),
        ]
    )


def _decided(name: str, decision: LegoDecision, reason: str) -> Iterator[Content]:
    look = DECISIONS[decision]
    yield Content.assemble((f"{one_line(name)}  ", "bold"), (f"{look.glyph} {decision}", f"bold {look.colour}"))
    yield Content.styled(_MEANS[decision], "$text-muted")
    yield _fact("why", clean(reason) or "no reason given")


_KEYS = "    1 KEEP  2 REFACTOR  3 REGENERATE  4 RETIRE"


def _lego(report: ChangeReport, lego: LegoChange, chosen: LegoDecision | None, keys: str) -> Content:
    texts = {one.id: one_line(one.text) for one in report.requirements}
    lines = list(_decided(lego.name, chosen or lego.decision, "your decision" if chosen else lego.reason))
    lines[0] += Content.styled(keys, "$text-muted")
    for number, id_ in enumerate(lego.requirements):
        lines.append(_fact("" if number else "requirements", f"{id_} {texts.get(id_, '')}".replace("`", "")))
    for number, (path, changed) in enumerate(sorted(lego.edited.items())):
        said = f"{clean(path)} ({plural(changed, 'line')})"
        lines.append(_fact("" if number else "your edits", said, "$text-warning"))
    if lego.edited:
        kept = "deleted with it" if lego.decision == "RETIRE" else "merged into the new work"
        lines.append(_fact("", f"They are {kept}: d shows them.", "$text-muted"))
    for number, path in enumerate(lego.tests):
        lines.append(_fact("" if number else "tests", clean(path)))
    if lego.callers_kept:
        lines.append(_fact("kept callers", f"{', '.join(lego.callers_kept)}: its contract may move under them"))
    lines.append(_fact("sessions", f"{lego.sessions} expected" if lego.sessions else "none"))
    return _lines(lines)


def _fact(label: str, text: str, style: str = "$foreground") -> Content:
    return Content.assemble((f"{label:<13}", "$text-muted"), (text, style))


def sums(report: ChangeReport, width: int, most_risks: int) -> Content:
    """What is expected, and how risky it is, with its reasons."""
    expected = [plural(report.sessions, "session"), _tokens(report.tokens), _minutes(report.seconds, width >= 100)]
    look, shown = _RISK[report.risk], [one_line(risk) for risk in report.risks[:most_risks]]
    more = f"  (and {len(report.risks) - len(shown)} more)" if len(report.risks) > len(shown) else ""
    lines = [
        Content.assemble(("Expected  ", "bold"), " · ".join(expected)),
        Content.assemble(
            ("Risk      ", "bold"),
            (f"{look.glyph} {report.risk:<8}", f"bold {look.colour}"),
            fit(shown[0], max(1, width - 20 - len(more)))
            if shown
            else Content.styled("nothing stands out", "$text-muted"),
            (more, "$text-muted"),
        ),
    ]
    lines += [Content(" " * 20 + fit(risk, max(1, width - 20))) for risk in shown[1:]]
    return _lines(lines)


def _tokens(expected: Expected) -> str:
    if expected.p50 is None or expected.p90 is None:
        return "tokens unknown"
    return f"{count(round(expected.p50))} tokens, p90 {count(round(expected.p90))}"


def _minutes(expected: Expected, wide: bool) -> str:
    if expected.p50 is None or expected.p90 is None:
        return "time unknown"
    of = " of sessions" if wide else ""
    return f"{_time(expected.p50)}{of}, p90 {_time(expected.p90)}"


def _time(seconds: float) -> str:
    return f"{seconds / 60:,.0f} min" if seconds >= 60 else "under a minute"


_MOST_RISKS = 4


def question(report: ChangeReport, width: int, roomy: bool) -> str:
    """What a yes means; a reason of the risk takes one line of `width` cells. `roomy`: with space between the parts."""
    between = [""] if roomy else []
    named = {decision: [lego.name for lego in report.legos if lego.decision == decision] for decision in DECISIONS}
    lines = [f"{DECISIONS[d].glyph} {d}: {', '.join(names)}" for d, names in named.items() if names and d != "KEEP"]
    if kept := len(named["KEEP"]):
        lines.append(f"= KEEP: {plural(kept, 'LEGO')}, untouched")
    expected = f"{plural(report.sessions, 'session')}, {_tokens(report.tokens)}, {_minutes(report.seconds, False)}"
    lines += [*between, expected, *between, f"Risk: {report.risk}"]
    lines += [fit(f"· {one_line(risk)}", width) for risk in report.risks[:_MOST_RISKS]]
    if len(report.risks) > _MOST_RISKS:
        lines.append(f"· and {len(report.risks) - _MOST_RISKS} more")
    if any(lego.edited for lego in report.legos):
        lines += [*between, "Where your edits and the new work touch the same lines, yours stand and you are asked."]
    return "\n".join(lines)
