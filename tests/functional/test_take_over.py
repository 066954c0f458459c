"""Takeover: a person goes on with an agent's work by hand, in the same worktree, and hands it back."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.errors import EXIT_DONE, EXIT_ERROR, EXIT_USAGE, EXIT_VALVE
from engine.runner.context import TAKEN_OVER
from engine.sessions.folder import SessionFolder
from engine.sessions.processes import processes_of
from engine.sessions.takeover import ways_to_go_on
from engine.state.decisions import write_command
from engine.state.models import Command
from tests import dying
from tests.cookbook import dish
from tests.scripted import Kitchen, Said, kitchen_with_cooks, meta, patiently
from tests.tapes import GOOD

SOUP = "soup-dishes-gen"
AGENT_SESSION = "0199-thread of soup"
BEGUN = "# soup\n\nhalf of it, by the agent\n"
AT_WORK = f"""
mkdir -p dishes
printf '%s' '{BEGUN}' >dishes/soup.md
mkdir -p .session
echo '{json.dumps(GOOD)}' >.session/result.json
echo '{json.dumps({"t": 0.1, "kind": "started", "session": AGENT_SESSION})}' >>"$2/events.jsonl"
echo begun >"$2/begun"
tries=3000
while [ $tries -gt 0 ]; do tries=$((tries - 1)); sleep 0.02; done
"""
"""What the agent does: half of the work, a result too early, its own session id; then it is at work for a minute."""


def with_takeover(kitchen: Kitchen) -> None:
    """The adapter says by which command its agent's sessions are opened."""
    adapter = kitchen.agents.home / "scripted_adapter.sh"
    told = json.dumps({"installed": True, "takeover": ["chef", "--resume", "{session}"]})
    adapter.write_text(adapter.read_text().replace('{"installed": true}', told))


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    """The menu is approved; the agent that cooks the soup is at work for long, all others do well."""
    made = kitchen_with_cooks(tmp_path).approved()
    made.agents.will(SOUP, script=AT_WORK)
    with_takeover(made)
    yield made
    made.end()


@pytest.fixture
def engines() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Engines as processes, which do not outlive the test."""
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for engine in started:
        engine.kill()
        engine.wait(60)


Engines = list[subprocess.Popen[bytes]]


def at_work(kitchen: Kitchen, engines: Engines, *options: object) -> str:
    """Start an engine and wait until the agent has done its half; the session's id."""
    engines.append(kitchen.start("--yes", *options))
    patiently(lambda: any((kitchen.root / ".orchestrator" / "sessions").glob(f"*-{SOUP}-1/begun")))
    return kitchen.session(f"{SOUP}-1").name


def worktree(kitchen: Kitchen) -> Path:
    return kitchen.root / ".orchestrator" / "worktrees" / "soup"


def in_hands(kitchen: Kitchen) -> str:
    """The id of the session that is in a person's hands; "" if none is."""
    live = kitchen.record("dishes", "soup").in_hands
    return live.id if live and (kitchen.root / ".orchestrator" / "sessions" / live.id / "session.json").exists() else ""


def cooked_by_hand(kitchen: Kitchen) -> None:
    """The person finishes what the agent began."""
    file = worktree(kitchen) / "dishes" / "soup.md"
    file.write_text(file.read_text() + "\n## Steps\n\nThe rest, by me.\n")


def assert_nothing_was_counted(kitchen: Kitchen) -> None:
    record = kitchen.record("dishes", "soup")
    assert (record.failure_count, record.interruptions, record.taken) == (0, 0, "")
    assert record.sessions[0].outcome == "interrupted"
    assert [s.runtime for s in record.sessions[:2]] == ["scripted", "handoff"]


def all_done(kitchen: Kitchen) -> None:
    """Everything was made, the soup with the hands of both."""
    assert set(kitchen.words.values()) == {"done"}
    assert "half of it, by the agent" in (kitchen.root / "dishes" / "soup.md").read_text()
    assert "The rest, by me." in (kitchen.root / "dishes" / "soup.md").read_text()
    assert [s.substep for s in kitchen.record("dishes", "soup").sessions] == ["gen", "gen", "review"]
    assert_nothing_was_counted(kitchen)


def test_an_agents_work_is_taken_over_finished_by_hand_and_handed_back(kitchen: Kitchen, engines: Engines) -> None:
    session = at_work(kitchen, engines)
    said = meta("take-over", session, kitchen.root)
    mine = in_hands(kitchen)
    assert said.code == 0, said
    assert said.lines == [
        f"{mine} is in your hands. Go on so:",
        f"  cd {worktree(kitchen)} && chef --resume {shlex.quote(AGENT_SESSION)}",
        f"  the task: {kitchen.session(f'{SOUP}-1') / 'brief.md'}",
        f"When it is done: meta hand-back {mine}",
    ]
    assert mine.endswith(f"-{SOUP}-2")
    assert processes_of(SessionFolder(kitchen.session(f"{SOUP}-1"))) == set()
    assert (worktree(kitchen) / "dishes" / "soup.md").read_text() == BEGUN
    assert not (worktree(kitchen) / ".session" / "result.json").exists()
    briefs = [(kitchen.session(f"{SOUP}-{n}") / "brief.md").read_text() for n in (1, 2)]
    assert briefs[0] == briefs[1]
    assert kitchen.words["dishes_soup"] == "running"
    assert f"in your hands: {mine}: meta hand-back {mine}" in meta("status", kitchen.root).lines
    cooked_by_hand(kitchen)
    back = meta("hand-back", mine, kitchen.root)
    assert back.lines[0] == 'No .session/result.json was written: it counts as "done by hand", confidence 1.0.'
    assert engines[0].wait(60) == EXIT_DONE
    all_done(kitchen)
    fact = kitchen.record("dishes", "soup").sessions[1]
    assert (fact.summary, fact.confidence) == ("done by hand", 1.0)
    assert list((kitchen.root / ".orchestrator" / "worktrees").iterdir()) == []


def test_siblings_go_on_and_even_with_one_job_nothing_waits_for_the_hands(kitchen: Kitchen, engines: Engines) -> None:
    session = at_work(kitchen, engines, "--jobs", "1")
    assert meta("take-over", session, kitchen.root).code == 0
    patiently(lambda: [kitchen.words[f"dishes_{name}"] for name in ("stew", "cake")] == ["done", "done"])
    assert kitchen.words["dishes_soup"] == "running"


def test_a_result_of_the_persons_own_counts_and_a_malformed_one_is_refused(kitchen: Kitchen, engines: Engines) -> None:
    assert meta("take-over", at_work(kitchen, engines), kitchen.root).code == 0
    cooked_by_hand(kitchen)
    answer = worktree(kitchen) / ".session" / "result.json"
    answer.write_text("{")
    refused = meta("hand-back", in_hands(kitchen), kitchen.root)
    assert refused.code == EXIT_ERROR
    assert "stays in your hands: result.json is not JSON" in refused.err
    answer.write_text(json.dumps({**GOOD, "summary": "I tasted it.", "confidence_score": 0.7}))
    assert meta("hand-back", in_hands(kitchen), kitchen.root).lines == [
        f"{in_hands(kitchen)} is handed back. The engine that runs here takes it up."
    ]
    assert engines[0].wait(60) == EXIT_DONE
    fact = kitchen.record("dishes", "soup").sessions[1]
    assert (fact.summary, fact.confidence) == ("I tasted it.", 0.7)


def test_what_cannot_be_done_by_hand_is_a_failure_with_its_reason(kitchen: Kitchen, engines: Engines) -> None:
    assert meta("take-over", at_work(kitchen, engines), kitchen.root).code == 0
    kitchen.agents.will(SOUP, {"dishes/soup.md": dish("soup")})
    mine = in_hands(kitchen)
    for words in (["--failed"], ["-m", "no salt left"], ["--failed", "-m", " "]):
        assert meta("hand-back", mine, *words, "--dir", kitchen.root).code == EXIT_USAGE
    assert meta("hand-back", mine, "--failed", "-m", "no salt left", "--dir", kitchen.root).code == 0
    assert engines[0].wait(60) == EXIT_DONE
    fact = kitchen.record("dishes", "soup").sessions[1]
    assert (fact.outcome, fact.reason) == ("failed", "no salt left")
    assert "no salt left" in (kitchen.session(f"{SOUP}-3") / "brief.md").read_text()


def test_the_files_are_owned_and_checked_as_ever(kitchen: Kitchen, engines: Engines) -> None:
    assert meta("take-over", at_work(kitchen, engines), kitchen.root).code == 0
    kitchen.agents.will(SOUP, {"dishes/soup.md": dish("soup")})
    (worktree(kitchen) / "menu.md").write_text("mine now")
    assert meta("hand-back", in_hands(kitchen), kitchen.root).code == 0
    assert engines[0].wait(60) == EXIT_DONE
    assert "wrote menu.md: not among the outputs" in kitchen.record("dishes", "soup").sessions[1].reason


def test_stop_leaves_it_waiting_and_the_next_engine_goes_on_with_it(kitchen: Kitchen, engines: Engines) -> None:
    assert meta("take-over", at_work(kitchen, engines), kitchen.root).code == 0
    mine = in_hands(kitchen)
    assert meta("stop", kitchen.root).code == 0
    engines[0].wait(60)
    assert (worktree(kitchen) / "dishes" / "soup.md").read_text() == BEGUN
    assert in_hands(kitchen) == mine
    cooked_by_hand(kitchen)
    assert meta("hand-back", mine, kitchen.root).out.endswith("` goes on.\n")
    assert kitchen.run("--yes").code == EXIT_DONE
    all_done(kitchen)


def test_a_session_can_be_taken_over_while_no_engine_runs(kitchen: Kitchen, engines: Engines) -> None:
    session = at_work(kitchen, engines)
    engines[0].kill()
    engines[0].wait(60)
    said = meta("take-over", session, kitchen.root)
    assert said.lines[0] == "No engine is running here: `meta run` ends the agent. Then go on so:"
    assert said.lines[-1] == f"When it is done: meta hand-back {session}"
    engines.append(kitchen.start("--yes"))
    patiently(lambda: in_hands(kitchen))
    cooked_by_hand(kitchen)
    assert meta("hand-back", session, kitchen.root).code == 0
    assert engines[1].wait(60) == EXIT_DONE
    all_done(kitchen)


STEPS: dict[str, tuple[str, str, str]] = {
    "before it is written down": ("engine.runner.hands:take", "before", ""),
    "written down, the agent at work": ("engine.runner.hands:cancel", "before", ""),
    "the agent told to end": ("engine.sessions.cancel:signal_groups", "before", ""),
    "the agent ended, its end not written down": ("engine.runner.sessions:harvest", "before", TAKEN_OVER),
    "its end written down, not in the hands yet": ("engine.runner.hands:give", "before", ""),
    "given, but no folder yet": ("engine.sessions.folder:SessionFolder.create", "before", f"{SOUP}-2"),
    "a folder, but nothing that waits": ("engine.runner.hands:pool", "before", ""),
    "in the hands": ("engine.runner.hands:ways_to_go_on", "before", ""),
    "back, but not marked so": ("engine.runner.hands:finish_by_hand", "before", ""),
    "marked as handed back": ("engine.runner.hands:finish_by_hand", "after", ""),
}
"""Where the engine is killed -9."""


@pytest.mark.parametrize("moment", STEPS)
def test_an_engine_that_is_killed_at_any_step_loses_nothing(kitchen: Kitchen, engines: Engines, moment: str) -> None:
    session = at_work(kitchen, engines)
    engines[0].kill()
    engines[0].wait(60)
    write_command(kitchen.root, Command(command="take_over", session=session))
    back = STEPS[moment][0].endswith("finish_by_hand")
    if back:
        engines.append(kitchen.start("--yes"))
        patiently(lambda: in_hands(kitchen))
        engines[1].kill()
        engines[1].wait(60)
        cooked_by_hand(kitchen)
        write_command(kitchen.root, Command(command="hand_back", session=in_hands(kitchen)))
    killed_at(kitchen, *STEPS[moment])
    engines.append(kitchen.start("--yes"))
    if not back:
        patiently(lambda: in_hands(kitchen))
        assert processes_of(SessionFolder(kitchen.session(f"{SOUP}-1"))) == set()
        cooked_by_hand(kitchen)
        assert meta("hand-back", in_hands(kitchen), kitchen.root).code == 0
    assert engines[-1].wait(60) == EXIT_DONE, kitchen.log
    assert "The rest, by me." in (kitchen.root / "dishes" / "soup.md").read_text()
    assert kitchen.agents.starts().count(session) == 1
    record = kitchen.record("dishes", "soup")
    assert (record.failure_count, record.interruptions, record.taken) == (0, 0, "")
    assert {s.runtime for s in record.sessions[1:-1]} == {"handoff"}


def killed_at(kitchen: Kitchen, place: str, when: str, needle: str) -> None:
    """Run the engine; it is killed at that call."""
    words = [sys.executable, dying.__file__, place, when, needle, "1", *map(str, kitchen.words_for_run("--yes"))]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr


def test_a_machine_that_goes_down_while_it_is_in_the_hands_leaves_it_there(kitchen: Kitchen, engines: Engines) -> None:
    assert meta("take-over", at_work(kitchen, engines), kitchen.root).code == 0
    mine = in_hands(kitchen)
    cooked_by_hand(kitchen)
    engines[0].kill()
    engines[0].wait(60)
    patiently(lambda: processes_of(SessionFolder(kitchen.session(f"{SOUP}-2"))))
    for pid in processes_of(SessionFolder(kitchen.session(f"{SOUP}-2"))):
        os.kill(pid, signal.SIGKILL)
    engines.append(kitchen.start("--yes"))
    patiently(lambda: processes_of(SessionFolder(kitchen.session(f"{SOUP}-2"))))
    assert meta("hand-back", mine, kitchen.root).code == 0
    assert engines[1].wait(60) == EXIT_DONE
    all_done(kitchen)


def test_a_copied_workspace_has_a_worktree_of_its_own_with_what_the_agent_left(
    kitchen: Kitchen, engines: Engines, tmp_path: Path
) -> None:
    assert meta("take-over", at_work(kitchen, engines), kitchen.root).code == 0
    assert meta("stop", kitchen.root).code == 0
    engines[0].wait(60)
    shutil.copytree(kitchen.root, tmp_path / "copy", symlinks=True)
    copy = Kitchen(tmp_path / "copy", kitchen.agents)
    engines.append(copy.start("--yes"))
    patiently(lambda: in_hands(copy).endswith("-3"))
    assert (worktree(copy) / "dishes" / "soup.md").read_text() == BEGUN
    patiently(lambda: f"cd {worktree(copy)} && chef" in kitchen.log)
    cooked_by_hand(copy)
    assert meta("hand-back", in_hands(copy), copy.root).code == 0
    assert engines[1].wait(60) == EXIT_DONE
    assert "The rest, by me." in (copy.root / "dishes" / "soup.md").read_text()
    assert (worktree(kitchen) / "dishes" / "soup.md").read_text() == BEGUN
    copy.end()


def test_what_the_agent_was_told_must_be_there_to_be_given(kitchen: Kitchen, engines: Engines) -> None:
    session = at_work(kitchen, engines)
    engines[0].kill()
    engines[0].wait(60)
    write_command(kitchen.root, Command(command="take_over", session=session))
    killed_at(kitchen, "engine.runner.hands:give", "before", "")
    kitchen.agents.will(SOUP, {"dishes/soup.md": dish("soup")})
    shutil.rmtree(kitchen.session(f"{SOUP}-1"))
    assert kitchen.run("--yes").code == EXIT_VALVE
    assert kitchen.words["dishes_soup"] == "stopped"
    assert meta("retry", "soup", kitchen.root).code == 0
    assert kitchen.run("--yes").code == EXIT_DONE


def test_a_session_that_ended_by_itself_meanwhile_is_not_taken_over(kitchen: Kitchen, engines: Engines) -> None:
    kitchen.agents.will(SOUP, {"dishes/soup.md": dish("soup")}, script='echo begun >"$2/begun"')
    kitchen.agents.hold("soup-dishes-review")
    session = at_work(kitchen, engines)
    patiently(lambda: kitchen.record("dishes", "soup").sessions[0].outcome)
    write_command(kitchen.root, Command(command="take_over", session=session))
    patiently(lambda: "there is nothing to take over" in kitchen.log)
    kitchen.agents.go("soup-dishes-review")
    assert engines[0].wait(60) == EXIT_DONE
    assert kitchen.record("dishes", "soup").taken == ""


def refused(*words: object) -> Said:
    said = meta(*words)
    assert said.code == EXIT_USAGE, said
    return said


def test_only_what_an_agent_is_at_work_on_can_be_taken_and_only_what_is_held_handed_back(
    kitchen: Kitchen, engines: Engines
) -> None:
    session = at_work(kitchen, engines)
    assert session in refused("take-over", "0099-nobody", kitchen.root).err.partition("At work: ")[2]
    assert "In your hands: none." in refused("hand-back", session, kitchen.root).err
    assert meta("take-over", session, kitchen.root).code == 0
    mine = in_hands(kitchen)
    assert "no agent is at work in such a session" in refused("take-over", session, kitchen.root).err
    assert "no agent is at work in such a session" in refused("take-over", mine, kitchen.root).err
    assert f"In your hands: {mine}." in refused("hand-back", "0099-nobody", kitchen.root).err


# The way to go on


def ways(kitchen: Kitchen, engines: Engines, prepare: Callable[[], None] = lambda: None) -> list[str]:
    at_work(kitchen, engines)
    prepare()
    return ways_to_go_on(SessionFolder(kitchen.session(f"{SOUP}-1")))


def test_the_program_is_the_one_the_environment_names(
    kitchen: Kitchen, engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("META_SCRIPTED_COMMAND", "/opt/my chef")
    assert f"&& '/opt/my chef' --resume {shlex.quote(AGENT_SESSION)}" in ways(kitchen, engines)[0]


def test_where_the_agent_has_no_such_command_folder_and_brief_are_told(kitchen: Kitchen, engines: Engines) -> None:
    adapter = kitchen.agents.home / "scripted_adapter.sh"
    adapter.write_text(adapter.read_text().replace('"takeover"', '"something"'))
    place = f"cd {worktree(kitchen)}"
    assert ways(kitchen, engines) == [place, f"the task: {kitchen.session(f'{SOUP}-1') / 'brief.md'}"]


def test_where_the_agent_has_told_no_session_of_its_own_folder_and_brief_are_told(
    kitchen: Kitchen, engines: Engines
) -> None:
    def forget() -> None:
        (kitchen.session(f"{SOUP}-1") / "events.jsonl").unlink()

    assert ways(kitchen, engines, forget)[0] == f"cd {worktree(kitchen)}"
