"""The command `wisdom`: search, show, lint, stats, and (in `learning`) learn."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from engine.briefs.patterns import patterns
from engine.briefs.patterns_checking import lint_advice
from engine.commands.common import folder_option, tell_json, told
from engine.document.problems import suggestion
from engine.errors import EXIT_ERROR, UsageError
from engine.learning.intervals import verdict, wilson
from engine.learning.record import read_record, record_file, summed
from engine.metrics.reading import read_journal
from engine.resources import document
from engine.wisdom.checking import steps_of
from engine.wisdom.choose import why
from engine.wisdom.library import DOCUMENT, Library, collections_in_force, load, read_text
from engine.wisdom.model import TOLD, Card
from engine.wisdom.rank import Ranked, rank
from engine.wisdom.stats import Stats, stats
from engine.wisdom.told import Effect, Rate, effects, outcomes, read_told
from engine.workspace import Workspace

SCHEMA_VERSION = 1
MOST_FOUND = 10
LONGEST_LIST = 10
LEARN = "learn"

json_option = click.option("--json", "as_json", is_flag=True, help="As JSON.")


class Group(click.Group):
    """The group with `learn`, which alone needs the engine and is imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command by name."""
        return sorted([*self.commands, LEARN])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name != LEARN:
            return super().get_command(ctx, cmd_name)
        from engine.commands.learning import learn

        return learn


@click.group(cls=Group)
def wisdom() -> None:
    """The cards of advice from which the briefs draw."""


@wisdom.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--step", help="Only cards for this step, as a brief ranks them.")
@click.option("--substep", type=click.Choice(list(TOLD)), default="gen", show_default=True, help="With --step.")
@click.option("--most", default=MOST_FOUND, show_default=True, type=click.IntRange(min=1), help="So many at most.")
@json_option
@folder_option
@told
def search(words: tuple[str, ...], step: str | None, substep: str, most: int, as_json: bool, folder: Path) -> None:
    """The cards nearest to WORDS, the best first, and why."""
    overlay = _overlay(folder)
    library = _for_step(step, overlay) if step else _library(overlay)
    found = [one for one in rank(library, step, substep, " ".join(words), most) if one.words or one.tags]
    if as_json:
        _tell_json({"cards": [_found_json(one, step, substep) for one in found]})
        return
    for one in found:
        click.echo(f"{one.card.id}  {one.card.title}")
        click.echo(f"    {one.card.collection}: {why(one, step, substep)}")
    if not found:
        click.echo("no card has these words", err=True)


@wisdom.command()
@click.argument("card_id", metavar="ID")
@json_option
@folder_option
@told
def show(card_id: str, as_json: bool, folder: Path) -> None:
    """Print one card with its source."""
    cards = {card.id: card for card in reversed(_library(_overlay(folder)).cards)}
    card = cards.get(card_id.upper())
    if card is None:
        raise UsageError(f"{card_id}: no card has that id{suggestion(card_id.upper(), sorted(cards))}")
    if as_json:
        _tell_json({"card": _card_json(card)})
        return
    click.echo(f"{card.id}  {card.title}  ({card.collection}, {card.path}:{card.line})")
    for name, text in card.fields:
        click.echo(f"- {name}: {text}")


@wisdom.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@folder_option
@told
def lint(file: Path | None, folder: Path) -> None:
    """Check cards and patterns in force here, or those of FILE beside them: file:line:column: message."""
    red = False
    for path, problems in lint_advice(_overlay(folder), file).items():
        red |= bool(problems)
        for line in list(map(str, problems)) or [f"{path}: no mistakes"]:
            click.echo(line)
    if red:
        sys.exit(EXIT_ERROR)


@wisdom.command("stats")
@click.option("--all", "all_runs", is_flag=True, help="How the cards fared in all of your finished runs together.")
@json_option
@folder_option
@told
def stats_(all_runs: bool, as_json: bool, folder: Path) -> None:
    """How many cards there are for what, and in a workspace what became of the sessions that were told them."""
    library = _library(_overlay(folder))
    titles = {card.id: card.title for card in library.cards}
    titles |= {pattern.id: pattern.title for pattern in patterns(_overlay(folder))}
    if all_runs:
        _tell_all_runs(titles, as_json)
        return
    counts = stats(library.cards, [tag.name for tag in library.tags])
    private = folder / ".orchestrator"
    sessions, problems = read_told(private / "sessions")
    rows = effects(sessions, outcomes(read_journal(private / "journal.jsonl")))
    if as_json:
        _tell_json({**asdict(counts), "told": [_effect_json(row) for row in rows], "problems": problems})
        return
    for line in [*_counts(counts), *_effects(rows, titles)]:
        click.echo(line)
    for problem in problems:
        click.echo(f"problem: {problem}", err=True)


def _overlay(folder: Path) -> Path:
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder.")
    return Workspace(folder.resolve()).overlay


def _library(overlay: Path) -> Library:
    return load(collections_in_force(overlay), overlay)


def _for_step(step: str, overlay: Path) -> Library:
    """The cards on which a step draws. Raises UsageError for a step that does not exist."""
    path = document(DOCUMENT, overlay)
    steps = steps_of(read_text(path), str(path))
    if steps is None:
        raise UsageError(f"{path}: the document has mistakes: `meta lint` tells them.")
    if step not in steps:
        raise UsageError(f"{step}: no step has that name{suggestion(step, sorted(steps))}")
    return load(steps[step], overlay)


def _tell_all_runs(titles: Mapping[str, str], as_json: bool) -> None:
    """Each card over all runs of the record, and how sure that is."""
    file = record_file()
    lines, problems = read_record(file)
    rows = summed(lines)
    if as_json:
        told = [{**_effect_json(row, sure=True), "runs": runs, "verdict": verdict(row)} for row, runs in rows]
        _tell_json({"file": str(file), "runs": len(lines), "told": told, "problems": problems})
        return
    click.echo(f"{len(lines)} finished runs in {file}")
    if rows:
        click.echo("told to sessions (green at once, with the interval that holds it in 95 of 100 such counts):")
    for row, runs in rows:
        sides = f"with {_sure(row.with_it):>28}  without {_sure(row.without):>28}"
        head = f"{row.card}  {row.sessions:4}× in {runs:3} runs"
        click.echo(f"  {head}  {sides}  {verdict(row)}  {titles.get(row.card, '')}".rstrip())
    for problem in problems:
        click.echo(f"problem: {problem}", err=True)


def _sure(rate: Rate) -> str:
    low, high = wilson(rate)
    return f"{_rate(rate)} {low:.0%}–{high:.0%}" if rate.known else "unknown"


def _counts(counts: Stats) -> list[str]:
    unused = [name for name, number in counts.tags.items() if not number]
    return [
        f"cards: {counts.cards} ({_told(counts.collections)})",
        f"steps: {_told(counts.steps)}",
        f"tags: {_told({name: number for name, number in counts.tags.items() if number})}",
        *([f"tags without a card: {', '.join(unused)}"] if unused else []),
        f"works: {len(counts.works)}; most cards: {_told(counts.works, LONGEST_LIST)}",
        f"persons: {len(counts.persons)}; most cards: {_told(counts.persons, LONGEST_LIST)}",
    ]


def _told(counts: dict[str, int], most: int | None = None) -> str:
    return ", ".join(f"{name} {number}" for name, number in list(counts.items())[:most]) or "none"


def _effects(rows: list[Effect], titles: Mapping[str, str]) -> list[str]:
    if not rows:
        return ["no session was told a card here"]
    head = "told to sessions here (green at once: with the card, without it at the same steps):"
    return [
        head,
        *(
            f"  {row.card}  {row.sessions:3}×  with {_rate(row.with_it):>14}  without {_rate(row.without):>14}  "
            f"{titles.get(row.card, '(not in force any more)')}"
            for row in rows
        ),
    ]


def _rate(rate: Rate) -> str:
    return "unknown" if rate.share is None else f"{rate.passed} of {rate.known} ({rate.share:.0%})"


def _found_json(one: Ranked, step: str | None, substep: str) -> dict[str, Any]:
    return {**_card_json(one.card), "score": one.score, "why": why(one, step, substep)}


def _card_json(card: Card) -> dict[str, Any]:
    fields = {name.lower().replace(" ", "_"): text for name, text in card.fields}
    return {"id": card.id, "title": card.title, "collection": card.collection, **fields}


def _effect_json(row: Effect, sure: bool = False) -> dict[str, Any]:
    rates = {"with": row.with_it, "without": row.without}
    told: dict[str, dict[str, Any]] = {
        name: {"passed": rate.passed, "known": rate.known, "rate": rate.share} for name, rate in rates.items()
    }
    if sure:
        for name, rate in rates.items():
            told[name]["interval"] = list(wilson(rate))
    return {"id": row.card, "sessions": row.sessions, **told}


def _tell_json(told: dict[str, Any]) -> None:
    tell_json({"schema_version": SCHEMA_VERSION, **told})
