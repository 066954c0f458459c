"""The LEGO plan and the requirements document: what is read from them, and what is said about mistakes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.legos.plan import Plan, PlanError, parse_plan, plan_rows
from engine.legos.requirements import (
    named_requirements,
    parse_requirements,
    requirement_changes,
    rows,
    without_review_notes,
)


def lego(name: str, *dependencies: str, **fields: Any) -> dict[str, Any]:
    kind = "entry" if name == "cli" else "component"
    return {"name": name, "purpose": f"Is {name}.", "kind": kind, "dependencies": list(dependencies)} | fields


def text(*legos: dict[str, Any], **fields: Any) -> str:
    return json.dumps({"schema_version": 1, "app": "notes", "legos": list(legos)} | fields)


def problems(source: str) -> list[str]:
    with pytest.raises(PlanError) as caught:
        parse_plan(source)
    assert all(problem in str(caught.value) for problem in caught.value.problems)
    return caught.value.problems


@pytest.fixture
def diamond() -> Plan:
    return parse_plan(
        text(
            lego("cli", "report", "ledger"),
            lego("report", "store"),
            lego("ledger", "store"),
            lego("store", "clock"),
            lego("clock"),
            lego("alone"),
        )
    )


def test_the_order_puts_dependencies_first_and_otherwise_keeps_the_order_of_the_file(diamond: Plan) -> None:
    assert diamond.order() == ["clock", "store", "report", "ledger", "cli", "alone"]


def test_the_closure_is_all_that_a_lego_needs_in_order(diamond: Plan) -> None:
    assert diamond.closure("ledger") == ["clock", "store"]
    assert diamond.closure("cli") == ["clock", "store", "report", "ledger"]
    assert diamond.closure("alone") == []


def test_dependents_are_the_direct_ones(diamond: Plan) -> None:
    assert diamond.dependents("store") == ["report", "ledger"]
    assert diamond.dependents("cli") == []


def test_the_entry_is_the_lego_of_that_kind(diamond: Plan) -> None:
    assert diamond.entry == "cli"


def test_fields_left_out_have_their_default(diamond: Plan) -> None:
    alone = diamond.lego("alone")
    assert (alone.decision, alone.size, alone.requirements, alone.packages) == ("NEW", "M", [], [])


def test_a_retired_lego_is_no_part_of_the_app() -> None:
    plan = parse_plan(text(lego("cli"), lego("old", decision="RETIRE", packages=["httpx"])))
    assert plan.active == ["cli"]
    assert plan.names == ["cli", "old"]
    assert plan.packages() == []


def test_the_rows_of_a_lego_are_itself_and_the_purpose_of_its_neighbours(diamond: Plan) -> None:
    part = json.loads(plan_rows(diamond, "store"))
    assert part["lego"]["name"] == "store"
    assert part["dependencies"] == [{"name": "clock", "purpose": "Is clock."}]
    assert [user["name"] for user in part["used_by"]] == ["report", "ledger"]
    assert "alone" not in plan_rows(diamond, "store")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", "It is not JSON (line 1, column 1: Expecting value)."),
        ("[1]", "It must be one JSON object"),
        (text(), "The plan has no LEGO"),
        (text(lego("cli"), schema_version=2), '"schema_version" must be 1.'),
        (text(lego("cli"), legos="cli"), '"legos" must be a list'),
        (text(lego("cli"), extra=1), 'The plan has no field "extra": remove it.'),
        (text(lego("cli"), app="Notes"), 'The app cannot be named "Notes"'),
        (text(lego("cli"), app="json"), 'The app cannot be named "json": a standard module'),
        (text(lego("cli"), app=3), '"app" must be the name of the app'),
        (text(lego("cli", colour="red")), 'LEGO "cli" has a field "colour" that a plan does not know'),
        (text(lego("cli", size="XL")), "LEGO \"cli\", field \"size\": input should be 'S', 'M' or 'L'."),
        (text(lego("cli", requirements="R-001")), 'LEGO "cli", field "requirements": input should be a valid list.'),
        (text(lego("cli"), {"name": "store", "kind": "component"}), 'LEGO "store" lacks the field "purpose".'),
        (text(lego("cli"), 7), "LEGO number 2: input should be a valid dictionary"),  # type: ignore[arg-type]
        (text(lego("cli", purpose=" ")), 'LEGO "cli" has no purpose'),
        (text(lego("cli"), lego("2fast")), 'A LEGO cannot be named "2fast": a name is small letters'),
        (text(lego("cli"), lego("class")), 'A LEGO cannot be named "class": that word is reserved.'),
        (text(lego("cli"), lego("contracts")), 'A LEGO cannot be named "contracts": that word is reserved.'),
        (text(lego("cli"), lego("request")), 'A LEGO cannot be named "request": that word is reserved.'),
        (text(lego("cli"), lego("notes")), 'A LEGO cannot be named "notes": the app has that name.'),
        (text(lego("cli"), lego("store"), lego("store")), 'The name "store" is used by 2 LEGOs'),
        (text(lego("cli", "store")), 'LEGO "cli" depends on "store", which is not in the plan.'),
        (text(lego("cli", "old"), lego("old", decision="RETIRE")), 'depends on "old", which is to be retired.'),
        (text(lego("cli", "a", "a"), lego("a")), 'LEGO "cli" lists "a" more than once in "dependencies".'),
        (text(lego("cli", requirements=["R1"])), 'names the requirement "R1": an id looks like R-001.'),
        (text(lego("cli", packages=["x @ https://e.org"])), 'names the package "x @ https://e.org"'),
        (text(lego("store")), 'No LEGO has the kind "entry"'),
        (text(lego("cli"), lego("web", kind="entry")), 'More than one LEGO has the kind "entry" (cli, web)'),
        (text(lego("cli"), lego("store", "cli")), 'Nothing may depend on the entry "cli", but "store" does.'),
        (text(lego("cli"), lego("a", "a")), "The dependencies go in a circle: a → a."),
        (text(lego("cli"), *(lego(f"l{n}") for n in range(50))), "The plan has 51 LEGOs, more than 50"),
    ],
)
def test_each_mistake_is_said_in_a_sentence(source: str, expected: str) -> None:
    found = problems(source)
    assert len(found) == 1
    assert found[0].startswith(expected) or expected in found[0]


def test_a_circle_is_shown_from_each_lego_to_what_it_depends_on() -> None:
    (problem,) = problems(text(lego("cli", "a"), lego("a", "b"), lego("b", "c"), lego("c", "a")))
    assert any(circle in problem for circle in ("a → b → c → a", "b → c → a → b", "c → a → b → c"))


def test_fifty_legos_are_allowed_and_more_are_refused_with_a_way_out() -> None:
    legos = [lego("cli"), *(lego(f"l{n}") for n in range(49))]
    assert len(parse_plan(text(*legos)).legos) == 50
    (problem,) = problems(text(*legos, lego("more")))
    assert 'sub-apps, each one LEGO of kind "app"' in problem


def test_every_mistake_is_listed_not_just_the_first() -> None:
    found = problems(text(lego("cli", "gone", size="?"), lego("Bad"), lego("a", "b"), lego("b", "a"), app="x y"))
    assert len(found) == 5


REQUIREMENTS = """# Requirements

Some words.

## Adding

- **R-001** The user can add a note,
  also an empty one.
  - Acceptance: `add x` shows 1.
- **R-002**: The user can take it back.
  - **Acceptance:** `undo`
    brings the old list.
- just a remark

## Looking

### R-010: Notes are listed

Oldest first.

- even old ones

Acceptance: `list` shows them.

```
- **R-099** is only an example
```

## More

- Something without an id
  - Acceptance: none yet

## REVIEW NOTES

- **R-500** was taken away
"""


def test_requirements_are_bullets_or_headings_that_start_with_an_id() -> None:
    found = parse_requirements(REQUIREMENTS)
    assert [(each.id, each.line) for each in found] == [("R-001", 7), ("R-002", 10), ("R-010", 17), ("", 31)]
    assert found[0].text == "The user can add a note, also an empty one."
    assert found[0].acceptance == "`add x` shows 1."
    assert found[1].text == "The user can take it back."
    assert found[1].acceptance == "`undo` brings the old list."
    assert found[2].text == "Notes are listed Oldest first."
    assert found[2].acceptance == "`list` shows them."


def test_a_bullet_with_an_acceptance_idea_but_a_malformed_id_is_a_requirement_without_id() -> None:
    (found,) = parse_requirements("- **R-1** Too short\n  - Acceptance: yes\n")
    assert found.id == ""
    assert found.acceptance == "yes"


def test_an_acceptance_idea_that_was_not_indented_still_belongs_to_the_requirement_above() -> None:
    (found,) = parse_requirements("1. **R-001** Works\n- Acceptance: it does\n")
    assert (found.id, found.acceptance) == ("R-001", "it does")


def test_a_document_without_requirements_has_none() -> None:
    assert parse_requirements("") == []
    assert parse_requirements("# Title\n\n- a remark\n") == []


def test_what_differs_between_two_versions_is_told_by_id_whatever_the_order() -> None:
    old = "- **R-001** A\n  - Acceptance: a\n- **R-002** B\n- **R-003** C\n  - Acceptance: c\n"
    new = "- **R-004** D\n- **R-003** C\n  - Acceptance: other\n- **R-001** A\n  - Acceptance: a\n"
    assert [(one.id, one.how, one.text) for one in requirement_changes(old, new)] == [
        ("R-002", "removed", "B"),
        ("R-003", "changed", "C"),
        ("R-004", "added", "D"),
    ]


def test_rows_are_the_requirements_asked_for_under_their_headings() -> None:
    part = rows(REQUIREMENTS, {"R-002", "R-010", "R-500"})
    assert "# Requirements\n\n## Adding\n\n- **R-002**" in part
    assert "brings the old list." in part
    assert "### R-010: Notes are listed" in part
    assert "- even old ones" in part
    for absent in ("R-001", "just a remark", "## More", "R-500"):
        assert absent not in part
    assert rows(REQUIREMENTS, {"R-777"}) == ""


def test_review_notes_are_no_content() -> None:
    assert without_review_notes("a\n\n## REVIEW NOTES\n\nb\n") == "a\n\n"
    assert without_review_notes("a\n") == "a\n"
    in_code = "```\n## REVIEW NOTES\n```\nb\n"
    assert without_review_notes(in_code) == in_code


def test_ids_are_found_in_names_and_docstrings_of_tests() -> None:
    source = (
        'def test_r001_a(): ...\ndef test_b_r_002(): """R-003, R004"""\ndef test_year_2024(): "error_500 R-12 r005x"\n'
    )
    assert named_requirements(source) == {"R-001", "R-002", "R-003", "R-004"}
