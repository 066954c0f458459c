"""What has become of proposals, and one as a person wrote it otherwise: for the command and for the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from engine.briefs.patterns import patterns
from engine.errors import MetaError
from engine.learning.approval import Decided
from engine.learning.entries import Entry, sort_of
from engine.learning.proposals import Proposal, problems, proposals, read
from engine.learning.retrospective import Retrospective
from engine.wisdom.library import collections_in_force, load
from engine.workspace import Workspace

State = Literal["open", "approved", "declined", "known"]


class NoCard(MetaError):
    """What a person wrote cannot be taken as the card or pattern; it is as it was."""


def cards_of(about: Workspace) -> tuple[Entry, ...]:
    """The cards and patterns in force in a workspace. Raises WisdomError."""
    return (*load(collections_in_force(about.overlay), about.overlay).cards, *patterns(about.overlay))


def state_of(proposal: Proposal, decided: Mapping[int, Decided]) -> State:
    """What has become of it; `known` is what a card or pattern in force says already."""
    if one := decided.get(proposal.number):
        return one.verdict
    return "known" if proposal.same_as else "open"


def edited(retrospective: Retrospective, proposal: Proposal, text: str) -> Proposal:
    """The proposal as somebody wrote it. Raises NoCard with what is wrong, each line with its place."""
    word = sort_of(proposal.card).word
    wrong = problems(text, word, retrospective.names, most=1)
    left = [] if wrong else read(text, word)
    if len(left) != 1:
        few = f"{len(left)} entries: write one" if left else f"no {word} is left: decline it instead"
        raise NoCard("\n".join(wrong or [few]))
    (checked,) = proposals(left, cards_of(retrospective.about))
    return replace(checked, number=proposal.number)


def id_of(retrospective: Retrospective, proposal: Proposal) -> str:
    """What the proposal is called."""
    return f"{retrospective.name}-{proposal.number}"
