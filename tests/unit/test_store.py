"""The store: what is committed is there after any restart, and what cannot be trusted stops with its name."""

from __future__ import annotations

import json
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.errors import BrokenState
from engine.state.atomic import write_atomic
from engine.state.events import CommandDone, PhaseEnded, RunSet, StepStopped
from engine.state.journal import Journal
from engine.state.models import Run
from engine.state.rebuild import rebuild
from engine.state.store import NotStored, Store

STATE = ".orchestrator/orchestrator_state.json"
LEGO = ".orchestrator/lego_state_store.json"
JOURNAL = ".orchestrator/journal.jsonl"


def clock() -> Callable[[], datetime]:
    """A clock that is a second later at each look."""
    moments = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=n) for n in range(10_000))
    return lambda: next(moments)


def written(workspace: Path) -> Store:
    """A store with three events: the run, one LEGO's, a command."""
    with Store.open(workspace, now=clock()) as store:
        store.commit(RunSet(run=Run(app="tracker")))
        store.commit(StepStopped(step="tests", lego="store", why="no"))
        store.commit(CommandDone(id="c1"))
    return store


def contents(workspace: Path) -> dict[str, bytes]:
    return {str(p.relative_to(workspace)): p.read_bytes() for p in workspace.rglob("*") if p.is_file()}


def change(path: Path, **fields: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_bytes()), **fields}))


def refused(workspace: Path) -> str:
    """The message with which the workspace is refused, by readers and writers alike, nothing being changed."""
    before = contents(workspace)
    with pytest.raises(BrokenState) as reading:
        Store.open(workspace, read_only=True)
    with pytest.raises(BrokenState) as writing:
        Store.open(workspace)
    assert str(writing.value) == str(reading.value)
    assert contents(workspace) == before
    assert "meta doctor --rebuild" in str(writing.value)
    return str(writing.value)


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """The kernel refuses to let any file of this process grow beyond `size`: the nearest thing to a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_was_committed_is_there_when_the_store_is_opened_again(tmp_path: Path) -> None:
    store = written(tmp_path)
    assert Store.open(tmp_path, read_only=True).state == store.state
    assert store.state.seq == 3


def test_events_get_their_number_and_the_time_of_the_injected_clock(tmp_path: Path) -> None:
    written(tmp_path)
    events = Journal(tmp_path / JOURNAL).read()
    assert [(event.seq, event.at) for event in events] == [
        (1, "2026-01-01T00:00:00.000Z"),
        (2, "2026-01-01T00:00:01.000Z"),
        (3, "2026-01-01T00:00:02.000Z"),
    ]


def test_state_files_are_pretty_sorted_json_with_version_and_seq(tmp_path: Path) -> None:
    written(tmp_path)
    for file in (STATE, LEGO):
        text = (tmp_path / file).read_text()
        assert text == json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        assert {"schema_version", "seq"} <= json.loads(text).keys()


def test_a_file_that_an_event_does_not_change_is_not_written_again(tmp_path: Path) -> None:
    written(tmp_path)
    with Store.open(tmp_path) as store:
        inodes = {file: (tmp_path / file).stat().st_ino for file in (STATE, LEGO)}
        store.commit(StepStopped(step="code", lego="cli", why="no"))
    assert {file: (tmp_path / file).stat().st_ino for file in (STATE, LEGO)} == inodes
    assert Store.open(tmp_path, read_only=True).state == store.state


def test_an_impossible_event_is_refused_before_it_is_written(tmp_path: Path) -> None:
    written(tmp_path)
    with Store.open(tmp_path) as store:
        before = contents(tmp_path)
        with pytest.raises(ValueError, match="never began"):
            store.commit(CommandDone(id="c2"), PhaseEnded(phase=3))
        assert contents(tmp_path) == before
        assert store.commit(CommandDone(id="c2")).seq == 4


def test_threads_may_commit_at_once(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        threads = [
            threading.Thread(target=lambda n=n: [store.commit(CommandDone(id=f"{n}-{k}")) for k in range(5)])
            for n in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(set(store.state.orchestrator.commands)) == 20
    assert Store.open(tmp_path, read_only=True).state == store.state


def test_reading_writes_nothing_and_needs_no_workspace(tmp_path: Path) -> None:
    assert Store.open(tmp_path, read_only=True).state.seq == 0
    assert list(tmp_path.iterdir()) == []
    written(tmp_path)
    with (tmp_path / JOURNAL).open("ab") as journal:
        journal.write(b'{"event":"comm')
    (tmp_path / ".orchestrator/.x.tmp").touch()
    (tmp_path / STATE).unlink()
    before = contents(tmp_path)
    reader = Store.open(tmp_path, read_only=True)
    assert (reader.state.seq, reader.notices, contents(tmp_path)) == (3, [], before)
    with pytest.raises(NotStored, match="read only"):
        reader.commit(CommandDone(id="x"))


def test_a_reader_takes_over_what_was_committed_since(tmp_path: Path) -> None:
    written(tmp_path)
    reader = Store.open(tmp_path, read_only=True)
    assert not reader.refresh()
    with Store.open(tmp_path) as store:
        store.commit(CommandDone(id="c2"), StepStopped(step="code", lego="cli", why="no"))
        assert reader.refresh()
        assert reader.state == store.state
        assert not reader.refresh()


def test_a_reader_notices_that_the_state_was_replaced(tmp_path: Path) -> None:
    written(tmp_path)
    reader = Store.open(tmp_path, read_only=True)
    write_atomic(tmp_path / JOURNAL, (tmp_path / JOURNAL).read_bytes() + b"what\n")
    with pytest.raises(BrokenState, match="line 4"):
        reader.refresh()
    rebuild(tmp_path)
    assert not reader.refresh()
    with Store.open(tmp_path) as store:
        store.commit(CommandDone(id="c2"))
    assert reader.refresh()
    assert reader.state == store.state


def test_a_last_line_without_newline_is_cut_by_the_writer_and_said(tmp_path: Path) -> None:
    before = written(tmp_path).state
    with (tmp_path / JOURNAL).open("ab") as journal:
        journal.write(b'{"event":"comm')
    with Store.open(tmp_path) as store:
        assert store.state == before
        assert "14 bytes" in store.notices[0]
        store.commit(CommandDone(id="c2"))
    again = Store.open(tmp_path)
    assert (again.state, again.notices) == (store.state, [])


def test_state_files_that_are_behind_or_missing_are_brought_up_to_date(tmp_path: Path) -> None:
    written(tmp_path)
    before = contents(tmp_path)
    (tmp_path / LEGO).unlink()
    change(tmp_path / STATE, seq=2, commands=[])
    Store.open(tmp_path).close()
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("file", "fields", "says"),
    [
        (STATE, {"run": {"mode": "fast"}}, "run.mode: expected 'new', 'maintenance' or 'upgrade' (it is 'fast')"),
        (STATE, {"seq": "3"}, "seq: expected a valid integer (it is '3')"),
        (STATE, {"colour": "red"}, "colour: is not a field of this file"),
        (LEGO, {"name": "other"}, "name: expected 'store'"),
        (LEGO, {"steps": {"tests": {"stage": "asleep"}}}, "steps.tests.stage: expected"),
        (STATE, {"seq": 7}, "seq: is 7, but journal.jsonl ends at event 3: the journal was lost or cut"),
        (LEGO, {"seq": 1}, "seq: is 1, but that event of journal.jsonl is not about this file"),
    ],
)
def test_a_wrong_field_is_named_with_its_file_and_what_is_expected(
    tmp_path: Path, file: str, fields: dict[str, Any], says: str
) -> None:
    written(tmp_path)
    change(tmp_path / file, **fields)
    message = refused(tmp_path)
    assert message.startswith(f"{tmp_path / file}: ")
    assert says in message


@pytest.mark.parametrize("content", [b"", b'{"schema_version": 1, "se', b"\x00" * 40, b"[]", b'"text"', b"{}"])
def test_a_truncated_or_foreign_state_file_is_refused(tmp_path: Path, content: bytes) -> None:
    written(tmp_path)
    (tmp_path / STATE).write_bytes(content)
    assert str(tmp_path / STATE) in refused(tmp_path)


def test_the_state_of_a_newer_program_is_refused_without_offering_a_rebuild(tmp_path: Path) -> None:
    written(tmp_path)
    change(tmp_path / STATE, schema_version=2, colour="red")
    with pytest.raises(BrokenState, match="newer meta") as raised:
        Store.open(tmp_path)
    assert "rebuild" not in str(raised.value)


def test_a_missing_journal_is_refused(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / JOURNAL).unlink()
    assert "the journal was lost" in refused(tmp_path)


def drop(lines: list[bytes], number: int) -> list[bytes]:
    return lines[: number - 1] + lines[number:]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda lines: [lines[0], b"what?\n", lines[2]], "line 2: is not valid JSON"),
        (lambda lines: [lines[0], b"\n", lines[1], lines[2]], "line 2: is not valid JSON"),
        (lambda lines: drop(lines, 2), "line 2: seq: expected 2 (it is 3)"),
        (lambda lines: drop(lines, 1), "line 1: seq: expected 1 (it is 2)"),
        (lambda lines: [*lines, lines[0]], "line 4: seq: expected 4 (it is 1)"),
        (lambda lines: [lines[0].replace(b"tracker", b"tr\xffcker"), *lines[1:]], "line 1"),
        (lambda lines: [lines[0].replace(b"run_set", b"run_sat"), *lines[1:]], "line 1"),
        (lambda lines: [*lines, b'{"event": "phase_ended", "phase": 3, "seq": 4}\n'], "event 4 (phase_ended)"),
    ],
)
def test_a_broken_journal_line_is_named(tmp_path: Path, spoil: Callable[[list[bytes]], list[bytes]], says: str) -> None:
    written(tmp_path)
    journal = tmp_path / JOURNAL
    journal.write_bytes(b"".join(spoil(journal.read_bytes().splitlines(keepends=True))))
    message = refused(tmp_path)
    assert message.startswith(f"{journal}: ")
    assert says in message


@pytest.mark.parametrize("spoil", [lambda path: path.unlink(), lambda path: path.open("ab").write(b"{}\n")])
def test_a_journal_touched_by_somebody_else_stops_the_writer(tmp_path: Path, spoil: Callable[[Path], Any]) -> None:
    with Store.open(tmp_path) as store:
        store.commit(CommandDone(id="c1"))
        spoil(tmp_path / JOURNAL)
        with pytest.raises(BrokenState, match="while the engine ran"):
            store.commit(CommandDone(id="c2"))
        assert store.state.seq == 1


def test_a_disk_that_takes_no_more_is_said_and_the_store_stops_there(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.commit(CommandDone(id="c1"))
        with file_size_limit((tmp_path / JOURNAL).stat().st_size + 10), pytest.raises(NotStored, match="too large"):
            store.commit(CommandDone(id="c2"))
        with pytest.raises(NotStored, match="What was recorded before is safe"):
            store.commit(CommandDone(id="c3"))
        assert store.state.orchestrator.commands == ["c1"]
    with Store.open(tmp_path) as store:
        assert store.commit(CommandDone(id="c4")).orchestrator.commands == ["c1", "c4"]


def test_a_folder_that_cannot_hold_state_is_said_in_one_message(tmp_path: Path) -> None:
    (tmp_path / ".orchestrator").write_text("a file")
    with pytest.raises(BrokenState, match="cannot be read"):
        Store.open(tmp_path, read_only=True)
    with pytest.raises(NotStored, match="could not be written: No such file"):
        Store.open(tmp_path / "missing")


def test_the_journal_is_read_on_from_where_the_last_reading_ended(tmp_path: Path) -> None:
    written(tmp_path)
    journal = Journal(tmp_path / JOURNAL)
    first, offset = journal.read_from(0)
    assert ([event.seq for event in first], [event.seq for event in journal.read(after=2)]) == ([1, 2, 3], [3])
    assert journal.read_from(offset) == ([], offset)
    with Store.open(tmp_path) as store:
        store.commit(CommandDone(id="c2"))
    more, _ = journal.read_from(offset, last=3)
    assert [event.seq for event in more] == [4]
    with pytest.raises(BrokenState, match="line 4: seq: expected 3"):
        journal.read_from(offset, last=2)


def test_a_rebuild_makes_the_files_from_the_journal_and_keeps_broken_ones_aside(tmp_path: Path) -> None:
    state, before = written(tmp_path).state, contents(tmp_path)
    (tmp_path / STATE).write_bytes(b"{")
    change(tmp_path / LEGO, tip="never landed")
    (tmp_path / f"{STATE}.broken-1").touch()
    rebuilt = rebuild(tmp_path)
    assert [path.name for path in rebuilt.aside] == [
        "orchestrator_state.json.broken-2",
        "lego_state_store.json.broken-1",
    ]
    assert "is not valid JSON" in rebuilt.notes[0]
    assert rebuilt.state == state == Store.open(tmp_path).state
    assert before.items() <= contents(tmp_path).items()


def test_a_rebuild_of_good_or_late_files_keeps_nothing_aside(tmp_path: Path) -> None:
    state = written(tmp_path).state
    change(tmp_path / STATE, seq=2, commands=[])
    rebuilt = rebuild(tmp_path)
    assert (rebuilt.state, rebuilt.aside, rebuilt.notes) == (state, [], [])


@pytest.mark.parametrize("spoiled", [b"what?\n", b'{"event": "phase_ended", "phase": 3, "seq": 3}\n'])
def test_a_rebuild_of_a_broken_journal_goes_back_to_the_last_good_line(tmp_path: Path, spoiled: bytes) -> None:
    written(tmp_path)
    journal = tmp_path / JOURNAL
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([*lines[:2], spoiled]))
    rebuilt = rebuild(tmp_path)
    assert [path.name for path in rebuilt.aside] == ["journal.jsonl.broken-1", "orchestrator_state.json.broken-1"]
    assert rebuilt.state.seq == 2
    assert journal.read_bytes() == b"".join(lines[:2])
    assert Store.open(tmp_path).state == rebuilt.state
