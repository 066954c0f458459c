"""The view is built from the engine's facts: in the words of the document, with the names of this app."""

from __future__ import annotations

from pathlib import Path

from engine.facts import WorkspaceFacts
from engine.workspace import Workspace
from tests.planning import Garden, beds
from tui.assemble import Assembler


def facts(garden: Garden, root: Path) -> WorkspaceFacts:
    """What a reader of the workspace is told."""
    snapshot = garden.snapshot
    return WorkspaceFacts(Workspace(root), snapshot.orchestration, snapshot.state, garden.assessment, snapshot)


def read_by(garden: Garden, assembler: Assembler, root: Path) -> dict[str | None, tuple[str, ...]]:
    """LEGO → what its sowing reads, in words."""
    view = assembler.view(facts(garden, root))
    return {step.lego: step.inputs for step in view.steps if step.step == "sowing"}


def test_what_a_lego_reads_is_told_with_the_names_of_those_it_needs(tmp_path: Path) -> None:
    read = read_by(Garden(plan=beds()), Assembler(tmp_path), tmp_path)
    assert read["corn"] == ("`map.md`", "contracts of peas and beans")
    assert read["peas"] == ("`map.md`", "contracts of no dependencies")


def test_another_plan_is_told_of_though_nothing_else_changed(tmp_path: Path) -> None:
    garden, assembler = Garden(plan=beds()), Assembler(tmp_path)
    before = read_by(garden, assembler, tmp_path)
    *others, corn = beds().legos
    garden.plan = beds().model_copy(update={"legos": [*others, corn.model_copy(update={"dependencies": ["peas"]})]})
    after = read_by(garden, assembler, tmp_path)
    assert after["corn"] == ("`map.md`", "contracts of peas")
    assert after["peas"] == before["peas"]
