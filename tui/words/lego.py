"""What the LEGO view says of steps, receipts, attempts and briefs, as lines. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from tui.lines.document import markdown_lines
from tui.lines.format import LOOKS, count, duration, elapsed, plural, word
from tui.lines.plots import bar
from tui.lines.sanitize import clean, one_line
from tui.lines.text import Piece, TextLine, blank, heading

if TYPE_CHECKING:
    from engine.assessment import Status
    from tui.loaders.brief import BriefFile
    from tui.loaders.receipt_view import ReceiptView
    from tui.read_model import CheckView, SessionView, StepView

OUTCOMES: Mapping[str | None, Status] = {
    None: "running",
    "done": "done",
    "failed": "failed",
    "needs_input": "waiting_answer",
    "interrupted": "stopped",
    "runtime": "paused",
    "overflow": "failed",
    "cancelled": "stopped",
}
_FACT_ROOM = 12
_BAR_ROOM = 24


def arrow(is_open: bool) -> Piece:
    """Whether what is below shows."""
    return ("▾ " if is_open else "▸ ", "$text-muted")


def glyph(status: Status) -> Piece:
    """The glyph of a status in its colour."""
    return (f"{LOOKS[status].glyph} ", LOOKS[status].colour)


def fact(name: str, text: str, style: str = "$foreground", indent: int = 2) -> TextLine:
    """`name         text`, the text wrapped under itself."""
    return TextLine(one_line(text, 2000), style, marks=((" " * indent + f"{name:<{_FACT_ROOM}}", "$text-muted"),))


def quoted(text: str, style: str = "$text-muted", limit: int = 20_000) -> list[TextLine]:
    """Text from outside, set in."""
    return [TextLine(line, style, marks=(("  ▏ ", "$text-disabled"),)) for line in clean(text[:limit]).split("\n")]


def state_lines(steps: Sequence[StepView], now: float) -> list[TextLine]:
    """Each step of the LEGO: its word and why, what it reads and writes, its last check, what failed."""
    lines: list[TextLine] = []
    for step in steps:
        look = LOOKS[step.status]
        time_ = duration(elapsed(step.started_at, step.ended_at, now))
        note = " · ".join(filter(None, [word(step.status), time_]))
        lines.append(TextLine(step.step, "bold $foreground", (glyph(step.status),), note, look.colour))
        lines += [fact("why", step.why)] if step.why else []
        for name, values in (("reads", step.inputs), ("writes", step.outputs), ("edited", step.edited)):
            lines += [fact(name, ", ".join(values).replace("`", ""))] if values else []
        if step.failure_count:
            lines.append(fact("failed", plural(step.failure_count, "time"), "$text-error"))
        if step.checks:
            lines += _check(step.checks[-1])
        if step.evidence and step.status != "done":
            lines.append(TextLine("What failed last", "bold $text-error", marks=(("  ", ""),)))
            lines += quoted(step.evidence[-1], "$foreground", 4000)
        lines.append(blank())
    return lines[:-1]


def _check(check: CheckView) -> list[TextLine]:
    passed = sum(criterion.passed for criterion in check.criteria)
    after = check.after.replace("_", " ").removesuffix(" check")
    text = f"after {after}: {passed} of {len(check.criteria)} criteria passed"
    lines = [fact("checked", text, "$text-success" if check.passed else "$text-error")]
    for criterion in check.criteria:
        marks = (("    ", ""), _passed(criterion.passed))
        lines.append(TextLine(one_line(criterion.sentence), marks=marks, note=one_line(criterion.receipt or "", 60)))
        if criterion.detail and not criterion.passed:
            lines.append(TextLine(one_line(criterion.detail, 1000), "$text-muted", marks=(("      ", ""),)))
    return lines


def _passed(passed: bool) -> Piece:
    return ("✓ ", "$text-success") if passed else ("✗ ", "$text-error")


def receipt_lines(receipts: Sequence[ReceiptView], opened: set[str]) -> list[TextLine]:
    """One line for each receipt, the newest first; below an opened one everything it says."""
    lines: list[TextLine] = []
    for receipt in receipts:
        is_open = receipt.id in opened
        word_ = "green" if receipt.green else "red"
        note = f"{receipt.counted} · {receipt.duration:.1f} s"
        marks = (arrow(is_open), _passed(receipt.green), (f"{word_:<6}", _passed(receipt.green)[1]))
        lines.append(TextLine(one_line(receipt.sentence), marks=marks, note=note, key=receipt.id))
        lines += _receipt(receipt) if is_open else []
    return lines


def _receipt(receipt: ReceiptView) -> list[TextLine]:
    real = "every LEGO" if receipt.real is None else ", ".join(receipt.real) or "none"
    expected = "" if receipt.expects == "pass" else ", and had to fail"
    facts = (
        ("receipt", receipt.id),
        ("step", receipt.step),
        ("command", " ".join(receipt.command)),
        ("exit code", f"{receipt.exit_code}{expected}"),
        ("real", real),
        ("fake", ", ".join(receipt.fake)),
        ("sandbox", receipt.sandbox),
        ("commit", receipt.commit[:12]),
        ("at", receipt.when),
    )
    lines = [fact(name, text, indent=6) for name, text in facts if text]
    lines += _ids("failed", receipt.failed, _passed(False)) + _ids(
        "could not be loaded", receipt.broken, _passed(False)
    )
    lines += _ids("skipped", receipt.skipped, ("– ", "$text-muted"))
    if (output := receipt.output.strip("\n")) and not receipt.green:
        lines += [TextLine("What it printed", "bold $foreground", marks=(("      ", ""),)), *quoted(output)]
    lines += _ids("passed", receipt.passed, _passed(True))
    return [*lines, blank()]


def _ids(name: str, tests: Sequence[str], mark: Piece) -> list[TextLine]:
    """How many tests came out like this, and which."""
    if not tests:
        return []
    title = TextLine(f"{len(tests)} {name}", f"bold {mark[1]}", marks=(("      ", ""),))
    return [title, *(TextLine(one_line(test), "$text-muted", marks=(("        ", ""), mark)) for test in tests)]


def attempt_lines(
    sessions: Iterable[SessionView], opened: set[str], files: Mapping[str, Sequence[tuple[str, int]]], now: float
) -> list[TextLine]:
    """One line for each session, the newest first; below an opened one its reason, summary and files."""
    lines: list[TextLine] = []
    for session in sessions:
        is_open, status = session.id in opened, OUTCOMES.get(session.outcome, "failed")
        outcome = (session.outcome or "running").replace("_", " ")
        time_ = duration(elapsed(session.started_at, session.ended_at, now))
        sure = "" if session.confidence is None else f"{session.confidence:.2f} sure"
        note = " · ".join(filter(None, [sure, count(session.tokens, "tokens"), time_]))
        marks = (arrow(is_open), glyph(status), (f"{outcome:<12}", LOOKS[status].colour))
        title = f"{session.step} · {session.substep} #{session.attempt}"
        lines.append(TextLine(title, "bold $foreground", marks, note, key=session.id))
        lines += _attempt(session, files.get(session.id)) if is_open else []
    return lines


def _attempt(session: SessionView, files: Sequence[tuple[str, int]] | None) -> list[TextLine]:
    confidence = "unknown" if session.confidence is None else f"{session.confidence:.2f}"
    facts = (
        ("session", session.id),
        ("runtime", session.runtime),
        ("confidence", confidence),
        ("tokens", "unknown" if session.tokens is None else f"{session.tokens:,}"),
        ("commit", session.commit[:12] or ("none yet" if session.live else "none")),
    )
    lines = [fact(name, text, indent=6) for name, text in facts if text]
    if session.reason:
        lines.append(fact("reason", session.reason, "$text-error", indent=6))
    if session.summary:
        lines.append(fact("says", session.summary, indent=6))
    lines.append(TextLine("files", "$text-muted", marks=(("      ", ""),), note=""))
    if files is None:
        lines.append(TextLine("being read …", "$text-muted", marks=(("        ", ""),)))
    elif not files:
        lines.append(TextLine("its folder is not there", "$text-muted", marks=(("        ", ""),)))
    for name, size in files or ():
        lines.append(TextLine(f"{one_line(name):<18} {_bytes(size):>9}", marks=(("        ", ""),)))
    return [*lines, blank()]


def _bytes(size: int) -> str:
    return f"{size} B" if size < 1024 else f"{size / 1024:.1f} kB" if size < 1024**2 else f"{size / 1024**2:.1f} MB"


def brief_lines(brief: BriefFile, title: str) -> list[TextLine]:
    """What the session was told: its cost part by part, why each wisdom card was chosen, then the text."""
    total = brief.tokens if brief.tokens is not None else sum(part.tokens for part in brief.parts)
    lines = [TextLine(f"What {title} was told", "bold $text-primary", note=f"{total:,} tokens")]
    most = max((part.tokens for part in brief.parts), default=0)
    for part in sorted(brief.parts, key=lambda part: -part.tokens):
        share = f"{part.tokens / total:>4.0%}" if total else ""
        drawn = f"{bar(part.tokens, most, _BAR_ROOM):<{_BAR_ROOM}}"
        marks = ((f"  {part.tokens:>6,} {share}  ", "$text-muted"), (f"{drawn}  ", "$text-primary"))
        lines.append(TextLine(one_line(part.name).partition(" (")[0], marks=marks))
    if brief.wisdom:
        lines += [blank(), heading("Wisdom")]
        lines += [
            TextLine(one_line(why), "$text-muted", marks=((f"  {one_line(card, 20):<9} ", "$text-accent"),))
            for card, why in brief.wisdom
        ]
    if brief.sandbox:
        lines += [blank(), fact("sandbox", brief.sandbox)]
    return [*lines, blank(), heading("brief.md"), blank(), *markdown_lines(brief.text)]
