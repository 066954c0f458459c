"""What the person does, written as files for the engine to find. Blocking: call it in a thread."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from tui.editing.drafts import LineComment
    from tui.read_model import WaitingView

Verdict = Literal["approve", "revise", "stop", "answer"]
Act = Literal["retry", "refresh", "note", "cancel", "pause", "go_on", "stop"]

DONE: Mapping[str, str] = MappingProxyType(
    {"approve": "approved", "revise": "sent back", "stop": "stopped", "answer": "answered"}
)
"""What has happened to a gate that was decided so."""


class Answer(NamedTuple):
    """What a person decided in a dialog."""

    verdict: Verdict
    comment: str = ""
    answers: Mapping[str, str] = MappingProxyType({})
    comments: tuple[LineComment, ...] = ()


def write_answer(workspace: Path, waiting: WaitingView, answer: Answer) -> None:
    """Answers exactly the question that was shown: its round, and the artifacts it was about."""
    from engine.state.decisions import write_decision
    from engine.state.models import Comment, Decision

    comments = [
        Comment(
            id=f"c{waiting.round}_{number}",
            file=comment.spot.file,
            line=comment.spot.line,
            quote=comment.spot.quote,
            text=comment.text,
        )
        for number, comment in enumerate(answer.comments, 1)
    ]
    decision = Decision(
        decision=answer.verdict,
        round=waiting.round,
        about=dict(waiting.about),
        comment=answer.comment,
        comments=comments,
        answers=dict(answer.answers),
    )
    write_decision(workspace, waiting.gate, decision)


def write_choices(workspace: Path, choices: Mapping[str, str]) -> None:
    """Decides otherwise on LEGOs of a planned change: name → decision. Raises MetaError; then nothing is written."""
    from engine.facts import assess_workspace
    from engine.lifecycle.choices import choose

    choose(assess_workspace(workspace), choices.items())


def write_act(workspace: Path, act: Act, *, step: str = "", lego: str = "", session: str = "", text: str = "") -> None:
    """Asks the engine for something that answers no question."""
    from engine.state.decisions import write_command
    from engine.state.models import Command

    values = {"text": text} if text else {}
    write_command(workspace, Command(command=act, step=step, lego=lego, session=session, values=values))
