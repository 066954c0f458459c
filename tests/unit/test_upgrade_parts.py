"""What changed in documents, in their own terms; what is chosen of an upgrade; and what an upgrade leaves alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.commands.upgrading import choose, lines
from engine.document.parser import load
from engine.errors import UsageError
from engine.lifecycle.upgrade import Touched, UpgradeReport
from engine.lifecycle.upgrade_criteria import Red, asked_anew, is_concerned
from engine.lifecycle.upgrade_documents import Detail, details, parsed, same_words
from engine.lifecycle.upgrade_versions import ChangedDocument, Released, made_with, released
from engine.resources import meta_home
from engine.staleness import done_since
from engine.state.models import CheckFact, CriterionFact, Run, SessionFact, StepRecord
from engine.workspace import Workspace
from tests.cookbook import DOCUMENT

TEXT = DOCUMENT.read_bytes()
PYTHON = (meta_home() / "toolchains" / "python.md").read_bytes()


def changed(old: str, new: str) -> list[Detail]:
    text = TEXT.decode()
    assert old in text
    return details("AGENTS.md", TEXT, text.replace(old, new, 1).encode())


# Documents


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Write the menu.", "Write a menu.", Detail("instructions", "Gen", "changed", "menu")),
        ("Correct the preface.", "Mend the preface.", Detail("instructions", "Review", "changed", "book")),
        (
            '- `book.md` has a section "Preface"',
            '- `book.md` has a section "Preface"\n- `book.md` exists',
            Detail("criteria", "`book.md` exists", "added", "book"),
        ),
        ("- **Approval**: required\n", "", Detail("fields", "approval", "changed", "menu")),
        ("failure_count at most 3", "failure_count at most 4", Detail("valves", "failure_count", "changed")),
        ("Taste everything.", "Taste nothing.", Detail("rules", "rules for every session", "changed")),
    ],
)
def test_a_change_of_the_orchestration_document_is_named_by_step_and_kind(old: str, new: str, expected: Detail) -> None:
    assert changed(old, new) == [expected]


def test_a_criterion_that_asks_for_another_number_is_one_removed_and_one_added() -> None:
    found = changed("confidence is at least 0.5", "confidence is at least 0.7")
    assert {(one.subject, one.how) for one in found} == {
        ("confidence is at least 0.5", "removed"),
        ("confidence is at least 0.7", "added"),
    }


def test_a_step_that_is_gone_or_new_is_one_thing() -> None:
    found = changed("## Phase 2: Book", "## Phase 2: Volume")
    assert found == [Detail("step", "book", "removed", "book"), Detail("step", "volume", "added", "volume")]


def test_prose_outside_of_steps_is_no_detail() -> None:
    assert changed("Three phases about something else", "Some phases about something else") == []


def test_a_document_of_another_grammar_has_no_details() -> None:
    assert details("AGENTS.md", b"# Something else\n", TEXT) == []
    assert parsed(b"# Something else\n") is None


def test_cards_are_named_by_their_id() -> None:
    cards = (meta_home() / "wisdom" / "risk_wisdom.md").read_text()
    head, first, second, rest = cards.split("\n## ", 3)
    name = "wisdom/risk_wisdom.md"
    gone = details(name, cards.encode(), "\n## ".join([head, second, rest]).encode())
    assert [(one.kind, one.how) for one in gone] == [("card", "removed")]
    assert gone[0].subject.split()[0] in first
    other = cards.replace("- **Avoid**: ", "- **Avoid**: not to ", 1).encode()
    assert [(one.kind, one.how) for one in details(name, cards.encode(), other)] == [("card", "changed")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "| lint | `{python} tests/lint.py",
            "| lint | `{python} -I tests/lint.py",
            Detail("command", "lint", "changed"),
        ),
        (
            "| `tests/lint.py` | `python/lint.py.j2` |\n",
            "",
            Detail("part", "Shared files: tests/lint.py", "removed"),
        ),
        ("| source | `src/{app}/{lego}/`", "| source | `lib/{lego}/`", Detail("part", "Roles: source", "changed")),
    ],
)
def test_a_change_of_a_toolchain_is_named_by_its_row(old: str, new: str, expected: Detail) -> None:
    text = PYTHON.decode()
    assert old in text
    assert details("toolchains/python.md", PYTHON, text.replace(old, new, 1).encode()) == [expected]


def test_the_words_of_a_step_are_its_own_and_the_rules() -> None:
    before = load(DOCUMENT)
    other = parsed(TEXT.replace(b"Write the preface.", b"Write it."))
    rules = parsed(TEXT.replace(b"Taste everything.", b"Taste nothing."))
    assert other and rules
    assert [same_words(before, other, step) for step in ("menu", "book")] == [True, False]
    assert not same_words(before, rules, "menu")


# Versions


def test_what_the_app_says_of_its_engine(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert released(workspace) == Released()
    (tmp_path / ".meta-version").write_text("engine: 0.1.0\ndocument: sha256:ab12\n")
    assert released(workspace) == Released("0.1.0", "ab12")


def test_what_an_app_was_made_with_is_what_its_run_noted_when_it_was_finished() -> None:
    said = Released("0.1.0", "as released")
    noted = Run(documents={"AGENTS.md": "last run", "b": "2"}, released={"AGENTS.md": "finished", "b": "1"})
    assert made_with(noted, said) == {"AGENTS.md": "finished", "b": "1"}
    older = Run(documents={"AGENTS.md": "last run", "b": "2"})
    assert made_with(older, said) == {"AGENTS.md": "as released", "b": "2"}
    assert made_with(Run(), said) == {"AGENTS.md": "as released"}
    assert made_with(Run(), Released()) == {}


# Criteria


def record(*sentences: str) -> StepRecord:
    facts = [CriterionFact(sentence=one, passed=True) for one in sentences]
    return StepRecord(stage="done", checks=[CheckFact(after="gen_check", commit="c", passed=True, criteria=facts)])


def test_only_what_the_last_check_has_not_seen_is_asked_anew_unless_the_tools_differ() -> None:
    step = load(DOCUMENT).step("book")
    tool = replace(step.criteria[0], text="`test` of the toolchain passes for the app")
    step = replace(step, criteria=(*step.criteria, tool))
    section = step.criteria[0].text
    assert [one.text for one in asked_anew(step, record(section), False)] == [tool.text]
    assert asked_anew(step, record(section, tool.text), False) == []
    assert [one.text for one in asked_anew(step, record(section, tool.text), True)] == [tool.text]
    assert not is_concerned(step, record(section, tool.text), False)
    assert is_concerned(step, record(section), False)
    assert not is_concerned(step, StepRecord(stage="done"), True), "it was never checked"


def test_looking_at_criteria_again_is_no_new_work() -> None:
    session = SessionFact(id="1", substep="gen", attempt=1, runtime="r", base="c", started_at="2026-01-02")
    assert done_since(StepRecord(sessions=[session]), "2026-01-02")
    assert not done_since(StepRecord(sessions=[session], started_at="2026-01-05"), "2026-01-03")
    assert done_since(StepRecord(document="d", started_at="2026-01-05"), "2026-01-03")
    assert not done_since(StepRecord(started_at="2026-01-05"), "2026-01-03"), "it never began"


# Choosing


REPORT = UpgradeReport(
    engine_then="0.1.0",
    engine_now="0.2.0",
    documents=(ChangedDocument("AGENTS.md", "changed", known=False),),
    touched=(
        Touched("shared", None, "action", "it would write other files", {"a.txt": "-a\n+b"}, ("a.txt",)),
        Touched("code", "store", "check", "red", red=(Red("`a` exists", "there is none"),), follows=("shared",)),
        Touched("code", "cli", "check", "to be tried", later=("`test` passes",)),
        Touched("release", None, "action", "each time", always=True),
    ),
    older=(("design", "store"),),
    new=(("wine", None),),
    unknown=("what changed in AGENTS.md",),
)


def test_without_a_choice_it_is_all_but_sessions_that_nothing_red_calls_for() -> None:
    assert choose(REPORT, [], []) == {
        "shared": "action",
        "code_store": "check",
        "code_cli": "check",
        "release": "action",
    }


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        ("code_cli", {"code_cli", "release"}),
        ("cli", {"code_cli", "release"}),
        ("code", {"code_cli", "code_store", "release"}),
        ("shared", {"shared", "code_store", "release"}),
    ],
)
def test_a_part_is_named_by_step_lego_or_both_and_brings_what_follows_from_it(only: str, expected: set[str]) -> None:
    assert choose(REPORT, [only], []).keys() == expected


def test_sessions_are_chosen_by_name_among_what_ran_under_an_older_text_or_never() -> None:
    assert choose(REPORT, ["cli"], ["design"])["design_store"] == "session"
    assert choose(REPORT, [], ["wine"])["wine"] == "session"
    with pytest.raises(UsageError, match="These did: design_store, wine"):
        choose(REPORT, [], ["code"])


def test_a_name_that_is_not_touched_is_refused_with_those_that_are() -> None:
    with pytest.raises(UsageError, match="It touches shared, code_store, code_cli, release"):
        choose(REPORT, ["sauce"], [])


def test_the_report_in_words() -> None:
    assert list(lines(REPORT)) == [
        "made by meta 0.1.0; this is meta 0.2.0",
        "documents that changed (1)",
        "  AGENTS.md: changed (only its old hash is known)",
        "what they touch (4)",
        "  shared is done again: it would write other files",
        "    a.txt (your edits stay)",
        "      -a",
        "      +b",
        "  code_store is checked again: red",
        "    red: `a` exists",
        "      there is none",
        "  code_cli is checked again: to be tried",
        "    to be tried: `test` passes",
        "  release is done again: each time",
        "ran under an older text, and stays as it is unless you ask with --sessions: design_store",
        "new steps, which the upgrade leaves out unless you ask with --sessions: wine",
        "cannot be known here",
        "  what changed in AGENTS.md",
    ]
