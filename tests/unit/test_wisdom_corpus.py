"""The cards that are shipped: enough of them, for every step, from many sources, and without a mistake."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from engine.document.parser import load as load_document
from engine.resources import meta_home
from engine.wisdom import Card, Query, choose, load
from engine.wisdom.checking import lint_files
from engine.wisdom.choose import MOST_CARDS, MOST_TOKENS
from engine.wisdom.library import collections_in_force
from engine.wisdom.model import TOLD
from engine.wisdom.rank import same_idea

COLLECTIONS = collections_in_force(None)
CARDS = [card for card in load(COLLECTIONS, None).cards if card.collection in COLLECTIONS]
STEPS = {step.name: step.wisdom for step in load_document(meta_home() / "AGENTS.md").steps() if step.wisdom}
WORK = "Split the price of a trip among friends: a command line tool that keeps expenses in a file and settles debts."


@pytest.fixture(autouse=True)
def nothing_learned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the user of this machine has learned is not looked at."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def of(collection: str) -> list[Card]:
    return [card for card in CARDS if card.collection == collection]


def test_there_are_at_least_600_and_none_has_a_mistake() -> None:
    assert len(CARDS) >= 600
    problems = [str(problem) for found in lint_files(None).values() for problem in found]
    assert problems == []


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_collection_has_150_cards_from_many_works_and_persons(collection: str) -> None:
    cards = of(collection)
    works = Counter(card.work for card in cards)
    people = Counter(person for card in cards for person in card.persons)
    assert len(cards) >= 150
    assert len(works) >= 45
    assert works.most_common(1)[0][1] <= 8
    assert people.most_common(1)[0][1] <= 14


@pytest.mark.parametrize(("step", "collection"), [(step, one) for step, drawn in STEPS.items() for one in drawn])
def test_every_step_has_20_cards_in_each_of_its_collections(step: str, collection: str) -> None:
    assert sum(any(name == step for name, _ in card.steps) for card in of(collection)) >= 20


@pytest.mark.parametrize("substep", list(TOLD))
@pytest.mark.parametrize("step", list(STEPS))
def test_every_session_is_told_several_cards_within_the_budget(step: str, substep: str) -> None:
    chosen = choose(load(STEPS[step], None), Query(step, substep, WORK))
    assert 4 <= len(chosen) <= MOST_CARDS
    assert sum(one.tokens for one in chosen) <= MOST_TOKENS
    assert all(one.card.fits(step, substep) for one in chosen)
    assert not any(same_idea(one.card, two.card) for one in chosen for two in chosen if one is not two)


def test_every_tag_has_a_card() -> None:
    library = load(COLLECTIONS, None)
    used = {tag for card in CARDS for tag in card.tags}
    assert [tag.name for tag in library.tags if tag.name not in used] == []
