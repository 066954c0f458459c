"""What the adapters of stream-printing agents share, with small scripts as agents."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from engine.sessions.folder import SessionFolder
from engine.sessions.processes import sweep
from runtime_adapters.agent_environment import agent_environment
from runtime_adapters.events import EXIT_UNAVAILABLE, read_events
from runtime_adapters.stream_agent import (
    AdapterError,
    Ending,
    Launch,
    Session,
    agent_session_id,
    extra_arguments,
    find_program,
    main,
    probe,
    relative,
    require_program,
    run_agent,
)
from tests.helpers import wait_until
from tests.session_helpers import make_session

ROOT = Path(__file__).parents[2]


class Reader:
    """Takes lines of the form {"kind": …, fields}; exit code and stderr become the ending."""

    def __init__(self, patience: float | None = None) -> None:
        self.ends = None if patience is None else time.monotonic() + patience
        self.heard = ""

    def read(self, line: dict[str, object]) -> Iterable[tuple[str, dict[str, object]]]:
        return [(str(line["kind"]), {**line})]

    def ending(self, exit_code: int, stderr_tail: str) -> Ending:
        return Ending(exit_code, stderr_tail.strip())

    def hear(self, stderr: str) -> None:
        self.heard += stderr

    def overdue(self, now: float) -> Ending | None:
        return Ending(EXIT_UNAVAILABLE, "too long") if self.ends is not None and now > self.ends else None


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session.load(make_session(tmp_path).path)


def run(session: Session, script: str, reader: Reader | None = None, **launch: Any) -> int:
    environment = {**os.environ, "META_SESSION": str(session.spec["marker"])}
    how = Launch(["/bin/sh", "-c", script], environment, **launch)
    return run_agent(session, how, reader or Reader(), {"runtime": "fake", "model": None})


def told(session: Session) -> list[tuple[str, dict[str, Any]]]:
    return [(event.kind, dict(event.fields)) for event in read_events(session.events_path)]


# A run


def test_lines_become_events_and_stay_untouched_on_stdout(session: Session, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(session, """echo '{"kind":  "text", "text": "hi"}'; echo oops >&2""", notices=("careful",)) == 0
    assert told(session) == [
        ("started", {"runtime": "fake"}),
        ("text", {"text": "careful", "notice": True}),
        ("text", {"text": "hi"}),
    ]
    assert capfd.readouterr() == ('{"kind":  "text", "text": "hi"}\n', "oops\n")


@pytest.mark.parametrize(
    ("line", "text"),
    [("not json", "not json"), ("[1]", "[1]"), ('{"a": 1}', '{"a": 1}'), ("{" * 3000, "{" * 3000)],
)
def test_a_line_nobody_understands_is_shown(session: Session, line: str, text: str) -> None:
    assert run(session, f"printf '%s\\n\\n' '{line}'") == 0
    assert told(session)[1:] == [("raw", {"text": text})]


def test_a_last_line_without_its_end_is_read(session: Session) -> None:
    run(session, """printf '{"kind": "text"}'""")
    assert told(session)[1:] == [("text", {})]


def test_a_line_of_many_megabytes_is_one_event_without_its_middle(
    session: Session, capfd: pytest.CaptureFixture[str]
) -> None:
    line = f"""import json; print(json.dumps({{"kind": "text", "text": "a" + "x" * {8 << 20} + "z"}}))"""
    assert run(session, f"{sys.executable} -c '{line}'") == 0
    (_, (kind, fields)) = told(session)
    assert kind == "text"
    assert (fields["text"][0], fields["text"][-1]) == ("a", "z")
    assert "characters are left out here" in fields["text"]
    assert len(fields["text"]) < 11_000
    assert len(capfd.readouterr().out) > 8 << 20


def test_fields_of_the_events_own_do_not_overwrite_it(session: Session) -> None:
    run(session, """echo '{"kind": "text", "t": 99999, "self": 1, "x": 2}'""")
    assert told(session)[1:] == [("text", {"x": 2})]


def test_the_agent_gets_all_of_stdin_and_its_end(session: Session) -> None:
    brief = os.urandom(1 << 20)
    assert run(session, "cat >got", stdin=brief) == 0
    assert (session.worktree / "got").read_bytes() == brief


def test_an_agent_that_reads_no_stdin_harms_nothing(session: Session) -> None:
    assert run(session, "exit 0", stdin=b"x" * (1 << 20)) == 0


def test_the_agent_has_a_temporary_folder_of_its_own_that_is_gone_afterwards(session: Session) -> None:
    run(session, 'echo x >"$TMPDIR/x"; printf %s "$TMPDIR" >where')
    where = Path((session.worktree / "where").read_text())
    assert where.name.startswith("meta-")
    assert not where.exists()


def test_our_own_modules_are_out_of_the_agents_python_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:/theirs")
    assert agent_environment({})["PYTHONPATH"] == "/theirs"
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert "PYTHONPATH" not in agent_environment({})


def test_what_is_set_already_wins_over_an_adapters_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SET_BY_USER", "theirs")
    environment = agent_environment({"SET_BY_USER": "ours", "NOT_SET": "ours"})
    assert (environment["SET_BY_USER"], environment["NOT_SET"]) == ("theirs", "ours")


def test_a_bad_end_is_told_with_its_reason(session: Session) -> None:
    reader = Reader()
    assert run(session, "echo 'out of paper' >&2; exit 3", reader) == 3
    assert told(session)[-1] == ("error", {"message": "out of paper"})
    assert reader.heard == "out of paper\n"


def test_a_rate_limit_is_told_as_such(session: Session) -> None:
    class Limited(Reader):
        def ending(self, exit_code: int, stderr_tail: str) -> Ending:
            return Ending(12, "slow down", retry_after_seconds=30.0)

    assert run(session, "exit 1", Limited()) == 12
    assert told(session)[1:] == [
        ("rate_limited", {"message": "slow down", "retry_after_seconds": 30.0}),
        ("error", {"message": "slow down"}),
    ]


def test_an_agent_that_cannot_be_started_is_unavailable(session: Session) -> None:
    how = Launch(["/nowhere/agent"], dict(os.environ))
    assert run_agent(session, how, Reader(), {}) == EXIT_UNAVAILABLE
    assert "/nowhere/agent cannot be started: No such file" in told(session)[-1][1]["message"]


def test_what_an_agent_leaves_behind_does_not_keep_the_run(session: Session) -> None:
    """The child holds stdout open; it is of the agent's group and ended with it."""
    began = time.monotonic()
    assert run(session, """sleep 300 & echo '{"kind": "text"}'""") == 0
    assert time.monotonic() - began < 100
    wait_until(lambda: sweep(str(session.spec["marker"])) == [])
    assert [kind for kind, _ in told(session)] == ["started", "text"]


def test_an_agent_that_is_overdue_is_ended(session: Session) -> None:
    assert run(session, "sleep 300", Reader(patience=0.1)) == EXIT_UNAVAILABLE
    assert told(session)[-1] == ("error", {"message": "too long"})


# TERM


def in_a_process(folder: SessionFolder, script: str, interrupt: int) -> subprocess.Popen[bytes]:
    """The run as a process of its own, as an adapter is one."""
    code = (
        "import os, sys; from pathlib import Path\n"
        "from runtime_adapters.stream_agent import *; from tests.unit.test_stream_agent import Reader\n"
        f"launch = Launch(['/bin/sh', '-c', {script!r}], dict(os.environ), interrupt={interrupt})\n"
        f"sys.exit(run_agent(Session.load(Path({str(folder.path)!r})), launch, Reader(), {{}}))"
    )
    environment = {**os.environ, "META_SESSION": folder.spec().marker, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize(("number", "name"), [(signal.SIGTERM, "TERM"), (signal.SIGINT, "INT")])
def test_TERM_interrupts_the_agent_the_way_it_likes(tmp_path: Path, number: int, name: str) -> None:
    folder = make_session(tmp_path)
    worktree = Path(folder.spec().worktree)
    script = f"trap 'echo {name} >heard; exit 0' {name}; touch ready; while :; do sleep 0.02; done"
    process = in_a_process(folder, script, number)
    wait_until((worktree / "ready").exists)
    process.terminate()
    assert process.wait(10) == 143
    assert (worktree / "heard").read_text() == f"{name}\n"
    assert [kind for kind, _ in told(Session.load(folder.path))] == ["started"]


def test_an_agent_that_ignores_TERM_is_killed(tmp_path: Path) -> None:
    folder = make_session(tmp_path)
    script = "trap '' TERM; touch ready; while :; do sleep 0.02; done"
    process = in_a_process(folder, script, signal.SIGTERM)
    wait_until((Path(folder.spec().worktree) / "ready").exists)
    process.terminate()
    assert process.wait(10) == 143
    wait_until(lambda: sweep(folder.spec().marker) == [])


# The verbs


class Adapter:
    name = "fake"

    def __init__(self) -> None:
        self.resumed: list[str | None] = []

    def detect(self) -> dict[str, object]:
        return {"installed": True}

    def launch(self, session: Session, resume: str | None) -> Launch:
        self.resumed.append(resume)
        if "bad" in session.options:
            raise AdapterError("option `bad` is not known")
        line = json.dumps({"kind": "agent_session", "session": f"s{len(self.resumed)}"})
        return Launch(["/bin/echo", line], dict(os.environ), announce={"version": "1"})

    def reader(self, session: Session) -> Reader:
        return Reader()


def test_detect_prints_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(Adapter(), ["detect"]) == 0
    assert json.loads(capsys.readouterr().out) == {"installed": True}


def test_resume_hands_on_the_agents_own_session_id(tmp_path: Path) -> None:
    folder, adapter = make_session(tmp_path, model="m"), Adapter()
    assert main(adapter, ["spawn", str(folder.path)]) == 0
    assert main(adapter, ["resume", str(folder.path)]) == 0
    assert main(adapter, ["resume", str(folder.path)]) == 0
    assert adapter.resumed == [None, "s1", "s2"]
    assert agent_session_id(folder.events_path) == "s3"
    assert folder.tail()[0].fields == {"runtime": "fake", "model": "m", "version": "1"}


def test_a_wrong_option_ends_before_the_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_session(tmp_path, options={"bad": "1"})
    assert main(Adapter(), ["spawn", str(folder.path)]) == 14
    assert [event.fields for event in folder.tail()] == [{"message": "option `bad` is not known"}]
    assert "option `bad`" in capsys.readouterr().err


def test_a_folder_that_is_no_session_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(Adapter(), ["spawn", str(tmp_path / "none")]) == 14
    assert "is not a session folder" in capsys.readouterr().err


# Helpers


def test_a_program_is_found_by_option_then_variable_then_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = [tmp_path / name / "fake" for name in ("option", "variable", "path")]
    for program in programs:
        program.parent.mkdir()
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs[2].parent))
    assert find_program("fake") == str(programs[2])
    monkeypatch.setenv("META_FAKE_COMMAND", str(programs[1]))
    assert find_program("fake") == str(programs[1])
    assert require_program("fake", {"command": str(programs[0])}) == str(programs[0])


def test_a_program_that_is_not_there_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(AdapterError, match="fake is not installed") as caught:
        require_program("fake", {})
    assert caught.value.code == EXIT_UNAVAILABLE


@pytest.mark.parametrize("text", ["--x", "{}", "[1]"])
def test_extra_arguments_must_be_a_list_of_texts(text: str) -> None:
    with pytest.raises(AdapterError, match="a JSON list of texts is expected"):
        extra_arguments({"extra_args": text})


def test_extra_arguments_are_read() -> None:
    assert extra_arguments({"extra_args": '["--a", "b c"]'}) == ["--a", "b c"]
    assert extra_arguments({}) == []


def test_a_probe_never_hangs(tmp_path: Path) -> None:
    assert probe(["/bin/sh", "-c", "echo out; echo err >&2; exit 3"], 5) == (3, "out\n", "err\n")
    assert probe(["/bin/sh", "-c", "cat; sleep 300 & sleep 300"], 0.1)[0] == 124
    code, _, errors = probe(["/nowhere/agent"], 1)
    assert (code, errors) == (127, "/nowhere/agent: No such file or directory")


def test_a_path_is_told_as_seen_from_the_worktree() -> None:
    assert relative(Path("/w"), "/w/a/b") == "a/b"
    assert relative(Path("/w"), "/elsewhere") == "/elsewhere"
    assert relative(Path("/w"), "a") == "a"
