"""Criteria on what a session says of its own work: too little stops a step, enough proves nothing."""

from __future__ import annotations

from engine.gates.criteria.context import Context
from engine.gates.criteria.registry import Finding, criterion


@criterion("confidence is at least <number>")
def confidence(context: Context, number: str) -> Finding:
    """The step's last session stated a confidence of that number or more, from 0 to 1.

    Red: the number it stated, or that it stated none.
    Example: confidence is at least 0.6
    """
    return _at_least("confidence", context.result.confidence_score if context.result else None, number)


@criterion("essence clarity is at least <number>")
def essence_clarity(context: Context, number: str) -> Finding:
    """The step's last session found the essence that clear or clearer, from 0 to 1.

    Red: the number it stated, or that it stated none.
    Example: essence clarity is at least 0.7
    """
    return _at_least("essence clarity", context.result.essence_clarity if context.result else None, number)


def _at_least(what: str, said: float | None, number: str) -> Finding:
    wanted = float(number.replace(",", ""))
    if said is None:
        return Finding(False, f"the session did not state its {what}")
    return Finding(said >= wanted, f"{what} is {said:g}" + ("" if said >= wanted else f", less than {wanted:g}"))
