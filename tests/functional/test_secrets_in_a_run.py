"""Secrets in a whole run: nothing of a key is committed, journaled or told to an agent; --yes is no consent."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import EXIT_DONE, EXIT_ERROR
from engine.secrets import ALLOWED
from tests.cookbook import MENU, PLAN
from tests.git_helpers import plain_git
from tests.scripted import Kitchen, kitchen_with_cooks, meta
from tests.secret_keys import KEYS, SECRET

KEY = KEYS["GitHub Token"]
NAMED = f"GitHub Token {KEY[:3]}… ({len(KEY)} characters)"


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    """A kitchen in which everything goes well."""
    made = kitchen_with_cooks(tmp_path)
    yield made
    made.end()


def committed(kitchen: Kitchen) -> bytes:
    """The content of every object of the repository, reachable or not."""
    command = ["git", "cat-file", "--batch-all-objects", "--batch"]
    return subprocess.run(command, cwd=kitchen.root, capture_output=True, check=True).stdout


def kept(kitchen: Kitchen) -> str:
    """What the engine wrote down itself: state, journal, receipts, and every brief."""
    private = kitchen.root / ".orchestrator"
    files = [path for path in private.glob("*") if path.is_file()]
    files += [*private.glob("receipts/*"), *private.glob("sessions/*/brief.md"), *private.glob("journal/*")]
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)


def test_a_run_does_not_begin_with_a_key_in_the_intent_and_yes_is_no_consent(kitchen: Kitchen) -> None:
    intent = kitchen.root / "app_intent.md"
    intent.write_text(f"# Menu\n\nThe shop knows us by {KEY}.\n")
    said = kitchen.run("--yes")
    assert said.code == EXIT_ERROR
    assert "app_intent.md:3: " + NAMED in said.err
    assert "environment variable" in said.err
    assert f"meta allow-secret {intent}:3" in said.err
    assert KEY not in said.out + said.err
    assert KEY.encode() not in committed(kitchen)

    done = meta("allow-secret", f"{intent}:3")
    assert done.code == EXIT_DONE
    assert KEY not in done.out + (kitchen.root / ALLOWED).read_text()
    assert kitchen.run("--yes").code == EXIT_DONE


def test_an_edit_with_a_key_is_not_committed_and_the_step_says_why(kitchen: Kitchen) -> None:
    kitchen.approved()
    (kitchen.root / "menu.md").write_text(f"{MENU}\nThe shop knows us by {KEY}.\n")
    said = kitchen.run("--yes", "--refresh")
    assert said.code != EXIT_DONE
    assert f"menu.md:7: {NAMED}" in said.out
    assert KEY not in said.out + said.err + kept(kitchen)
    assert KEY.encode() not in committed(kitchen)


def test_files_with_keys_are_failures_and_reach_no_commit_at_all(kitchen: Kitchen) -> None:
    notes = "\n\n".join(f"{number}: {text}" for number, text in enumerate(KEYS.values()))
    kitchen.agents.will("menu-gen", {"menu.md": f"{MENU}\n{notes}\n", "lego_plan.json": json.dumps(PLAN)})
    said = kitchen.run("--yes")
    assert said.code != EXIT_DONE
    record = kitchen.record("menu")
    assert record.failure_count > 0
    for kind in KEYS:
        assert f": {kind} " in record.evidence[-1]
    everything = committed(kitchen).decode(errors="replace") + kept(kitchen) + said.out + said.err
    assert [kind for kind, secret in SECRET.items() if secret in everything] == []
    assert plain_git(kitchen.root, "for-each-ref", "refs/meta/attempts") != ""  # the rest of its work is kept


def test_what_a_failed_agent_said_is_told_to_the_next_without_the_key(kitchen: Kitchen) -> None:
    event = json.dumps({"t": 1, "kind": "error", "message": f"the shop refuses {KEY}"})
    script = f"""echo '{event}' >>"$2/events.jsonl"; echo '{KEY}' >>"$2/raw.log"; exit 1"""
    kitchen.agents.will("menu-gen", {"menu.md": MENU}, script=script)
    assert kitchen.run("--yes").code != EXIT_DONE
    assert KEY in (kitchen.session("menu-gen-1") / "events.jsonl").read_text()  # the transcript stays as it was
    shown = meta("log", kitchen.session("menu-gen-1").name, "--dir", kitchen.root)
    assert KEY not in shown.out
    assert "the shop refuses [secret removed: GitHub Token]" in shown.out
    assert "the shop refuses [secret removed: GitHub Token]" in (kitchen.session("menu-gen-2") / "brief.md").read_text()
    assert KEY not in kept(kitchen)
    assert KEY.encode() not in committed(kitchen)


def test_a_comment_with_a_key_is_refused_by_the_command(kitchen: Kitchen) -> None:
    kitchen.run()
    [gate] = [one.gate for one in kitchen.state.orchestrator.waiting]
    said = meta("revise", gate, "-m", f"The shop knows us by {KEY}.", kitchen.root)
    assert said.code == EXIT_ERROR
    assert "environment variable" in said.err
    assert KEY not in said.err
    assert not (kitchen.root / ".orchestrator" / "decisions" / f"{gate}.json").exists()


def test_a_comment_with_a_key_by_hand_is_named_as_a_problem_and_not_taken(kitchen: Kitchen) -> None:
    kitchen.run()
    [gate] = [one.gate for one in kitchen.state.orchestrator.waiting]
    decision = {"decision": "revise", "comment": f"The shop knows us by {KEY}."}
    folder = kitchen.root / ".orchestrator" / "decisions"
    folder.mkdir(exist_ok=True)
    (folder / f"{gate}.json").write_text(json.dumps(decision))
    said = kitchen.run()
    assert "not taken" in said.out
    assert "not taken" in meta("status", kitchen.root).out
    assert KEY not in said.out + said.err + kept(kitchen)
    assert [one.gate for one in kitchen.state.orchestrator.waiting] == [gate]


def test_a_key_that_a_person_committed_is_told_to_no_agent_and_the_brief_says_so(kitchen: Kitchen) -> None:
    kitchen.approved()
    (kitchen.root / "menu.md").write_text(f"{MENU}\nThe shop knows us by {KEY}.\n")
    plain_git(kitchen.root, "add", "menu.md")
    plain_git(kitchen.root, "commit", "-qm", "mine")
    kitchen.run("--yes", "--refresh")
    briefs = [path.read_text() for path in (kitchen.root / ".orchestrator" / "sessions").glob("*/brief.md")]
    assert all(KEY not in brief for brief in briefs)
    assert any("`menu.md:7`: a secret (GitHub Token)" in brief for brief in briefs)


def test_allow_secret_says_what_is_wrong_with_its_place(kitchen: Kitchen, tmp_path: Path) -> None:
    notes = tmp_path / "notes.md"
    notes.write_text(f"one\n{KEY}\n")
    assert "Lines with one: 2." in meta("allow-secret", f"{notes}:1").err
    assert "FILE:LINE" in meta("allow-secret", str(notes)).err
    assert "cannot be read" in meta("allow-secret", f"{tmp_path}/none.md:1").err
