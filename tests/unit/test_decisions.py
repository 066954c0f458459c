"""People's files: read whatever people write, never crash on them, and know which question they answer."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.state.counting import counts
from engine.state.decisions import (
    decision_path,
    read_commands,
    read_decision,
    read_decisions,
    write_command,
    write_decision,
)
from engine.state.models import Command, Decision, GateFact, Waiting

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ASKED = Waiting(gate="design", round=2, kind="approval", about={"d.md": "1"}, step="design")


def by_hand(workspace: Path, name: str, content: str | bytes) -> Path:
    """A file as a person's editor leaves it, written at noon."""
    path = workspace / ".orchestrator/decisions" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    return path


def test_a_decision_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    decision = Decision(decision="revise", round=1, about={"d.md": "1"}, comment="shorter", by="ada", at="t")
    write_decision(tmp_path, "design", decision)
    assert read_decision(tmp_path, "design") == decision
    assert read_decisions(tmp_path) == ({"design": decision}, [])


def test_no_file_is_no_decision_and_no_problem(tmp_path: Path) -> None:
    assert read_decision(tmp_path, "design") is None
    assert read_decisions(tmp_path) == ({}, [])
    assert read_commands(tmp_path) == ([], [])


def test_the_shortest_decision_by_hand_is_enough_and_has_the_time_of_its_file(tmp_path: Path) -> None:
    by_hand(tmp_path, "design.json", '{"decision": "approve"}')
    assert read_decision(tmp_path, "design") == Decision(decision="approve", at="2026-01-01T12:00:00.000Z")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"decision": "yes"}', "decision: expected 'approve', 'revise', 'stop' or 'answer' (it is 'yes')"),
        ('{"decision": "approve", "rounds": 1}', "rounds: is not a field of this file"),
        ('{"comment": "fine"}', "decision: is missing"),
        ('{"decision": "revise", "comments": [{"id": "c1"}]}', "comments.0.text: is missing"),
        ('{"decision": ', "is not valid JSON"),
        ("", "is not valid JSON"),
        (b"\xff\xfe\x00", "is not valid JSON"),
        ("[" * 5000, "is not valid JSON"),
    ],
)
def test_a_malformed_decision_is_a_problem_with_file_and_field_and_counts_as_none(
    tmp_path: Path, content: str | bytes, says: str
) -> None:
    path = by_hand(tmp_path, "design.json", content)
    by_hand(tmp_path, "plan.json", '{"decision": "approve"}')
    decisions, problems = read_decisions(tmp_path)
    assert list(decisions) == ["plan"]
    assert problems[0].startswith(f"{path}: ")
    assert says in problems[0]
    assert read_decision(tmp_path, "design") is None


def test_a_decision_that_is_a_folder_is_a_problem(tmp_path: Path) -> None:
    decision_path(tmp_path, "design").mkdir(parents=True)
    assert "cannot be read: Is a directory" in read_decisions(tmp_path)[1][0]


def test_a_file_that_names_no_gate_is_a_problem_and_an_editors_own_files_are_none(tmp_path: Path) -> None:
    by_hand(tmp_path, "My Gate.json", '{"decision": "approve"}')
    for name in (".design.json.swp", ".design.json", "design.json~", "design.txt"):
        by_hand(tmp_path, name, "{")
    decisions, problems = read_decisions(tmp_path)
    assert decisions == {}
    assert len(problems) == 1
    assert "expected a gate's name" in problems[0]


@pytest.mark.parametrize("gate", ["../state", "Design", "", "a-b", "a/b", "design\n"])
def test_what_cannot_be_a_gate_is_refused(tmp_path: Path, gate: str) -> None:
    with pytest.raises(UsageError, match="is no gate"):
        write_decision(tmp_path, gate, Decision(decision="approve"))
    with pytest.raises(UsageError, match="is no gate"):
        read_decision(tmp_path, gate)


@pytest.mark.parametrize(
    ("decision", "answers"),
    [
        (Decision(decision="approve"), True),
        (Decision(decision="approve", round=2, about={"d.md": "1"}), True),
        (Decision(decision="approve", round=1), False),
        (Decision(decision="approve", about={"d.md": "2"}), False),
        (Decision(decision="approve", about={}), False),
        (Decision(decision="answer"), False),
    ],
)
def test_a_decision_counts_only_for_the_round_and_the_ids_it_names(decision: Decision, answers: bool) -> None:
    assert counts(decision, ASKED) is answers


def test_a_decision_without_a_round_is_used_up_once_it_was_taken() -> None:
    decision = Decision(decision="revise", at="t1")
    taken = GateFact(gate="design", round=1, decision="revise", at="t1")
    assert not counts(decision, ASKED, [taken])
    assert counts(decision.model_copy(update={"at": "t2"}), ASKED, [taken])
    assert counts(decision.model_copy(update={"round": 2}), ASKED, [taken])


def test_questions_are_answered_when_something_is_said_to_every_one_be_it_nothing() -> None:
    asked = ASKED.model_copy(update={"kind": "answers", "questions": ["Units?", "Years?"]})
    assert not counts(Decision(decision="answer", answers={"Units?": "km"}), asked)
    assert counts(Decision(decision="answer", answers={"Units?": "km", "Years?": " "}), asked)
    assert counts(Decision(decision="answer", answers={"Units?": "km", "Years?": "2"}), asked)
    assert counts(Decision(decision="stop"), asked)


def test_commands_are_read_in_the_order_they_were_given_each_with_its_own_id(tmp_path: Path) -> None:
    moments = [NOON + timedelta(microseconds=n) for n in (0, 1, 999_999, 1_000_000)]
    clock = iter(moments).__next__
    ids = [write_command(tmp_path, Command(command="retry", lego=f"l{n}"), clock) for n in range(4)]
    commands, problems = read_commands(tmp_path)
    assert ([command.id for command in commands], problems) == (ids, [])
    assert [command.lego for command in commands] == ["l0", "l1", "l2", "l3"]
    assert ids == sorted(set(ids))
    assert commands[2].at == "2026-01-01T12:00:00.999Z"
    assert read_decisions(tmp_path) == ({}, [])


def test_two_commands_of_one_instant_are_two(tmp_path: Path) -> None:
    assert len({write_command(tmp_path, Command(command="pause"), lambda: NOON) for _ in range(20)}) == 20
    assert len(read_commands(tmp_path)[0]) == 20


def test_a_command_by_hand_takes_its_id_from_its_name_and_a_malformed_one_is_a_problem(tmp_path: Path) -> None:
    by_hand(tmp_path, "command-mine.json", json.dumps({"command": "pause", "id": "other"}))
    by_hand(tmp_path, "command-odd.json", json.dumps({"command": "explode"}))
    commands, problems = read_commands(tmp_path)
    assert [command.id for command in commands] == ["mine"]
    assert "command-odd.json: command: expected 'retry'" in problems[0]
