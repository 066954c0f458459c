"""What the next session is told of a red check: enough to mend it, the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence

from engine.gates.criteria.evaluate import NOT_RUN
from engine.gates.criteria.registry import Finding
from engine.gates.report import Problem

MOST_CHARACTERS = 3000
PROBLEMS_SHOWN = 4
MESSAGE_LINES, FIRST_LINES, LAST_LINES = 4, 8, 3
LINE = 160
OUTPUT_LINES = 15


def evidence(findings: Sequence[Finding]) -> str:
    """Each red sentence with its detail and its first failing tests; "" if nothing is red."""
    red = [finding for finding in findings if not finding.passed]
    text = "\n".join(_told(finding) for finding in red)
    if len(text) <= MOST_CHARACTERS:
        return text
    return text[: MOST_CHARACTERS - 2].rstrip() + "\n…"


def _told(finding: Finding) -> str:
    lines = [f"- {finding.shown or finding.sentence}: {finding.detail or 'it does not hold'}"]
    if finding.detail == NOT_RUN or finding.receipt is None:
        return lines[0]
    if finding.problems and finding.receipt.expects == "pass":
        for problem in finding.problems[:PROBLEMS_SHOWN]:
            lines += _indented(_about(problem))
        left = len(finding.problems) - PROBLEMS_SHOWN
        lines += [f"  and {left} more"] if left > 0 else []
    elif finding.receipt.expects == "pass" or not finding.receipt.passed:
        lines += _indented(finding.receipt.output.strip().splitlines()[-OUTPUT_LINES:])
    return "\n".join(lines)


def _about(problem: Problem) -> list[str]:
    account = [line for line in problem.account.splitlines() if line.strip()]
    if len(account) > FIRST_LINES + LAST_LINES:
        account = [*account[:FIRST_LINES], "…", *account[-LAST_LINES:]]
    message = problem.message.splitlines()[:MESSAGE_LINES]
    return [problem.test, *(f"  {line}" for line in [*message, *account])]


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}"[:LINE].rstrip() for line in lines]
