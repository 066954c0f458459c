"""Proof: requirement → tests → LEGOs → receipts, derived from the receipts alone. Nothing here believes a claim."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.document.model import Orchestration
from engine.document.producers import singular
from engine.gates.receipts import Receipt
from engine.legos.plan import Plan
from engine.legos.requirements import Requirement, named_requirements

WHOLE_APP_TESTS, LEGO_TESTS = "integration tests", "unit tests"
"""The roles whose tests prove: those of the whole app; each LEGO's own where a lane leaves the others out."""


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement and what shows it. Without a test and a receipt it is unproven."""

    id: str
    text: str
    legos: tuple[str, ...]
    tests: tuple[str, ...]
    receipts: tuple[str, ...]
    lacking: tuple[str, ...] = ()
    """LEGOs that do part of it and have no test to show for it, where the LEGOs' own tests have to."""

    @property
    def proven(self) -> bool:
        """Whether a passed test of a green receipt names it."""
        return bool(self.tests and self.receipts) and not self.lacking


def proven_by_legos(orchestration: Orchestration, lane: str) -> bool:
    """Whether the LEGOs' own tests have to prove the requirements: the lane leaves out the tests of the whole app."""
    role = singular(WHOLE_APP_TESTS)
    makers = [step for step in orchestration.steps() if any(singular(one.role) == role for one in step.outputs)]
    return bool(makers) and all(lane not in step.lanes for step in makers)


def proof_rows(
    requirements: Sequence[Requirement], plan: Plan, sources: Mapping[str, str], receipts: Iterable[Receipt]
) -> list[Row]:
    """A row a requirement. `sources` are the test files of the whole app, path → text; `receipts` the newest ones."""
    whole = [r for r in receipts if r.green and r.expects == "pass" and r.about is None]
    named = {r.id: tests_by_requirement(sources.values(), r.passed) for r in whole}
    rows = []
    for requirement in requirements:
        found = {id_: tests.get(requirement.id, []) for id_, tests in named.items()}
        rows.append(
            Row(
                id=requirement.id,
                text=requirement.text,
                legos=tuple(lego.name for lego in plan.legos if requirement.id in lego.requirements),
                tests=tuple(dict.fromkeys(test for tests in found.values() for test in tests)),
                receipts=tuple(id_ for id_, tests in found.items() if tests),
            )
        )
    return rows


def proof_rows_by_legos(
    requirements: Sequence[Requirement],
    plan: Plan,
    sources: Mapping[str, Mapping[str, str]],
    receipts: Iterable[Receipt],
) -> list[Row]:
    """A row a requirement, shown by each LEGO that does part of it. `sources`: LEGO → its unit tests, path → text.

    Only a receipt counts in which the LEGO was real, and with it all that it needs, directly or through others.
    """
    known = list(receipts)
    shown = {name: _shown(plan, name, sources.get(name, {}), known) for name in plan.active}
    rows = []
    for requirement in requirements:
        legos = tuple(lego.name for lego in plan.legos if requirement.id in lego.requirements)
        found = {name: by_receipt for name in legos if (by_receipt := shown.get(name, {}).get(requirement.id))}
        rows.append(
            Row(
                id=requirement.id,
                text=requirement.text,
                legos=legos,
                tests=tuple(dict.fromkeys(test for one in found.values() for tests in one.values() for test in tests)),
                receipts=tuple(dict.fromkeys(id_ for one in found.values() for id_ in one)),
                lacking=tuple(name for name in legos if name in shown and name not in found),
            )
        )
    return rows


def _shown(
    plan: Plan, lego: str, sources: Mapping[str, str], receipts: Sequence[Receipt]
) -> dict[str, dict[str, list[str]]]:
    """Requirement id → receipt id → the LEGO's tests that name it and passed there, with everything real."""
    needed = {lego, *plan.closure(lego)}
    found: dict[str, dict[str, list[str]]] = {}
    for receipt in receipts:
        all_real = receipt.real is None or needed <= set(receipt.real)
        if receipt.about != lego or not receipt.green or receipt.expects != "pass" or not all_real:
            continue
        for id_, tests in tests_by_requirement(sources.values(), receipt.passed).items():
            found.setdefault(id_, {})[receipt.id] = tests
    return found


def tests_by_requirement(sources: Iterable[str], tests: Iterable[str]) -> dict[str, list[str]]:
    """Requirement id → the tests that name it, in their name or in their text."""
    by_name: dict[str, list[str]] = {}
    for test in sorted(tests):
        by_name.setdefault(_bare(test), []).append(test)
    if not by_name:
        return {}
    anyone = re.compile(r"\b(" + "|".join(sorted(map(re.escape, by_name), key=len, reverse=True)) + r")\b")
    found: dict[str, list[str]] = {}
    for source in sources:
        for start in anyone.finditer(source):
            for id_ in named_requirements(_text_of(source, start.start())):
                known = found.setdefault(id_, [])
                known += [test for test in by_name[start[1]] if test not in known]
    return found


def _text_of(source: str, start: int) -> str:
    """A test's text: from its name to the next line that begins as its own does (`def `, `    it(`)."""
    beginning = source[source.rfind("\n", 0, start) + 1 : start]
    end = source.find("\n" + beginning, start) if beginning else -1
    return source[start : end if end >= 0 else len(source)]


def _bare(test: str) -> str:
    """`tests.integration.test_app::test_adds[two]` → `test_adds`."""
    return test.rpartition("::")[2].partition("[")[0]


def render_proof(rows: Sequence[Row], by_legos: bool = False) -> str:
    """PROOF.md: no date, no duration, no commit, so that equal work gives equal text."""
    proven = sum(row.proven for row in rows)
    lines = [
        "# Proof",
        "",
        f"{proven} of {len(rows)} requirements are shown by passed tests that name them. Written by the engine from",
        "its receipts; `meta prove` runs every one of them again.",
        "",
    ]
    if by_legos:
        lines += [
            "The tests are those of the LEGOs, run with everything real that each needs; there are none of the whole",
            "app in this lane.",
            "",
        ]
    for row in rows:
        lines += [f"## {row.id}", "", row.text, ""]
        lines.append(f"- Built by: {', '.join(row.legos) or 'nobody'}")
        lines.append(f"- Receipts: {', '.join(f'`{r}`' for r in row.receipts) or 'none'}")
        lines += [f"- Test: `{test}`" for test in row.tests]
        if not row.proven:
            whose = f" of {' or '.join(row.lacking)}" if row.lacking else ""
            lines.append(f"- Unproven: no passed test{whose} names it")
        lines.append("")
    return "\n".join(lines)


OF_ONE_RUN: dict[str, Any] = {"commit": "", "at": "", "duration": 0.0, "output": ""}
"""Fields of a receipt that differ each time the same work is done (a commit's id holds its time) → what stands for them
where a receipt is read that has none.
"""


def proof_document(rows: Sequence[Row], receipts: Iterable[Receipt]) -> dict[str, Any]:
    """proof.json: what a clone needs to prove itself. As PROOF.md it is the same for equal work."""
    return {
        "schema_version": 1,
        "requirements": [
            {"id": r.id, "tests": list(r.tests), "legos": list(r.legos), "receipts": list(r.receipts)} for r in rows
        ],
        "receipts": [_lasting(receipt) for receipt in receipts],
    }


def _lasting(receipt: Receipt) -> dict[str, Any]:
    """What of a receipt is the same for equal work; tests that run at once end in any order.

    Whoever proves it again takes the variables from the toolchain.
    """
    told = receipt.model_dump(mode="json", exclude={*OF_ONE_RUN, "variables"})
    return told | {name: sorted(told[name]) for name in ("passed", "failed", "skipped", "broken")}
