"""Criteria on the chain requirement → LEGO → test → receipt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.gates.criteria.context import Context
from engine.gates.criteria.documents import NO_REQUIREMENTS, REQUIREMENTS
from engine.gates.criteria.registry import Finding, criterion
from engine.legos.plan import PlanError, parse_plan
from engine.legos.requirements import named_requirements, parse_requirements
from engine.lifecycle.proof import LEGO_TESTS, WHOLE_APP_TESTS, Row, proof_rows, proof_rows_by_legos

PLAN = "lego_plan.json"


@criterion("every requirement belongs to a LEGO")
def belongs_to_a_lego(context: Context) -> Finding:
    """Each id stands in the list of some LEGO that the app consists of; one that is retired does not count.

    Red: the ids that no LEGO lists, or why the plan cannot be read.
    Example: every requirement belongs to a LEGO
    """
    wanted = _requirement_ids(context)
    try:
        plan = parse_plan(context.text(PLAN) or "", context.valves.legos)
    except PlanError as error:
        return Finding(False, f"{PLAN} cannot be read: {' '.join(error.problems)}")
    planned = {id_ for name in plan.active for id_ in plan.lego(name).requirements}
    return _all_of(wanted, planned, f"in no LEGO of {PLAN}", NO_REQUIREMENTS)


@criterion("every requirement of {lego} is named by a test")
def named_by_a_test(context: Context) -> Finding:
    """Each requirement that the plan gives to the LEGO occurs in one of its unit tests, in a name or in the text.

    Red: the ids that occur in none, or that the plan gives it no requirement.
    Example: every requirement of {lego} is named by a test
    """
    wanted = context.planned.requirements
    nothing = f"the plan gives {context.lego} no requirement"
    return _all_of(wanted, _named(context.texts("unit tests")), "named by no unit test", nothing)


@criterion("every requirement is named by an integration test")
def named_by_an_integration_test(context: Context) -> Finding:
    """Each requirement occurs in an integration test, in a name or in the text.

    Red: the ids that occur in none.
    Example: every requirement is named by an integration test
    """
    wanted = _requirement_ids(context)
    return _all_of(wanted, _named(context.texts("integration tests")), "named by no integration test", NO_REQUIREMENTS)


@criterion("every requirement is proven")
def proven(context: Context) -> Finding:
    """Each requirement is named by a test of the whole app that passed in the newest receipt of its check.

    In a lane that leaves those tests out, it is named by a unit test of every LEGO that does part of it, passed with
    everything real that the LEGO needs.

    Red: the ids that no passed test names, whatever a session says of them.
    Example: every requirement is proven
    """
    rows = _proof(context)
    shown = {row.id for row in rows if row.proven}
    finding = _all_of([row.id for row in rows], shown, "without a passed test in a green receipt", NO_REQUIREMENTS)
    return replace(finding, legos=tuple(dict.fromkeys(name for row in rows for name in row.lacking)))


def _proof(context: Context) -> list[Row]:
    plan, receipts = context.known_plan, context.receipts.latest().values()
    requirements = parse_requirements(context.text(REQUIREMENTS) or "")
    if not context.by_legos:
        return proof_rows(requirements, plan, context.texts(WHOLE_APP_TESTS), receipts)
    sources = {name: replace(context, lego=name).texts(LEGO_TESTS) for name in plan.active}
    return proof_rows_by_legos(requirements, plan, sources, receipts)


def _requirement_ids(context: Context) -> list[str]:
    return [requirement.id for requirement in parse_requirements(context.text(REQUIREMENTS) or "")]


def _named(sources: dict[str, str]) -> set[str]:
    return {id_ for source in sources.values() for id_ in named_requirements(source)}


def _all_of(wanted: Iterable[str], found: set[str], trouble: str, nothing: str) -> Finding:
    ids = list(dict.fromkeys(wanted))
    if not ids:
        return Finding(False, nothing)
    missing = [id_ or "a requirement without id" for id_ in ids if id_ not in found]
    if missing:
        return Finding(False, f"{trouble}: {', '.join(missing)}")
    return Finding(True, f"{len(ids)} of {len(ids)} requirements")
