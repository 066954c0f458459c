"""The view is built from the engine's facts: in the words of the document, with the names of this app."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.assessment import Assessment
from engine.facts import WorkspaceFacts
from engine.state.events import CheckEnded
from engine.state.lock import EngineLock
from engine.state.models import CheckFact, CriterionFact
from engine.workspace import Workspace
from tests.planning import GARDEN, Garden, beds
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
    assert read["peas"] == ("`map.md`",)


def test_another_plan_is_told_of_though_nothing_else_changed(tmp_path: Path) -> None:
    garden, assembler = Garden(plan=beds()), Assembler(tmp_path)
    before = read_by(garden, assembler, tmp_path)
    *others, corn = beds().legos
    garden.plan = beds().model_copy(update={"legos": [*others, corn.model_copy(update={"dependencies": ["peas"]})]})
    after = read_by(garden, assembler, tmp_path)
    assert after["corn"] == ("`map.md`", "contracts of peas")
    assert after["peas"] == before["peas"]


def test_what_a_step_reads_of_all_legos_is_told_in_two_words(tmp_path: Path) -> None:
    before = "### Step: feast\n- **Lanes**: full\n- **Inputs**: `map.md`"
    garden = Garden(text=GARDEN.replace(before, f"{before}, source of {{legos}} (not shown)"), plan=beds())
    (feast,) = (step for step in Assembler(tmp_path).view(facts(garden, tmp_path)).steps if step.step == "feast")
    assert feast.inputs == ("`map.md`", "source of every LEGO (not shown)")


def test_what_was_checked_is_told_with_the_names_of_this_lego(tmp_path: Path) -> None:
    garden = Garden(plan=beds())
    sentence = "the contract of {lego} fits those of {dependencies}"
    fact = CheckFact(
        after="gen_check",
        commit="c",
        tree="t",
        passed=True,
        criteria=[CriterionFact(sentence=sentence, passed=True)],
        at=garden.now,
    )
    garden.happen(CheckEnded(step="sowing", lego="corn", check=fact, next="review"))
    view = Assembler(tmp_path).view(facts(garden, tmp_path))
    (check,) = next(step for step in view.steps if step.name == "sowing_corn").checks
    assert [criterion.sentence for criterion in check.criteria] == ["the contract of corn fits those of peas and beans"]


def test_a_phase_in_which_nothing_runs_is_not_called_running_without_an_engine(tmp_path: Path) -> None:
    told = facts(Garden(plan=beds()), tmp_path)
    first, second, *rest = told.assessment.phases
    old, *others = second.instances
    instances = (old._replace(status="stale"), *(one._replace(status="pending") for one in others))
    begun = second._replace(status="running", instances=instances)
    told = replace(told, assessment=Assessment((first, begun, *rest)))
    assert Assembler(tmp_path).view(told).phases[1].status == "stale"
    with EngineLock(tmp_path):
        assert Assembler(tmp_path).view(told).phases[1].status == "running"


def test_what_runs_is_told_in_the_order_of_the_tree(tmp_path: Path) -> None:
    garden = Garden(plan=beds())
    for lego in ("corn", "peas", "beans"):
        garden.begin("sowing", lego)
    view = Assembler(tmp_path).view(facts(garden, tmp_path))
    running = [one.lego for one in view.live]
    assert running == [step.lego for step in view.steps if step.step == "sowing"] != ["corn", "peas", "beans"]
