"""Whether a person's decision answers the question that is open. Pure: planner, engine and screen agree by it."""

from __future__ import annotations

from collections.abc import Sequence

from engine.state.models import Decision, GateFact, StepRecord, Waiting


def counts(decision: Decision, waiting: Waiting, decided: Sequence[GateFact] = ()) -> bool:
    """Whether a decision answers the open question: same round and ids, or none named; a fitting verdict.

    `decided`: what the gate was told before. A file that names no round and was taken once (same time) is used up;
    else a `revise` written by hand would answer every later round too. An answer may be empty: that question stays
    open, but it was answered with nothing and is not waited for.
    """
    if decision.round not in (None, waiting.round) or decision.about not in (None, waiting.about):
        return False
    if decision.round is None and decision.at and any(fact.at == decision.at for fact in decided):
        return False
    if waiting.kind == "answers":
        return decision.decision == "stop" or all(q in decision.answers for q in waiting.questions)
    return decision.decision != "answer"


def answers(decision: Decision | None, asked: Waiting, record: StepRecord) -> bool:
    """Whether a decision is taken as the answer: it fits the kind of the question, is no older than an undo, counts."""
    if decision is None or (asked.kind != "approval" and decision.decision not in ("answer", "stop")):
        return False
    undone = record.undone is not None and decision.at <= record.undone.at
    return not undone and counts(decision, asked, record.gates)
