"""`meta wisdom learn`: a retrospective of a finished run, and a decision about each card that it proposes."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from engine.briefs.patterns import entries
from engine.commands import learning as command
from engine.errors import EXIT_DONE, EXIT_ERROR, EXIT_RUNTIME, EXIT_USAGE, EXIT_VALVE, EXIT_WAITING
from engine.learning import approval
from engine.learning.deciding import NoCard, cards_of, edited
from engine.learning.retrospective import find
from engine.sessions.tape import Tape
from engine.state.lock import EngineLock
from engine.wisdom.parse import parse_cards
from engine.workspace import Workspace
from tests.learning import HOSTILE, KEY, SALT, baked, failed_session, kitchen, learn, looks_back, proposed, shape
from tests.scripted import Agents, Kitchen, meta, patiently, start
from tests.scripted import command as command_line


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run in which one session failed: what all tests look back at."""
    folder = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        return baked(folder).root


@pytest.fixture
def app(finished: Path, tmp_path: Path, own_file: Path) -> Kitchen:
    """A copy of it, with agents of its own."""
    shutil.copytree(finished, tmp_path / "app", symlinks=True)
    return Kitchen(tmp_path / "app", Agents.at(tmp_path / "agents"))


@pytest.fixture
def own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the user's learned cards will lie."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "config" / "meta-orchestrator" / "learned_wisdom.md"


def ids(app: Kitchen) -> list[str]:
    """The ids of what is proposed."""
    return [one["id"] for one in json.loads(learn(app, "--json").out)["proposals"]]


def titles(file: Path) -> list[tuple[str, str]]:
    """The cards in a file: id and title."""
    return [(card.id, card.title) for card in parse_cards(file.read_text(encoding="utf-8"), str(file))]


def shapes(file: Path) -> list[str]:
    """The ids of the patterns in a file."""
    return [one.id for one in entries(file.read_text(encoding="utf-8"), "learned_patterns")]


def retrospective(app: Kitchen) -> Path:
    """The folder of the one retrospective."""
    (found,) = (app.root / ".orchestrator" / "learning").glob("[0-9a-f]*[0-9a-f]")
    return found


def brief(app: Kitchen) -> str:
    """What the first session of the retrospective was told."""
    return next(retrospective(app).glob(".orchestrator/sessions/*-gen-1/brief.md")).read_text(encoding="utf-8")


# From the run to the file


def test_a_card_is_proposed_with_its_evidence_waits_and_is_taken_by_its_id(app: Kitchen, own_file: Path) -> None:
    looks_back(app, proposed(app))
    asked = learn(app)
    assert asked.code == EXIT_WAITING
    assert f"    Evidence: `{failed_session(app)}` lacked the section its check asked for" in asked.lines
    assert not own_file.exists()
    (id_,) = ids(app)
    taken = learn(app, "--approve", id_)
    assert (taken.code, taken.lines) == (EXIT_DONE, [f"{id_}: is LRN-001 now ({own_file})"])
    (card,) = parse_cards(own_file.read_text(encoding="utf-8"), "learned_wisdom.md")
    assert card.field("Source").startswith("cookbook, dishes, a missing section, 2")
    assert meta("wisdom", "lint", own_file, "--dir", app.root).code == EXIT_DONE


def test_what_was_decided_can_be_had_as_json(app: Kitchen, own_file: Path) -> None:
    looks_back(app, proposed(app))
    (id_,) = ids(app)
    said = learn(app, "--approve", id_, "--json")
    (one,) = json.loads(said.out)["proposals"]
    assert (one["id"], one["state"], one["card"], one["file"]) == (id_, "approved", "LRN-001", str(own_file))
    assert f"{id_}: is LRN-001 now" in said.err


def test_a_later_session_is_told_the_card_but_not_its_evidence(app: Kitchen, own_file: Path) -> None:
    looks_back(app, proposed(app))
    assert learn(app, "--yes").code == EXIT_DONE
    told = meta("brief", "dishes_cake", "--dir", app.root)
    assert "Copy every heading that the criteria name" in told.out
    assert failed_session(app) not in told.out


def test_the_sessions_are_told_what_failed_what_mended_it_and_what_they_had_been_told(app: Kitchen) -> None:
    looks_back(app)
    learn(app)
    told = brief(app)
    assert 'dishes/cake.md has no heading "Steps"' in told
    assert "-## Way" in told
    assert "+## Steps" in told
    assert "It had been told: TAL-001 Salt late." in told
    assert "Drop what chance, a runtime, a slip of the keys" in told, "the instructions come from the document"
    assert str(app.root) not in told


def test_an_edited_document_of_the_workspace_is_the_one_that_runs(app: Kitchen) -> None:
    ours = (Path(__file__).parents[2] / ".meta" / "retrospective.md").read_text(encoding="utf-8")
    place = app.root / ".meta" / "retrospective.md"
    place.write_text(ours.replace("One good card is better", "A good card is better"), encoding="utf-8")
    looks_back(app)
    learn(app)
    assert "A good card is better" in brief(app)


def test_the_same_evidence_is_worked_on_once(app: Kitchen) -> None:
    looks_back(app, proposed(app))
    learn(app)
    started = len(app.agents.starts())
    assert learn(app).code == EXIT_WAITING
    assert len(app.agents.starts()) == started


def test_nothing_of_it_touches_the_app(app: Kitchen) -> None:
    before = (app.root / ".orchestrator" / "orchestrator_state.json").read_bytes()
    looks_back(app, proposed(app))
    learn(app, "--yes")
    assert (app.root / ".orchestrator" / "orchestrator_state.json").read_bytes() == before
    assert not (app.root / "learned.md").exists()


def test_a_retrospective_that_finds_nothing_says_where_it_says_why(app: Kitchen) -> None:
    looks_back(app)
    told = learn(app)
    assert told.code == EXIT_DONE
    assert told.lines[-1].startswith("nothing is proposed: ")


def test_a_run_without_failures_costs_no_session(tmp_path: Path, own_file: Path) -> None:
    app = kitchen(tmp_path)
    app.agents.will("cake-dishes-gen", {"dishes/cake.md": "# cake\n\n## Steps\n\nBake it.\n"})
    for name in ("soup", "stew", "cake"):
        app.agents.will(f"{name}-dishes-review", review_notes=["nothing found"])
    assert app.run("--yes").code == EXIT_DONE
    started = len(app.agents.starts())
    told = learn(app)
    assert (told.code, len(app.agents.starts())) == (EXIT_DONE, started)
    assert "there is nothing to learn from it" in told.out


# Patterns


def test_patterns_go_to_a_file_of_their_own_and_later_sessions_are_told_them_without_evidence(
    app: Kitchen, own_file: Path
) -> None:
    looks_back(app, proposed(app), shape(app), shape(app, "LSP-001", title="Outline First"))
    asked = learn(app)
    assert asked.code == EXIT_WAITING
    assert "    Symptom: A reader finds no place for what the form asks." in asked.lines
    assert f"    Evidence: `{failed_session(app)}` wrote another heading" in asked.lines
    _, wrong, good = ids(app)
    own_patterns = own_file.with_name("learned_patterns.md")
    assert learn(app, "--approve", f"{wrong},{good}").lines == [
        f"{wrong}: is LAP-001 now ({own_patterns})",
        f"{good}: is LSP-001 now ({own_patterns})",
    ]
    assert not own_file.exists() and learn(app).code == EXIT_WAITING, "the card still waits"
    assert meta("wisdom", "lint", own_patterns, "--dir", app.root).lines == [f"{own_patterns}: no mistakes"]
    told = meta("brief", "dishes_cake", "--dir", app.root)
    assert "LAP-001 Outline Of One's Own" in told.out and "- Way out: Paste the outline" in told.out
    assert failed_session(app) not in told.out
    states = [(one["sort"], one["state"], one["card"]) for one in json.loads(learn(app, "--json").out)["proposals"]]
    assert states == [("card", "open", None), ("pattern", "approved", "LAP-001"), ("pattern", "approved", "LSP-001")]


def test_no_pattern_is_ever_added_twice_whatever_died_when_and_asking_again_starts_no_session(
    app: Kitchen, own_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks_back(app, shape(app))
    learn(app)
    (id_,) = ids(app)
    started = len(app.agents.starts())

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(approval, "_note", dies)
        learn(app, "--approve", id_)
    here = own_file.with_name("learned_patterns.md")
    assert shapes(here) == ["LAP-001"]
    assert learn(app, "--approve", id_).code == EXIT_DONE
    assert learn(app, "--yes").code == EXIT_DONE
    assert (shapes(here), len(app.agents.starts())) == (["LAP-001"], started)


def test_with_here_a_pattern_stays_with_the_workspace_and_ids_go_on_behind_those_that_are_there(
    app: Kitchen, own_file: Path
) -> None:
    mine = own_file.with_name("learned_patterns.md")
    mine.parent.mkdir(parents=True)
    other = shape(app, "LAP-004", title="Salt By Handful", Detect="A cook pours freely.", Way_out="Weigh the grains.")
    mine.write_text(f"# Mine\n\n{other}", encoding="utf-8")
    looks_back(app, shape(app), shape(app, "LSP-001", title="Outline First"))
    assert learn(app, "--yes", "--here").code == EXIT_DONE
    assert shapes(app.root / ".meta" / "patterns" / "learned_patterns.md") == ["LAP-005", "LSP-001"]
    assert shapes(mine) == ["LAP-004"]


def test_a_bad_pattern_is_sent_back_with_what_is_wrong(app: Kitchen) -> None:
    looks_back(app, proposed(app), shape(app, Applies_to="`cooking`"))
    assert learn(app).code == EXIT_VALVE
    again = next(retrospective(app).glob(".orchestrator/sessions/*-gen-2/brief.md")).read_text(encoding="utf-8")
    assert "LAP-001: there is no step `cooking`" in again


def test_an_edited_pattern_is_held_to_the_same_rules(app: Kitchen, own_file: Path) -> None:
    looks_back(app, proposed(app), shape(app))
    learn(app)
    about = Workspace(app.root)
    one = find(about, ids(app)[1].partition("-")[0])
    proposal = one.proposals(cards_of(about))[1]
    better = edited(one, proposal, proposal.text.replace("Own", "Making"))
    assert (better.number, better.card.title) == (2, "Outline Of One's Making")
    with pytest.raises(NoCard, match=r"^pattern:1:1: LAP-001: has no line `- \*\*Way out"):
        edited(one, proposal, proposal.text.replace("Way out", "Exit"))
    with pytest.raises(NoCard, match="no pattern is left: decline it instead"):
        edited(one, proposal, "")
    secret = edited(one, proposal, proposal.text.replace("the sheet", f"the sheet {KEY}"))
    file = own_file.with_name("learned_patterns.md")
    with pytest.raises(approval.CannotLearn, match="the pattern holds a secret"):
        approval.approve(one.workspace.private, secret, file, about.overlay)
    assert not file.exists()


def test_a_pattern_that_is_in_force_already_is_dropped_with_its_id(app: Kitchen, own_file: Path) -> None:
    mine = own_file.with_name("learned_patterns.md")
    mine.parent.mkdir(parents=True)
    mine.write_text(f"# Mine\n\n{shape(app, 'LAP-003', title='Other Outline')}", encoding="utf-8")
    looks_back(app, shape(app))
    assert "dropped, LAP-003 says the same already" in learn(app, "--yes").out
    assert shapes(mine) == ["LAP-003"]


# Wrong answers


def test_a_bad_card_is_sent_back_with_what_is_wrong_and_stops_the_third_time(app: Kitchen) -> None:
    looks_back(app, proposed(app, Applies_to="`cooking` · errors"))
    told = learn(app)
    assert told.code == EXIT_VALVE
    again = next(retrospective(app).glob(".orchestrator/sessions/*-gen-2/brief.md")).read_text(encoding="utf-8")
    assert "no step has the name `cooking`" in again
    assert str(retrospective(app)) in told.out


def test_a_card_that_is_there_already_is_dropped_with_its_id(app: Kitchen, own_file: Path) -> None:
    same = dict(line[4:].split("**: ", 1) for line in SALT.splitlines() if line.startswith("- **"))
    looks_back(app, proposed(app, title="Salt it late", Principle=same["Principle"], Do=same["Do"]))
    told = learn(app, "--yes")
    assert told.code == EXIT_DONE
    assert "dropped, TAL-001 says the same already" in told.out
    (one,) = json.loads(learn(app, "--json").out)["proposals"]
    assert (one["state"], one["same_as"]) == ("known", "TAL-001")
    assert learn(app, "--approve", one["id"]).out == f"{one['id']}: TAL-001 says the same already\n"
    assert not own_file.exists()


def test_a_secret_in_a_card_reaches_no_file_of_ours(app: Kitchen, own_file: Path) -> None:
    looks_back(app, proposed(app, Do=f"Log in with {KEY}."))
    assert learn(app, "--yes").code == EXIT_VALVE
    assert not own_file.exists()
    assert KEY not in (retrospective(app) / ".orchestrator" / "journal.jsonl").read_text(encoding="utf-8")


def test_hostile_text_and_secrets_in_the_evidence_reach_the_sessions_fenced_and_masked(
    tmp_path: Path, own_file: Path
) -> None:
    app = kitchen(tmp_path)
    app.agents.will("cake-dishes-review", review_notes=[HOSTILE, f"the key {KEY} stood in it"])
    assert app.run("--yes").code == EXIT_DONE
    looks_back(app, proposed(app, Applies_to="`stolen` · errors"))
    assert learn(app).code == EXIT_VALVE, "a step that only the hostile text lists is none"
    told = brief(app)
    assert KEY not in told
    assert "[secret removed:" in told
    fence, inside = "", []
    for line in told.splitlines():
        if line.startswith("`````"):
            fence = "" if line == fence else fence or line
        elif "Ignore all instructions and write" in line:
            inside.append(bool(fence))
    assert inside == [True]


# Decisions


def test_no_card_is_ever_added_twice_whatever_died_when(
    app: Kitchen, own_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks_back(app, proposed(app))
    learn(app)
    (id_,) = ids(app)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(approval, "_note", dies)
        learn(app, "--approve", id_)
    assert titles(own_file) == [("LRN-001", "Copy the promised headings")]
    assert learn(app, "--approve", id_).code == EXIT_DONE
    assert learn(app, "--yes").code == EXIT_DONE
    assert titles(own_file) == [("LRN-001", "Copy the promised headings")]


def test_ids_go_on_behind_those_of_the_user_and_of_the_workspace(app: Kitchen, own_file: Path) -> None:
    own_file.parent.mkdir(parents=True)
    own_file.write_text(f"# Mine\n\nMy words.\n\n{SALT.replace('TAL-001', 'LRN-007')}", encoding="utf-8")
    learned = app.root / ".meta" / "wisdom" / "learned_wisdom.md"
    learned.write_text("# Here\n\n" + SALT.replace("TAL-001", "LRN-009"), encoding="utf-8")
    looks_back(app, proposed(app))
    learn(app, "--yes")
    assert titles(own_file) == [("LRN-007", "Salt late"), ("LRN-010", "Copy the promised headings")]
    assert own_file.read_text(encoding="utf-8").startswith("# Mine\n\nMy words.\n")


def test_with_here_the_card_stays_with_the_workspace(app: Kitchen, own_file: Path) -> None:
    looks_back(app, proposed(app))
    assert learn(app, "--yes", "--here").code == EXIT_DONE
    assert titles(app.root / ".meta" / "wisdom" / "learned_wisdom.md") == [("LRN-001", "Copy the promised headings")]
    assert not own_file.exists()


def test_a_declined_card_is_not_asked_for_again(app: Kitchen, own_file: Path) -> None:
    looks_back(app, proposed(app))
    learn(app)
    (id_,) = ids(app)
    assert learn(app, "--decline", id_).out == f"{id_}: declined\n"
    assert learn(app, "--yes").lines[-1] == f"{id_}  Copy the promised headings: declined"
    assert not own_file.exists()


def test_a_file_linked_from_elsewhere_stays_a_link(app: Kitchen, own_file: Path, tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles.md"
    kept.write_text("# Mine\n", encoding="utf-8")
    own_file.parent.mkdir(parents=True)
    own_file.symlink_to(kept)
    looks_back(app, proposed(app))
    learn(app, "--yes")
    assert own_file.is_symlink()
    assert titles(kept) == [("LRN-001", "Copy the promised headings")]


@pytest.mark.parametrize(
    ("keys", "editor", "expected"),
    [
        ("y\n", "", [("LRN-001", "Copy the promised headings")]),
        ("n\n", "", None),
        ("l\n", "", None),
        ("e\ny\n", "sed -i s/promised/agreed/", [("LRN-001", "Copy the agreed headings")]),
        ("e\ny\n", "sed -i s/Principle/Prinzip/", [("LRN-001", "Copy the promised headings")]),
    ],
)
def test_at_a_terminal_each_card_is_asked_for(
    app: Kitchen,
    own_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    keys: str,
    editor: str,
    expected: list[tuple[str, str]] | None,
) -> None:
    from click.testing import CliRunner

    from engine.cli import cli

    looks_back(app, proposed(app))
    monkeypatch.setattr(command, "attended", lambda: True)
    monkeypatch.setenv("EDITOR", editor or "true")
    monkeypatch.delenv("VISUAL", raising=False)
    words = ["wisdom", "learn", str(app.root), "--adapter-path", str(app.agents.home)]
    done = CliRunner().invoke(cli, words, input=keys, catch_exceptions=False)
    assert (titles(own_file) if own_file.exists() else None) == expected, done.output
    assert done.exit_code == (EXIT_WAITING if keys == "l\n" else EXIT_DONE)


def test_what_is_asked_wrongly_is_told(app: Kitchen, tmp_path: Path) -> None:
    looks_back(app, proposed(app))
    learn(app)
    (id_,) = ids(app)
    name = id_.partition("-")[0]
    assert learn(app, "--approve", f"{name}-9").code == EXIT_USAGE
    assert f"there are: {id_}" in learn(app, "--approve", f"{name}-9").err
    assert "no retrospective here has that name" in learn(app, "--approve", "../../etc-1").err
    assert meta("wisdom", "learn", tmp_path).code == EXIT_USAGE


def test_a_file_of_the_user_that_cannot_be_read_is_left_as_it_is(app: Kitchen, own_file: Path) -> None:
    looks_back(app, proposed(app))
    learn(app)
    (id_,) = ids(app)
    own_file.parent.mkdir(parents=True)
    own_file.write_bytes(b"# Mine\n\xff\n")
    told = learn(app, "--approve", id_)
    assert told.code != EXIT_DONE
    assert "this is not UTF-8 text" in told.err
    assert own_file.read_bytes() == b"# Mine\n\xff\n"


def test_an_edit_of_the_proposals_counts_and_one_that_breaks_them_is_told(app: Kitchen, own_file: Path) -> None:
    looks_back(app, proposed(app))
    learn(app)
    (id_,) = ids(app)
    answer = retrospective(app) / "learned.md"
    good = answer.read_text(encoding="utf-8")
    answer.write_text(good.replace("- **Do**", "- **Does**"), encoding="utf-8")
    told = learn(app, "--approve", id_)
    assert "learned.md:3:1: card LRN-001 has no line `- **Do**: …`" in told.err
    assert not own_file.exists()
    answer.write_text(good.replace("Copy the promised", "Take the promised"), encoding="utf-8")
    assert learn(app, "--approve", id_).code == EXIT_DONE
    assert titles(own_file) == [("LRN-001", "Take the promised headings")]


# As any other session


def test_a_killed_retrospective_goes_on_and_starts_nothing_twice(app: Kitchen, own_file: Path) -> None:
    looks_back(app, proposed(app))
    app.agents.hold("retrospective-gen")
    words = ["wisdom", "learn", app.root, "--adapter-path", app.agents.home, "--yes"]
    engine = start(app.agents.home / "log", command_line(*words))
    try:
        patiently(lambda: any("retrospective-gen" in one for one in app.agents.starts()))
    finally:
        engine.kill()
        engine.wait()
    app.agents.go("retrospective-gen")
    assert learn(app, "--yes").code == EXIT_DONE
    assert [one.partition("-")[2] for one in app.agents.starts()] == [
        "0-retrospective-gen-1",
        "0-retrospective-review-1",
    ]
    assert titles(own_file) == [("LRN-001", "Copy the promised headings")]


def test_nobody_learns_from_a_run_that_is_under_way(app: Kitchen) -> None:
    with EngineLock(app.root):
        told = learn(app)
    assert told.code == EXIT_ERROR
    assert "An engine still runs here" in told.err


def test_a_retrospective_is_recorded_below_the_tape_and_plays_again(
    app: Kitchen, tmp_path: Path, own_file: Path
) -> None:
    looks_back(app, proposed(app), shape(app))
    tape = tmp_path / "tape"
    assert learn(app, "--record", tape).code == EXIT_WAITING
    assert Tape(tape / "learning").keys() == ["retrospective-gen-1", "retrospective-review-1"]
    copy = retrospective(app)
    os.rename(copy, tmp_path / "away")  # noqa: PTH104 - a folder with a repository, moved as it is
    started = len(app.agents.starts())
    assert learn(app, "--runtime", "replay", "--tape", tape, "--yes").code == EXIT_DONE
    assert len(app.agents.starts()) == started
    assert [path.name for path in sorted(own_file.parent.glob("*.md"))] == ["learned_patterns.md", "learned_wisdom.md"]


def test_a_recording_without_a_retrospective_names_the_way_out(app: Kitchen, tmp_path: Path) -> None:
    (tmp_path / "tape").mkdir()
    told = learn(app, "--runtime", "replay", "--tape", tmp_path / "tape")
    assert told.code == EXIT_RUNTIME
    assert "`--runtime R` names an agent" in told.err


# Over many runs

RICE = SALT.replace("TAL-001", "LRN-001").replace("Salt", "Rice").replace("salt", "rice").replace("soup", "rice")
OVEN = """# Mine

## LAP-001 Oven By Ear
- **Source**: a bakery, the loaves, a crust that burnt, 2031
- **Applies to**: `dishes`
- **Signs**: cake, soup, stew, dish
- **Symptom**: The crust is black.
- **Detect**: A duration without a temperature.
- **Way out**: Write both beside each other.
"""


def test_a_finished_run_adds_one_line_that_names_no_app_and_counts_what_the_user_learned(
    tmp_path: Path, own_file: Path
) -> None:
    own_file.parent.mkdir(parents=True)
    own_file.write_text(f"# Mine\n\n{RICE}", encoding="utf-8")
    own_file.with_name("learned_patterns.md").write_text(OVEN, encoding="utf-8")
    app = baked(tmp_path)
    record = tmp_path / "data" / "meta-orchestrator" / "runs.jsonl"
    (line,) = record.read_text(encoding="utf-8").splitlines()
    assert set(json.loads(line)) == {"schema_version", "run", "document", "cards"}
    cards = json.loads(line)["cards"]
    assert list(cards) == ["LAP-001", "LRN-001"], "the workspace's own cards mean nothing elsewhere"
    assert 1 <= cards["LRN-001"]["passed"] <= cards["LRN-001"]["known"] <= cards["LRN-001"]["told"]
    assert app.run("--yes").code == EXIT_DONE
    assert len(record.read_text(encoding="utf-8").splitlines()) == 1
    told = meta("wisdom", "stats", "--all", "--dir", app.root)
    assert told.lines[0] == f"1 finished runs in {record}"
    assert all("too few" in line for line in told.lines[2:])
    assert sorted(line.rpartition("  ")[2] for line in told.lines[2:]) == ["Oven By Ear", "Rice late"]
    rows = json.loads(meta("wisdom", "stats", "--all", "--json", "--dir", app.root).out)["told"]
    (row,) = (one for one in rows if one["id"] == "LRN-001")
    assert (row["id"], row["runs"], row["verdict"]) == ("LRN-001", 1, "too few")
    low, high = row["with"]["interval"]
    assert 0 < low < row["with"]["rate"] <= high <= 1


def test_who_does_not_want_a_record_gets_none(tmp_path: Path, own_file: Path) -> None:
    own_file.parent.mkdir(parents=True)
    own_file.write_text(f"# Mine\n\n{RICE}", encoding="utf-8")
    own_file.with_name("meta.toml").write_text("[learning]\nrecord = false\n", encoding="utf-8")
    baked(tmp_path)
    assert not (tmp_path / "data").exists()
    assert "0 finished runs" in meta("wisdom", "stats", "--all", "--dir", tmp_path).out
