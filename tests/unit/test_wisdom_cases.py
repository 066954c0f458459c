"""Worked cases speak for the cards that like work wanted, and their file is checked as the cards are."""

from __future__ import annotations

import pytest

from benchmarks.wisdom_choice import HALVES, situations
from engine.document.parser import load as load_document
from engine.resources import document, meta_home
from engine.wisdom import Card, Library, rank
from engine.wisdom.cases import Case, parse_cases, unit, votes
from engine.wisdom.lint_cases import lint_cases
from engine.wisdom.words import split

SHIPPED = parse_cases((meta_home() / "wisdom" / "cases.md").read_text(encoding="utf-8"))
STEPS = ["design", "code"]
WORK = "a ferry leaves the harbour every second hour and carries bicycles free of charge but cars for a fee " * 3
FILE = f"""# Worked cases

What it is for.

## `design` (gen): ferry times

> {WORK[:90]}
> {WORK[90:]}

**Cards**: TAL-001, TAL-002, TAL-003, TAL-004
"""


def card(number: int, title: str, steps: str = "`design`") -> Card:
    body = f"\n- **Source**: Ann Smith, *Tales*, 1990\n- **Applies to**: {steps} · data\n- **Principle**: {title}.\n"
    return Card(f"TAL-{number:03}", title, f"{body}- **Do**: {title} now.\n- **Avoid**: not to.\n", "tales")


CARDS = [card(1, "Salt late"), card(2, "Stir slowly"), card(3, "Taste twice"), card(4, "Wash hands")]
KNOWN = {one.id: one for one in CARDS}


def lint(text: str) -> list[str]:
    return [f"{one.line}:{one.column}: {one.message}" for one in lint_cases(text, "cases.md", KNOWN, STEPS)]


def test_a_case_has_its_session_its_words_and_its_cards_in_order() -> None:
    (case,) = parse_cases(FILE)
    assert (case.step, case.substep, case.about, case.line) == ("design", "gen", "ferry times", 5)
    assert split(case.words) == split(WORK)
    assert case.cards == ("TAL-001", "TAL-002", "TAL-003", "TAL-004")


def test_a_like_case_counts_more_and_its_first_card_most() -> None:
    ferry, soup = unit({"ferry": 2.0, "car": 1.0}), unit({"soup": 1.0})
    cases = [(Case("design", "gen", "ferry", "", ("A", "B")), ferry), (Case("design", "gen", "soup", "", ("C",)), soup)]
    told = {id_: sum(about.values()) for id_, about in votes({"ferry": 1.0}, cases).items()}
    assert told["A"] > told["B"] > told["C"] > 0


def test_a_card_is_chosen_for_like_work_though_it_shares_no_word_with_it() -> None:
    cases = [
        Case("design", "gen", "ferry times", WORK, ("TAL-003",)),
        Case("design", "gen", "soup", "soup", ("TAL-002",)),
    ]
    best, second, *_ = rank(Library(CARDS, cases=cases), "design", "gen", "the ferry carries my bicycle free of charge")
    assert (best.card.id, best.cases, best.words) == ("TAL-003", ("ferry times",), ())
    assert second.card.id == "TAL-002"


def test_a_case_of_another_step_or_substep_counts_nothing() -> None:
    others = [Case("code", "gen", "ferry", WORK, ("TAL-003",)), Case("design", "review", "ferry", WORK, ("TAL-003",))]
    found = rank(Library(CARDS, cases=others), "design", "gen", "the ferry carries my bicycle")
    assert [one.cases for one in found] == [()] * 4


def test_a_good_file_has_no_mistakes() -> None:
    assert lint(FILE) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("## `design` (gen): ferry", "## design: ferry", "5:4: a case begins with ``## `step`"),
        ("`design` (gen)", "`desing` (gen)", "5:5: no step has the name `desing`; did you mean `design`?"),
        ("(gen)", "(write)", "5:14: unknown substep `write`; known: `gen`, `review`"),
        ("TAL-004", "TAL-009", "5:1: no card has the id `TAL-009`"),
        ("TAL-004", "TAL-001", "5:1: 4 cards, 3 of them different: write"),
        ("`design` (gen)", "`code` (gen)", "5:1: TAL-001 is not meant for code (gen): `design` · data"),
        ("> a ferry", "a ferry", "5:1: 36 words of work: 40 to 200, each line quoted with `> `"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(before: str, after: str, expected: str) -> None:
    told = lint(FILE.replace(before, after, 1))
    assert any(one.startswith(expected) for one in told), told


def test_the_same_words_twice_are_told() -> None:
    again = FILE.partition("## ")[2]
    assert lint(f"{FILE}\n## {again}") == ["12:1: the same words stand in the case of line 5"]


def test_every_substep_that_is_told_cards_has_cases() -> None:
    drawing = [step.name for step in load_document(document("AGENTS.md", None)).steps() if step.wisdom]
    told = {(case.step, case.substep) for case in SHIPPED}
    assert told == {(step, substep) for step in drawing for substep in ("gen", "review")}


def test_no_case_is_taken_from_what_the_choice_is_measured_on() -> None:
    measured = [one for half in HALVES for one in situations(half)]
    assert {one.app for one in measured} & {case.about for case in SHIPPED} == set()
    known = [set(split(one.words)) for one in measured]
    for case in SHIPPED:
        words = set(split(case.words))
        assert all(len(words & other) / len(words | other) < 0.4 for other in known), case.about
