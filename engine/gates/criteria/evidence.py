"""What the next session is told of a red check: enough to mend it, the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence

from engine.gates.criteria.evaluate import NOT_RUN
from engine.gates.criteria.registry import Finding
from engine.gates.plain import ELSEWHERE
from engine.gates.report import Problem
from engine.secrets import without

MOST_CHARACTERS = 3000
PROBLEMS_SHOWN = 4
MESSAGE_LINES, FIRST_LINES, LAST_LINES = 4, 8, 3
LINE = 160
OUTPUT_LINES = 15


def evidence(findings: Sequence[Finding]) -> str:
    """Each red sentence with its detail and its first failing tests; "" if nothing is red."""
    red = [finding for finding in findings if not finding.passed]
    text = without("\n".join(_told(finding) for finding in red), "")[0]
    if len(text) <= MOST_CHARACTERS:
        return text
    return text[: MOST_CHARACTERS - 2].rstrip() + "\n…"


def _told(finding: Finding) -> str:
    lines = [f"- {finding.shown or finding.sentence}: {finding.detail or 'it does not hold'}"]
    receipt = finding.receipt
    if finding.detail == NOT_RUN or receipt is None:
        return lines[0]
    unwanted = [one for one in finding.problems if receipt.expects == "pass" or one.test in receipt.broken]
    if unwanted:
        for problem in unwanted[:PROBLEMS_SHOWN]:
            lines += _indented(_about(problem))
        left = len(unwanted) - PROBLEMS_SHOWN
        lines += [f"  and {left} more"] if left > 0 else []
    elif receipt.expects == "pass" or not receipt.passed:
        lines += _indented(_without_tools(without(receipt.output, "")[0])[-OUTPUT_LINES:])
    return "\n".join(lines)


def _about(problem: Problem) -> list[str]:
    account = _without_tools(without(problem.account, "")[0])
    if len(account) > FIRST_LINES + LAST_LINES:
        account = [*account[:FIRST_LINES], "…", *account[-LAST_LINES:]]
    message = problem.message.splitlines()[:MESSAGE_LINES]
    return [problem.test, *(f"  {line}" for line in [*message, *account])]


def _without_tools(account: str) -> list[str]:
    """The lines of a trace that are about the app.

    A place in the tools' own code, with the indented lines quoted from it, helps nobody and differs by version.
    """
    kept = []
    foreign = False
    for line in account.splitlines():
        if not line[:1].isspace():
            foreign = line.startswith(ELSEWHERE)
        if line.strip() and not foreign:
            kept.append(line)
    return kept


def _indented(lines: Sequence[str]) -> list[str]:
    """Short lines; what is a secret as a whole would not be known as one when it is cut."""
    whole = without("\n".join(lines), "")[0]
    return [f"  {line}"[:LINE].rstrip() for line in whole.splitlines()]
