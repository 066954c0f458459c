"""Criteria on the chain requirement → LEGO → test → receipt."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.gates.criteria.context import Context
from engine.gates.criteria.documents import NO_REQUIREMENTS, REQUIREMENTS
from engine.gates.criteria.registry import Finding, criterion
from engine.gates.receipts import Receipt
from engine.legos.plan import PlanError, parse_plan
from engine.legos.requirements import named_requirements, parse_requirements

PLAN = "lego_plan.json"
PROOF = "proof.json"


class ProvenRequirement(BaseModel):
    """One row of `proof.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    tests: list[str]
    legos: list[str]
    receipts: list[str]


class Proof(BaseModel):
    """`proof.json`: what a clone needs to prove itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1]
    requirements: list[ProvenRequirement]
    receipts: list[Receipt]


@criterion("every requirement belongs to a LEGO")
def belongs_to_a_lego(context: Context) -> Finding:
    """Each id is listed by at least one LEGO that the app consists of."""
    wanted = _requirement_ids(context)
    try:
        plan = parse_plan(context.text(PLAN) or "", context.valves.legos)
    except PlanError as error:
        return Finding(False, f"{PLAN} cannot be read: {' '.join(error.problems)}")
    planned = {id_ for name in plan.active for id_ in plan.lego(name).requirements}
    return _all_of(wanted, planned, f"in no LEGO of {PLAN}", NO_REQUIREMENTS)


@criterion("every requirement of {lego} is named by a test")
def named_by_a_test(context: Context) -> Finding:
    """Each requirement that the plan gives to the LEGO occurs in one of its unit tests."""
    wanted = context.planned.requirements
    nothing = f"the plan gives {context.lego} no requirement"
    return _all_of(wanted, _named(context.texts("unit tests")), "named by no unit test", nothing)


@criterion("every requirement is named by an integration test")
def named_by_an_integration_test(context: Context) -> Finding:
    """Each requirement occurs in an integration test."""
    wanted = _requirement_ids(context)
    return _all_of(wanted, _named(context.texts("integration tests")), "named by no integration test", NO_REQUIREMENTS)


@criterion("every requirement is proven")
def proven(context: Context) -> Finding:
    """In `proof.json` each requirement leads to a test that passed in a green receipt."""
    text = context.text(PROOF)
    if text is None:
        return Finding(False, f"{PROOF} is not there")
    try:
        proof = Proof.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        return Finding(False, f"{PROOF}: {'.'.join(map(str, first['loc']))}: {first['msg']}")
    green = {receipt.id: receipt for receipt in proof.receipts if receipt.green and receipt.expects == "pass"}
    shown = {row.id for row in proof.requirements if _is_shown(row, green)}
    return _all_of(_requirement_ids(context), shown, "without a passed test in a green receipt", NO_REQUIREMENTS)


def _is_shown(row: ProvenRequirement, green: dict[str, Receipt]) -> bool:
    passed = {test for id_ in row.receipts if id_ in green for test in green[id_].passed}
    return not passed.isdisjoint(row.tests)


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
