"""What engine and adapters say to each other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from runtime_adapters.protocol import (
    EVENT_KINDS,
    Event,
    EventWriter,
    ResultError,
    SessionSpec,
    last_events,
    parse_event,
    parse_result,
    read_events,
    read_result,
)

DONE = {"status": "done", "confidence_score": 0.8, "summary": "made it"}


def result_of(**fields: object) -> bytes:
    return json.dumps({**DONE, **fields}).encode()


def test_a_result_keeps_every_field_of_the_contract() -> None:
    result = parse_result(
        result_of(
            artifacts=["a.py"],
            review_notes=["renamed x"],
            questions=["why?"],
            blame={"step": "tests", "lego": None, "reason": "wrong sum"},
            comments_met={"c1": "shorter now"},
            essence_clarity=0.7,
            decisions={"store": "KEEP"},
        )
    )
    assert (result.status, result.confidence_score, result.summary) == ("done", 0.8, "made it")
    assert (result.artifacts, result.review_notes, result.questions) == (["a.py"], ["renamed x"], ["why?"])
    assert result.blame is not None
    assert (result.blame.step, result.blame.lego, result.blame.reason) == ("tests", None, "wrong sum")
    assert (result.comments_met, result.essence_clarity) == ({"c1": "shorter now"}, 0.7)
    assert result.decisions == {"store": "KEEP"}


def test_a_result_may_have_fields_nobody_knows_and_nulls() -> None:
    result = parse_result(result_of(mood="good", blame=None, questions=None))
    assert result.blame is None
    assert result.questions == []


def test_comments_met_may_be_a_list_of_ids() -> None:
    assert parse_result(result_of(comments_met=["c1", "c2"])).comments_met == {"c1": "", "c2": ""}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"{", "result.json is not JSON"),
        (b"\xff", "result.json is not JSON"),
        (b"[" * 100_000, "result.json is not JSON"),
        (b"[]", "an object with `status`, `confidence_score` and `summary` is expected"),
        (b"{}", '`status` is missing: "done", "failed" or "needs_input" is expected'),
        (result_of(status="ok"), '`status` is "ok": "done", "failed" or "needs_input" is expected'),
        (result_of(confidence_score=1.5), "`confidence_score` is 1.5: a number from 0 to 1 is expected"),
        (result_of(confidence_score="high"), '`confidence_score` is "high": a number from 0 to 1 is expected'),
        (result_of(confidence_score=True), "`confidence_score` is true: a number from 0 to 1 is expected"),
        (result_of(confidence_score=float("nan")), "`confidence_score` is NaN: a number from 0 to 1 is expected"),
        (result_of(confidence_score=None), "`confidence_score` is missing: with status done"),
        (result_of(summary=" "), "`summary` is missing: with status done"),
        (result_of(review_notes="renamed"), '`review_notes` is "renamed": a list of texts is expected'),
        (result_of(review_notes=[1]), "`review_notes` (at 0) is 1: a list of texts is expected"),
        (result_of(blame={"step": "tests"}), '`blame` (at reason) is {"step": "tests"}: an object with "step"'),
        (b'{"status": "needs_input"}', "`questions` is empty: with status needs_input"),
    ],
)
def test_a_wrong_result_is_refused_in_one_sentence_that_names_the_field(data: bytes, sentence: str) -> None:
    with pytest.raises(ResultError) as caught:
        parse_result(data)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_result_must_be_a_plain_file_of_moderate_size(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(result_of())
    path = tmp_path / "result.json"
    with pytest.raises(ResultError, match=r"there is no result\.json"):
        read_result(path)
    path.symlink_to(tmp_path / "real")
    with pytest.raises(ResultError, match="not a plain file"):
        read_result(path)
    path.unlink()
    path.write_bytes(result_of(summary="x" * 2_000_000))
    with pytest.raises(ResultError, match="at most"):
        read_result(path)


def test_an_event_line_survives_reading_and_writing() -> None:
    event = Event(1.25, "tool_finished", {"name": "sh", "exit_code": 1, "text": "naïve ✓"})
    assert parse_event(event.line()) == event


def test_unknown_kinds_and_fields_are_kept() -> None:
    event = parse_event('{"t": 2, "kind": "dreamt", "of": ["sheep"]}')
    assert event == Event(2.0, "dreamt", {"of": ["sheep"]})
    assert "dreamt" not in EVENT_KINDS


@pytest.mark.parametrize("line", ["", "Traceback:", "[1]", '{"t": 1}', '{"kind": 3}', "[" * 100_000, "9" * 5000, "{"])
def test_a_line_that_is_no_event_becomes_raw_text(line: str) -> None:
    assert parse_event(line) == Event(0.0, "raw", {"text": line})
    assert parse_event(line.encode() + b"\n") == Event(0.0, "raw", {"text": line})


@pytest.mark.parametrize("t", ["null", '"1"', "true", "NaN", "Infinity", "-1", "1" + "0" * 400])
def test_an_impossible_time_counts_as_the_start(t: str) -> None:
    assert parse_event(f'{{"t": {t}, "kind": "text"}}').t == 0.0


def test_the_writer_stamps_seconds_since_the_start_and_each_event_is_there_at_once(tmp_path: Path) -> None:
    now = [100.0]
    writer = EventWriter(tmp_path / "events.jsonl", lambda: now[0])
    writer.write("started")
    now[0] = 101.5
    writer.write("text", text="hello")
    assert read_events(tmp_path / "events.jsonl") == [Event(0.0, "started", {}), Event(1.5, "text", {"text": "hello"})]
    writer.close()


def test_a_resumed_writer_closes_a_cut_line_and_goes_on_in_time(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"t": 7.5, "kind": "text"}\n{"t": 8, "ki')
    now = [50.0]
    writer = EventWriter(path, lambda: now[0])
    now[0] = 51.0
    writer.write("text", text="again")
    writer.close()
    assert [(event.kind, event.t) for event in read_events(path)] == [("text", 7.5), ("raw", 0.0), ("text", 8.5)]


def test_only_whole_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    assert read_events(path) == last_events(path, 3) == []
    path.write_text('{"t": 1, "kind": "text"}\n{"t": 2, "kind": "te')
    assert [event.t for event in read_events(path)] == [event.t for event in last_events(path, 3)] == [1.0]


def test_the_last_events_of_a_long_file_are_read_from_its_end(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"".join(Event(float(i), "text", {"text": "x" * 50}).line() for i in range(5000)))
    assert [event.t for event in last_events(path, 3)] == [4997.0, 4998.0, 4999.0]


def test_a_session_is_described_by_known_fields_only() -> None:
    known = {
        "id": "1", "step": "code", "phase": 7, "substep": "gen", "attempt": 1, "runtime": "replay", "adapter": "/a",
        "worktree": "/w", "brief_sha256": "0", "base": "0", "marker": "m",
    }  # fmt: skip
    assert SessionSpec.model_validate(known).lego is None
    for wrong in ({"colour": "red"}, {"worktree": "relative"}, {"marker": ""}, {"attempt": 0}, {"substep": "check"}):
        with pytest.raises(ValidationError):
            SessionSpec.model_validate({**known, **wrong})
