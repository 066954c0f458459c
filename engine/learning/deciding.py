"""What has become of proposed cards, and a card as a person wrote it otherwise: for the command and for the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from engine.errors import MetaError
from engine.learning.approval import Decided
from engine.learning.proposals import Proposal, problems, proposals, read
from engine.learning.retrospective import Retrospective
from engine.wisdom.library import collections_in_force, load
from engine.wisdom.model import Card
from engine.workspace import Workspace

State = Literal["open", "approved", "declined", "known"]


class NoCard(MetaError):
    """What a person wrote cannot be taken as the card; it is as it was."""


def cards_of(about: Workspace) -> tuple[Card, ...]:
    """The cards in force in a workspace. Raises WisdomError."""
    return load(collections_in_force(about.overlay), about.overlay).cards


def state_of(proposal: Proposal, decided: Mapping[int, Decided]) -> State:
    """What has become of it; `known` is what a card in force says already."""
    if one := decided.get(proposal.number):
        return one.verdict
    return "known" if proposal.same_as else "open"


def edited(retrospective: Retrospective, proposal: Proposal, text: str) -> Proposal:
    """The proposal as somebody wrote it. Raises NoCard with what is wrong, each line with its place."""
    wrong = problems(text, "card", retrospective.names, most=1)
    cards = [] if wrong else read(text, "card")
    if len(cards) != 1:
        raise NoCard("\n".join(wrong or ["no card is left: decline it instead"]))
    (checked,) = proposals(cards, cards_of(retrospective.about))
    return replace(checked, number=proposal.number)


def id_of(retrospective: Retrospective, proposal: Proposal) -> str:
    """What the proposal is called."""
    return f"{retrospective.name}-{proposal.number}"
