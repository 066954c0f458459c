"""A LEGO of kind `app` is an app of its own in `apps/<name>/`; the parent runs it as one step and takes its tree."""

from __future__ import annotations

import itertools
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.assessment import Assessment
from engine.gates.receipts import Receipt, ReceiptStore
from engine.sessions.folder import SessionFolder
from engine.sessions.processes import kill_survivors, processes_of
from engine.state.decisions import write_command, write_decision
from engine.state.lock import holder
from engine.state.models import Command, Decision, SessionFact
from engine.state.store import Store
from engine.workspace import Workspace
from tests import dying, town
from tests.git_helpers import plain_git
from tests.scripted import command, meta, patiently, start
from tests.village import (
    HAMLETS,
    hamlet,
    hamlet_tape,
    page,
    plan_of,
    sessions,
    settle,
    stopped_why,
    village,
    village_tape,
)

IN_A_HAMLET = ["barn-house-gen", "map-gen", "sign-gen"]
IN_THE_VILLAGE = ["east-house-gen", "hall-house-gen", "map-gen", "sign-gen", "west-house-gen"]
APPROVED = Decision(decision="approve")
USED = [{"t": 0.0, "kind": "usage", "input_tokens": 10, "output_tokens": 0}]


def words(assessment: Assessment) -> dict[str, str]:
    return {instance.name: instance.status for instance in assessment.instances()}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return village(tmp_path / "app")


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    return village_tape(tmp_path / "tape").path


def finished(workspace: Workspace) -> None:
    """Everything is built, each agent ran once, and what is built lies in the parent's commit."""
    assert plain_git(workspace.root, "status", "--porcelain") == "?? .meta/\n"
    assert sessions(workspace) == IN_THE_VILLAGE
    for name in HAMLETS:
        inner = hamlet(workspace, name)
        assert sessions(inner) == IN_A_HAMLET
        assert plain_git(inner.root, "status", "--porcelain") == ""
        assert list((inner.private / "worktrees").iterdir()) == []
        assert (inner.root / "houses" / "barn.md").read_text().startswith(page("barn"))
        assert tree(workspace, f"HEAD:apps/{name}") == tree(inner, "HEAD^{tree}")
    assert list((workspace.private / "worktrees").iterdir()) == []


def tree(workspace: Workspace, name: str) -> str:
    return plain_git(workspace.root, "rev-parse", name)


def facts(workspace: Workspace) -> list[SessionFact]:
    """Every session of the village and its hamlets, by the time of its start."""
    inner = [hamlet(workspace, name) for name in HAMLETS if (workspace.root / "apps" / name).exists()]
    stores = [Store.open(one.root, read_only=True) for one in (workspace, *inner)]
    found = [session for store in stores for record in store.state.records() for session in record.sessions]
    return sorted(found, key=lambda session: session.started_at)


# Built, approved, gone on with


def test_an_app_of_two_sub_apps_is_built_to_the_end_at_one_go(workspace: Workspace, tape: Path) -> None:
    said: list[str] = []
    end = settle(workspace, tape, said, yes=True)
    assert end.exit_code == 0, said
    assert set(words(end.assessment).values()) == {"done"}
    finished(workspace)
    assert any(line.startswith("east: session ") for line in said)
    assert settle(workspace, tape, yes=True).exit_code == 0
    finished(workspace)


def test_only_a_lego_of_kind_app_has_the_step_and_reads_what_it_makes(workspace: Workspace, tape: Path) -> None:
    end = settle(workspace, tape, yes=True)
    assert [name for name in words(end.assessment) if name.startswith("hamlet")] == ["hamlet_east", "hamlet_west"]
    briefs = {path.name.split("-")[2]: (path / "brief.md") for path in (workspace.private / "sessions").glob("*house*")}
    assert "Drive slowly." in briefs["east"].read_text()
    assert "Drive slowly." not in briefs["hall"].read_text()


def test_the_intent_of_a_sub_app_says_its_part_of_the_whole(workspace: Workspace, tape: Path) -> None:
    settle(workspace, tape, yes=True)
    intent = (hamlet(workspace, "east").root / "app_intent.md").read_text()
    assert intent.startswith("# east\n\nThe east.\n")
    assert "## lego_plan.json" in intent
    assert '"used_by"' in intent
    assert str(workspace.root) not in intent


def test_a_gate_of_a_sub_app_is_named_with_its_command_and_the_next_run_goes_on(
    workspace: Workspace, tape: Path
) -> None:
    settle(workspace, tape)
    write_decision(workspace.root, "map", APPROVED)
    end = settle(workspace, tape)
    assert end.exit_code == 3
    assert words(end.assessment)["hamlet_east"] == "stopped"
    assert "`meta approve map --dir apps/east`" in stopped_why(workspace, "east")
    assert any("`meta approve map --dir apps/west`" in line for line in end.told)
    assert meta("approve", "map", "--dir", workspace.root / "apps" / "east").code == 0
    end = settle(workspace, tape)
    assert end.exit_code == 3
    assert (words(end.assessment)["hamlet_east"], words(end.assessment)["house_east"]) == ("done", "done")
    assert meta("approve", "map", "--dir", workspace.root / "apps" / "west").code == 0
    assert settle(workspace, tape).exit_code == 0
    finished(workspace)


def test_who_decides_while_the_engine_runs_needs_no_other_run(workspace: Workspace, tape: Path) -> None:
    settle(workspace, tape)
    write_decision(workspace.root, "map", APPROVED)

    class Person(list[str]):
        def append(self, line: str) -> None:
            super().append(line)
            for name in HAMLETS:
                if line.startswith(f"hamlet_{name} stopped: "):
                    write_decision(workspace.root / "apps" / name, "map", APPROVED)

    said = Person()
    assert settle(workspace, tape, said).exit_code == 0, said
    finished(workspace)


def test_a_failure_in_a_sub_app_stops_its_step_while_the_siblings_go_on(workspace: Workspace, tmp_path: Path) -> None:
    tape = village_tape(tmp_path / "tape").path
    shutil.rmtree(tape / "apps" / "east")
    bad = hamlet_tape(tape, "east")
    for take in (1, 2):
        bad.session("house", lego="barn", take=take, files={"houses/barn.md": f"# Empty {take}\n"})
    end = settle(workspace, tape, yes=True)
    assert end.exit_code == 4
    assert words(end.assessment)["house_west"] == "done"
    assert "`meta retry barn --dir apps/east`" in stopped_why(workspace, "east")
    bad.session("house", lego="barn", take=3, files={"houses/barn.md": page("barn")})
    assert meta("retry", "barn", "--dir", workspace.root / "apps" / "east").code == 0
    assert settle(workspace, tape, yes=True).exit_code == 0


def test_an_engine_that_runs_in_the_sub_app_is_not_disturbed(workspace: Workspace, tape: Path) -> None:
    settle(workspace, tape)
    write_decision(workspace.root, "map", APPROVED)
    settle(workspace, tape)
    inner = hamlet(workspace, "east")
    write_decision(inner.root, "map", APPROVED)
    said: list[str] = []
    assert settle(inner, tape / "apps" / "east", said).exit_code == 0, said
    assert settle(workspace, tape, yes=True).exit_code == 0
    finished(workspace)


def test_a_sub_app_named_as_something_else_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    tape = village_tape(tmp_path / "tape").path
    hamlet_tape(tape, "east", app="hall")
    assert settle(workspace, tape, yes=True).exit_code == 4
    assert "name it 'east' in its plan" in stopped_why(workspace, "east")


def test_a_folder_in_the_way_is_left_alone_and_named(workspace: Workspace, tape: Path) -> None:
    (workspace.root / "apps" / "east").mkdir(parents=True)
    (workspace.root / "apps" / "east" / "mine.txt").write_text("mine")
    assert settle(workspace, tape, yes=True).exit_code == 4
    assert "apps/east holds something that is no workspace" in stopped_why(workspace, "east")
    shutil.rmtree(workspace.root / "apps" / "east")
    assert settle(workspace, tape, yes=True).exit_code == 0
    finished(workspace)


# Changed afterwards


def change_the_plan(workspace: Workspace) -> None:
    plan = workspace.root / "lego_plan.json"
    plan.write_text(plan.read_text().replace("The east.", "The east, by the river."))


def test_a_changed_part_makes_the_sub_app_stale_and_is_built_after_consent(
    workspace: Workspace, tmp_path: Path
) -> None:
    made = village_tape(tmp_path / "tape")
    settle(workspace, made.path, yes=True)
    change_the_plan(workspace)
    assert settle(workspace, made.path, yes=True).exit_code == 4
    assert "`meta run --refresh`" in stopped_why(workspace, "east")
    assert sessions(hamlet(workspace, "east")) == IN_A_HAMLET
    again = hamlet_tape(made.path, "east")
    again.session("map", take=2, files={"lego_plan.json": plan_of("east", ("barn", "entry", ()))})
    for house in (*HAMLETS, "hall"):
        made.session("house", lego=house, take=2, files={f"houses/{house}.md": page(house)})
    made.session("sign", take=2, files={"README.md": "# village\n\n## Welcome\n\nDrive slowly.\n"})
    end = settle(workspace, made.path, yes=True, refresh=True)
    assert words(end.assessment)["hamlet_east"] == "done", end.told
    inner = hamlet(workspace, "east")
    assert "by the river" in (inner.root / "app_intent.md").read_text()
    assert sessions(inner) == sorted([*IN_A_HAMLET, "map-gen"])
    assert sessions(hamlet(workspace, "west")) == IN_A_HAMLET


def test_an_intent_that_a_person_edited_is_not_overwritten(workspace: Workspace, tape: Path) -> None:
    settle(workspace, tape, yes=True)
    intent = hamlet(workspace, "east").root / "app_intent.md"
    intent.write_text("# east\n\nMy own words.\n")
    change_the_plan(workspace)
    said: list[str] = []
    settle(workspace, tape, said, yes=True)
    assert intent.read_text() == "# east\n\nMy own words.\n"
    assert any("apps/east/app_intent.md was edited by hand" in line for line in said)


# Killed, stopped, paused


@pytest.mark.parametrize(
    ("place", "when", "needle", "count"),
    [
        ("engine.runner.sub_app:create", "before", "", 1),
        ("engine.runner.sub_app:create", "after", "", 1),
        ("engine.sessions.folder:SessionFolder.create", "before", "apps/east", 1),
        ("engine.sessions.folder:SessionFolder.create", "after", "apps/east", 2),
        ("engine.sessions.pool:LocalPool.submit", "after", "", 3),
        ("engine.runner.sub_app:graft", "before", "", 1),
        ("engine.runner.sub_app:graft", "after", "", 2),
        ("engine.git:Repository.fast_forward", "before", "", 5),
        ("engine.git:Repository.fast_forward", "after", "", 6),
    ],
)
def test_an_engine_killed_in_the_middle_of_a_sub_app_goes_on_where_it_was(
    workspace: Workspace, tape: Path, place: str, when: str, needle: str, count: int
) -> None:
    run = ["run", str(workspace.root), "--runtime", "replay", "--tape", str(tape), "--yes", "--lane", "tiny"]
    words_to_die = [sys.executable, dying.__file__, place, when, needle, str(count), *run]
    done = subprocess.run(words_to_die, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr
    said: list[str] = []
    assert settle(workspace, tape, said, yes=True).exit_code == 0, said
    finished(workspace)


def when_said(start: str, act: Callable[[], object]) -> list[str]:
    """A list of what was said; `act` is called at the first line that begins so."""

    class Ear(list[str]):
        def append(self, line: str) -> None:
            first = line.startswith(start) and not any(one.startswith(start) for one in self)
            super().append(line)
            if first:
                act()

    return Ear()


def slow_east(tape: Path) -> None:
    """The first session of the east takes ten minutes."""
    slow = [{"t": 600.0, "kind": "text", "text": "drawn"}]
    files = {"lego_plan.json": plan_of("east", ("barn", "entry", ()))}
    hamlet_tape(tape, "east").session("map", files=files, events=slow)


def test_stop_ends_the_sessions_of_sub_apps_too(workspace: Workspace, tape: Path) -> None:
    slow_east(tape)
    stop = when_said("east: session ", lambda: write_command(workspace.root, Command(command="stop")))
    assert settle(workspace, tape, stop, yes=True, speed="1").exit_code == 130
    record = Store.open(hamlet(workspace, "east").root, read_only=True).state.record("map")
    assert record is not None
    assert [session.outcome for session in record.sessions] == ["interrupted"]
    assert settle(workspace, tape, yes=True).exit_code == 0


def test_an_interrupted_engine_ends_at_once_and_the_sessions_of_sub_apps_live_on(
    workspace: Workspace, tape: Path, tmp_path: Path
) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored here, it would be ignored by the engine too
    slow_east(tape)
    run = ["run", workspace.root, "--runtime", "replay", "--tape", tape, "--yes", "--lane", "tiny", "--speed", "1"]
    engine = start(tmp_path / "log", command(*run))
    patiently(lambda: list(workspace.root.glob("apps/east/.orchestrator/sessions/*/pid.json")))
    engine.send_signal(signal.SIGINT)
    assert engine.wait(60) == 130, (tmp_path / "log").read_text()
    (session,) = (hamlet(workspace, "east").private / "sessions").iterdir()
    assert processes_of(SessionFolder(session))
    assert holder(hamlet(workspace, "east").root) is None
    kill_survivors(SessionFolder(session))


def test_pause_holds_sub_apps_too_and_go_on_lets_them_go(workspace: Workspace, tape: Path) -> None:
    pause = when_said("east: session ", lambda: write_command(workspace.root, Command(command="pause")))
    end = settle(workspace, tape, pause, yes=True)
    assert end.ending == "paused"
    assert len(facts(workspace)) < len(IN_THE_VILLAGE) + 2 * len(IN_A_HAMLET)
    assert settle(workspace, tape, yes=True).exit_code == 0
    finished(workspace)


# Shared with the parent


def test_no_more_sessions_run_at_once_than_were_allowed_to_the_whole(workspace: Workspace, tape: Path) -> None:
    assert settle(workspace, tape, yes=True, jobs=1).exit_code == 0
    finished(workspace)
    found = facts(workspace)
    assert all(one.ended_at and one.ended_at <= two.started_at for one, two in itertools.pairwise(found))


def test_a_cap_on_the_run_counts_what_sub_apps_use(workspace: Workspace, tape: Path) -> None:
    for events in tape.glob("**/events.jsonl"):
        events.write_text("".join(json.dumps(one) + "\n" for one in USED))
    end = settle(workspace, tape, yes=True, jobs=1, max_tokens=25)
    assert end.exit_code == 4
    assert sum(session.tokens or 0 for session in facts(workspace)) == 30
    assert settle(workspace, tape, yes=True).exit_code == 0
    finished(workspace)


def test_a_recording_holds_the_sessions_of_sub_apps_below_its_own(
    workspace: Workspace, tape: Path, tmp_path: Path
) -> None:
    settle(workspace, tape, yes=True, record=tmp_path / "again")
    heads = sorted(
        path.parent.relative_to(tmp_path / "again").as_posix() for path in tmp_path.glob("again/**/tape.json")
    )
    assert heads == [".", "apps/east", "apps/west"]


def test_a_plan_of_too_many_legos_is_refused_with_the_way_out(workspace: Workspace, tape: Path) -> None:
    houses = [(f"house_{number}", "component", ()) for number in range(50)]
    made = village_tape(tape)
    for take in (1, 2):
        made.session(
            "map", take=take, files={"lego_plan.json": plan_of(f"village_{take}", *houses, ("hall", "entry", ()))}
        )
    end = settle(workspace, tape, yes=True)
    assert end.exit_code == 4
    record = Store.open(workspace.root, read_only=True).state.record("map")
    assert record is not None
    assert '51 LEGOs, more than 50: group them into sub-apps, each one LEGO of kind "app"' in record.evidence[-1]


# In Python, with the parent's contract tests on the real thing


def test_the_contract_tests_of_the_parent_run_against_the_real_sub_apps(tmp_path: Path) -> None:
    workspace = village(tmp_path / "app", town.DOCUMENT)
    said: list[str] = []
    end = settle(workspace, town.town_tape(tmp_path / "tape"), said, yes=True)
    assert end.exit_code == 0, said
    assert plain_git(workspace.root, "status", "--porcelain") == "?? .meta/\n"
    merged = [one for one in receipts(workspace) if one.step == "merge"]
    assert {one.lego: one.real for one in merged} == {
        "bakery": ["bakery"],
        "mill": ["mill"],
        "square": ["bakery", "mill", "square"],
    }
    assert all(one.green and "test_it_answers" in str(one.passed) for one in merged)
    assert {"apps/bakery/", "apps/mill/"} <= set(next(one.scope for one in merged if one.lego == "square"))
    (whole,) = [one for one in receipts(workspace) if one.step == "whole"]
    assert whole.green


def test_what_the_sub_app_really_does_decides_and_not_its_fake(tmp_path: Path) -> None:
    workspace = village(tmp_path / "app", town.DOCUMENT)
    end = settle(workspace, town.town_tape(tmp_path / "tape", baked=5), yes=True)
    assert end.exit_code == 4
    record = Store.open(workspace.root, read_only=True).state.record("code", "bakery")
    assert record is not None
    assert "assert 5 == 3" in record.evidence[-1]
    assert words(end.assessment)["merge_mill"] == "done"


def receipts(workspace: Workspace) -> list[Receipt]:
    return list(ReceiptStore(workspace.root).latest().values())
