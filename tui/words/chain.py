"""A requirement's chain in words, and what became of proving it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from tui.lines.format import Look, plural
from tui.lines.sanitize import clean, one_line

if TYPE_CHECKING:
    from tui.loaders.proving import Proved
    from tui.loaders.receipt_view import ReceiptView
    from tui.loaders.traceability import Link, Proof, TestView, Traceability

STATES: dict[Proof, Look] = {
    "proven": Look("✓", "$text-success"),
    "broken": Look("✗", "$text-error"),
    "unproven": Look("○", "$text-warning"),
}
OUTCOMES = {
    "passed": Look("✓", "$text-success"),
    "failed": Look("✗", "$text-error"),
    "skipped": Look("–", "$text-warning"),
}
_MOST_TESTS = 30
_MOST_FALLEN = 5


def state_of(link: Link, proved: Proved | None) -> Proof:
    """The state that follows from the receipts, and from running them again."""
    if proved and link.state == "proven" and any(id_ in link.receipts for id_, _ in proved.fallen):
        return "broken"
    return link.state


def chain(link: Link, data: Traceability, proved: Proved | None) -> Content:
    """Requirement, LEGOs, tests, receipts."""
    state = state_of(link, proved)
    look = STATES[state]
    lines = [
        Content.assemble((f"{look.glyph} {link.id}", f"bold {look.colour}"), (f"  {state}", look.colour)),
        Content(clean(link.text).replace("`", "")),
    ]
    if link.why:
        lines.append(Content.styled(one_line(link.why), look.colour))
    if link.acceptance:
        lines += [
            Content(""),
            _heading("Acceptance"),
            Content.styled(clean(link.acceptance).replace("`", ""), "$text-muted"),
        ]
    lines += [Content(""), _heading("Built by"), Content(", ".join(link.legos) or "no LEGO of the plan")]
    lines += [Content(""), _heading("Shown by", plural(len(link.receipts), "receipt") if link.receipts else "")]
    lines += _receipts(link, data, proved)
    lines += [Content(""), _heading("Named by", plural(len(link.tests), "test") if link.tests else "")]
    return Content("\n").join([*lines, *_tests(link)])


def _heading(text: str, more: str = "") -> Content:
    return Content.assemble((text, "bold $text-primary"), (f"  {more}", "$text-muted"))


def _receipts(link: Link, data: Traceability, proved: Proved | None) -> list[Content]:
    found = [receipt for id_ in link.receipts if (receipt := data.receipt(id_)) is not None]
    if not found:
        return [Content.styled("○ no receipt yet", "$text-warning")]
    lines = []
    for receipt in found:
        lines += [*receipt_lines(receipt), *again(receipt.id, proved)]
    return lines


def receipt_lines(receipt: ReceiptView) -> list[Content]:
    """`✓ integration-1b47b519-1`, and below it what came out, on which commit."""
    look = OUTCOMES["passed" if receipt.green else "failed"]
    return [
        Content.assemble((f"{look.glyph} ", look.colour), one_line(receipt.id)),
        Content.assemble(
            (f"  {receipt.counted} · {receipt.commit[:10]}", "$text-muted"),
            ("" if receipt.now else " · ≈ changed since", "$text-accent"),
        ),
    ]


def again(receipt: str, proved: Proved | None) -> list[Content]:
    """What came out when it was run again just now."""
    if proved is None:
        return []
    if receipt in proved.held:
        return [Content.styled("  ✓ still holds: just run again", "$text-success")]
    return [Content.styled(f"  ✗ {one_line(said)}", "$text-error") for id_, said in proved.fallen if id_ == receipt]


def _tests(link: Link) -> list[Content]:
    if not link.tests:
        return [Content.styled("○ no test that ran names it", "$text-warning")]
    groups: dict[tuple[str, str], list[TestView]] = {}
    for test in link.tests:
        groups.setdefault((test.name.partition("[")[0], test.outcome), []).append(test)
    lines: list[Content] = []
    place = ""
    for (name, outcome), tests in list(groups.items())[:_MOST_TESTS]:
        where, _, bare = one_line(name).rpartition("::")
        if where != place:
            lines.append(Content.styled(where, "$text-muted"))
            place = where
        lines.append(_test(bare, outcome, len(tests)))
    more = len(groups) - _MOST_TESTS
    return lines + ([Content.styled(f"… and {more} more", "$text-muted")] if more > 0 else [])


def _test(name: str, outcome: str, number: int) -> Content:
    """The name read as a sentence: it wraps, and is quicker to read; the receipt has it to the letter."""
    look = OUTCOMES[outcome]
    return Content.assemble(
        (f"{look.glyph} ", look.colour),
        name.removeprefix("test_").replace("_", " "),
        (f" ×{number}" if number > 1 else "", "$text-secondary"),
        (f" {outcome}" if outcome != "passed" else "", look.colour),
    )


def proof_note(proved: Proved, took: str) -> Content:
    """The outcome in a line or a few."""
    if proved.trouble:
        return Content.assemble(
            ("✗ Not proven again  ", "bold $text-error"),
            clean(proved.trouble),
            ("  esc takes this away", "$text-muted"),
        )
    if proved.fallen:
        total = len(proved.held) + len(proved.fallen)
        lines = [
            Content.styled(
                f"✗ {len(proved.fallen)} of {plural(total, 'receipt')} no longer hold  {took}", "bold $text-error"
            )
        ]
        lines += [Content(f"✗ {one_line(id_)}: {one_line(said)}") for id_, said in proved.fallen[:_MOST_FALLEN]]
        more = len(proved.fallen) - _MOST_FALLEN
        lines += [Content.styled(f"… and {more} more", "$text-muted")] if more > 0 else []
    else:
        lines = [
            Content.assemble(
                ("✓ Every receipt still holds  ", "bold $text-success"),
                (f"{plural(len(proved.held), 'receipt')} run in {took}  esc takes this away", "$text-muted"),
            )
        ]
    if proved.left_out:
        lines.append(Content.styled(f"≈ {one_line(proved.left_out)}", "$text-accent"))
    return Content("\n").join(lines)
