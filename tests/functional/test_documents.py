"""The document is the program: what a person changes in the overlay is shown, and takes effect at the next run."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import EXIT_DONE, EXIT_ERROR
from engine.resources import meta_home
from tests.cookbook import DOCUMENT
from tests.git_helpers import snapshot
from tests.scripted import Kitchen, Said, kitchen_with_cooks, meta

AGENTS = "AGENTS.md"
DISHES_GATE = "- **Outputs**: `dishes/{lego}.md`\n"
THREAT_MODEL = """
### Step: threat_model

- **Inputs**: `menu.md`
- **Outputs**: `threats.md`

#### Gen

Write down who could spoil the meal, and how.

#### Review

Correct the threats.

#### Exit criteria

- `threats.md` has a section "Threats"
"""


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    """Nothing has been done yet."""
    made = kitchen_with_cooks(tmp_path)
    made.agents.will("threat_model-gen", {"threats.md": "# Threats\n\n## Threats\n\nThe cat.\n"})
    made.agents.will("threat_model-review")
    yield made
    made.end()


def edit(kitchen: Kitchen, old: str, new: str, name: str = AGENTS) -> None:
    """Change one place of a document of the overlay."""
    path = kitchen.root / ".meta" / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{text.count(old)} times: {old}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def done(kitchen: Kitchen) -> Said:
    """Run until nothing is left."""
    said = kitchen.run("--yes")
    assert said.code == EXIT_DONE, said
    return said


def finished(kitchen: Kitchen) -> list[str]:
    """Everything is made; returns the sessions it took."""
    done(kitchen)
    return kitchen.agents.starts()


def started_since(kitchen: Kitchen, before: list[str]) -> list[str]:
    """What each newer session worked on: `lego-step-substep`, sorted."""
    after = kitchen.agents.starts()
    assert after[: len(before)] == before
    return sorted(re.sub(r"^\d+-\d+-|-\d+$", "", name) for name in after[len(before) :])


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def add_threat_model(kitchen: Kitchen) -> None:
    """The first phase, which had no steps of its own, gets two: the one it was and the new one."""
    phase = DOCUMENT.read_text(encoding="utf-8").split("## Phase 2")[1]
    book = phase.partition("\n\n")[2].partition("\n\n")[2]
    step = "### Step: book\n\n" + book.replace("\n### ", "\n#### ")
    edit(kitchen, book, step + THREAT_MODEL)


# What is shown


def test_a_changed_document_is_shown_as_a_diff_before_it_takes_effect(kitchen: Kitchen) -> None:
    kitchen.approved()
    edit(kitchen, "Write down how {lego} is cooked.", "Write down how {lego} is cooked, in five steps.")
    said = done(kitchen).lines
    told = said.index("AGENTS.md changed since the last run:")
    assert said[told + 1 : told + 3] == ["  --- AGENTS.md (last run)", "  +++ AGENTS.md (now)"]
    assert "  -Write down how {lego} is cooked." in said
    assert "  +Write down how {lego} is cooked, in five steps." in said
    first = next(n for n, line in enumerate(said) if line.startswith("session "))
    assert told < said.index("  +Write down how {lego} is cooked, in five steps.") < first


def test_nothing_is_shown_at_the_first_run_nor_when_nothing_has_changed(kitchen: Kitchen) -> None:
    assert "changed since the last run" not in done(kitchen).out
    assert "changed since the last run" not in done(kitchen).out


def test_status_names_the_documents_that_changed_since_the_last_run(kitchen: Kitchen) -> None:
    kitchen.approved()
    assert "changed since the last run" not in meta("status", kitchen.root).out
    edit(kitchen, "1. Taste everything.", "1. Taste everything twice.")
    (kitchen.root / ".meta" / "principles.md").write_text("# Principles\n\nOnly one.\n")
    shown = meta("status", kitchen.root).lines
    assert "changed since the last run: AGENTS.md, principles.md; `meta run` shows how and works by it" in shown
    done(kitchen)
    assert "changed since the last run" not in meta("status", kitchen.root).out


def test_a_document_that_is_taken_out_of_the_overlay_is_the_engines_again_and_that_is_shown(kitchen: Kitchen) -> None:
    own = kitchen.root / ".meta" / "principles.md"
    own.write_text("# Principles\n\nOnly one.\n")
    kitchen.approved()
    own.unlink()
    said = done(kitchen).lines
    assert "principles.md changed since the last run:" in said
    assert "  -Only one." in said


# The overlay


def test_the_overlay_replaces_file_by_file(kitchen: Kitchen) -> None:
    template = "templates/session_brief.template.md"
    own = kitchen.root / ".meta" / template
    own.parent.mkdir()
    own.write_text("Our own words.\n\n" + (meta_home() / template).read_text())
    kitchen.approved()
    brief = (kitchen.session("menu-gen-1") / "brief.md").read_text()
    assert brief.startswith("Our own words.")
    versions = kitchen.state.orchestrator.run.documents
    assert versions[template] == sha256(own)
    assert versions[AGENTS] == sha256(kitchen.root / ".meta" / AGENTS)
    assert versions["principles.md"] == sha256(meta_home() / "principles.md")


def test_each_steps_record_names_the_version_of_the_document_it_ran_under(kitchen: Kitchen) -> None:
    kitchen.approved()
    before = sha256(kitchen.root / ".meta" / AGENTS)
    edit(kitchen, "Write the preface.", "Write the preface in verse.")
    after = sha256(kitchen.root / ".meta" / AGENTS)
    done(kitchen)
    assert kitchen.record("menu").document == before
    assert {kitchen.record("dishes", "soup").document, kitchen.record("book").document} == {after}
    kept = kitchen.root / ".orchestrator" / "documents"
    assert "Write the preface.\n" in (kept / before).read_text()
    assert "Write the preface in verse.\n" in (kept / after).read_text()


# What a change does


def test_changed_prose_only_marks_what_ran_under_the_older_text(kitchen: Kitchen) -> None:
    before = finished(kitchen)
    edit(kitchen, "Write the preface.", "Write the preface in verse.")
    done(kitchen)
    assert started_since(kitchen, before) == []
    assert set(kitchen.words.values()) == {"done"}
    phases = json.loads(meta("status", kitchen.root, "--json").out)["phases"]
    older = {one["name"] for phase in phases for one in phase["instances"] if one["older_text"]}
    assert older == {"book"}
    assert "ran under an older text: book" in meta("status", kitchen.root).lines


def test_changed_criteria_that_hold_are_checked_again_and_nothing_else_happens(kitchen: Kitchen) -> None:
    before = finished(kitchen)
    menu = (kitchen.root / "menu.md").read_text()
    edit(kitchen, '- `menu.md` has a section "Courses"', '- `menu.md` has a section "Menu"')
    said = done(kitchen)
    assert "check menu passed (3 criteria)" in said.lines
    assert started_since(kitchen, before) == []
    assert set(kitchen.words.values()) == {"done"}
    assert kitchen.record("menu").checks[-1].criteria[0].sentence == '`menu.md` has a section "Menu"'
    assert (kitchen.root / "menu.md").read_text() == menu
    assert len(kitchen.record("menu").gates) <= 2


def test_changed_criteria_that_do_not_hold_make_the_work_be_done_again(kitchen: Kitchen) -> None:
    before = finished(kitchen)
    edit(kitchen, '- `book.md` has a section "Preface"', '- `book.md` has a section "Index"')
    kitchen.agents.will("book-review", {"book.md": "# Book\n\n## Preface\n\nEat well.\n\n## Index\n\nSoup: 1\n"})
    done(kitchen)
    assert started_since(kitchen, before) == ["book-review"]
    brief = (kitchen.session("book-review-2") / "brief.md").read_text()
    assert 'has a section "Index"' in brief.partition("What happened before")[2]
    assert "## Index" in (kitchen.root / "book.md").read_text()


@pytest.mark.parametrize("built", [False, True], ids=["half finished", "finished"])
def test_a_changed_threshold_is_checked_again_on_what_the_sessions_said(kitchen: Kitchen, built: bool) -> None:
    before = finished(kitchen) if built else kitchen.approved().agents.starts()
    old = "- `lego_plan.json` is a valid LEGO plan\n- confidence is at least 0.5"
    edit(kitchen, old, old.replace("0.5", "0.95"))
    kitchen.agents.will("menu-review", review_notes=["now I am sure"], confidence_score=0.97)
    done(kitchen)
    again = started_since(kitchen, before)
    assert again[:1] == ["menu-review"] if built else "menu-review" in again
    assert "menu-gen" not in again
    assert built == (again == ["menu-review"])
    assert kitchen.record("menu").sessions[-1].confidence == 0.97


@pytest.mark.parametrize("built", [False, True], ids=["half finished", "finished"])
def test_a_step_added_to_the_overlay_is_done_and_nothing_done_before_is_repeated(kitchen: Kitchen, built: bool) -> None:
    before = finished(kitchen) if built else kitchen.approved().agents.starts()
    add_threat_model(kitchen)
    done(kitchen)
    new = ["threat_model-gen", "threat_model-review"]
    dishes = [f"{name}-dishes-{sub}" for name in ("cake", "soup", "stew") for sub in ("gen", "review")]
    assert started_since(kitchen, before) == (new if built else ["book-gen", "book-review", *dishes, *new])
    assert (kitchen.root / "threats.md").read_text().startswith("# Threats")
    assert kitchen.words["threat_model"] == "done"
    assert "Write down who could spoil the meal" in (kitchen.session("threat_model-gen-1") / "brief.md").read_text()
    assert list((kitchen.root / ".orchestrator" / "worktrees").iterdir()) == []
    assert kitchen.state.orchestrator.run.finished_at is not None


def test_a_gate_dropped_from_the_overlay_is_not_asked_any_more(kitchen: Kitchen) -> None:
    assert kitchen.run().code == 3
    assert kitchen.words["menu"] == "waiting_approval"
    before = kitchen.agents.starts()
    edit(kitchen, "- **Approval**: required\n", "")
    assert kitchen.run().code == EXIT_DONE
    assert kitchen.state.orchestrator.waiting == []
    assert "menu-gen" not in started_since(kitchen, before)
    assert kitchen.record("menu").gates[-1].by == "the document, which asks for no approval"
    assert set(kitchen.words.values()) == {"done"}


def test_a_gate_dropped_after_all_was_made_asks_nothing_about_a_later_edit(kitchen: Kitchen) -> None:
    finished(kitchen)
    menu = kitchen.root / "menu.md"
    menu.write_text(menu.read_text().replace("Soup, stew, cake.", "Soup, stew, and cake."))
    assert kitchen.words["menu"] == "waiting_approval"
    edit(kitchen, "- **Approval**: required\n", "")
    assert kitchen.run().code == EXIT_DONE
    assert kitchen.words["menu"] == "done"
    assert kitchen.state.orchestrator.waiting == []


def test_a_gate_added_to_the_overlay_asks_from_then_on(kitchen: Kitchen) -> None:
    kitchen.approved()
    edit(kitchen, "- **Outputs**: `book.md`\n", "- **Outputs**: `book.md`\n- **Approval**: required\n")
    assert kitchen.run().code == 3
    assert kitchen.words["book"] == "waiting_approval"


@pytest.mark.parametrize("built", [False, True], ids=["half finished", "finished"])
def test_a_changed_field_of_a_phase_takes_effect_without_touching_what_is_done(kitchen: Kitchen, built: bool) -> None:
    before = finished(kitchen) if built else kitchen.approved().agents.starts()
    edit(kitchen, "- **Inputs**: `menu.md`\n- **Outputs**: `book.md`", "- **Outputs**: `book.md`")
    done(kitchen)
    menu = (kitchen.root / "menu.md").read_text()
    (kitchen.root / "menu.md").write_text(menu.replace("Soup, stew, cake.", "Soup, stew, and cake."))
    assert kitchen.words["book"] == "done"
    assert kitchen.words["dishes_soup"] == "stale"
    if built:
        assert started_since(kitchen, before) == []
    else:
        assert "Soup, stew, cake." not in (kitchen.session("book-gen-1") / "brief.md").read_text()


def test_a_changed_valve_takes_effect_on_work_that_it_had_stopped(kitchen: Kitchen) -> None:
    kitchen.agents.will("book-gen", script="exit 1")
    assert kitchen.run("--yes").code == 4
    assert kitchen.words["book"] == "stopped"
    edit(kitchen, "- failure_count at most 3", "- failure_count at most 1")
    assert kitchen.run("--yes").code == 4
    assert kitchen.words["book"] == "failed"


def test_a_step_taken_out_of_the_overlay_is_forgotten_and_what_it_made_stays(kitchen: Kitchen) -> None:
    add_threat_model(kitchen)
    before = finished(kitchen)
    edit(kitchen, THREAT_MODEL, "")
    done(kitchen)
    assert started_since(kitchen, before) == []
    assert "threat_model" not in kitchen.words
    assert (kitchen.root / "threats.md").is_file()


# A broken overlay


BROKEN = {
    76: ('- `book.md` has a section "Preface"', "- `book.md` smells good"),
    22: ("- **Approval**: required", "- **Approval**: maybe"),
    63: ("- **Inputs**: `menu.md`\n- **Outputs**: `book.md`", "- **Inputs**: `dream.md`\n- **Outputs**: `book.md`"),
}
"""Line of the mistake → what is made of what there."""


def test_a_broken_document_stops_before_anything_is_changed(kitchen: Kitchen) -> None:
    kitchen.approved()
    document = kitchen.root / ".meta" / AGENTS
    good = document.read_text(encoding="utf-8")
    for line, (old, new) in BROKEN.items():
        edit(kitchen, old, new)
        before, facts = snapshot(kitchen.root), kitchen.state
        said = kitchen.run("--yes")
        assert said.code == EXIT_ERROR
        assert re.search(rf"{re.escape(str(document))}:{line}:\d+: ", said.err), said.err
        assert "session " not in said.out
        assert (snapshot(kitchen.root), kitchen.state) == (before, facts)
        document.write_text(good, encoding="utf-8")
    done(kitchen)
