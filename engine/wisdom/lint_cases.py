"""What is wrong with the file of worked cases."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.document.model import Position
from engine.document.problems import Problem, Report, quoted, suggestion
from engine.wisdom.cases import CARDS, HEADING, Case, parse_cases
from engine.wisdom.model import TOLD, Card
from engine.wisdom.words import split

FEWEST, MOST = 4, 10
FEWEST_WORDS, MOST_WORDS = 40, 200


def lint_cases(text: str, path: str, cards: Mapping[str, Card], steps: Collection[str]) -> list[Problem]:
    """Headings of another form, steps and cards that are not there, cards that are not meant for that step."""
    report = Report(path)
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("## ") and not HEADING.fullmatch(line[3:].rstrip()):
            report.add(Position(number, 4), "a case begins with ``## `step` (gen): what it is about``")
    first: dict[str, int] = {}
    for case in parse_cases(text):
        _check_heading(case, steps, report)
        _check_cards(case, cards, report)
        count = len(split(case.words))
        if not FEWEST_WORDS <= count <= MOST_WORDS:
            wanted = f"{FEWEST_WORDS} to {MOST_WORDS}, each line quoted with `> `"
            report.add(Position(case.line, 1), f"{count} words of work: {wanted}")
        if first.setdefault(case.words, case.line) != case.line:
            report.add(Position(case.line, 1), f"the same words stand in the case of line {first[case.words]}")
    return report.problems()


def _check_heading(case: Case, steps: Collection[str], report: Report) -> None:
    if case.step not in steps:
        report.add(Position(case.line, 5), f"no step has the name {quoted(case.step)}{suggestion(case.step, steps)}")
    if case.substep not in TOLD:
        place = Position(case.line, len(case.step) + 8)
        report.add(place, f"unknown substep {quoted(case.substep)}{suggestion(case.substep, TOLD)}")


def _check_cards(case: Case, cards: Mapping[str, Card], report: Report) -> None:
    place = Position(case.line, 1)
    if not FEWEST <= len(set(case.cards)) <= MOST or len(set(case.cards)) != len(case.cards):
        form = f"write one line `{CARDS}` with {FEWEST} to {MOST} different ids"
        report.add(place, f"{len(case.cards)} cards, {len(set(case.cards))} of them different: {form}")
    for id_ in case.cards:
        card = cards.get(id_)
        if card is None:
            report.add(place, f"no card has the id {quoted(id_)}")
        elif case.substep in TOLD and not card.fits(case.step, case.substep):
            report.add(place, f"{id_} is not meant for {case.step} ({case.substep}): {card.applies_to}")
