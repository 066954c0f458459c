"""Names in the places where a document speaks of a LEGO and of what it needs."""

from __future__ import annotations

import json

from engine.legos.placeholders import references_of
from engine.legos.plan import parse_plan

NEEDS: dict[str, list[str]] = {"money": [], "trip": ["money"], "cli": ["money", "trip"]}
PLAN = parse_plan(
    json.dumps(
        {
            "schema_version": 1,
            "app": "evenly",
            "legos": [
                {
                    "name": name,
                    "purpose": f"Does what {name} does.",
                    "kind": "entry" if name == "cli" else "component",
                    "requirements": [f"R-00{number}"],
                    "dependencies": needs,
                    "size": "S",
                }
                for number, (name, needs) in enumerate(NEEDS.items(), 1)
            ],
        }
    )
)
READ = (
    "design/design_{lego}.md",
    "contracts of {lego} and {dependencies}",
    "fakes of {dependencies}",
    "tests of {legos}",
)


def test_what_a_lego_reads_is_told_by_name() -> None:
    assert references_of(READ, PLAN, "cli") == (
        "design/design_cli.md",
        "contracts of cli and money and trip",
        "fakes of money and trip",
        "tests of every LEGO",
    )


def test_of_a_lego_that_needs_no_other_nothing_is_said_of_others() -> None:
    assert references_of(READ, PLAN, "money") == ("design/design_money.md", "contracts of money", "tests of every LEGO")


def test_what_is_named_twice_is_told_once() -> None:
    assert references_of(("contract of {lego}", "contract of money"), PLAN, "money") == ("contract of money",)


def test_without_a_plan_the_places_stay_as_they_are() -> None:
    assert references_of(("contracts of {lego} and {dependencies}",), None, None) == (
        "contracts of {lego} and {dependencies}",
    )
