"""The engine is killed at any moment; the next one goes on: no agent starts twice, no work is lost, nobody helps."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from engine.sessions.folder import SessionFolder
from engine.sessions.processes import processes_of
from tests import dying
from tests.cookbook import DISHES, DOCUMENT, MENU, dish
from tests.git_helpers import plain_git
from tests.scripted import Kitchen, kitchen_with_cooks, patiently

GENS = [f"{name}-dishes-gen" for name in DISHES]
EVERYTHING = sorted(
    ["menu-gen", "menu-review", "book-gen", "book-review", *GENS, *(f"{name}-dishes-review" for name in DISHES)]
)


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    """Nothing has been done yet."""
    made = kitchen_with_cooks(tmp_path)
    yield made
    made.end()


def agents_started(kitchen: Kitchen) -> list[str]:
    """What each agent that was ever started worked on, one entry each."""
    return sorted(name.split("-", 2)[2].rpartition("-")[0] for name in kitchen.agents.starts())


def folder(kitchen: Kitchen, gen: str) -> SessionFolder:
    return SessionFolder(kitchen.session(f"{gen}-1"))


def start_three_and_kill(kitchen: Kitchen, number: int = signal.SIGKILL) -> None:
    """Three agents are at work and wait, and their engine is dead."""
    kitchen.approved()
    kitchen.agents.hold(*GENS)
    engine = kitchen.start()
    patiently(lambda: len(kitchen.agents.starts()) == 5)
    os.kill(engine.pid, number)
    engine.wait(60)


def killed_at(kitchen: Kitchen, place: str, when: str = "before", needle: str = "", count: int = 1) -> None:
    """Run the engine; it is killed at that call."""
    words = [sys.executable, dying.__file__, place, when, needle, str(count), *map(str, kitchen.words_for_run("--yes"))]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr


def finishes(kitchen: Kitchen) -> None:
    """The next engine does all that is left, and it looks as if nobody had ever been killed."""
    done = kitchen.run("--yes")
    assert done.code == 0, done
    assert set(kitchen.words.values()) == {"done"}
    assert agents_started(kitchen) == EVERYTHING
    assert plain_git(kitchen.root, "status", "--porcelain") == "?? .meta/\n"
    assert list((kitchen.root / ".orchestrator" / "worktrees").iterdir()) == []
    for name in DISHES:
        assert (kitchen.root / "dishes" / f"{name}.md").read_text().startswith(dish(name))
        assert kitchen.record("dishes", name).failure_count == 0


def finishes_the_menu(kitchen: Kitchen) -> None:
    """As `finishes`, where no dish was begun."""
    done = kitchen.run("--yes", "--until", 0)
    assert done.code == 0, done
    assert kitchen.words["menu"] == "done"
    assert agents_started(kitchen) == ["menu-gen", "menu-review"]
    assert plain_git(kitchen.root, "status", "--porcelain") == "?? .meta/\n"
    assert (kitchen.root / "menu.md").read_text().startswith(MENU)
    assert kitchen.record("menu").failure_count == 0


# While sessions run


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_live_sessions_are_adopted_by_the_next_engine(kitchen: Kitchen, number: int) -> None:
    start_three_and_kill(kitchen, number)
    assert all(processes_of(folder(kitchen, gen)) for gen in GENS)
    engine = kitchen.start("--yes")
    patiently(lambda: kitchen.log.count("checks run in") == 2)
    kitchen.agents.go(*GENS)
    assert engine.wait(60) == 0
    finishes(kitchen)


def test_sessions_that_ended_while_no_engine_ran_are_taken_over(kitchen: Kitchen) -> None:
    start_three_and_kill(kitchen)
    kitchen.agents.go(*GENS)
    patiently(lambda: all(folder(kitchen, gen).exit() for gen in GENS))
    finishes(kitchen)


def test_an_agent_whose_host_was_killed_with_the_engine_is_adopted(kitchen: Kitchen) -> None:
    start_three_and_kill(kitchen)
    patiently(lambda: all(folder(kitchen, gen).host_pid() for gen in GENS))
    for gen in GENS:
        host = folder(kitchen, gen).host_pid()
        assert host is not None
        os.kill(host, signal.SIGKILL)
    assert all(processes_of(folder(kitchen, gen)) for gen in GENS)
    kitchen.agents.go("stew-dishes-gen")
    engine = kitchen.start("--yes")
    patiently(lambda: kitchen.record("dishes", "stew").sessions[0].outcome == "done")
    kitchen.agents.go(*GENS)
    assert engine.wait(60) == 0
    finishes(kitchen)


def test_an_agent_that_died_with_its_host_and_engine_is_started_again_with_the_same_brief(kitchen: Kitchen) -> None:
    start_three_and_kill(kitchen)
    for gen in GENS:
        for pid in processes_of(folder(kitchen, gen)):
            with suppress(ProcessLookupError):  # it ended with the one that was killed before it
                os.kill(pid, signal.SIGKILL)
    kitchen.agents.go(*GENS)
    assert kitchen.run("--yes").code == 0
    assert sorted([*EVERYTHING, *GENS]) == agents_started(kitchen)
    for gen in GENS:
        first, second = (kitchen.session(f"{gen}-{n}") / "brief.md" for n in (1, 2))
        assert first.read_text() == second.read_text()
    assert {kitchen.record("dishes", name).failure_count for name in DISHES} == {0}


# Between the journal and the agent


STARTING = {
    "written down, but no folder yet": ("engine.sessions.folder:SessionFolder.create", "before", ""),
    "a folder without its session.json": ("engine.sessions.folder:sync_folder", "before", "sessions"),
    "a folder, but no host yet": ("engine.sessions.pool:LocalPool.submit", "before", ""),
    "the lock is taken, but no host yet": ("engine.sessions.host:environment", "before", ""),
    "a host, but the lock is not handed over yet": ("subprocess:Popen", "after", "host.sh"),
    "a host, but nobody was told": ("engine.sessions.pool:LocalPool.submit", "after", ""),
}


@pytest.mark.parametrize(("place", "when", "needle"), STARTING.values(), ids=STARTING)
def test_killed_while_it_starts_a_session(kitchen: Kitchen, place: str, when: str, needle: str) -> None:
    killed_at(kitchen, place, when, needle)
    assert len(kitchen.record("menu").sessions) == 1
    finishes_the_menu(kitchen)


# Taking over and landing


TAKING_OVER = {
    "the session ended, nothing is committed": ("engine.git:Repository.commit_worktree", "before", ""),
    "its work is committed, but not written down": ("engine.git:Repository.commit_worktree", "after", ""),
    "its notes are about to be written": ("engine.state.atomic:write_all", "before", "## REVIEW NOTES"),
    "its notes are written, but not in their place": ("engine.state.atomic:write_all", "after", "## REVIEW NOTES"),
    "its notes are written, but not committed": ("engine.runner.harvest:_write", "after", ""),
    "it was checked, but not written down": ("engine.state.store:Store.commit", "before", "check_ended"),
}

LANDING = {
    "about to land": ("engine.git:Repository.fast_forward", "before", ""),
    "half of the files are there": ("engine.git.landing:put_file", "after", ""),
    "all files are there, the branch has not moved": ("engine.git:Repository._change_refs", "before", "landing"),
    "the branch has moved, the index has not": ("engine.git:Repository._change_refs", "after", "landing"),
    "it has landed, but that is not written down": ("engine.git:Repository.fast_forward", "after", ""),
    "it is written down, the state is not kept": ("engine.runner.landing:save_state", "before", ""),
}


@pytest.mark.parametrize(("place", "when", "needle"), TAKING_OVER.values(), ids=TAKING_OVER)
def test_killed_while_it_takes_work_over(kitchen: Kitchen, place: str, when: str, needle: str) -> None:
    killed_at(kitchen, place, when, needle)
    finishes_the_menu(kitchen)


@pytest.mark.parametrize(("place", "when", "needle"), LANDING.values(), ids=LANDING)
def test_killed_while_it_lands(kitchen: Kitchen, place: str, when: str, needle: str) -> None:
    killed_at(kitchen, place, when, needle)
    finishes_the_menu(kitchen)


def test_killed_in_a_landing_while_others_wait_to_land(kitchen: Kitchen) -> None:
    kitchen.approved()
    killed_at(kitchen, "engine.git.landing:put_file", "after", "cake")
    finishes(kitchen)


def test_a_commit_by_a_person_after_a_kill_in_a_landing_is_kept_and_the_work_lands_on_it(kitchen: Kitchen) -> None:
    kitchen.approved()
    killed_at(kitchen, "engine.git.landing:put_file", "before", "stew")
    (kitchen.root / "notes.txt").write_text("mine\n")
    plain_git(kitchen.root, "add", "notes.txt")
    plain_git(kitchen.root, "commit", "-qm", "mine", "--", "notes.txt")
    finishes(kitchen)
    assert (kitchen.root / "notes.txt").read_text() == "mine\n"
    assert "mine" in plain_git(kitchen.root, "log", "--format=%s")


def test_killed_with_notes_half_written_into_a_page_that_the_step_only_reads(tmp_path: Path) -> None:
    """Shopping lists are reviewed; the notes go into the recipe, which is no output of that step."""
    shopping = """## Phase 2: Shopping

What has to be bought.

- **For each**: LEGO
- **Inputs**: `dishes/{lego}.md`
- **Outputs**: `shopping/{lego}.txt`

### Gen

List it.

### Review

Correct the list.

### Exit criteria

- `shopping/{lego}.txt` exists

## Phase 3: Book"""
    kitchen = kitchen_with_cooks(tmp_path)
    text = DOCUMENT.read_text().replace("## Phase 2: Book", shopping)
    (kitchen.root / ".meta" / "AGENTS.md").write_text(text)
    for name in DISHES:
        kitchen.agents.will(f"{name}-shopping-gen", {f"shopping/{name}.txt": "salt\n"})
        kitchen.agents.will(f"{name}-shopping-review", review_notes=["pepper was missing"])
    assert kitchen.run("--yes", "--until", 1).code == 0
    killed_at(kitchen, "engine.runner.harvest:_write", "after", "pepper")
    assert kitchen.run("--yes").code == 0
    for name in DISHES:
        assert "failed" not in {session.outcome for session in kitchen.record("shopping", name).sessions}
        assert "- shopping: pepper was missing" in (kitchen.root / "dishes" / f"{name}.md").read_text()
    assert len(agents_started(kitchen)) == len(EVERYTHING) + 2 * len(DISHES)


# Again and again


@pytest.mark.parametrize(("when", "count"), [("before", 5), ("after", 6)])
def test_engines_that_live_for_a_few_events_only_build_it_together(kitchen: Kitchen, when: str, count: int) -> None:
    words = [
        "engine.state.store:Store.commit",
        when,
        "",
        str(count),
        "--again",
        *map(str, kitchen.words_for_run("--yes")),
    ]
    done = subprocess.run([sys.executable, dying.__file__, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert done.stdout.count("checks run in:") > 5
    finishes(kitchen)


def test_the_workspace_of_a_killed_engine_is_read_like_any_other(kitchen: Kitchen) -> None:
    start_three_and_kill(kitchen)
    assert {kitchen.words[f"dishes_{name}"] for name in DISHES} == {"running"}
