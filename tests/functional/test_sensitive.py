"""An app that handles secrets, money or personal data is found out in phase 1 and treated with more care."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.briefs.wisdom import SECURITY, parse_cards
from engine.resources import meta_home
from engine.state.models import Run
from engine.state.store import Store
from engine.workspace import Workspace
from tests.small_app import FILES, INTENT, build, sessions, small_tape, small_workspace

pytestmark = pytest.mark.xdist_group("sensitive")

META = [sys.executable, "-m", "engine.cli"]
PASSWORDS = f"{INTENT}\nSome of my notes are passwords for the router and the printer.\n"
CARDS = parse_cards((meta_home() / "wisdom" / "risk_wisdom.md").read_text(encoding="utf-8"), "risk_wisdom.md")
SECURITY_CARDS = {card.id for card in CARDS if SECURITY in card.tags}


def choose(workspace: Workspace, name: str, value: str) -> None:
    subprocess.run([*META, "set", name, value], cwd=workspace.root, capture_output=True, check=True)


def run_of(workspace: Workspace) -> Run:
    return Store.open(workspace.root, read_only=True).state.orchestrator.run


def specs(workspace: Workspace) -> list[dict[str, Any]]:
    found = sorted((workspace.private / "sessions").glob("*/session.json"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in found]


def pinned(spec: dict[str, Any]) -> list[str]:
    return [card["id"] for card in spec["wisdom"] if card["why"] == "sensitive app"]


def gates(workspace: Workspace) -> set[str]:
    records = Store.open(workspace.root, read_only=True).state.records()
    return {fact.gate for record in records for fact in record.gates}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The app for passwords, built once. Its essence proposes the tiny lane."""
    place = tmp_path_factory.mktemp("sensitive")
    workspace = small_workspace(place / "app", PASSWORDS)
    assert build(workspace, small_tape(place / "tape", intent=PASSWORDS).path, yes=True).exit_code == 0
    return workspace


def test_it_is_found_in_the_words_of_the_intent(built: Workspace) -> None:
    assert run_of(built).sensitive
    assert run_of(built).chosen == {}


def test_it_is_attacked_before_it_goes_out(built: Workspace) -> None:
    assert {"red_team-gen", "red_team-review"} <= set(sessions(built))
    assert (built.root / "red_team.md").is_file()


def test_a_person_decides_on_its_code_and_on_the_attacks(built: Workspace) -> None:
    assert {"code_cli", "red_team"} <= gates(built)


def test_it_stays_in_the_full_lane_though_its_essence_proposes_the_tiny_one(built: Workspace) -> None:
    assert run_of(built).lane == "full"
    assert set(sessions(built)) == {f"{step}-{part}" for step in FILES for part in ("gen", "review")}
    told = subprocess.run([*META, "status"], cwd=built.root, capture_output=True, text=True, check=True).stdout
    assert "lane full (essence.md proposes tiny, but the app is sensitive)" in told


def test_every_session_is_told_a_security_card_and_why_is_recorded(built: Workspace) -> None:
    for spec in specs(built):
        (card,) = pinned(spec)
        assert card in SECURITY_CARDS
        brief = (built.session(spec["id"]) / "brief.md").read_text(encoding="utf-8")
        assert f"### {card} " in brief.partition("## Advice")[2]


def test_said_not_to_be_sensitive_it_is_built_like_any_other(tmp_path: Path) -> None:
    workspace = small_workspace(tmp_path / "app", PASSWORDS)
    choose(workspace, "sensitive", "no")
    assert build(workspace, small_tape(tmp_path / "tape", intent=PASSWORDS).path, until=3, yes=True).exit_code == 0
    assert not run_of(workspace).sensitive
    assert run_of(workspace).lane == "tiny"
    assert not any(pinned(spec) for spec in specs(workspace))


def test_said_to_be_sensitive_it_is_treated_so_whatever_its_intent_says(tmp_path: Path) -> None:
    workspace = small_workspace(tmp_path / "app")
    choose(workspace, "sensitive", "yes")
    assert build(workspace, small_tape(tmp_path / "tape").path, until=3, yes=True).exit_code == 0
    assert run_of(workspace).sensitive
    assert run_of(workspace).lane == "full"
    assert all(pinned(spec) for spec in specs(workspace))


def test_said_to_be_sensitive_in_the_tiny_lane_it_goes_back_to_the_full_one(tmp_path: Path) -> None:
    workspace = small_workspace(tmp_path / "app")
    tape = small_tape(tmp_path / "tape").path
    assert build(workspace, tape, until=2, yes=True).exit_code == 0
    assert run_of(workspace).lane == "tiny"
    choose(workspace, "sensitive", "yes")
    assert build(workspace, tape, until=2, yes=True).exit_code == 0
    assert run_of(workspace).lane == "full"
    assert sessions(workspace) == ["essence-gen", "essence-review"]


def test_a_person_may_put_a_sensitive_app_into_the_tiny_lane(tmp_path: Path) -> None:
    workspace = small_workspace(tmp_path / "app", PASSWORDS)
    choose(workspace, "lane", "tiny")
    assert build(workspace, small_tape(tmp_path / "tape", intent=PASSWORDS).path, until=3, yes=True).exit_code == 0
    assert (run_of(workspace).lane, run_of(workspace).sensitive) == ("tiny", True)
    assert sessions(workspace) == ["essence-gen", "requirements-gen"]
