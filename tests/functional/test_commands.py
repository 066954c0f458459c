"""The commands of `meta`: what each does, and every documented exit code."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.errors import (
    EXIT_BROKEN_STATE,
    EXIT_DONE,
    EXIT_ERROR,
    EXIT_INTERRUPTED,
    EXIT_RUNTIME,
    EXIT_USAGE,
    EXIT_VALVE,
    EXIT_WAITING,
)
from engine.sessions.folder import SessionFolder
from engine.sessions.processes import processes_of
from engine.state.decisions import read_commands, write_command
from engine.state.lock import holder
from engine.state.models import Command
from tests.cookbook import MENU, PLAN
from tests.git_helpers import plain_git
from tests.scripted import Kitchen, command, kitchen_with_cooks, meta, patiently, start

ASKS: dict[str, Any] = {"status": "needs_input", "questions": ["How many guests?", "Any allergies?"]}

ORDER = """## Phase 0: Order

- **Action**: read intent
- **Inputs**: `app_intent.md`

### Exit criteria

- `app_intent.md` exists

"""

SHELVES = """## Phase 2: Shelves

- **Action**: scaffold
- **Inputs**: `lego_plan.json`
- **Outputs**: shared files
"""


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    """A kitchen in which everything goes well; nothing has been done yet."""
    made = kitchen_with_cooks(tmp_path)
    yield made
    made.end()


def sessions(kitchen: Kitchen) -> list[str]:
    return [name.split("-", 2)[2] for name in kitchen.agents.starts()]


# Exit codes of a run


def test_a_run_that_builds_everything_ends_with_0(kitchen: Kitchen) -> None:
    done = kitchen.run("--yes")
    assert (done.code, done.lines[-1], done.err) == (EXIT_DONE, "done: the app is built", "")
    assert set(kitchen.words.values()) == {"done"}
    assert list((kitchen.root / ".orchestrator" / "worktrees").iterdir()) == []


def test_a_finished_app_is_left_alone_by_the_next_run(kitchen: Kitchen) -> None:
    kitchen.run("--yes")
    head, started = plain_git(kitchen.root, "rev-parse", "HEAD"), kitchen.agents.starts()
    assert kitchen.run().code == EXIT_DONE
    assert (plain_git(kitchen.root, "rev-parse", "HEAD"), kitchen.agents.starts()) == (head, started)


def test_a_run_until_a_phase_ends_there_with_0(kitchen: Kitchen) -> None:
    done = kitchen.run("--yes", "--until", "0")
    assert (done.code, done.lines[-1]) == (EXIT_DONE, "done as far as asked")
    assert (kitchen.words["menu"], kitchen.words["dishes_soup"]) == ("done", "ready")
    assert sessions(kitchen) == ["menu-gen-1", "menu-review-1"]


def test_adapters_of_ones_own_are_found_on_a_path_too(kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("META_ADAPTER_PATH", f"/nowhere:{kitchen.agents.home}")
    assert meta("run", kitchen.root, "--runtime", "scripted").code == EXIT_WAITING
    assert sessions(kitchen) == ["menu-gen-1", "menu-review-1"]
    assert "adapter-path" not in meta("run", "--help").out


def test_a_run_that_waits_ends_with_3_and_says_which_command_goes_on(kitchen: Kitchen) -> None:
    waits = kitchen.run()
    assert waits.code == EXIT_WAITING
    assert waits.lines[-2:] == ["waiting for you:", "  `meta approve menu` approves it"]


def test_a_run_stopped_by_a_valve_ends_with_4_and_retry_goes_on(kitchen: Kitchen) -> None:
    kitchen.agents.will("menu-gen", script='echo "no idea $(grep -c . "$mine/../starts")" >&2; exit 1')
    failed = kitchen.run()
    assert failed.code == EXIT_VALVE
    assert "menu failed: failed 3 times: no idea 3. `meta retry menu` tries again" in failed.out
    assert sessions(kitchen) == ["menu-gen-1", "menu-gen-2", "menu-gen-3"]
    again = meta("retry", "menu", "--dir", kitchen.root)
    assert (again.code, again.lines) == (0, [f"menu will be tried again. `meta run {kitchen.root}` goes on."])
    kitchen.agents.will("menu-gen", {"menu.md": MENU, "lego_plan.json": "{}"})
    assert kitchen.run().code == EXIT_VALVE
    assert "lego_plan.json" in kitchen.record("menu").evidence[-1]


def test_the_same_failure_on_the_same_files_stops_before_the_third_attempt(kitchen: Kitchen) -> None:
    kitchen.agents.will("menu-gen", status="failed", summary="no idea")
    stopped = kitchen.run()
    assert stopped.code == EXIT_VALVE
    assert "menu stopped: no progress: twice the same failure on the same files: no idea" in stopped.out
    assert sessions(kitchen) == ["menu-gen-1", "menu-gen-2"]
    kitchen.agents.will("menu-gen", {"menu.md": MENU, "lego_plan.json": json.dumps(PLAN)})
    meta("retry", "menu", "--dir", kitchen.root)
    assert kitchen.run().code == EXIT_WAITING


def test_a_run_without_a_working_runtime_ends_with_5_and_the_next_goes_on_where_it_was(kitchen: Kitchen) -> None:
    kitchen.agents.will("menu-review", script="exit 11")
    trouble = kitchen.run()
    assert trouble.code == EXIT_RUNTIME
    assert "the runtime is not logged in" in trouble.out
    kitchen.agents.will("menu-review")
    assert kitchen.run().code == EXIT_WAITING
    assert sessions(kitchen) == ["menu-gen-1", "menu-review-1", "menu-review-2"]
    assert kitchen.record("menu").failure_count == 0


def test_a_broken_state_ends_with_6_and_says_how_to_repair_it(kitchen: Kitchen) -> None:
    (kitchen.root / ".orchestrator" / "orchestrator_state.json").write_text("{")
    for broken in (kitchen.run(), meta("status", kitchen.root)):
        assert broken.code == EXIT_BROKEN_STATE
        assert "orchestrator_state.json: is not valid JSON" in broken.err
        assert "Repair it with: meta doctor --rebuild" in broken.err
    assert meta("doctor", kitchen.root).code == EXIT_ERROR
    assert meta("doctor", "--rebuild", kitchen.root).code == EXIT_DONE
    assert kitchen.run().code == EXIT_WAITING


# Deciding


def test_approve_binds_to_the_files_as_they_lie_there_now(kitchen: Kitchen) -> None:
    kitchen.run()
    (kitchen.root / "menu.md").write_text("# Menu\n\n## Courses\n\nOnly cake.\n")
    assert meta("approve", "menu", kitchen.root).code == 0
    assert kitchen.run("--until", 0).code == EXIT_DONE
    assert "Only cake." in plain_git(kitchen.root, "show", "HEAD:menu.md")
    assert kitchen.record("menu").gates[0].by == "meta approve"


def test_an_approval_of_something_that_changed_since_is_asked_for_again(kitchen: Kitchen) -> None:
    kitchen.run()
    meta("approve", "menu", kitchen.root)
    (kitchen.root / "menu.md").write_text("# Menu\n\n## Courses\n\nOnly cake.\n")
    assert kitchen.run().code == EXIT_WAITING


def test_revise_sends_the_work_back_with_the_comment(kitchen: Kitchen) -> None:
    kitchen.run()
    assert meta("revise", "menu", "-m", "Fewer courses.", "--dir", kitchen.root).code == 0
    assert kitchen.run().code == EXIT_WAITING
    assert "Fewer courses." in (kitchen.session("menu-gen-2") / "brief.md").read_text()
    record = kitchen.record("menu")
    assert (record.failure_count, [gate.decision for gate in record.gates]) == (0, ["revise"])


def test_yes_goes_on_after_a_revision(kitchen: Kitchen) -> None:
    kitchen.run()
    meta("revise", "menu", "-m", "Fewer courses.", "--dir", kitchen.root)
    assert kitchen.run("--yes", "--until", 0).code == EXIT_DONE
    assert [(gate.decision, gate.by) for gate in kitchen.record("menu").gates] == [
        ("revise", "meta revise"),
        ("approve", "--yes"),
    ]


@pytest.mark.parametrize("asks", ["menu-gen", "menu-review"])
def test_a_session_that_needs_input_is_answered_by_a_file_and_goes_on(
    kitchen: Kitchen, tmp_path: Path, asks: str
) -> None:
    once = 'if mkdir "$mine/once" 2>/dev/null; then cp "$mine/asks.json" .session/result.json; exit 0; fi'
    (kitchen.agents.home / asks / "script.sh").write_text(once)
    (kitchen.agents.home / asks / "asks.json").write_text(json.dumps(ASKS))
    waits = kitchen.run("--yes")
    assert waits.code == EXIT_WAITING
    assert "  `meta answer FILE --gate menu` answers its questions" in waits.lines
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps(["twelve", "nuts"]))
    assert meta("answer", answers, kitchen.root).lines[0].startswith("menu: 2 of 2 questions answered.")
    assert kitchen.run("--yes", "--until", 0).code == EXIT_DONE
    brief = (kitchen.session(f"{asks}-2") / "brief.md").read_text()
    assert "Question: How many guests?\nAnswer: twelve" in brief
    assert len(kitchen.record("menu").sessions) == 3


@pytest.mark.parametrize("words", [["approve", "menu"], ["revise", "menu", "-m", "shorter"]])
def test_questions_are_neither_approved_nor_revised_and_no_decision_is_written(
    kitchen: Kitchen, words: list[str]
) -> None:
    kitchen.agents.will("menu-gen", **ASKS)
    kitchen.run()
    refused = meta(*words, "--dir", kitchen.root)
    assert refused.code == EXIT_USAGE
    assert "`meta answer FILE --gate menu` answers them" in refused.err
    assert list((kitchen.root / ".orchestrator" / "decisions").iterdir()) == []


def test_a_folder_holds_no_answers(kitchen: Kitchen, tmp_path: Path) -> None:
    kitchen.agents.will("menu-gen", **ASKS)
    kitchen.run()
    refused = meta("answer", tmp_path, kitchen.root)
    assert (refused.code, "it cannot be read (Is a directory)" in refused.err) == (EXIT_USAGE, True)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "this is not JSON"),
        ('"twelve"', "expected a JSON object"),
        ('{"How many cooks?": "twelve"}', "it answers none of: How many guests?; Any allergies?"),
        ("[]", "it answers none of: How many guests?; Any allergies?"),
        ('[null, " "]', "it answers none of: How many guests?; Any allergies?"),
        (None, "there is no such file"),
    ],
)
def test_answers_that_answer_nothing_are_refused(
    kitchen: Kitchen, tmp_path: Path, content: str | None, says: str
) -> None:
    kitchen.agents.will("menu-gen", **ASKS)
    kitchen.run()
    file = tmp_path / "answers.json"
    if content is not None:
        file.write_text(content)
    refused = meta("answer", file, kitchen.root)
    assert refused.code == EXIT_USAGE
    assert str(file) in refused.err
    assert says in refused.err
    assert list((kitchen.root / ".orchestrator" / "decisions").iterdir()) == []


# Stopping, cancelling, pausing


def test_stop_ends_the_engine_and_its_sessions_and_a_later_run_goes_on(kitchen: Kitchen) -> None:
    kitchen.approved()
    dishes = [f"{name}-dishes-gen" for name in ("soup", "stew", "cake")]
    kitchen.agents.hold(*dishes)
    engine = kitchen.start()
    patiently(lambda: len(kitchen.agents.starts()) == 5)
    stopped = meta("stop", kitchen.root)
    assert stopped.lines == [f"The engine (pid {engine.pid}) stops. `meta run` goes on later."]
    assert engine.wait(60) == EXIT_INTERRUPTED
    assert "stopped; `meta run` goes on" in kitchen.log
    folders = [SessionFolder(kitchen.session(f"{name}-1")) for name in dishes]
    assert all(not processes_of(folder) for folder in folders)
    assert {kitchen.record("dishes", name).sessions[0].outcome for name in ("soup", "stew", "cake")} == {"interrupted"}
    kitchen.agents.go(*dishes)
    assert kitchen.run("--yes").code == EXIT_DONE
    assert sorted(name for name in sessions(kitchen) if "dishes-gen" in name) == sorted(
        f"{name}-{n}" for name in dishes for n in (1, 2)
    )


def test_a_stop_for_which_no_engine_was_left_does_not_stop_the_next_one(kitchen: Kitchen) -> None:
    assert meta("stop", kitchen.root).lines == ["No engine is running here."]
    assert read_commands(kitchen.root) == ([], [])
    write_command(kitchen.root, Command(command="stop"))
    assert kitchen.run().code == EXIT_WAITING


def test_a_cancelled_review_is_reviewed_again_after_a_retry_and_never_lands_unreviewed(kitchen: Kitchen) -> None:
    kitchen.agents.hold("menu-review")
    engine = kitchen.start()
    patiently(lambda: len(kitchen.agents.starts()) == 2)
    write_command(kitchen.root, Command(command="cancel", session=kitchen.agents.starts()[1]))
    assert engine.wait(60) == EXIT_VALVE
    assert (kitchen.words["menu"], kitchen.record("menu").stopped_why) == ("stopped", "cancelled by a person")
    kitchen.agents.go("menu-review")
    meta("retry", "menu", "--dir", kitchen.root)
    assert kitchen.run().code == EXIT_WAITING
    assert sessions(kitchen) == ["menu-gen-1", "menu-review-1", "menu-review-2"]


def test_a_pause_lets_running_sessions_finish_and_the_next_run_goes_on(kitchen: Kitchen) -> None:
    kitchen.agents.hold("menu-gen")
    engine = kitchen.start()
    patiently(lambda: len(kitchen.agents.starts()) == 1)
    write_command(kitchen.root, Command(command="pause"))
    patiently(lambda: kitchen.state.orchestrator.run.paused)
    kitchen.agents.go("menu-gen")
    assert engine.wait(60) == EXIT_WAITING
    assert "paused; `meta run` goes on" in kitchen.log
    assert kitchen.words["menu"] == "paused"
    assert kitchen.run().lines[-1] == "  `meta approve menu` approves it"
    assert sessions(kitchen) == ["menu-gen-1", "menu-review-1"]


def test_an_interrupted_engine_says_so_and_ends_with_130(kitchen: Kitchen) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored here, it would be ignored by the engine too
    kitchen.agents.hold("menu-gen")
    engine = kitchen.start()
    patiently(lambda: len(kitchen.agents.starts()) == 1)
    os.kill(engine.pid, signal.SIGINT)
    assert engine.wait(60) == EXIT_INTERRUPTED
    assert "interrupted; live sessions go on, and `meta run` takes them up again" in kitchen.log
    assert "Traceback" not in kitchen.log
    assert processes_of(SessionFolder(kitchen.session("menu-gen-1")))


def test_a_second_engine_is_refused_and_told_of_the_first(kitchen: Kitchen) -> None:
    kitchen.agents.hold("menu-gen")
    engine = kitchen.start()
    patiently(lambda: len(kitchen.agents.starts()) == 1)
    refused = kitchen.run()
    assert refused.code == EXIT_ERROR
    assert f"An engine already runs here: process {engine.pid} on " in refused.err
    assert "end it with `meta stop`" in refused.err
    told = json.loads(meta("status", kitchen.root, "--json").out)
    assert told["engine"] == {"running": True, "pid": engine.pid}
    kitchen.agents.go("menu-gen")
    assert engine.wait(60) == EXIT_WAITING
    assert holder(kitchen.root) is None
    assert len(kitchen.agents.starts()) == 2


# Edits by hand


def test_an_edit_makes_what_read_it_stale_and_only_refresh_does_it_again_with_the_edit(kitchen: Kitchen) -> None:
    kitchen.run("--yes")
    started = len(kitchen.agents.starts())
    (kitchen.root / "menu.md").write_text("# Menu\n\n## Courses\n\nSoup, and the cake of my grandmother.\n")
    assert {name for name, word in kitchen.words.items() if word == "stale"} == {
        "dishes_soup",
        "dishes_stew",
        "dishes_cake",
        "book",
    }
    asked = kitchen.run()
    assert asked.code == EXIT_WAITING
    assert "  menu.md changed after approval; `meta approve menu` approves it" in asked.lines
    assert len(kitchen.agents.starts()) == started
    assert plain_git(kitchen.root, "diff", "--name-only") == "menu.md\n"
    assert meta("approve", "menu", kitchen.root).code == EXIT_DONE
    assert kitchen.run().code == EXIT_DONE
    assert len(kitchen.agents.starts()) == started
    assert kitchen.run("--refresh").code == EXIT_DONE
    assert len(kitchen.agents.starts()) == started + 8
    assert set(kitchen.words.values()) == {"done"}
    assert "grandmother" in plain_git(kitchen.root, "show", "HEAD:menu.md")
    assert "grandmother" in (kitchen.session("soup-dishes-gen-2") / "brief.md").read_text()


def test_an_action_runs_again_by_itself_on_what_a_person_edited_once(kitchen: Kitchen) -> None:
    document = kitchen.root / ".meta" / "AGENTS.md"
    kept, _, _ = document.read_text().partition("## Phase 1: Dishes")
    document.write_text(
        kept.replace("## Phase 0", "## Phase 1").replace("## Phase 1", ORDER + "## Phase 1", 1) + SHELVES
    )
    assert kitchen.run("--yes").code == EXIT_DONE
    (kitchen.root / "app_intent.md").write_text("A menu of four courses.\n")
    plan = kitchen.root / "lego_plan.json"
    plan.write_text(plan.read_text().replace("First course.", "The first of four courses."))
    again = kitchen.run("--yes")
    assert again.code == EXIT_DONE
    assert [line for line in again.lines if line.startswith("again: ")] == [
        "again: order: app_intent.md changed",
        "again: shelves: lego_plan.json changed",
    ]
    assert kitchen.words == {"order": "done", "menu": "stale", "shelves": "stale"}
    assert plain_git(kitchen.root, "status", "--porcelain") == "?? .meta/\n"
    assert "four" in plain_git(kitchen.root, "show", "HEAD:app_intent.md")
    assert "four" in plain_git(kitchen.root, "show", "HEAD:lego_plan.json")


# Looking


def test_status_names_every_phase_and_what_waits(kitchen: Kitchen) -> None:
    fresh = meta("status", kitchen.root)
    assert fresh.lines[1:] == ["○  0 Menu: ready", "·  1 Dishes: pending", "·  2 Book: pending"]
    kitchen.run()
    assert "◆  0 Menu: waiting_approval" in meta("status", kitchen.root).lines
    assert "waiting for you: menu: meta approve menu" in meta("status", kitchen.root).lines


def test_status_as_json_has_a_schema_version_and_the_same_words(kitchen: Kitchen) -> None:
    kitchen.run()
    told = json.loads(meta("status", "--json", "--dir", kitchen.root).out)
    assert told["schema_version"] == 1
    assert told["engine"] == {"running": False, "pid": None}
    menu = told["phases"][0]["instances"][0]
    assert (menu["name"], menu["status"], menu["gate"]) == ("menu", "waiting_approval", "menu")
    assert [waiting["gate"] for waiting in told["waiting"]] == ["menu"]
    assert told["budget"]["sessions"] == 2
    assert told["budget"]["tokens"] is None


def test_looking_changes_nothing(kitchen: Kitchen) -> None:
    kitchen.run()
    before = {path: path.stat().st_mtime_ns for path in kitchen.root.rglob("*")}
    for words in (["status"], ["status", "--json"], ["doctor"]):
        assert meta(*words, kitchen.root).code == EXIT_DONE
    assert meta("log", "--dir", kitchen.root).code == EXIT_DONE
    assert {path: path.stat().st_mtime_ns for path in kitchen.root.rglob("*")} == before


def test_what_follows_the_journal_ends_with_130_at_ctrl_c(kitchen: Kitchen, tmp_path: Path) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored here, it would be ignored there too
    said = tmp_path / "said"
    following = start(said, command("log", "--follow", "--dir", kitchen.root))
    patiently(lambda: said.stat().st_size)
    following.send_signal(signal.SIGINT)
    assert following.wait(60) == EXIT_INTERRUPTED
    assert said.read_text().endswith("interrupted\n")


def test_log_tells_the_journal_and_what_a_session_did(kitchen: Kitchen) -> None:
    kitchen.agents.will(
        "menu-gen",
        status="failed",
        summary="no idea",
        script=('echo \'{"t": 2.5, "kind": "text", "text": "chopping"}\' >>"$2/events.jsonl"'),
    )
    kitchen.run()
    journal = meta("log", "--dir", kitchen.root).lines
    assert [line.split()[0] for line in journal] == [str(n + 1) for n in range(len(journal))]
    assert "session_started step=menu" in " ".join(journal)
    assert meta("log", "0001", "--dir", kitchen.root).lines == ["     2.5s text           chopping"]
    unknown = meta("log", "9999", "--dir", kitchen.root)
    assert (unknown.code, "no session begins with that" in unknown.err) == (EXIT_USAGE, True)


def test_doctor_says_what_is_there(kitchen: Kitchen) -> None:
    found = meta("doctor", kitchen.root)
    assert found.code == EXIT_DONE
    assert [line.split(":")[0] for line in found.lines] == ["✓ interpreter", "✓ git", "✓ sandbox", "✓ workspace"]
    assert meta("doctor", "--rebuild", kitchen.root).lines == ["every state file agrees with the journal"]


def test_every_command_takes_its_workspace_as_an_argument_or_an_option_but_not_two(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert meta("status", kitchen.root).out == meta("status", "--dir", kitchen.root).out
    monkeypatch.chdir(kitchen.root)
    assert meta("status").code == EXIT_DONE
    assert meta("status", kitchen.root, "--dir", "/elsewhere").code == EXIT_USAGE


def test_an_edit_that_nobody_has_read_yet_is_read_by_the_next_session_and_committed_as_the_persons(
    kitchen: Kitchen,
) -> None:
    assert kitchen.run("--yes", "--until", "0").code == EXIT_DONE
    edited = MENU.replace("Soup", "Cold soup")
    assert edited != MENU
    (kitchen.root / "menu.md").write_text(edited)
    assert kitchen.run("--yes").code == EXIT_DONE
    assert plain_git(kitchen.root, "show", "HEAD:menu.md") == edited.strip() + "\n"
    assert "Cold soup" in (kitchen.session("soup-dishes-gen-1") / "brief.md").read_text()


def test_brief_prints_what_a_session_would_be_told_and_what_each_part_costs(kitchen: Kitchen) -> None:
    kitchen.run("--yes")
    printed = meta("brief", "dishes_soup", kitchen.root)
    assert printed.code == EXIT_DONE
    head, _, costs = printed.out.partition("\n── ")
    assert "# Menu" in head
    assert re.match(r"\d[\d,]* of at most 6,000 tokens\n", costs)
    assert re.search(r"^ +\d+  input menu.md$", costs, re.MULTILINE)
    explained = meta("brief", "dishes_soup", kitchen.root, "--explain")
    assert f"── {costs}" == explained.out
    assert "under review" in meta("brief", "dishes_soup", kitchen.root, "--review").out


def test_brief_of_what_is_no_step_with_sessions_names_those_there_are(kitchen: Kitchen) -> None:
    refused = meta("brief", "pudding", kitchen.root)
    assert refused.code == EXIT_USAGE
    assert "pudding: no step with sessions has that name. There are: menu, " in refused.err
