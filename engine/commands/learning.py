"""The command `wisdom learn`: a retrospective of a run, and a decision about each card or pattern that it proposes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import click

from engine.commands.common import attended, folder, read_state, tell_json, told
from engine.commands.engine_options import EngineOptions, engine_options
from engine.errors import EXIT_INTERRUPTED, EXIT_WAITING, UsageError
from engine.learning.approval import Decided, approve, decisions, decline, learned_file
from engine.learning.deciding import NoCard, cards_of, edited, id_of, state_of
from engine.learning.entries import sort_of
from engine.learning.proposals import Proposal
from engine.learning.reading import app_of, read_evidence
from engine.learning.retrospective import Retrospective, find, prepare
from engine.learning.settings import settings_for
from engine.state.lock import EngineRunning, holder
from engine.workspace import Workspace

SCHEMA_VERSION = 1
ANSWERS = {"y": "take it", "n": "do not", "e": "edit it first", "l": "later"}
Say = Callable[[str], None]


@click.command()
@click.option("--approve", "approved", multiple=True, metavar="ID[,ID]", help="Take these proposals; no session.")
@click.option("--decline", "declined", multiple=True, metavar="ID[,ID]", help="Turn these proposals down.")
@click.option("--here", is_flag=True, help="They go to this workspace's own .meta, not to your own files.")
@click.option("--json", "as_json", is_flag=True, help="What is proposed, or was decided, as JSON.")
@engine_options
@folder
@told
def learn(
    folder: Path,
    options: EngineOptions,
    approved: tuple[str, ...],
    declined: tuple[str, ...],
    here: bool,
    as_json: bool,
) -> None:
    """Propose cards and patterns from what failed in a finished run and what mended it; --yes takes them all."""
    about = Workspace.at(folder)
    say: Say = partial(click.echo, err=as_json)
    home = about.overlay if here else None
    if approved or declined:
        taken, refused = _named(about, approved), _named(about, declined)
        for one, proposal in taken:
            _approve(one, proposal, home, say)
        for one, proposal in refused:
            _decline(one, proposal, say)
        if as_json:
            _tell_json([*taken, *refused], home)
        return
    retrospective = _retrospective(about, options, say)
    if retrospective is None:
        say("nothing failed, was revised or mended in this run: there is nothing to learn from it")
        if as_json:
            _tell_json([], home)
        return
    found = retrospective.proposals(cards_of(about))
    if options.yes:
        for proposal in _open(retrospective, found):
            _approve(retrospective, proposal, home, say)
    elif attended() and not as_json:
        _ask(retrospective, found, home, say)
    if as_json:
        _tell_json([(retrospective, one) for one in found], home, retrospective.name)
    else:
        _tell(retrospective, found, say)
    if left := _open(retrospective, found):
        ids = ",".join(id_of(retrospective, one) for one in left)
        say(f"{len(left)} proposed: `meta wisdom learn {folder} --approve {ids}` takes them, --decline turns them down")
        sys.exit(EXIT_WAITING)


def _retrospective(about: Workspace, options: EngineOptions, say: Say) -> Retrospective | None:
    """The finished retrospective of the run; None where there is nothing to learn from. Leaves if it cannot finish."""
    if running := holder(about.root):
        raise EngineRunning(f"An engine still runs here: {running}. Learn when it has ended, or end it: `meta stop`")
    evidence = read_evidence(about)
    if not evidence.cases:
        return None
    retrospective = prepare(about, evidence, app_of(about))
    workspace = retrospective.workspace
    if read_state(workspace).orchestrator.run.finished_at:
        return retrospective
    settings = settings_for(options.settings(about))
    try:
        end = options.start(workspace, settings, say)
    except KeyboardInterrupt:
        say("interrupted; live sessions go on, and `meta wisdom learn` takes them up again")
        sys.exit(EXIT_INTERRUPTED)
    if end.ending != "done":
        say(f"the retrospective is not finished; it lies in {workspace.root}: name that folder to look or to decide")
        for line in end.told:
            say(line)
        sys.exit(end.exit_code)
    return retrospective


def _open(retrospective: Retrospective, found: Iterable[Proposal]) -> list[Proposal]:
    decided = decisions(retrospective.workspace.private)
    return [one for one in found if state_of(one, decided) == "open"]


def _named(about: Workspace, given: Iterable[str]) -> list[tuple[Retrospective, Proposal]]:
    """What the ids mean, all of them before anything is done. Raises UsageError."""
    found = []
    for id_ in dict.fromkeys(part.strip() for word in given for part in word.split(",") if part.strip()):
        name, _, number = id_.partition("-")
        retrospective = find(about, name)
        every = {str(one.number): one for one in retrospective.proposals(cards_of(about))}
        if number not in every:
            known = ", ".join(f"{name}-{one}" for one in every) or "none"
            raise UsageError(f"{id_}: nothing is proposed under that id; there are: {known}")
        found.append((retrospective, every[number]))
    return found


def _approve(retrospective: Retrospective, proposal: Proposal, home: Path | None, say: Say) -> None:
    decided = decisions(retrospective.workspace.private).get(proposal.number)
    if proposal.same_as and not (decided and decided.verdict == "approved"):
        say(f"{id_of(retrospective, proposal)}: {proposal.same_as} says the same already")
        return
    place = learned_file(home, sort_of(proposal.card))
    card = approve(retrospective.workspace.private, proposal, place, retrospective.about.overlay)
    say(f"{id_of(retrospective, proposal)}: is {card} now ({place})")


def _decline(retrospective: Retrospective, proposal: Proposal, say: Say) -> None:
    decided = decisions(retrospective.workspace.private).get(proposal.number)
    if decided and decided.verdict == "approved":
        say(f"{id_of(retrospective, proposal)}: was taken as {decided.card}; take it out of the learned file")
        return
    decline(retrospective.workspace.private, proposal)
    say(f"{id_of(retrospective, proposal)}: declined")


def _ask(retrospective: Retrospective, found: Iterable[Proposal], home: Path | None, say: Say) -> None:
    """Each open proposal in turn; what was put off stays open."""
    for proposal in _open(retrospective, found):
        while True:
            _show(retrospective, proposal, say)
            say(", ".join(f"{key}: {words}" for key, words in ANSWERS.items()))
            question = f"Take this {sort_of(proposal.card).word}?"
            answer = click.prompt(question, type=click.Choice(list(ANSWERS)), show_choices=False)
            if answer != "e":
                break
            proposal = _edited(retrospective, proposal, say)
        if answer == "y":
            _approve(retrospective, proposal, home, say)
        elif answer == "n":
            _decline(retrospective, proposal, say)


def _edited(retrospective: Retrospective, proposal: Proposal, say: Say) -> Proposal:
    """The proposal as somebody wrote it in their editor; as it was where that cannot be taken."""
    text = click.edit(proposal.text, extension=".md")
    try:
        return edited(retrospective, proposal, text) if text is not None else proposal
    except NoCard as error:
        say(str(error))
        return proposal


def _tell(retrospective: Retrospective, found: Iterable[Proposal], say: Say) -> None:
    decided = decisions(retrospective.workspace.private)
    every = list(found)
    if not every:
        say(f"nothing is proposed: {retrospective.answer} says why")
    for one in every:
        if one.number in decided:
            say(f"{id_of(retrospective, one)}  {one.card.title}: {_word(decided[one.number])}")
        elif one.same_as:
            say(f"{id_of(retrospective, one)}  {one.card.title}: dropped, {one.same_as} says the same already")
        else:
            _show(retrospective, one, say)


def _show(retrospective: Retrospective, proposal: Proposal, say: Say) -> None:
    say(f"{id_of(retrospective, proposal)}  {proposal.card.title}")
    for name, text in proposal.card.fields:
        say(f"    {name}: {text}")
    if proposal.same_as:
        say(f"    {proposal.same_as} says the same already")


def _tell_json(found: Iterable[tuple[Retrospective, Proposal]], home: Path | None, name: str | None = None) -> None:
    """The proposals as JSON; `name` that of the retrospective that was made just now, if one was."""
    every = [_as_json(retrospective, one, home) for retrospective, one in found]
    place = str(learned_file(home))
    tell_json({"schema_version": SCHEMA_VERSION, "retrospective": name, "file": place, "proposals": every})


def _as_json(retrospective: Retrospective, one: Proposal, home: Path | None) -> dict[str, Any]:
    sort = sort_of(one.card)
    known = decisions(retrospective.workspace.private)
    decided = known.get(one.number)
    fields = {name.lower().replace(" ", "_"): text for name, text in one.card.fields}
    about = {"id": id_of(retrospective, one), "title": one.card.title, "state": state_of(one, known)}
    about |= {"sort": sort.word, "file": str(learned_file(home, sort))}
    return {**fields, **about, "same_as": one.same_as or None, "card": decided.card or None if decided else None}


def _word(decided: Decided) -> str:
    return f"taken as {decided.card}" if decided.verdict == "approved" else "declined"
