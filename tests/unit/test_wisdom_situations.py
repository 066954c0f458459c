"""The situations on which the choice of cards is measured are well-formed, and the measure is the usual one."""

from __future__ import annotations

import tomllib
from collections import Counter

import pytest

from benchmarks.wisdom_choice import FOLDER, HALVES, Situation, drawn_on, fitting, interval, score, situations
from engine.document.parser import load as load_document
from engine.resources import meta_home

TUNE, HELD = (situations(half) for half in HALVES)
ALL = [*TUNE, *HELD]
DRAWING = [step.name for step in load_document(meta_home() / "AGENTS.md").steps() if step.wisdom]


def test_there_are_at_least_120_and_no_id_occurs_twice() -> None:
    assert len(ALL) >= 120
    assert [id_ for id_, times in Counter(one.id for one in ALL).items() if times > 1] == []


def test_the_halves_are_balanced_and_no_app_is_in_both() -> None:
    assert abs(len(TUNE) - len(HELD)) <= len(ALL) // 20
    assert {one.app for one in TUNE} & {one.app for one in HELD} == set()


@pytest.mark.parametrize("step", DRAWING)
def test_every_step_that_draws_on_cards_has_eight_of_both_substeps_in_both_halves(step: str) -> None:
    here = [one for one in ALL if one.step == step]
    assert len(here) >= 8
    assert {(one.split, one.substep) for one in here} == {(half, sub) for half in HALVES for sub in ("gen", "review")}


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
def test_the_wanted_cards_are_ones_its_step_can_be_given(one: Situation) -> None:
    possible = {card.id for card in fitting(one.step, one.substep)}
    assert drawn_on(one.step), f"{one.step} draws on no cards"
    assert [id_ for id_ in one.wanted if id_ not in possible] == []


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
def test_its_words_are_as_long_as_a_part_of_a_brief_and_few_cards_are_wanted_once_each(one: Situation) -> None:
    assert 60 <= len(one.words.split()) <= 250
    assert 4 <= len(one.wanted) <= 10
    assert len(set(one.wanted)) == len(one.wanted)


def test_a_second_reader_labelled_situations_of_the_held_half_with_cards_of_their_steps() -> None:
    text = (FOLDER / "second_reader.toml").read_text(encoding="utf-8")
    again = {label["id"]: label["wanted"] for label in tomllib.loads(text)["label"]}
    both = [one for one in HELD if one.id in again]
    assert len(both) == len(again) >= 30
    for one in both:
        assert 8 <= len(set(again[one.id])) == len(again[one.id]) <= 10
        assert set(again[one.id]) <= {card.id for card in fitting(one.step, one.substep)}


def test_recall_is_the_share_of_the_wanted_and_precision_that_of_ten() -> None:
    found = score(["a", "x", "b", *"cdefghi", "w"], ["x", "b", "w", "v"])
    assert (found.recall, found.precision, found.reciprocal_rank) == (0.5, 0.2, 0.5)


def test_the_gain_is_one_if_the_wanted_stand_first_and_less_if_they_stand_later() -> None:
    assert score(["x", "y", "a"], ["y", "x"]).gain == pytest.approx(1)
    assert 0 < score(["a", "x", "y"], ["y", "x"]).gain < 1
    assert score(["a"], ["x"]).gain == 0


def test_the_interval_holds_the_mean_and_is_the_same_each_time() -> None:
    low, high = interval([0.0, 0.1, 0.2, 0.3])
    assert low < 0.15 < high
    assert interval([0.0, 0.1, 0.2, 0.3]) == (low, high)
    assert interval([0.2, 0.2]) == pytest.approx((0.2, 0.2))
