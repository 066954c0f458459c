"""What retrospectives of a run propose, and what a person decided about it. Blocking: call it in a thread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.learning.deciding import State
    from engine.learning.entries import Entry
    from engine.learning.proposals import Proposal
    from engine.learning.retrospective import Retrospective

KINDS = {"antipatterns": "antipattern", "success_patterns": "success pattern", "trade_off_matrix": "trade-off"}
"""What a person calls a pattern of each file."""


@dataclass(frozen=True, slots=True)
class ProposalView:
    """One proposed card or pattern. `text`: it as a person may edit it; `card`: the id under which it was taken."""

    id: str
    title: str
    state: State
    fields: tuple[tuple[str, str], ...] = ()
    same_as: str = ""
    card: str = ""
    text: str = ""
    kind: str = ""
    """What kind of pattern it is; "" for a card."""

    @property
    def words(self) -> str:
        """Everything a search looks in."""
        return " ".join([self.id, self.title, self.state, self.kind, *(text for _, text in self.fields)])


@dataclass(frozen=True, slots=True)
class Learned:
    """What is proposed, the newest retrospective last. `under_way`: the workspaces of those an engine works in now."""

    proposals: tuple[ProposalView, ...] = ()
    under_way: tuple[Path, ...] = ()
    cut_off: int = 0
    """How many were begun and are not finished, with nobody at work."""
    problems: tuple[str, ...] = ()

    @property
    def open(self) -> tuple[ProposalView, ...]:
        """Those that wait for the person."""
        return tuple(one for one in self.proposals if one.state == "open")

    def proposal(self, id_: str) -> ProposalView | None:
        """The proposal of that id."""
        return next((one for one in self.proposals if one.id == id_), None)


NOTHING_LEARNED = Learned()


def load(folder: Path) -> Learned:
    """What the retrospectives of this workspace propose. Raises WisdomError, BrokenState."""
    from engine.learning.retrospective import every
    from engine.state.store import Store
    from engine.workspace import Workspace

    proposals: list[ProposalView] = []
    under_way: list[Path] = []
    problems: list[str] = []
    cut_off = 0
    for one in every(Workspace(folder)):
        root = one.workspace.root
        if Store.open(root, read_only=True).state.orchestrator.run.finished_at is None:
            if at_work(root):
                under_way.append(root)
            else:
                cut_off += 1
            continue
        found = list(_proposals(one, problems))
        proposals += found
    return Learned(tuple(proposals), tuple(under_way), cut_off, tuple(problems))


def at_work(root: Path) -> bool:
    """Whether an engine works in that workspace."""
    from engine.state.lock import holder

    return holder(root) is not None


def approve(folder: Path, id_: str, text: str | None, here: bool) -> str:
    """Takes the card or pattern, as it is proposed or as the person wrote it; its id among the learned ones.

    `here`: only for this workspace. Raises MetaError.
    """
    from engine.learning import approval
    from engine.learning.deciding import edited
    from engine.learning.entries import sort_of
    from engine.workspace import Workspace

    about = Workspace(folder)
    retrospective, proposal = _find(folder, id_)
    if text is not None:
        proposal = edited(retrospective, proposal, text)
    file = approval.learned_file(about.overlay if here else None, sort_of(proposal.card))
    return approval.approve(retrospective.workspace.private, proposal, file, about.overlay)


def decline(folder: Path, id_: str) -> None:
    """Notes that the card or pattern is not wanted. Raises MetaError."""
    from engine.learning import approval

    retrospective, proposal = _find(folder, id_)
    approval.decline(retrospective.workspace.private, proposal)


def check(folder: Path, id_: str, text: str) -> ProposalView:
    """The proposal as the person wrote it, not taken yet. Raises NoCard with what is wrong."""
    from engine.learning.deciding import edited

    retrospective, proposal = _find(folder, id_)
    return _view(retrospective, edited(retrospective, proposal, text))


def kind_of(entry: Entry) -> str:
    """What kind of pattern an entry is; "" for a card."""
    from engine.briefs.patterns import Pattern

    return KINDS[entry.kind] if isinstance(entry, Pattern) else ""


def _find(folder: Path, id_: str) -> tuple[Retrospective, Proposal]:
    from engine.learning.deciding import NoCard, cards_of
    from engine.learning.retrospective import find
    from engine.workspace import Workspace

    about = Workspace(folder)
    name, _, number = id_.partition("-")
    retrospective = find(about, name)
    for proposal in retrospective.proposals(cards_of(about)):
        if str(proposal.number) == number:
            return retrospective, proposal
    raise NoCard(f"{id_}: it is not proposed any more; {retrospective.answer} was edited.")


def _proposals(retrospective: Retrospective, problems: list[str]) -> Iterator[ProposalView]:
    from engine.learning.deciding import cards_of
    from engine.wisdom.model import WisdomError

    try:
        found = retrospective.proposals(cards_of(retrospective.about))
    except WisdomError as error:
        problems.append(str(error))
        return
    yield from (_view(retrospective, one) for one in found)


def _view(retrospective: Retrospective, proposal: Proposal) -> ProposalView:
    from engine.learning.approval import decisions
    from engine.learning.deciding import id_of, state_of

    decided = decisions(retrospective.workspace.private)
    one = decided.get(proposal.number)
    return ProposalView(
        id=id_of(retrospective, proposal),
        title=proposal.card.title,
        state=state_of(proposal, decided),
        fields=proposal.card.fields,
        same_as=proposal.same_as,
        card=one.card if one else "",
        text=proposal.text,
        kind=kind_of(proposal.card),
    )
