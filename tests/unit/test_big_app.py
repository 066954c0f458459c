"""An app of 50 LEGOs and 150 requirements: every brief keeps its budget and says what it leaves out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import get_args

import pytest

from engine.briefs.assemble import Brief, assemble
from engine.briefs.outline import outline
from engine.briefs.tokens import estimate
from engine.document.model import Reference, Step
from engine.legos.requirements import parse_requirements
from engine.legos.roles import paths
from engine.state.models import Substep
from tests.big_app import APP, ENTRY, ROWS, BigApp, document, files, plan, requirements_of
from tests.planning import toolchain

LIMIT = 10_000
LOOKED_AT = ("lego_01", "lego_23", "lego_44", ENTRY)
"""At the bottom, in the middle, at the top, and the entry."""

Told = tuple[Step, str | None, Substep, bool, Brief]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> BigApp:
    return BigApp(tmp_path_factory.mktemp("big") / "app")


@pytest.fixture(scope="module")
def briefs(app: BigApp) -> list[Told]:
    """Every session of every step, of an ordinary and of a sensitive app; of the LEGOs a few."""
    return list(_all(app))


def _all(app: BigApp) -> Iterator[Told]:
    for step in document().steps():
        for lego in LOOKED_AT if step.per_lego else (None,):
            for substep in get_args(Substep) if step.gen else ():
                for sensitive in (False, True):
                    yield step, lego, substep, sensitive, assemble(app.request(step, lego, substep, sensitive))


def inputs_told(brief: Brief) -> set[str]:
    """The paths of the inputs that are told, in whole or in part."""
    return set(re.findall(r"^### (\S+\.\w+)(?: \(|$)", brief.text, re.MULTILINE))


def files_of(references: tuple[Reference, ...], lego: str | None) -> list[str]:
    named = [path for one in references if one.shown for path in paths(one, plan(), toolchain(), lego)]
    return [
        file
        for file in files()
        if any(file == path or (path.endswith("/") and file.startswith(path)) for path in named)
    ]


def the(briefs: list[Told], name: str, substep: Substep, of: str | None = None) -> Brief:
    return next(
        b for step, lego, sub, sensitive, b in briefs if (step.name, sub, lego) == (name, substep, of) and not sensitive
    )


def test_the_app_is_as_big_as_it_should_be() -> None:
    made = files()
    assert len(plan().legos) == 50
    assert len(parse_requirements(made["requirements.md"])) == ROWS == 150
    assert estimate(made["requirements.md"]) > LIMIT
    assert estimate(made["PROOF.md"]) > LIMIT


def test_every_brief_is_within_its_budget(briefs: list[Told]) -> None:
    too_long = [(step.name, lego, sub, brief.tokens) for step, lego, sub, _, brief in briefs if brief.tokens > LIMIT]
    assert too_long == []
    assert all(brief.tokens == estimate(brief.text) for *_, brief in briefs)


def test_the_task_is_told_whole_in_every_brief(briefs: list[Told]) -> None:
    for step, lego, substep, _, brief in briefs:
        wanted = step.gen if substep == "gen" else step.review
        first = wanted.strip().splitlines()[0].replace("{lego}", lego or "")
        last = wanted.strip().splitlines()[-1].replace("{lego}", lego or "")
        assert first in brief.text
        assert last in brief.text
        assert document().rules.strip() in brief.text
        assert '"status": "done"' in brief.text


def test_a_lego_is_always_told_its_own_contract_and_its_own_rows(briefs: list[Told]) -> None:
    made = files()
    for step, lego, _, _, brief in briefs:
        if lego is None:
            continue
        contract = f"src/{APP}/contracts/{lego}.py"
        reads = files_of(step.inputs, lego)
        if contract in reads:
            assert made[contract].strip() in brief.text
        if "requirements.md" in reads:
            rows = [one for one in parse_requirements(made["requirements.md"]) if f"**{one.id}**" in brief.text]
            assert {one.id for one in rows} == set(requirements_of(int(lego[-2:])))
            assert all(one.acceptance in brief.text for one in rows)


def test_what_is_left_out_or_told_in_part_is_said(briefs: list[Told]) -> None:
    for step, lego, substep, _, brief in briefs:
        wanted = set(files_of(step.inputs, lego)) | set(files_of(step.outputs, lego) if substep == "review" else [])
        told, said = inputs_told(brief), " ".join(brief.left_out)
        assert {path for path in wanted - told if f"`{path}`" not in said} == set()
        assert all(f"- {left}\n" in brief.text + "\n" for left in brief.left_out)
        for heading in re.findall(r"^### (\S+) \(.*an outline, ", brief.text, re.MULTILINE):
            assert f"most of `{heading}`: it lies in the folder, open it" in brief.left_out


@pytest.mark.parametrize("name", ["risk_and_trade_offs", "lego_plan", "integration", "documentation", "deployment"])
def test_requirements_that_cannot_fit_are_told_by_their_ids_and_beginnings(briefs: list[Told], name: str) -> None:
    brief = the(briefs, name, "gen")
    told = [number for number in range(1, ROWS + 1) if f"- **R-{number:03}** `fleet" in brief.text]
    assert told == list(range(1, ROWS + 1))
    assert "requirements.md (an outline, 161 of 161 lines; the whole file lies in the folder)" in brief.text


def test_two_documents_that_cannot_fit_share_the_room(briefs: list[Told]) -> None:
    brief = the(briefs, "evaluation", "gen")
    for path in ("requirements.md", "PROOF.md"):
        assert re.search(rf"^### {path} \(an outline", brief.text, re.MULTILINE), path
    assert "### essence.md\n" in brief.text
    assert "### risks.md\n" in brief.text
    assert all(f"## R-{number:03}: " in brief.text for number in range(1, 40))


def test_a_reviewer_of_the_requirements_is_told_their_outline_and_the_whole_intent(briefs: list[Told]) -> None:
    brief = the(briefs, "requirements", "review")
    assert "under review: mend it in place; an outline" in brief.text
    assert files()["app_intent.md"].strip() in brief.text


def test_in_a_sensitive_app_each_of_these_briefs_has_its_security_card(briefs: list[Told]) -> None:
    for _, _, _, sensitive, brief in briefs:
        pinned = [card["id"] for card in brief.wisdom if card["why"] == "sensitive app"]
        assert len(pinned) == sensitive
        assert all(f"### {id_} " in brief.text for id_ in pinned)


def test_an_outline_is_as_wide_as_it_can_be_and_never_longer_than_its_room() -> None:
    text = files()["requirements.md"]
    for room in (4_000, 2_000, 500):
        told, lines, known = outline("requirements.md", text, room)
        assert estimate(told) <= room + 1
        assert lines == len(told.splitlines()) <= known
    assert len(outline("requirements.md", text, 500)[0].splitlines()) >= 40


def test_an_outline_of_code_is_what_opens_a_block_and_of_other_files_their_beginning() -> None:
    told, _, _ = outline("a.py", files()[f"src/{APP}/contracts/lego_01.py"], 400)
    assert "class Lego_01(Protocol):" in told
    assert "return" not in told
    plan_text = json.dumps({"legos": [{"name": name} for name in "abc"]}, indent=1)
    assert outline("lego_plan.json", plan_text, 400)[0] == plan_text + "\n"
