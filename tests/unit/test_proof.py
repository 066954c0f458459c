"""Proof: a requirement is shown by a passed test of a green receipt that names it, and by nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.gates.receipts import Receipt
from engine.legos.plan import parse_plan
from engine.legos.requirements import Requirement, parse_requirements
from engine.lifecycle import proof
from engine.lifecycle.proof import OF_ONE_RUN, proof_document, proof_rows, proof_rows_by_legos, render_proof
from tests.planning import beds

REQUIREMENTS = """# Requirements

- **R-001** It counts.
  - Acceptance: three beans are 3.
- **R-002** It forgets.
  - Acceptance: after a year it is empty.
"""

TESTS = '''
def test_counts(app):
    """R-001"""
    assert app.count() == 3


def test_forgets(app):
    # R-002: a year later
    assert app.old() == []


def test_is_quick(app):
    assert app
'''


def receipt(**fields: Any) -> Receipt:
    known: dict[str, Any] = {
        "id": "feast-test-1",
        "step": "feast",
        "sentence": "`test` of the toolchain passes for the app",
        "commit": "c",
        "scope": {"src/": "t"},
        "check": "test",
        "command": ["pytest"],
        "environment": "e",
        "sandbox": "bubblewrap",
        "exit_code": 0,
        "passed": ["tests.integration.test_app::test_counts"],
        "duration": 1.5,
        "at": "2026-01-01T00:00:00Z",
    }
    return Receipt(**{**known, **fields})


@pytest.fixture
def requirements() -> list[Requirement]:
    return parse_requirements(REQUIREMENTS)


def proven(requirements: list[Requirement], *receipts: Receipt) -> list[str]:
    rows = proof_rows(requirements, beds(), {"tests/integration/test_app.py": TESTS}, receipts)
    return [row.id for row in rows if row.proven]


def test_a_requirement_is_proven_by_a_passed_test_that_names_it(requirements: list[Requirement]) -> None:
    assert proven(requirements, receipt()) == ["R-001"]


def test_every_requirement_has_a_row_also_the_unproven_one(requirements: list[Requirement]) -> None:
    rows = proof_rows(requirements, beds(), {"a.py": TESTS}, [receipt()])
    assert [(row.id, row.tests, row.receipts) for row in rows] == [
        ("R-001", ("tests.integration.test_app::test_counts",), ("feast-test-1",)),
        ("R-002", (), ()),
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"exit_code": 1, "failed": ["tests.x::test_other"]},
        {"skipped": ["tests.x::test_other"]},
        {"passed": []},
        {"expects": "fail", "exit_code": 1, "failed": ["tests.integration.test_app::test_counts"], "passed": []},
        {"about": "peas"},
        {"conclusive": False},
    ],
)
def test_a_receipt_that_is_not_green_or_speaks_of_one_lego_proves_nothing(
    requirements: list[Requirement], fields: dict[str, Any]
) -> None:
    assert proven(requirements, receipt(**fields)) == []


def test_no_receipt_proves_nothing(requirements: list[Requirement]) -> None:
    assert proven(requirements) == []


def test_a_tests_text_ends_where_the_next_begins_and_its_parameters_are_no_part_of_its_name() -> None:
    ids = ["tests.a::test_counts[one]", "tests.a::test_counts[two]", "tests.a::test_is_quick", "tests.a::test_gone"]
    assert proof.tests_by_requirement([TESTS], ids) == {"R-001": ids[:2]}


def test_the_page_says_what_shows_each_requirement_and_holds_nothing_that_differs_between_equal_builds(
    requirements: list[Requirement],
) -> None:
    sources = {"a.py": TESTS}
    page = render_proof(proof_rows(requirements, beds(), sources, [receipt()]))
    assert "1 of 2 requirements" in page
    assert "- Test: `tests.integration.test_app::test_counts`" in page
    assert "- Unproven: no passed test names it" in page
    later = receipt(at="2027-07-07T07:07:07Z", duration=9.0, commit="d")
    assert render_proof(proof_rows(requirements, beds(), sources, [later])) == page


def test_the_document_for_a_clone_holds_the_rows_and_all_of_the_receipts_that_equal_work_has_too(
    requirements: list[Requirement],
) -> None:
    rows = proof_rows(requirements, beds(), {"a.py": TESTS}, [receipt()])
    told = proof_document(rows, [receipt()])
    assert told == proof_document(rows, [receipt(commit="c2", at="tomorrow", duration=9.0)])
    assert told["schema_version"] == 1
    assert [row["id"] for row in told["requirements"]] == ["R-001", "R-002"]
    assert [Receipt.model_validate({**OF_ONE_RUN, **one}) for one in told["receipts"]] == [receipt(**OF_ONE_RUN)]


# Where no tests of the whole app are made


def merged(lego: str, real: list[str], **fields: Any) -> Receipt:
    return receipt(**{"id": f"merge-{lego}", "about": lego, "real": real, **fields})


def shown_by_legos(*receipts: Receipt) -> dict[str, tuple[bool, tuple[str, ...]]]:
    """Requirement → whether it is proven, and which LEGOs lack a test. Both LEGOs do part of R-001."""
    plan = parse_plan(
        json.dumps(
            {
                "schema_version": 1,
                "app": "beans",
                "legos": [
                    {"name": "store", "purpose": "Keeps.", "kind": "component", "requirements": ["R-001"]},
                    {
                        "name": "cli",
                        "purpose": "Asks.",
                        "kind": "entry",
                        "requirements": ["R-001", "R-002"],
                        "dependencies": ["store"],
                    },
                ],
            }
        )
    )
    sources = {"store": {"a.py": TESTS}, "cli": {"b.py": TESTS}}
    rows = proof_rows_by_legos(parse_requirements(REQUIREMENTS), plan, sources, receipts)
    return {row.id: (row.proven, row.lacking) for row in rows}


def test_every_lego_that_does_part_of_a_requirement_has_to_show_it_by_its_own_tests() -> None:
    both = [merged("store", ["store"]), merged("cli", ["store", "cli"])]
    assert shown_by_legos(*both) == {"R-001": (True, ()), "R-002": (False, ("cli",))}
    assert shown_by_legos(both[1])["R-001"] == (False, ("store",))


@pytest.mark.parametrize(
    "fields",
    [
        {"real": ["cli"], "fake": ["store"]},
        {"exit_code": 1, "failed": ["tests.x::test_other"]},
        {"expects": "fail", "exit_code": 1, "failed": ["tests.a::test_counts"], "passed": []},
        {"about": None},
    ],
)
def test_a_lego_shows_nothing_unless_all_that_it_needs_was_real_and_green(fields: dict[str, Any]) -> None:
    known = merged("cli", **{"real": ["store", "cli"], **fields})
    assert shown_by_legos(merged("store", ["store"]), known)["R-001"] == (False, ("cli",))


def test_the_page_says_that_the_legos_own_tests_prove_and_whose_is_missing() -> None:
    row = proof.Row("R-001", "It counts.", ("store", "cli"), ("tests.a::test_counts",), ("merge-cli",), ("store",))
    page = render_proof([row], by_legos=True)
    assert "0 of 1 requirements" in page
    assert "The tests are those of the LEGOs" in page
    assert "- Unproven: no passed test of store names it" in page
