"""The part of a document that concerns one LEGO: what it is called, and when it is the same."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from engine.document.model import Position, Reference
from engine.legos.plan import Plan, parse_plan
from engine.legos.slices import input_key, lego_of, path_of, slice_id, slice_of
from engine.planner import assess
from tests.planning import GARDEN, Garden

REQUIREMENTS = """# Requirements

## Peas

- **R-001** Peas grow.
  - Acceptance: they are green.

## Corn

- **R-002** Corn grows.
  - Acceptance: it is yellow.

## REVIEW NOTES

- map: nothing found
"""


def plan(**changes: str) -> Plan:
    """Corn needs peas; beans stand alone. Another purpose for a LEGO, or none of that."""
    needs = {"peas": ([], ["R-001"]), "beans": ([], []), "corn": (["peas"], ["R-001", "R-002"])}
    legos = [
        {
            "name": name,
            "purpose": changes.get(name, f"Grows {name}."),
            "kind": "entry" if name == "corn" else "component",
            "dependencies": dependencies,
            "requirements": ids,
        }
        for name, (dependencies, ids) in needs.items()
    ]
    return parse_plan(json.dumps({"schema_version": 1, "app": "garden", "legos": legos}))


def rows(text: str, lego: str) -> str:
    return slice_id("requirements.md", text.encode(), plan(), lego)


def test_a_key_names_the_path_and_whose_rows() -> None:
    whole = Reference("`requirements.md`", Position(1, 1), path="requirements.md")
    part = replace(whole, rows=True)
    assert input_key(whole, "requirements.md", "peas") == "requirements.md"
    assert input_key(part, "requirements.md", None) == "requirements.md"
    key = input_key(part, "requirements.md", "peas")
    assert key == "requirements.md (rows of peas)"
    assert (path_of(key), lego_of(key)) == ("requirements.md", "peas")
    assert (path_of("requirements.md"), lego_of("requirements.md")) == ("requirements.md", None)


def test_a_slice_of_the_requirements_holds_the_rows_of_that_lego_under_their_headings() -> None:
    found = slice_of("requirements.md", REQUIREMENTS, plan(), "peas")
    assert "R-001" in found
    assert "## Peas" in found
    assert "R-002" not in found
    assert "REVIEW NOTES" not in found


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("Peas grow", "Peas climb", {"peas", "corn"}),
        ("they are green", "they are sweet", {"peas", "corn"}),
        ("Corn grows", "Corn stands", {"corn"}),
        ("nothing found", "much found", set()),
        ("# Requirements\n", "# What it must do\n", {"peas", "corn"}),
    ],
)
def test_only_an_edit_of_its_own_rows_changes_a_slice(old: str, new: str, changed: set[str]) -> None:
    edited = REQUIREMENTS.replace(old, new)
    assert edited != REQUIREMENTS
    assert {lego for lego in plan().names if rows(edited, lego) != rows(REQUIREMENTS, lego)} == changed


@pytest.mark.parametrize(
    ("edited", "changed"), [("peas", {"peas", "corn"}), ("corn", {"peas", "corn"}), ("beans", {"beans"})]
)
def test_a_slice_of_the_plan_is_its_entry_and_its_neighbours(edited: str, changed: set[str]) -> None:
    now = plan(**{edited: "Something else."})
    found = {
        lego
        for lego in now.names
        if slice_id("lego_plan.json", b"", now, lego) != slice_id("lego_plan.json", b"", plan(), lego)
    }
    assert found == changed


def test_a_step_that_reads_its_rows_is_stale_by_them_and_not_by_the_others() -> None:
    sliced = GARDEN.replace("- **Inputs**: `map.md`, contracts", "- **Inputs**: `map.md` (rows of {lego}), contracts")
    garden = Garden(text=sliced)
    garden.mapped()
    keys = {name: f"map.md (rows of {name})" for name in ("peas", "beans")}
    garden.ids |= dict.fromkeys(keys.values(), "rows-1")
    for name in keys:
        garden.work("sowing", name, {f"src/garden/contracts/{name}.py": "1"})
        assert garden.record("sowing", name).inputs == {keys[name]: "rows-1"}
    garden.ids |= {"map.md": "map-2", keys["peas"]: "rows-2"}
    words = {i.name: (i.status, i.why) for i in assess(garden.snapshot).instances()}
    assert words["sowing_peas"] == ("stale", "map.md (rows of peas) changed since it ran")
    assert words["sowing_beans"] == ("done", "")
