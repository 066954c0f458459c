"""Which cards a session is told: those that fit its work best, within a budget, from different sources, and why."""

from __future__ import annotations

import random

import pytest

from engine.wisdom import Library, Query, choose, rank, with_security
from engine.wisdom.rank import MOST_TERMS, characteristic, ordered
from engine.wisdom.tags import evidence, parse_tags
from engine.wisdom.words import split, stem, terms
from tests.wisdom_cards import card_text, library

PLAIN = [
    card_text(f"TAL-{n:03}", f"Plain {word}", principle=f"A {word} is a {word}.", do=f"Mind the {word}.")
    for n, word in enumerate(("tulip", "lantern", "harbour", "violin", "glacier", "saddle"), start=101)
]
"""Cards that have nothing to do with what the tests ask for."""


def ids(chosen: list[object]) -> list[str]:
    return [one.card.id for one in chosen]  # type: ignore[attr-defined]


def chosen(of: Library, words: str, substep: str = "gen", cards: int = 6, tokens: int = 10_000) -> list[str]:
    return ids(list(choose(of, Query("build", substep, words, cards, tokens))))


def ranked(of: Library, words: str, substep: str = "gen", most: int = 10) -> list[str]:
    return ids(list(rank(of, "build", substep, words, most)))


# Step and substep


def test_a_card_for_another_step_is_never_chosen_however_near_its_words() -> None:
    of = library(card_text("TAL-001", "Share cents", "`paint` · money", do="Share every cent of the debt."), *PLAIN)
    assert "TAL-001" not in chosen(of, "share every cent of the debt")


@pytest.mark.parametrize(("substep", "expected"), [("gen", "TAL-001"), ("review", "TAL-002")])
def test_a_card_for_one_substep_is_told_to_that_alone(substep: str, expected: str) -> None:
    of = library(
        card_text("TAL-001", "Write cents", "`build` (gen) · money", do="Write cents."),
        card_text("TAL-002", "Doubt cents", "`build` (review), `paint` (gen) · money", do="Doubt the currency."),
    )
    assert chosen(of, "cents", substep) == [expected]


def test_who_writes_is_told_the_reason_and_who_reviews_the_question() -> None:
    of = library(card_text("TAL-001", example="`x = 1`"))
    told = {sub: choose(of, Query("build", sub, ""))[0].text for sub in ("gen", "review")}
    assert [line.split(":")[0] for line in told["gen"].splitlines()] == ["- Principle", "- Do", "- Avoid", "- Example"]
    assert [line.split(":")[0] for line in told["review"].splitlines()] == ["- Do", "- Avoid", "- Review question"]


# Words


@pytest.mark.parametrize("field", ["title", "principle", "do"])
def test_a_word_of_the_work_brings_its_card_to_the_top(field: str) -> None:
    of = library(*PLAIN, card_text("TAL-999", **{field: "Weigh the anchor"}))
    assert ranked(of, "an anchor for the boat")[0] == "TAL-999"


def test_a_word_counts_most_in_a_title_then_in_a_principle_then_in_what_to_do() -> None:
    of = library(
        card_text("TAL-001", "One", principle="Grass grows slowly.", do="An anchor holds."),
        card_text("TAL-002", "One", principle="An anchor holds.", do="Sleep late daily."),
        card_text("TAL-003", "An anchor holds", principle="Rivers bend.", do="Paint doors."),
        *PLAIN,
    )
    assert ranked(of, "anchor")[:3] == ["TAL-003", "TAL-002", "TAL-001"]


def test_words_are_found_with_any_ending() -> None:
    assert {stem(word) for word in ("saves", "saved", "saving", "save")} == {"sav"}
    assert len({stem(word) for word in ("validate", "validates", "validation", "validating", "valid")}) == 1
    assert len({stem(word) for word in ("migrate", "migration", "migrated")}) == 1
    assert len({stem(word) for word in ("form", "format", "name", "number", "node", "note")}) == 6
    assert terms("The entries, and what was COPIED") == ["entri", "copi"]


def test_a_word_that_the_document_uses_as_often_tells_nothing_of_this_work() -> None:
    of = library(*PLAIN, document="Review the lantern. " * 3000)
    _, index = of.fitting("build", "gen")
    weights = characteristic(split("lantern harbour violin glacier saddle tulip"), of, index)
    assert "lantern" not in weights
    assert weights["harbour"] > 0


def test_a_word_that_comes_back_weighs_more_but_not_as_often_as_it_comes() -> None:
    of = library(*PLAIN)
    _, index = of.fitting("build", "gen")
    weights = characteristic(split("harbour " * 50 + "violin"), of, index)
    assert 1 < weights["harbour"] / weights["violin"] < 10


def test_one_stray_word_in_a_long_text_does_not_outweigh_what_the_text_is_about() -> None:
    of = library(*PLAIN)
    assert ranked(of, "violin " + "the harbour has a wall. " * 400)[0] == "TAL-103"


def test_only_the_heaviest_words_of_a_work_are_looked_up() -> None:
    names = [f"{first}{last}o" for first in "bcdfghjk" for last in ("amb", "ort", "ilk", "und", "ert", "osk", "ank")]
    assert len(set(map(stem, names))) == 56 > MOST_TERMS
    of = library(*(card_text(f"TAL-{n:03}", do=f"Mind {name}.") for n, name in enumerate(names, start=1)))
    twice, once = names[:MOST_TERMS], names[MOST_TERMS:]
    found = ordered(of, "build", "gen", " ".join(twice * 2 + once))
    assert [one.card.id for one in found if one.words] == [f"TAL-{n:03}" for n in range(1, MOST_TERMS + 1)]


def test_words_with_a_meaning_in_queries_are_words_like_others() -> None:
    of = library(*PLAIN)
    assert ranked(of, 'NEAR( OR AND NOT "violin* -tulip: ^ title:x')[:2] == ["TAL-101", "TAL-104"]


def test_without_a_word_in_common_cards_come_by_id() -> None:
    assert ranked(library(*reversed(PLAIN)), "") == [f"TAL-{n}" for n in range(101, 107)]


# Tags


def test_signs_of_a_tag_find_a_card_that_shares_no_word_with_the_work() -> None:
    of = library(*PLAIN, card_text("TAL-999", "Round late", "`build` · money", do="Round at the end."))
    best = rank(of, "build", "gen", "who is in debt to whom")[0]
    assert best.card.id == "TAL-999"
    assert (best.words, best.tags) == ((), (("money", ("debt",)),))


def test_a_sign_of_two_words_needs_both_side_by_side() -> None:
    of = library(*PLAIN, card_text("TAL-999", "Say it", "`build` · accessibility", do="Say it aloud."))
    assert rank(of, "build", "gen", "what a screen reader says")[0].card.id == "TAL-999"
    assert rank(of, "build", "gen", "a reader and no screen")[0].score == 0


def test_a_sign_of_many_tags_hints_at_each_less() -> None:
    tags = parse_tags("| Tag | About | Signs |\n|---|---|---|\n| a b | x | file, pen |\n| c d | y | file |\n")
    found = evidence(tags, split("file pen"), {"fil": 1.0, "pen": 1.0})
    assert found["a b"]["pen"] == 1.0
    assert found["a b"]["fil"] == found["c d"]["fil"] < 1.0


def test_a_rare_tag_speaks_louder_than_a_common_one() -> None:
    common = [card_text(f"TAL-{n:03}", "Fail", "`build` · errors", do=f"Number {n}.") for n in range(1, 9)]
    of = library(*common, card_text("TAL-999", "Round", "`build` · money", do="Round at the end."))
    assert ranked(of, "errors about debts")[0] == "TAL-999"


def test_the_first_tag_of_a_card_speaks_louder_than_its_last() -> None:
    of = library(
        card_text("TAL-001", "One", "`build` · errors, money", do="Round."),
        card_text("TAL-002", "Two", "`build` · money, errors", do="Count."),
        *PLAIN,
    )
    assert ranked(of, "debts in cents")[:2] == ["TAL-002", "TAL-001"]


# The step


def test_of_two_cards_equally_near_to_the_work_the_one_nearer_to_the_step_comes_first() -> None:
    document = "## Phase 1: Paint\n\nColours.\n\n## Phase 2: Build\n\nTighten each bolt.\n"
    cards = [card_text("TAL-001", "One", do="Watch it."), card_text("TAL-002", "Two", do="Tighten bolts.")]
    of = library(*cards, *PLAIN, document=document)
    assert of.task("build").strip() == "Tighten each bolt."
    best = rank(of, "build", "gen", "")[0]
    assert (best.card.id, best.near) == ("TAL-002", True)


# Variety


def test_two_cards_of_one_idea_are_never_told_together() -> None:
    idea = "Write the temporary file beside the target and rename it over the old one."
    of = library(
        card_text("TAL-001", "Replace files whole", do=idea, applies="`build` · files"),
        card_text("TAL-002", "Rename over the old", do=idea, applies="`build` · files"),
        *PLAIN,
    )
    assert [one for one in chosen(of, "a file") if one < "TAL-100"] == ["TAL-001"]
    assert [one for one in ranked(of, "a file") if one < "TAL-100"] == ["TAL-001"]


def test_of_one_work_there_is_one_card_and_of_a_person_two() -> None:
    works = [("Rob Pike", "A"), ("R. Pike and Ann Other", "A"), ("Rob Pike", "B"), ("Bo Li and Rob Pike", "C")]
    ideas = ("Iron is heavy metal.", "Rope rots when wet.", "Chains rust near salt.", "Winches need four sailors.")
    cards = [
        card_text(f"TAL-{n:03}", "Anchor", source=f"{who}, *{work}*, 1999", principle=text, do="Weigh the anchor.")
        for n, ((who, work), text) in enumerate(zip(works, ideas, strict=True), start=1)
    ]
    assert chosen(library(*cards, *PLAIN), "anchor")[:3] == ["TAL-001", "TAL-003", "TAL-101"]


# Budget


def test_cards_are_told_until_the_budget_is_used_up() -> None:
    of = library(*PLAIN)
    (first, *_) = choose(of, Query("build", "gen", ""))
    assert len(chosen(of, "", cards=2)) == 2
    assert chosen(of, "", cards=0) == []
    assert len(chosen(of, "", tokens=first.tokens * 3 + 10)) == 3
    assert chosen(of, "", tokens=first.tokens - 5) == []


def test_a_card_too_long_for_what_is_left_makes_room_for_a_shorter_one() -> None:
    of = library(card_text("TAL-001", "Anchor", do="anchor " * 400), *PLAIN)
    assert chosen(of, "anchor", tokens=400)[0] == "TAL-101"


# Reasons


def test_every_choice_says_in_words_why() -> None:
    of = library(
        *PLAIN,
        card_text("TAL-999", "Weigh anchors", "`build` (review) · money", do="Weigh each anchor."),
    )
    (best, *_) = choose(of, Query("build", "review", "heavy anchors and debts"))
    assert best.why == "applies to build (review), shares words with this work (anchors), is about money (debts)"


def test_the_same_cards_in_another_order_are_chosen_alike() -> None:
    cards = [card_text(f"TAL-{n:03}", f"Mind {n}", do=f"Mind number {n} of the anchors.") for n in range(1, 30)]
    told = [(one.card.id, one.why) for one in choose(library(*cards), Query("build", "gen", "anchors"))]
    shuffled = random.Random(3).sample(cards, len(cards))
    assert [(one.card.id, one.why) for one in choose(library(*shuffled), Query("build", "gen", "anchors"))] == told


# Sensitive apps


def sensitive(*cards: str, words: str = "anchor", tokens: int = 900) -> list[tuple[str, bool]]:
    of, query = library(*cards, *PLAIN), Query("build", "gen", words, tokens=tokens)
    return [(one.card.id, one.kept) for one in with_security(choose(of, query), of, query)]


def test_a_sensitive_app_is_told_the_security_card_that_fits_best_before_all_others() -> None:
    told = sensitive(
        card_text("RSK-001", "Bar doors", "`paint` · security", do="Attack the anchor."),
        card_text("RSK-002", "Bar windows", "`build` · security", do="Bar every window."),
        card_text("RSK-003", "Anchor safely", "`build` · security", do="Guard the anchor."),
    )
    assert told[0] == ("RSK-003", True)
    assert [id_ for id_, kept in told if kept] == ["RSK-003"]
    assert len({id_ for id_, _ in told}) == len(told) > 3


def test_a_security_card_of_another_step_is_told_where_the_step_has_none() -> None:
    assert sensitive(card_text("RSK-001", "Bar doors", "`paint` · security"))[0] == ("RSK-001", True)


def test_the_security_card_takes_its_place_from_the_budget() -> None:
    guard = card_text("RSK-001", "Bar doors", "`paint` · security", do="Bar the door of every house.")
    assert [id_ for id_, _ in sensitive(guard, tokens=80)] == ["RSK-001", "TAL-101"]
    assert [id_ for id_, _ in sensitive(guard, tokens=60)] == ["RSK-001"]


def test_what_says_the_same_as_the_security_card_is_not_told_beside_it() -> None:
    idea = "Guard the anchor with a chain and a padlock of steel."
    guard = card_text("RSK-001", "Guard the anchor", "`build` · security", do=idea)
    same = card_text("ENG-001", "Guard an anchor", "`build` · money", do=idea)
    told = [id_ for id_, _ in sensitive(guard, same, words="anchor, debt, chain")]
    assert told[0] == "RSK-001"
    assert "ENG-001" not in told


def test_where_no_card_is_about_security_the_others_are_told_alone() -> None:
    assert all(not kept for _, kept in sensitive())
