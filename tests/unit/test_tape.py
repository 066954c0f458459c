"""Tapes: what a session did is recorded, and played again to the same files, events and end."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.sessions.adapters import find
from engine.sessions.folder import Cancelled, SessionFolder
from engine.sessions.pool import LocalPool, SessionEnd, follow
from engine.sessions.tape import Tape, TapeError, entry_key, record, start_tape
from runtime_adapters import replay
from runtime_adapters.protocol import EXIT_BAD_CONFIGURATION, read_events
from tests.session_helpers import BRIEF, in_time, make_session

RESULT = '{"status": "done", "confidence_score": 0.9, "summary": "made it"}'
EVENTS = [
    {"t": 0.0, "kind": "started"},
    {"t": 2.0, "kind": "file_changed", "path": "src/a.py"},
    {"t": 5.0, "kind": "dreamt", "of": "sheep"},
]
FILES = {"src/a.py": b"a = 1\n", "src/.gitignore": b"*.log\n", "run": b"#!/bin/sh\n", "naïve/ä.bin": b"\0\xff"}


class Clock:
    """Time that passes only while someone sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def ended_session(workspace: Path, code: int = 0, result: str | None = RESULT, **fields: Any) -> SessionFolder:
    """A session as its host leaves it."""
    folder = make_session(workspace, "0007-7-store-code-gen-1", **fields)
    folder.events_path.write_text("".join(json.dumps(event) + "\n" for event in EVENTS))
    if result is not None:
        folder.result_path.write_text(result)
    folder.write_exit(code)
    return folder


def recorded(tmp_path: Path, **fields: Any) -> Path:
    """A tape with one entry."""
    folder = ended_session(tmp_path / "recording", **fields)
    start_tape(tmp_path / "tape", "0" * 64, "2026-01-01T00:00:00Z")
    record(tmp_path / "tape", folder.spec(), folder, {**FILES, "old.txt": None}, executable={"run"})
    return tmp_path / "tape"


def replaying(workspace: Path, tape: Path, **fields: Any) -> SessionFolder:
    """A session that plays the tape; its worktree has the file that the recorded one deleted."""
    options = {"tape": str(tape), "speed": "max", **fields.pop("options", {})}
    folder = make_session(workspace, runtime="replay", adapter=str(find("replay")), options=options, **fields)
    (Path(folder.spec().worktree) / "old.txt").write_text("old")
    return folder


def run(folder: SessionFolder) -> SessionEnd:
    pool = LocalPool()
    pool.submit(folder)
    return in_time(follow(folder, pool))


def files_below(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".session" not in path.parts
    }


# Recording


def test_an_entry_holds_brief_events_result_files_and_deletions(tmp_path: Path) -> None:
    tape = Tape(recorded(tmp_path))
    assert tape.keys() == ["code-store-gen-1"]
    entry = tape.entry("code-store-gen-1")
    assert (entry.step, entry.lego, entry.substep, entry.attempt) == ("code", "store", "gen", 1)
    assert (entry.runtime, entry.exit_code, entry.deleted) == ("scripted", 0, ["old.txt"])
    assert {path: tape.content(entry.key, path) for path in entry.files} == FILES
    assert {path for path, file in entry.files.items() if file.executable} == {"run"}
    assert tape.brief(entry.key) == BRIEF
    assert [event.kind for event in read_events(tape.path / entry.key / "events.jsonl")] == [
        "started",
        "file_changed",
        "dreamt",
    ]
    tape.verify()


def test_entries_of_the_whole_app_have_no_lego_in_their_key() -> None:
    assert entry_key("essence", None, "review", 2) == "essence-review-2"
    assert entry_key("code", "store", "gen", "1") == "code-store-gen-1"


def test_the_take_names_the_entry_when_attempts_were_interrupted(tmp_path: Path) -> None:
    tape = recorded(tmp_path, attempt=3, options={"take": "2"})
    assert Tape(tape).keys() == ["code-store-gen-2"]


def test_recorded_names_cannot_make_git_ignore_or_change_other_entries(tmp_path: Path) -> None:
    tape = recorded(tmp_path)
    assert not [path for path in tape.rglob("*") if path.name.startswith(".git")]
    names = [".gitignore", "dot_gitignore", "a/.gitattributes", "dot_dot_gitignore"]
    assert len({replay.stored_name(name) for name in names}) == len(names)


def test_recording_again_replaces_the_entry(tmp_path: Path) -> None:
    tape = recorded(tmp_path)
    folder = ended_session(tmp_path / "again")
    record(tape, folder.spec(), folder, {"only.py": b""})
    assert list(Tape(tape).entry("code-store-gen-1").files) == ["only.py"]
    Tape(tape).verify()
    assert not [path for path in tape.iterdir() if path.name.startswith(".")]


def test_a_recording_holds_no_path_of_the_machine_it_was_made_on(tmp_path: Path) -> None:
    folder = ended_session(tmp_path / "recording", code=1, result=None)
    worktree = folder.spec().worktree
    with folder.events_path.open("a") as events:
        events.write(json.dumps({"t": 6, "kind": "error", "message": f"cannot read {worktree}/a.py"}) + "\n")
    record(tmp_path / "tape", folder.spec(), folder, {})
    everything = b"".join(files_below(tmp_path / "tape").values())
    assert str(tmp_path).encode() not in everything
    assert b"cannot read a.py" in everything


def test_a_tape_knows_whether_it_answers_a_brief(tmp_path: Path) -> None:
    tape = Tape(recorded(tmp_path))
    sha256 = tape.entry("code-store-gen-1").brief_sha256
    assert tape.answers("code-store-gen-1", sha256)
    assert not tape.answers("code-store-gen-1", "0" * 64)
    assert not tape.answers("code-store-gen-2", sha256)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("files/src/a.py", b"a = 2\n", "files/src/a.py is not what was recorded"),
        ("files/src/a.py", None, "files/src/a.py is missing"),
        ("files/src/b.py", b"", "files/src/b.py was not recorded"),
        ("brief.md", b"Do otherwise.\n", "brief.md is not what was recorded"),
        ("entry.json", b"{}", "entry.json: step"),
        ("../tape.json", b"", "is not a tape"),
        ("../tape.json", None, "is not a tape"),
    ],
)
def test_a_changed_tape_is_found_out(tmp_path: Path, name: str, data: bytes | None, message: str) -> None:
    path = recorded(tmp_path) / "code-store-gen-1" / name
    path.unlink() if data is None else path.write_bytes(data)
    with pytest.raises(TapeError, match=message):
        Tape(tmp_path / "tape").verify()


# Playing


def test_a_replayed_session_gives_the_same_files_events_and_end(tmp_path: Path) -> None:
    folder = replaying(tmp_path, recorded(tmp_path))
    end = run(folder)
    assert end.outcome == "done"
    assert end.result is not None
    assert end.result.summary == "made it"
    worktree = Path(folder.spec().worktree)
    assert files_below(worktree) == FILES
    assert (worktree / "run").stat().st_mode & 0o111
    assert [(event.kind, event.fields) for event in folder.tail()] == [
        (event["kind"], {name: value for name, value in event.items() if name not in ("t", "kind")}) for event in EVENTS
    ]


def test_a_recording_of_a_replay_is_the_same_tape(tmp_path: Path) -> None:
    tape = recorded(tmp_path)
    folder = replaying(tmp_path, tape)
    run(folder)
    again = record(tmp_path / "second", folder.spec(), folder, {**FILES, "old.txt": None}, executable={"run"})
    assert again.model_copy(update={"runtime": "scripted"}) == Tape(tape).entry(again.key)


@pytest.mark.parametrize(("speed", "slept"), [("max", []), ("1", [2.0, 3.0]), ("0.5", [4.0, 6.0]), ("10", [0.2, 0.3])])
def test_events_come_at_their_recorded_times_divided_by_the_speed(
    tmp_path: Path, speed: str, slept: list[float]
) -> None:
    folder = replaying(tmp_path, recorded(tmp_path), options={"speed": speed})
    clock = Clock()
    assert replay.run(folder.path, clock, clock.sleep) == 0
    assert clock.slept == pytest.approx(slept)
    assert [event.t for event in folder.tail()] == pytest.approx([0.0, sum(slept[:1]), sum(slept)])


def test_a_file_appears_with_its_event_and_the_others_at_the_end(tmp_path: Path) -> None:
    folder = replaying(tmp_path, recorded(tmp_path), options={"speed": "1"})
    worktree = Path(folder.spec().worktree)
    seen = []
    clock = Clock()

    def sleep(seconds: float) -> None:
        seen.append(set(files_below(worktree)))
        clock.sleep(seconds)

    replay.run(folder.path, clock, sleep)
    assert seen == [{"old.txt"}, {"old.txt", "src/a.py"}]
    assert files_below(worktree) == FILES


def test_a_resumed_replay_goes_on_after_the_events_that_are_there(tmp_path: Path) -> None:
    folder = replaying(tmp_path, recorded(tmp_path), options={"speed": "1"})
    folder.events_path.write_text('{"t": 0, "kind": "started"}\n{"t": 2, "kind": "file_ch')
    clock = Clock()
    assert replay.run(folder.path, clock, clock.sleep) == 0
    assert [event.kind for event in folder.tail()] == ["started", "raw", "file_changed", "dreamt"]
    assert clock.slept == pytest.approx([2.0, 3.0])
    assert files_below(Path(folder.spec().worktree)) == FILES


@pytest.mark.parametrize(
    ("code", "result"), [(0, None), (0, '{"status": "ok"}'), (0, '{"status": "failed", "summary": "no"}'), (1, RESULT)]
)
def test_a_session_that_failed_fails_again_for_the_same_reason(tmp_path: Path, code: int, result: str | None) -> None:
    source = ended_session(tmp_path / "recording", code=code, result=result)
    source.stderr_log.write_text("it broke\n")
    first = in_time(follow(source))
    record(tmp_path / "tape", source.spec(), source, {})
    assert first.outcome == "failed"
    assert run(replaying(tmp_path, tmp_path / "tape")) == first


def test_a_session_ended_by_its_deadline_fails_again_at_once(tmp_path: Path) -> None:
    source = ended_session(tmp_path / "recording", code=143, result=None)
    source.write_cancelled(Cancelled("it did not end within its deadline of 10 minutes", "failed"))
    first = in_time(follow(source))
    record(tmp_path / "tape", source.spec(), source, {})
    assert replace(run(replaying(tmp_path, tmp_path / "tape")), exit_code=143) == first


def test_a_missing_entry_is_trouble_with_the_runtime_and_names_the_entry(tmp_path: Path) -> None:
    end = run(replaying(tmp_path, recorded(tmp_path), step="other"))
    assert (end.outcome, end.exit_code, end.lasting) == ("runtime", EXIT_BAD_CONFIGURATION, True)
    assert "no entry other-store-gen-1" in end.reason


def test_a_brief_that_differs_is_said_and_played(tmp_path: Path) -> None:
    folder = replaying(tmp_path, recorded(tmp_path), brief="Write bye.txt.\n")
    assert run(folder).outcome == "done"
    notice = folder.tail()[-1]
    assert (notice.kind, notice.fields["notice"]) == ("text", True)
    assert notice.text_of("text") == "played as recorded; the brief was worded otherwise then"


def test_a_brief_that_differs_is_refused_when_strict(tmp_path: Path) -> None:
    folder = replaying(tmp_path, recorded(tmp_path), brief="Write bye.txt.\n", options={"strict": "1"})
    end = run(folder)
    assert (end.outcome, end.exit_code) == ("runtime", EXIT_BAD_CONFIGURATION)
    assert "differs" in end.reason


@pytest.mark.parametrize("speed", ["0", "-1", "fast", "inf", "nan"])
def test_a_speed_that_is_none_is_bad_configuration(tmp_path: Path, speed: str) -> None:
    folder = replaying(tmp_path, recorded(tmp_path), options={"speed": speed})
    assert replay.run(folder.path) == EXIT_BAD_CONFIGURATION
    assert "the speed" in folder.tail()[-1].text_of("message")


@pytest.mark.parametrize("path", ["../escaped", "/tmp/escaped", "link/escaped"])
def test_a_tape_cannot_write_outside_the_worktree(tmp_path: Path, path: str) -> None:
    tape = recorded(tmp_path)
    entry = tape / "code-store-gen-1" / "entry.json"
    data = json.loads(entry.read_text())
    data["files"][path] = data["files"]["src/a.py"]
    entry.write_text(json.dumps(data))
    folder = replaying(tmp_path, tape)
    (Path(folder.spec().worktree) / "link").symlink_to(tmp_path)
    assert replay.run(folder.path) == EXIT_BAD_CONFIGURATION
    assert "outside the worktree" in folder.tail()[-1].text_of("message")
    assert not (tmp_path / "escaped").exists()


def test_a_link_is_recorded_as_a_link_and_played_as_one(tmp_path: Path) -> None:
    folder = ended_session(tmp_path / "recording")
    start_tape(tmp_path / "tape", "0" * 64, "2026-01-01T00:00:00Z")
    record(tmp_path / "tape", folder.spec(), folder, {"menu": b"src/a.py", **FILES}, links={"menu"})
    Tape(tmp_path / "tape").verify()
    played = replaying(tmp_path / "app", tmp_path / "tape")
    assert run(played).outcome == "done"
    assert (Path(played.spec().worktree) / "menu").readlink() == Path("src/a.py")


def test_a_tape_cannot_write_through_a_link_of_its_own(tmp_path: Path) -> None:
    tape = recorded(tmp_path)
    entry = tape / "code-store-gen-1" / "entry.json"
    data = json.loads(entry.read_text())
    data["files"] = {"a": {**data["files"]["src/a.py"], "link": True}, "a/escaped": data["files"]["src/a.py"]}
    (tape / "code-store-gen-1" / "files" / "a").write_text(str(tmp_path))
    entry.write_text(json.dumps(data))
    played = replaying(tmp_path / "app", tape)
    assert replay.run(played.path) == EXIT_BAD_CONFIGURATION
    assert not (tmp_path / "escaped").exists()


@pytest.mark.parametrize("data", ["{", "[]", '{"files": {}}'])
def test_a_broken_entry_is_bad_configuration_and_no_traceback(tmp_path: Path, data: str) -> None:
    tape = recorded(tmp_path)
    (tape / "code-store-gen-1" / "entry.json").write_text(data)
    folder = replaying(tmp_path, tape)
    assert replay.run(folder.path) == EXIT_BAD_CONFIGURATION
    assert "entry.json" in folder.tail()[-1].text_of("message")
