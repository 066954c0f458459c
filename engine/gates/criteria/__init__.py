"""Exit criteria: a closed vocabulary of sentences, each one small function that the engine evaluates on a commit."""

from __future__ import annotations

from engine.gates.criteria import cards, claims, commands, documents, inspection, traceability
from engine.gates.criteria.context import Context
from engine.gates.criteria.evaluate import NOT_RUN, evaluate
from engine.gates.criteria.evidence import evidence
from engine.gates.criteria.registry import Finding, UnknownCriterion, find, forms
from engine.state.models import CriterionFact

__all__ = [
    "NOT_RUN",
    "Context",
    "CriterionFact",
    "Finding",
    "UnknownCriterion",
    "cards",
    "claims",
    "commands",
    "documents",
    "evaluate",
    "evidence",
    "find",
    "forms",
    "inspection",
    "traceability",
]
