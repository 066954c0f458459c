"""What is wrong with one file of cards: file:line:column: message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from engine.document.problems import Problem, Report, quoted, suggestion
from engine.wisdom.lines import RawCard, read_cards
from engine.wisdom.lint_applies import Known, check_applies
from engine.wisdom.model import FIELDS, OPTIONAL, WORK
from engine.wisdom.model import persons as persons_in

MOST_WORDS = {"Signs": 30, "Principle": 30, "Do": 45, "Avoid": 35, "Example": 30, "Review question": 25, "Evidence": 40}
MOST_TITLE_WORDS = 8
FIRST_YEAR = 1450
"""Since books are printed: an older year is a slip of the keys."""
LEARNED_PREFIX = "LRN"
"""Cards that were learned from runs: their source is a run, so it need be no printed work."""

_YEAR = re.compile(r"\b\d{4}\b")


def lint_cards(text: str, path: str, collection: str, known: Known) -> list[Problem]:
    """Every mistake in one file that can be seen without the others."""
    report = Report(path)
    cards = read_cards(text, report)
    for card in cards:
        _check_fields(card, report)
        _check_lengths(card, report)
        _check_source(card, known.year, report)
        check_applies(card, collection, known, report)
    _check_order(cards, report)
    return report.problems()


def count_words(text: str) -> int:
    """Words between blanks; what holds no letter and no digit is none."""
    return sum(any(letter.isalnum() for letter in word) for word in text.split())


def _check_fields(card: RawCard, report: Report) -> None:
    for name in FIELDS:
        if card.field(name) is None and name not in OPTIONAL:
            report.add(card.position, f"card {card.id} has no line `- **{name}**: …`: write it")
    reached = -1
    for field in card.fields:
        if field.name not in FIELDS:
            report.add(field.position, f"unknown line {quoted(field.name)}{suggestion(field.name, FIELDS)}")
        elif card.field(field.name) is not field:
            report.add(field.position, f"{quoted(field.name)} stands here a second time: a card has one line of each")
        elif FIELDS.index(field.name) < reached:
            report.add(field.position, f"{quoted(field.name)} comes too late: the order is {', '.join(FIELDS)}")
        else:
            reached = FIELDS.index(field.name)


def _check_lengths(card: RawCard, report: Report) -> None:
    if (count := count_words(card.title)) > MOST_TITLE_WORDS:
        report.add(card.title_position, f"a title of {count} words: {MOST_TITLE_WORDS} at most, say it shorter")
    for field in card.fields:
        most = MOST_WORDS.get(field.name)
        if most and (count := count_words(field.text)) > most:
            report.add(field.text_position, f"{quoted(field.name)} of {count} words: {most} at most, say it shorter")


def _check_source(card: RawCard, year: int, report: Report) -> None:
    field = card.field("Source")
    if field is None or card.prefix == LEARNED_PREFIX:
        return
    expected = "; write `Person, *Work*, year`"
    if not WORK.search(field.text):
        report.add(field.text_position, f"the source names no work between asterisks{expected}")
        return
    if not persons_in(field.text):
        report.add(field.text_position, f"the source names no person before the work{expected}")
    years = list(_YEAR.finditer(field.text, field.text.rindex("*")))
    if not years:
        report.add(field.text_position, f"the source has no year after the work{expected}")
    elif not FIRST_YEAR <= int(years[-1][0]) <= year:
        report.add(field.place(years[-1].start()), f"the year {years[-1][0]} is not from {FIRST_YEAR} to {year}")


def _check_order(cards: Sequence[RawCard], report: Report) -> None:
    highest = max((card.number for card in cards), default=0)
    for before, card in pairwise(cards):
        if card.prefix != before.prefix:
            report.add(card.position, f"{card.id} follows {before.id}: the ids of a file begin with the same letters")
        elif card.number <= before.number:
            free = f"{card.prefix}-{highest + 1:03}"
            report.add(card.position, f"{card.id} follows {before.id}: ids ascend; the next free one is {free}")
