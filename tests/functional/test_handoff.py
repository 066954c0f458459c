"""Hand-off: briefs wait in the open, and anybody who reads and writes files answers them, from another process."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.errors import EXIT_ERROR, EXIT_USAGE, EXIT_WAITING
from engine.sessions.handoff import open_briefs
from tests.cookbook import dish
from tests.git_helpers import snapshot
from tests.scripted import Kitchen, command, kitchen_with_cooks, meta, patiently, start
from tests.tapes import GOOD


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    """The menu is approved; the dishes wait for people, each in its own brief, while an engine runs."""
    made = kitchen_with_cooks(tmp_path).approved()
    engine = start(tmp_path / "engine.log", command("run", made.root, "--runtime", "handoff", "--yes"))
    patiently(lambda: len(open_briefs(made.root)) == 3)
    yield made
    engine.kill()
    engine.wait(60)
    made.end()


def listed(kitchen: Kitchen) -> dict[str, Path]:
    """Session id → folder, as `meta handoff list` prints it in a process of its own."""
    done = subprocess.run(command("handoff", "list", kitchen.root), capture_output=True, text=True, check=True)
    return {line.split("\t")[0]: Path(line.split("\t")[1]) for line in done.stdout.splitlines()}


def of(kitchen: Kitchen, lego: str) -> str:
    """The id of the open brief of a dish."""
    return next(brief.id for brief in open_briefs(kitchen.root) if brief.spec.lego == lego)


def write(folder: Path, files: dict[str, str], result: Any = GOOD) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    answer = result if isinstance(result, str) else json.dumps(result)
    (folder / ".session" / "result.json").write_text(answer)


def test_open_briefs_are_listed_read_and_answered_from_another_process(kitchen: Kitchen) -> None:
    open_now = listed(kitchen)
    assert sorted(name.split("-")[2] for name in open_now) == ["cake", "soup", "stew"]
    session, folder = next((name, place) for name, place in open_now.items() if "-stew-" in name)
    shown = meta("handoff", "show", session, kitchen.root)
    assert "You carry out the step `dishes` for the LEGO `stew`" in shown.out
    assert (folder / "menu.md").is_file()
    write(folder, {"dishes/stew.md": dish("stew")})
    done = subprocess.run(command("handoff", "done", session, kitchen.root), capture_output=True, text=True, check=True)
    assert done.stdout == f"{session} handed back\n"
    patiently(lambda: any("-stew-dishes-review-" in brief.id for brief in open_briefs(kitchen.root)))
    assert session not in listed(kitchen)
    assert kitchen.record("dishes", "stew").checks[0].passed
    assert {brief.spec.lego for brief in open_briefs(kitchen.root)} == {"cake", "soup", "stew"}


def test_an_answer_from_elsewhere_is_copied_and_taken(kitchen: Kitchen, tmp_path: Path) -> None:
    session = of(kitchen, "soup")
    write(listed(kitchen)[session], {"dishes/soup.md": dish("soup")}, "{")
    result = tmp_path / "my result.json"
    result.write_text(json.dumps(GOOD))
    assert meta("handoff", "done", session, "--result", result, "--dir", kitchen.root).code == 0
    patiently(lambda: kitchen.record("dishes", "soup").sessions[0].outcome == "done")


MALFORMED: dict[str, Any] = {
    "result.json is not JSON": "",
    "an object with `status`, `confidence_score` and `summary` is expected": "[]",
    '`status` is "finished": "done", "failed" or "needs_input" is expected': {**GOOD, "status": "finished"},
    "`confidence_score` is 7: a number from 0 to 1 is expected": {**GOOD, "confidence_score": 7},
    "`summary` is missing": {"status": "done", "confidence_score": 0.9},
    "`questions` is empty": {"status": "needs_input"},
}
"""What the refusal says → the result that is refused."""


def test_a_malformed_result_is_refused_with_the_reason_and_the_brief_stays_open(kitchen: Kitchen) -> None:
    session = of(kitchen, "cake")
    folder = listed(kitchen)[session]
    missing = "there is no result.json: the session must write .session/result.json in its worktree"
    for says, result in {missing: None, **MALFORMED}.items():
        if result is not None:
            write(folder, {"dishes/cake.md": dish("cake")}, result)
        before = snapshot(folder), snapshot(kitchen.session("cake-dishes-gen-1"))
        refused = meta("handoff", "done", session, kitchen.root)
        assert refused.code == EXIT_ERROR
        assert refused.err.startswith(f"meta: {session} stays open: ")
        assert says in refused.err
        assert (snapshot(folder), snapshot(kitchen.session("cake-dishes-gen-1"))) == before
        assert session in {brief.id for brief in open_briefs(kitchen.root)}
    write(folder, {"dishes/cake.md": dish("cake")})
    assert meta("handoff", "done", session, kitchen.root).code == 0
    patiently(lambda: kitchen.record("dishes", "cake").sessions[0].outcome == "done")


def test_a_brief_that_nobody_knows_or_that_was_answered_is_refused_and_the_open_ones_are_named(
    kitchen: Kitchen,
) -> None:
    session = of(kitchen, "soup")
    unknown = meta("handoff", "show", "0099-x", kitchen.root)
    assert (unknown.code, session in unknown.err) == (EXIT_USAGE, True)
    for name in ("0099-x", "../sessions", ""):
        refused = meta("handoff", "done", name, kitchen.root)
        assert refused.code == EXIT_ERROR
        assert "Open briefs: " in refused.err
    not_by_hand = meta("handoff", "done", kitchen.agents.starts()[0], kitchen.root)
    assert "is done by the runtime 'scripted', not by hand" in not_by_hand.err
    write(listed(kitchen)[session], {"dishes/soup.md": dish("soup")})
    assert meta("handoff", "done", session, kitchen.root).code == 0
    assert "was handed back already" in meta("handoff", "done", session, kitchen.root).err


def test_a_half_written_answer_survives_the_engine_and_is_finished_under_the_next(kitchen: Kitchen) -> None:
    session = of(kitchen, "soup")
    folder = listed(kitchen)[session]
    (folder / "dishes").mkdir(exist_ok=True)
    (folder / "dishes" / "soup.md").write_text("half of it")
    assert meta("stop", kitchen.root).code == 0
    patiently(lambda: "stopped" in (kitchen.root.parent / "engine.log").read_text())
    assert (folder / "dishes" / "soup.md").read_text() == "half of it"
    assert session in listed(kitchen)
    write(folder, {"dishes/soup.md": dish("soup")})
    assert meta("handoff", "done", session, kitchen.root).code == 0
    with start_again(kitchen) as engine:
        patiently(lambda: kitchen.record("dishes", "soup").sessions[0].outcome == "done")
        engine.kill()
    assert [s.substep for s in kitchen.record("dishes", "soup").sessions][:1] == ["gen"]


def start_again(kitchen: Kitchen) -> subprocess.Popen[bytes]:
    return start(kitchen.root.parent / "engine.log", command("run", kitchen.root, "--runtime", "handoff", "--yes"))


def test_no_open_brief_is_said_on_the_error_stream_so_that_scripts_read_nothing(tmp_path: Path) -> None:
    kitchen = kitchen_with_cooks(tmp_path)
    assert kitchen.run().code == EXIT_WAITING
    said = meta("handoff", "list", kitchen.root)
    assert (said.code, said.out, said.err) == (0, "", "no brief is open\n")
