"""The document is the program: a document about something else runs to its end, and nothing of it is built in."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from engine.assessment import Assessment
from engine.state.decisions import write_decision
from engine.state.models import Decision
from engine.state.store import Store
from engine.workspace import Workspace
from tests.cookbook import DISHES, cook, dish, kitchen, menu_tape


def words(assessment: Assessment) -> dict[str, str]:
    return {instance.name: instance.status for instance in assessment.instances()}


def git(workspace: Workspace, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=workspace.root, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return kitchen(tmp_path / "app")


def test_it_stops_at_the_gate_then_goes_on_and_repeats_nothing(workspace: Workspace, tmp_path: Path) -> None:
    tape = menu_tape(tmp_path / "tape").path
    end = cook(workspace, tape)
    assert end.exit_code == 3
    assert words(end.assessment)["menu"] == "waiting_approval"
    before = sorted(p.name for p in (workspace.private / "sessions").iterdir())
    write_decision(workspace.root, "menu", Decision(decision="approve"))
    end = cook(workspace, tape)
    assert end.exit_code == 0
    assert set(words(end.assessment).values()) == {"done"}
    after = sorted(p.name for p in (workspace.private / "sessions").iterdir())
    assert after[: len(before)] == before
    assert len(after) == 2 + 2 * len(DISHES) + 2


def test_what_is_built_lies_in_the_repository_and_nothing_else_is_left(workspace: Workspace, tmp_path: Path) -> None:
    assert cook(workspace, menu_tape(tmp_path / "tape").path, yes=True).exit_code == 0
    assert git(workspace, "status", "--porcelain") == "?? .meta/\n"
    assert list((workspace.private / "worktrees").iterdir()) == []
    assert (workspace.root / "dishes" / "soup.md").read_text().startswith(dish("soup"))
    notes = (workspace.root / "dishes" / "stew.md").read_text().partition("## REVIEW NOTES")[2]
    assert notes.strip() == "- dishes: stew: more salt"


def test_every_attempt_stays_reachable(workspace: Workspace, tmp_path: Path) -> None:
    cook(workspace, menu_tape(tmp_path / "tape").path, yes=True)
    refs = git(workspace, "for-each-ref", "--format=%(refname)", "refs/meta/attempts").split()
    sessions = [p.name for p in (workspace.private / "sessions").iterdir()]
    assert sorted(ref.rpartition("/")[2] for ref in refs) == sorted(sessions)


def test_a_red_check_starts_again_with_the_evidence(workspace: Workspace, tmp_path: Path) -> None:
    tape = menu_tape(tmp_path / "tape")
    tape.session("dishes", lego="soup", files={"dishes/soup.md": "# Soup\n\nNo steps here.\n"})
    tape.session("dishes", lego="soup", take=2, files={"dishes/soup.md": dish("soup")})
    assert cook(workspace, tape.path, yes=True).exit_code == 0
    record = Store.open(workspace.root, read_only=True).state.record("dishes", "soup")
    assert record is not None
    assert [(s.substep, s.attempt) for s in record.sessions] == [("gen", 1), ("gen", 2), ("review", 1)]
    brief = (workspace.session(record.sessions[1].id) / "brief.md").read_text()
    assert 'has a section "Steps"' in brief.partition("What happened before")[2]


def test_three_failures_stop_that_branch_and_its_siblings_go_on(workspace: Workspace, tmp_path: Path) -> None:
    tape = menu_tape(tmp_path / "tape")
    for take in (1, 2, 3):
        tape.session("dishes", lego="soup", take=take, files={"dishes/soup.md": f"# Soup {take}\n"})
    said: list[str] = []
    end = cook(workspace, tape.path, said, yes=True)
    assert end.exit_code == 4
    assert words(end.assessment) | {"menu": "done"} == {
        "menu": "done",
        "dishes_soup": "failed",
        "dishes_stew": "done",
        "dishes_cake": "done",
        "book": "pending",
    }
    assert any("meta retry soup" in line for line in said)


def test_a_file_outside_the_outputs_fails_the_work_and_is_named(workspace: Workspace, tmp_path: Path) -> None:
    tape = menu_tape(tmp_path / "tape")
    tape.session("dishes", lego="soup", files={"dishes/soup.md": dish("soup"), "menu.md": "mine now"})
    tape.session("dishes", lego="soup", take=2, files={"dishes/soup.md": dish("soup")})
    assert cook(workspace, tape.path, yes=True).exit_code == 0
    record = Store.open(workspace.root, read_only=True).state.record("dishes", "soup")
    assert record is not None
    assert record.sessions[0].outcome == "failed"
    assert "menu.md" in record.sessions[0].reason


def test_a_revision_is_told_to_the_next_session_and_counts_as_no_failure(workspace: Workspace, tmp_path: Path) -> None:
    tape = menu_tape(tmp_path / "tape")
    tape.session("menu", take=2, files={"menu.md": "# Menu\n\n## Courses\n\nOnly cake.\n"})
    tape.session("menu", "review", take=2)
    cook(workspace, tape.path)
    write_decision(workspace.root, "menu", Decision(decision="revise", comment="Fewer courses, please."))
    end = cook(workspace, tape.path)
    assert end.exit_code == 3
    record = Store.open(workspace.root, read_only=True).state.record("menu")
    assert record is not None
    assert record.failure_count == 0
    assert "Fewer courses, please." in (workspace.session(record.sessions[2].id) / "brief.md").read_text()
    assert "Only cake." in (workspace.root / "menu.md").read_text()


def test_an_edit_before_the_approval_is_what_is_approved(workspace: Workspace, tmp_path: Path) -> None:
    tape = menu_tape(tmp_path / "tape").path
    cook(workspace, tape)
    menu = workspace.root / "menu.md"
    menu.write_text(menu.read_text().replace("Soup, stew, cake.", "Soup, stew and my grandmother's cake."))
    write_decision(workspace.root, "menu", Decision(decision="approve"))
    assert cook(workspace, tape).exit_code == 0
    assert "grandmother" in git(workspace, "show", "HEAD:menu.md")
    soup = next(p for p in (workspace.private / "sessions").iterdir() if "soup" in p.name)
    assert "grandmother" in (soup / "brief.md").read_text()
