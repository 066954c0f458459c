"""Sessions as real processes: they outlive the engine, are adopted, cancelled, limited, and judged by their end."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from engine.sessions import lock
from engine.sessions.adapters import find
from engine.sessions.adoption import Alive, Ended, Interrupted, settle, state_of, sweep
from engine.sessions.folder import SessionError, SessionFolder
from engine.sessions.handoff import HandoffError, finish, open_briefs
from engine.sessions.pool import Limits, LocalPool, SessionEnd, follow
from engine.sessions.processes import kill_survivors, processes_of
from runtime_adapters.protocol import EXIT_RATE_LIMITED
from tests.helpers import eventually, wait_until
from tests.session_helpers import AGENTS, in_time, make_session, release, starts

WAITS = "until_file go; answer done"
WAITS_WITHOUT_LOCK = "close_descriptors; until_file go; answer done"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Path]:
    """A workspace whose sessions are ended with the test, however it ends."""
    yield tmp_path
    for path in (tmp_path / ".orchestrator" / "sessions").glob("*"):
        kill_survivors(SessionFolder(path))


def run(folder: SessionFolder) -> SessionEnd:
    """Start a session and follow it to its end."""
    pool = LocalPool(grace=0.2)
    pool.submit(folder)
    return in_time(follow(folder, pool))


def started(folder: SessionFolder) -> bool:
    return bool(starts(folder)) and folder.host_pid() is not None


def without_lock(folder: SessionFolder) -> bool:
    """Whether the agent closed its descriptors, so that only the host still holds the lock."""
    return (folder.path / "closed").exists()


def engine_dies(folder: SessionFolder, moment: str, stdin: int = subprocess.DEVNULL) -> None:
    """Another process starts the session and is killed with -9 at this moment."""
    command = [sys.executable, str(AGENTS / "dying_engine.py"), str(folder.path), moment]
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = {**os.environ, "PYTHONPATH": paths}
    ended = subprocess.run(command, check=False, env=environment, stdin=stdin, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()


# A session from start to end


def test_a_session_runs_in_its_worktree_and_its_answer_ends_up_in_its_folder(workspace: Path) -> None:
    folder = make_session(workspace, script="event started; echo hello >hello.txt; echo chatter; answer done")
    end = run(folder)
    assert (end.outcome, end.exit_code, end.reason) == ("done", 0, "")
    assert end.result is not None
    assert end.result.summary == "made it"
    worktree = Path(folder.spec().worktree)
    assert (worktree / "hello.txt").read_text() == "hello\n"
    assert not folder.answer_path().exists()
    assert [event.kind for event in folder.tail()] == ["started"]
    assert folder.raw_log.read_text() == "chatter\n"
    assert isinstance(state_of(folder), Ended)
    assert folder.host_pid() is not None


def test_an_agent_sees_only_allowed_variables_and_its_marker(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    monkeypatch.setenv("LC_TIME", "C")
    folder = make_session(workspace, script="env; answer done")
    pool = LocalPool({"ALLOWED_TOO": "yes"})
    pool.submit(folder)
    in_time(follow(folder, pool))
    seen = dict(line.split("=", 1) for line in folder.raw_log.read_text().splitlines())
    assert seen["META_SESSION"] == folder.spec().marker
    assert seen["ALLOWED_TOO"] == "yes"
    assert seen["LC_TIME"] == "C"
    shell_sets = {"PWD", "OLDPWD", "SHLVL", "_"}
    allowed = {"PATH", "HOME", "LANG", "TERM", "TMPDIR", "META_PYTHON", "META_SESSION", "ALLOWED_TOO"}
    assert {name for name in seen if not name.startswith("LC_")} <= allowed | shell_sets


def test_an_agent_that_reads_stdin_gets_its_end_at_once(workspace: Path) -> None:
    folder = make_session(workspace, script='cat >"$dir/stdin"; answer done')
    silent, other_end = os.pipe()
    engine_dies(folder, "session started", stdin=silent)
    assert in_time(follow(folder)).outcome == "done"
    assert (folder.path / "stdin").read_bytes() == b""
    os.close(silent)
    os.close(other_end)


def test_an_answer_left_by_an_earlier_session_of_the_worktree_is_not_taken(workspace: Path) -> None:
    worktree = workspace / ".orchestrator" / "worktrees" / "store"
    (worktree / ".session").mkdir(parents=True)
    (worktree / ".session" / "result.json").write_text('{"status": "done", "confidence_score": 1, "summary": "old"}')
    folder = make_session(workspace, script=":", worktree=str(worktree))
    assert run(folder).outcome == "failed"


@pytest.mark.parametrize(
    ("script", "outcome", "reason"),
    [
        (":", "failed", "there is no result.json: the session must write .session/result.json in its worktree"),
        ("echo '{' >.session/result.json", "failed", "result.json is not JSON"),
        ('echo \'{"status": "ok"}\' >.session/result.json', "failed", '`status` is "ok"'),
        ("mkdir .session/result.json", "failed", "there is no result.json"),
        ("answer failed", "failed", "made it"),
        ("answer needs_input", "needs_input", "which?"),
        ("answer done; exit 1", "failed", "exit code 1"),
        ("echo 'Traceback' >&2; echo \"bad $PWD/a.py\" >&2; exit 1", "failed", "bad a.py"),
        ("event error x; exit 3", "failed", "x"),
        ("exit 10", "runtime", "not available"),
        ("exit 11", "runtime", "not logged in"),
        ("event error 'quota used up'; exit 12", "runtime", "rate limit is reached: quota used up"),
        ("exit 13", "overflow", "context overflow"),
        ("exit 14", "runtime", "configuration"),
        ("kill -KILL $$", "interrupted", "was killed"),
    ],
)
def test_an_end_is_judged_by_exit_code_and_answer(workspace: Path, script: str, outcome: str, reason: str) -> None:
    end = run(make_session(workspace, script=script))
    assert end.outcome == outcome
    assert reason in end.reason


def test_an_adapter_that_is_missing_is_trouble_with_the_runtime(workspace: Path) -> None:
    end = run(make_session(workspace, adapter=str(workspace / "nothing_adapter.sh")))
    assert end.outcome == "runtime"


def test_usage_is_summed_and_the_time_of_the_next_try_is_told(workspace: Path) -> None:
    lines = [
        {"t": 0, "kind": "usage", "input_tokens": 100, "output_tokens": 20, "cost": 0.25},
        {"t": 1, "kind": "usage", "input_tokens": 10, "output_tokens": 2, "cost": 0.5},
        {"t": 2, "kind": "rate_limited", "retry_at": "2026-05-01T12:00:00+02:00"},
    ]
    folder = make_session(workspace, script=f"exit {EXIT_RATE_LIMITED}")
    folder.events_path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    end = run(folder)
    assert (end.tokens, end.cost, end.retry_at) == (132, 0.75, "2026-05-01T10:00:00.000Z")


def test_tokens_nobody_told_are_unknown_and_not_zero(workspace: Path) -> None:
    end = run(make_session(workspace, script="answer done"))
    assert (end.tokens, end.cost) == (None, None)


def test_event_kinds_nobody_knows_are_kept(workspace: Path) -> None:
    folder = make_session(workspace, script='event dreamt sheep; echo "not json" >>"$dir/events.jsonl"; answer done')
    assert run(folder).outcome == "done"
    assert [(event.kind, event.fields["text"]) for event in folder.tail()] == [("dreamt", "sheep"), ("raw", "not json")]


def test_a_running_session_is_not_started_again(workspace: Path) -> None:
    folder = make_session(workspace, script=WAITS)
    LocalPool().submit(folder)
    wait_until(lambda: started(folder))
    with pytest.raises(SessionError, match="is running already"):
        LocalPool().submit(folder)
    assert starts(folder) == ["spawn"]


def test_a_session_without_its_worktree_is_refused_in_words(workspace: Path) -> None:
    folder = make_session(workspace)
    shutil.rmtree(folder.spec().worktree)
    with pytest.raises(SessionError, match="cannot be started"):
        LocalPool().submit(folder)
    assert state_of(folder) == Interrupted()


# Adoption


def test_the_next_engine_adopts_a_session_whose_engine_was_killed(workspace: Path) -> None:
    folder = make_session(workspace, script=WAITS)
    engine_dies(folder, "session started")
    wait_until(lambda: started(folder))
    assert state_of(folder) == Alive("lock")
    release(folder)
    end = in_time(follow(folder))
    assert end.outcome == "done"
    assert starts(folder) == ["spawn"]


def test_a_session_that_ended_while_no_engine_ran_is_taken_over(workspace: Path) -> None:
    folder = make_session(workspace, script="answer done")
    engine_dies(folder, "session started")
    wait_until(lambda: folder.exit())
    assert in_time(follow(folder)).outcome == "done"
    assert starts(folder) == ["spawn"]


@pytest.mark.parametrize("moment", ["folder written", "lock taken"])
def test_a_kill_before_the_host_exists_leaves_a_session_that_can_be_started(workspace: Path, moment: str) -> None:
    folder = make_session(workspace, script="answer done")
    engine_dies(folder, moment)
    assert state_of(folder) == Interrupted()
    assert in_time(follow(folder)).outcome == "interrupted"
    assert run(folder).outcome == "done"
    assert starts(folder) == ["spawn"]


def test_a_kill_right_after_the_host_exists_leaves_a_session_that_runs(workspace: Path) -> None:
    folder = make_session(workspace, script=WAITS)
    engine_dies(folder, "host started")
    assert state_of(folder) == Alive("lock")
    release(folder)
    assert in_time(follow(folder)).outcome == "done"
    assert starts(folder) == ["spawn"]


def test_a_session_that_was_journaled_but_never_written_is_interrupted(workspace: Path) -> None:
    folder = SessionFolder(workspace / ".orchestrator" / "sessions" / "0001")
    assert state_of(folder) == Interrupted()
    assert in_time(follow(folder)).outcome == "interrupted"


@pytest.mark.parametrize(
    ("script", "known_by"), [(WAITS, "lock"), (f'close_descriptors; touch "$dir/closed"; {WAITS}', "marker")]
)
def test_an_agent_whose_host_was_killed_is_followed_to_its_end(workspace: Path, script: str, known_by: str) -> None:
    folder = make_session(workspace, script=script)

    async def scenario() -> SessionEnd:
        LocalPool().submit(folder)
        await eventually(lambda: started(folder) and (known_by == "lock" or without_lock(folder)))
        following = asyncio.create_task(follow(folder, poll_seconds=0.02))
        host = folder.host_pid()
        assert host is not None
        os.kill(host, signal.SIGKILL)
        await eventually(lambda: state_of(folder) == Alive(known_by))
        assert not following.done()
        release(folder)
        return await following

    end = in_time(scenario())
    assert end.outcome == "done"
    assert end.result is not None
    assert starts(folder) == ["spawn"]
    assert folder.exit() is not None
    assert not folder.answer_path().exists()


def test_an_agent_that_finished_after_host_and_engine_were_killed_has_ended(workspace: Path) -> None:
    folder = make_session(workspace, script=WAITS)
    engine_dies(folder, "session started")
    wait_until(lambda: started(folder))
    host = folder.host_pid()
    assert host is not None
    os.kill(host, signal.SIGKILL)
    release(folder)
    wait_until(lambda: not isinstance(state_of(folder), Alive))
    assert isinstance(state_of(folder), Ended)
    assert folder.exit() is None, "looking changes nothing"
    assert isinstance(settle(folder), Ended)
    assert in_time(follow(folder)).outcome == "done"
    assert starts(folder) == ["spawn"]


def test_a_session_killed_as_a_whole_is_interrupted_and_can_be_resumed(workspace: Path) -> None:
    folder = make_session(workspace, script='[ "$verb" = resume ] || until_file never; answer done')
    LocalPool().submit(folder)
    wait_until(lambda: started(folder))
    os.killpg(folder.host_pid() or 0, signal.SIGKILL)
    wait_until(lambda: not isinstance(state_of(folder), Alive))
    assert in_time(follow(folder)).outcome == "interrupted"
    pool = LocalPool()
    pool.submit(folder, resume=True)
    assert in_time(follow(folder, pool)).outcome == "done"
    assert starts(folder) == ["spawn", "resume"]


def test_an_agent_killed_alone_is_interrupted_though_its_host_says_it_ended(workspace: Path) -> None:
    folder = make_session(workspace, script="kill -TERM $$")
    assert run(folder).outcome == "interrupted"
    assert isinstance(state_of(folder), Ended)
    (folder.path / "script.sh").write_text(WAITS)
    pool = LocalPool()
    pool.submit(folder, resume=True)
    assert state_of(folder) == Alive("lock"), "what was said of the first end counts no more"
    release(folder)
    assert in_time(follow(folder, pool)).outcome == "done"


def test_an_unreadable_exit_record_counts_as_absent(workspace: Path) -> None:
    folder = make_session(workspace)
    for data in (b"", b'{"code":', b'{"code": "x", "ended_at": ""}'):
        folder.exit_path.write_bytes(data)
        assert folder.exit() is None


def test_an_end_that_is_written_while_we_look_is_seen(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_session(workspace)

    def host_ends(_: Path) -> bool:
        folder.write_exit(EXIT_RATE_LIMITED)
        return False

    monkeypatch.setattr(lock, "is_held", host_ends)
    state = state_of(folder)
    assert isinstance(state, Ended)
    assert state.record.code == EXIT_RATE_LIMITED


def test_a_copied_workspace_leaves_the_sessions_of_the_original_alone(workspace: Path) -> None:
    folder = make_session(workspace / "original", script=WAITS_WITHOUT_LOCK)
    LocalPool().submit(folder)
    wait_until(lambda: started(folder))
    shutil.copytree(workspace / "original", workspace / "copy", ignore=shutil.ignore_patterns("pid.json"))
    copy = SessionFolder(workspace / "copy" / ".orchestrator" / "sessions" / folder.id)
    assert state_of(copy) == Interrupted()
    assert kill_survivors(copy) == set()
    assert sweep(folder.spec().marker)
    with pytest.raises(SessionError, match="copied from"):
        LocalPool().submit(copy)
    os.kill(folder.host_pid() or 0, signal.SIGKILL)
    release(folder)
    wait_until(lambda: isinstance(state_of(folder), Ended))
    assert state_of(copy) == Interrupted(), "the answer of the original is not the copy's"
    assert in_time(follow(copy)).outcome == "interrupted"
    assert in_time(follow(folder)).outcome == "done"


# Cancelling


@pytest.mark.parametrize(
    "background",
    [
        "sleep LONG",
        "setsid sleep LONG",
        "setsid sh -c 'trap \"\" TERM; sleep LONG; sleep LONG'",
        "env -i setsid sleep LONG",
        "setsid sh -c 'env -i sleep LONG &'",
    ],
)
def test_cancelling_leaves_no_process_behind(workspace: Path, background: str) -> None:
    seconds = f"300.{os.getpid()}"
    script = f'{background.replace("LONG", seconds)} & answer done; touch "$dir/up"; until_file never'
    folder = make_session(workspace, script=script)

    async def scenario() -> SessionEnd:
        pool = LocalPool(grace=0.1)
        pool.submit(folder)
        following = asyncio.create_task(follow(folder, pool))
        await eventually((folder.path / "up").exists)
        await eventually(lambda: sleeping(seconds))
        await pool.cancel(folder, "a person pressed x")
        return await following

    end = in_time(scenario())
    assert (end.outcome, end.reason, end.result) == ("cancelled", "a person pressed x", None)
    assert processes_of(folder) == set()
    assert not sleeping(seconds)


def sleeping(seconds: str) -> bool:
    """Whether a `sleep` of exactly this length runs anywhere."""
    return any(process.info["cmdline"] == ["sleep", seconds] for process in psutil.process_iter(["cmdline"]))


def test_what_an_agent_left_running_is_ended_with_its_session(workspace: Path) -> None:
    folder = make_session(workspace, script="setsid sleep 300 & answer done")
    assert run(folder).outcome == "done"
    assert processes_of(folder) == set()


def test_a_cancel_begun_by_a_killed_engine_is_finished_by_the_next(workspace: Path) -> None:
    folder = make_session(workspace, script="until_file never")
    LocalPool().submit(folder)
    wait_until(lambda: started(folder))
    folder.cancelled_path.write_text('{"why": "its deadline passed", "outcome": "failed"}')
    end = in_time(follow(folder, LocalPool(grace=0.1)))
    assert (end.outcome, end.reason) == ("failed", "its deadline passed")
    assert processes_of(folder) == set()


def test_cancelling_what_has_ended_changes_nothing(workspace: Path) -> None:
    folder = make_session(workspace, script="answer done")
    assert run(folder).outcome == "done"
    in_time(LocalPool().cancel(folder, "too late"))
    assert in_time(follow(folder)).outcome == "done"


# Limits


@pytest.mark.parametrize(
    ("limit", "reason"),
    [("deadline_seconds", "did not end within its deadline of 10 minutes"), ("idle_seconds", "no sign of life")],
)
def test_a_session_beyond_its_limit_is_ended_and_has_failed(workspace: Path, limit: str, reason: str) -> None:
    folder = make_session(workspace, script="until_file never", **{limit: 600})
    now, asked = [0.0], asyncio.Event()

    def clock() -> float:
        asked.set()
        return now[0]

    async def scenario() -> SessionEnd:
        pool = LocalPool(grace=0.1)
        pool.submit(folder)
        following = asyncio.create_task(follow(folder, pool, clock=clock, poll_seconds=0.02))
        await asked.wait()
        now[0] = 601.0
        return await following

    end = in_time(scenario())
    assert end.outcome == "failed"
    assert reason in end.reason
    assert processes_of(folder) == set()


def test_output_of_either_kind_resets_the_idle_timer(workspace: Path) -> None:
    folder = make_session(workspace, idle_seconds=60)
    now = [0.0]
    limits = Limits(folder, lambda: now[0])
    for file in (folder.events_path, folder.raw_log):
        now[0] += 59
        assert limits.exceeded() == ""
        file.write_text("more\n")
        assert limits.exceeded() == ""
    now[0] += 61
    assert "no sign of life" in limits.exceeded()


def test_a_deadline_counts_from_the_sessions_start_and_not_from_the_adoption(workspace: Path) -> None:
    folder = make_session(workspace, deadline_seconds=600)
    folder.pid_path.write_text('{"pid": 1}')
    before = folder.pid_path.stat().st_mtime - 700
    os.utime(folder.pid_path, (before, before))
    assert "deadline" in Limits(folder, lambda: 0.0).exceeded()


def test_zero_means_no_limit(workspace: Path) -> None:
    folder = make_session(workspace)
    now = [0.0]
    limits = Limits(folder, lambda: now[0])
    now[0] = 1e9
    assert limits.exceeded() == ""


# Hand-off


def handoff_session(workspace: Path, name: str) -> SessionFolder:
    return make_session(workspace, name, runtime="handoff", adapter=str(find("handoff")))


def test_two_open_briefs_are_answered_one_by_one(workspace: Path) -> None:
    first, second = (handoff_session(workspace, f"000{number}-3-essence-gen-1") for number in (1, 2))
    pool = LocalPool()

    async def scenario() -> list[SessionEnd]:
        for folder in (first, second):
            pool.submit(folder)
        following = [asyncio.create_task(follow(folder, pool)) for folder in (first, second)]
        assert [brief.id for brief in open_briefs(workspace)] == [first.id, second.id]
        assert open_briefs(workspace)[0].brief.read_text() == first.brief()
        await eventually(lambda: first.tail() and second.tail())
        progress = Path(second.spec().worktree) / ".session" / "progress.md"
        progress.write_text("thinking\nhalf a li")
        await eventually(lambda: len(second.tail()) == 2)
        answer = workspace / "answer.json"
        answer.write_text('{"status": "done", "confidence_score": 0.9, "summary": "by hand"}')
        finish(workspace, second.id, answer)
        ends = [await following[1]]
        assert [brief.id for brief in open_briefs(workspace)] == [first.id]
        first.answer_path().write_text('{"status": "needs_input", "questions": ["which?"]}')
        finish(workspace, first.id)
        return [*ends, await following[0]]

    assert [end.outcome for end in in_time(scenario())] == ["done", "needs_input"]
    assert [event.kind for event in second.tail()] == ["started", "text", "result"]
    assert open_briefs(workspace) == []


def test_a_wrong_answer_is_refused_with_the_reason_and_the_brief_stays_open(workspace: Path) -> None:
    folder = handoff_session(workspace, "0001-3-essence-gen-1")
    wrong = workspace / "wrong.json"
    wrong.write_text('{"status": "done", "confidence_score": 7, "summary": "x"}')
    with pytest.raises(HandoffError, match=r"stays open: .*confidence_score"):
        finish(workspace, folder.id, wrong)
    with pytest.raises(HandoffError, match=r"there is no result\.json"):
        finish(workspace, folder.id)
    assert [brief.id for brief in open_briefs(workspace)] == [folder.id]


@pytest.mark.parametrize("name", ["0009-unknown", "../sessions", ""])
def test_an_unknown_brief_is_refused_and_the_open_ones_are_named(workspace: Path, name: str) -> None:
    folder = handoff_session(workspace, "0001-3-essence-gen-1")
    with pytest.raises(HandoffError, match=folder.id):
        finish(workspace, name)


def test_a_half_written_answer_survives_a_kill_and_resume_goes_on_waiting(workspace: Path) -> None:
    folder = handoff_session(workspace, "0001-3-essence-gen-1")
    pool = LocalPool()
    pool.submit(folder)
    wait_until(lambda: folder.tail())
    text = '{"status": "done", "confidence_score": 0.9, "summary": "not yet"}'
    folder.answer_path().write_text(text)
    os.killpg(folder.host_pid() or 0, signal.SIGKILL)
    wait_until(lambda: not isinstance(state_of(folder), Alive))
    assert state_of(folder) == Interrupted(), "an answer nobody handed back is not final"
    pool.submit(folder, resume=True)
    assert folder.answer_path().read_text() == text
    finish(workspace, folder.id)
    assert in_time(follow(folder, pool)).outcome == "done"
    assert [event.kind for event in folder.tail()] == ["started", "result"]


def test_a_copied_workspace_takes_no_answer_that_would_land_in_the_original(workspace: Path) -> None:
    folder = handoff_session(workspace / "original", "0001-3-essence-gen-1")
    shutil.copytree(workspace / "original", workspace / "copy")
    with pytest.raises(HandoffError, match="copied from"):
        finish(workspace / "copy", folder.id)
    assert open_briefs(workspace / "copy") == []
