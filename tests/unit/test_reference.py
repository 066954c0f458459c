"""The reference page: it is what the code says, nothing is missing from it, and the document uses the same words."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import pytest

import engine
from docs import make_reference as reference
from engine import assessment
from engine.assessment import Status
from engine.document import fields, values
from engine.document.fields import FIELDS
from engine.document.model import Approval, Lands, When
from engine.document.valves import NOT_IN_FORCE, VALVES
from engine.document.vocabulary import match
from engine.gates.criteria import find, forms
from engine.linting import lint_document
from engine.resources import meta_home
from engine.runner.actions import ACTIONS

ENGINE = Path(engine.__file__).parent
PAGE = reference.PAGE.read_text(encoding="utf-8")
DOCUMENT = (meta_home() / "AGENTS.md").read_text(encoding="utf-8")
SHORT_FOR = {"<path>": "PATH", "<title>": "NAME", "<number>": "N", "<command>": "COMMAND"}
"""What the document writes for each slot."""
WORDS_IN_COMMON = 8
"""So many words in a row are no accident."""


def entry(text: str) -> str:
    """How the page names an entry, as a heading or in a list."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def section(title: str, text: str = DOCUMENT) -> str:
    """What stands below a heading, up to the next one."""
    return re.split(r"^#+ ", text.partition(f" {title}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def first_column(title: str) -> list[str]:
    """The first column of the table below a heading of the document, without its title row."""
    rows = [line.split("|")[1].strip() for line in section(title).splitlines() if line.startswith("|")]
    return rows[2:]


def quoted(text: str) -> list[str]:
    """Everything in back quotes, wrapped or not."""
    return re.findall(r"`([^`]+)`", " ".join(text.split()))


# The page is current


def test_the_page_is_what_the_code_says() -> None:
    assert reference.page() == PAGE, reference.STALE


def test_a_check_of_a_page_that_is_not_current_fails_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference, "PAGE", tmp_path / "orchestration.md")
    monkeypatch.setattr(sys, "argv", ["make_reference.py", "--check"])
    with pytest.raises(SystemExit, match="make docs"):
        reference.main()
    reference.PAGE.write_text(PAGE.replace("- **", "* **", 1), encoding="utf-8")
    with pytest.raises(SystemExit, match="make docs"):
        reference.main()
    assert reference.PAGE.read_text(encoding="utf-8") != PAGE, "a check writes nothing"
    monkeypatch.setattr(sys, "argv", ["make_reference.py"])
    reference.main()
    assert reference.PAGE.read_text(encoding="utf-8") == PAGE


# Nothing is missing


@pytest.mark.parametrize("pattern", [form.pattern for form in forms()])
def test_every_exit_criterion_is_in_the_reference(pattern: str) -> None:
    assert f"\n#### {entry(pattern)}\n" in PAGE


@pytest.mark.parametrize("pattern", [valve.form.pattern for valve in VALVES])
def test_every_safety_valve_is_in_the_reference(pattern: str) -> None:
    assert f"\n### {entry(pattern)}\n" in PAGE


@pytest.mark.parametrize("name", ACTIONS)
def test_every_engine_action_is_in_the_reference(name: str) -> None:
    assert f"\n- **{entry(name)}**: " in section("Engine actions", PAGE)


def test_every_status_word_is_in_the_reference_and_no_other() -> None:
    _, words = reference.entries(reference.doc_below(assessment, "Status"))
    assert tuple(words) == get_args(Status)
    assert all(f"\n- **`{word}`**: " in section("Status words", PAGE) for word in words)


def test_every_field_of_a_step_is_in_the_reference_and_no_other() -> None:
    _, names = reference.entries(reference.doc_below(fields, "FIELDS"))
    assert tuple(names) == FIELDS
    assert all(f"\n- **{name}**: " in section("Fields of a step", PAGE) for name in names)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Level", values.LEVELS),
        ("Modes", values.MODES),
        ("For each", values.DECISIONS),
        ("Lanes", values.LANES),
        ("Approval", get_args(Approval)),
        ("Lands", get_args(Lands)),
        ("When", get_args(When)),
    ],
)
def test_a_field_names_every_word_that_it_takes(name: str, words: Sequence[str]) -> None:
    _, names = reference.entries(reference.doc_below(fields, "FIELDS"))
    assert set(words) <= set(quoted(names[name]))


# It is true


def test_the_example_of_each_criterion_has_its_form() -> None:
    for known in reference.criteria():
        _, more = reference.entries(reference.doc_of(known.function))
        assert find(more["Example"])[0] is known


def test_each_valve_says_what_stops_and_what_to_do_or_that_it_is_not_in_force() -> None:
    """A valve whose number nothing reads, as `valves.<field>`, stops nothing."""
    sources = [path.read_text(encoding="utf-8") for path in ENGINE.rglob("*.py") if path.parent.name != "document"]
    read = {name for source in sources for name in re.findall(r"\bvalves\.([a-z_]+)", source)}
    assert {v.field for v in VALVES if v.trips == NOT_IN_FORCE} == {v.field for v in VALVES} - read
    assert {v.field for v in VALVES if not v.remedy} == {v.field for v in VALVES} - read
    assert all(valve.limits for valve in VALVES)


# The document of this repository uses the same words, and none of the page's sentences


def test_the_table_of_criteria_in_the_document_has_the_forms_of_the_code() -> None:
    patterns = set()
    for form in forms():
        pattern = re.sub(r" with .+", " with …", form.pattern.replace("`", ""))
        for slot, short in SHORT_FOR.items():
            pattern = pattern.replace(slot, short)
        patterns.add(pattern)
    assert {row.replace("`", "") for row in first_column("Criteria")} == patterns


def test_what_may_stand_after_with_in_the_document_makes_the_forms_of_the_code() -> None:
    told = section("Criteria").partition('After "with"')[2]
    scopes = {form.pattern.partition(" with ")[2] for form in forms() if " with {" in form.pattern}
    phrases = [phrase for phrase in quoted(told) if phrase.startswith("{")]
    assert scopes, "some form has a scope"
    assert {s for s in scopes if not re.fullmatch(f"({'|'.join(map(re.escape, phrases))}|\\band\\b|\\s)+", s)} == set()
    assert [phrase for phrase in phrases if not any(phrase in scope for scope in scopes)] == []


def test_the_table_of_fields_in_the_document_has_the_fields_of_the_code() -> None:
    assert sorted(first_column("Fields")) == sorted(FIELDS)


def test_every_valve_that_the_document_names_has_a_form() -> None:
    listed = re.findall(r"^- (.+)$", section("Safety valves"), flags=re.MULTILINE)
    named = [sentence for sentence in quoted(section("Valves")) if " at " in sentence]
    assert listed
    assert named
    assert [s for s in listed + named if not any(match(valve.form, s) for valve in VALVES)] == []


def test_the_reference_and_the_document_share_no_text_but_the_forms() -> None:
    known = {form.pattern for form in forms()} | {valve.form.pattern for valve in VALVES}
    examples = {reference.entries(reference.doc_of(one.function))[1]["Example"] for one in reference.criteria()}
    text = " ".join(PAGE.partition("## Exit criteria\n")[2].split())
    for form in sorted(known | examples, key=len, reverse=True):
        text = text.replace(form, "|")
    assert _runs(text) & _runs(DOCUMENT) == set()


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.sub(r"[`*]", "", text).split()
    return {tuple(words[start : start + WORDS_IN_COMMON]) for start in range(len(words) - WORDS_IN_COMMON + 1)}


# Words that the engine does not know


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("chek versions", "did you mean `check versions`?"),
        ("Merge Lego", "did you mean `merge LEGO`?"),
        ("bake bread", f"known: {', '.join(f'`{name}`' for name in sorted(ACTIONS))}"),
    ],
)
def test_an_unknown_action_is_a_mistake_in_the_document_and_the_nearest_name_is_told(
    written: str, hint: str, tmp_path: Path
) -> None:
    document = tmp_path / "AGENTS.md"
    document.write_text(f"## Phase 0: Only\n\n- **Action**: {written}\n", encoding="utf-8")
    assert [str(problem) for problem in lint_document(document)] == [
        f"{document}:3:15: unknown action `{written}`; {hint}"
    ]
