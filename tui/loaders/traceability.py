"""Requirement → tests → LEGO → commit → receipt, from the files and the newest receipts alone."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tui.loaders.receipt_view import ReceiptView, view_of

if TYPE_CHECKING:
    from engine.gates.receipts import Receipt
    from engine.legos.plan import Plan
    from engine.legos.toolchain import Toolchain
    from engine.workspace import Workspace

Proof = Literal["proven", "broken", "unproven"]
Outcome = Literal["passed", "failed", "skipped"]

REQUIREMENTS = "requirements.md"


@dataclass(frozen=True, slots=True)
class TestView:
    """A test that names the requirement, and how it came out in its newest receipt."""

    name: str
    outcome: Outcome
    receipt: str


@dataclass(frozen=True, slots=True)
class Link:
    """One requirement and all that hangs on it."""

    id: str
    text: str
    acceptance: str = ""
    legos: tuple[str, ...] = ()
    tests: tuple[TestView, ...] = ()
    receipts: tuple[str, ...] = ()
    """Those that show it; where none does, those of tests that name it."""
    state: Proof = "unproven"
    why: str = ""

    @property
    def words(self) -> str:
        """Everything a search looks in."""
        return " ".join([self.id, self.state, self.text, *self.legos, *(test.name for test in self.tests)])


@dataclass(frozen=True, slots=True)
class Traceability:
    """The whole chain. `missing` says what is not there yet, if anything."""

    links: tuple[Link, ...] = ()
    receipts: tuple[ReceiptView, ...] = ()
    commit: str = ""
    by_legos: bool = False
    missing: str = ""

    def link(self, id_: str) -> Link | None:
        """The requirement of that id."""
        return next((link for link in self.links if link.id == id_), None)

    def receipt(self, id_: str) -> ReceiptView | None:
        """The receipt of that id."""
        return next((receipt for receipt in self.receipts if receipt.id == id_), None)

    def count(self, state: Proof) -> int:
        """How many requirements are in that state."""
        return sum(link.state == state for link in self.links)


def load(workspace: Path) -> Traceability:
    """The chain as of what is checked out. Raises MetaError for files that cannot be trusted."""
    from engine.workspace import Workspace

    place = Workspace.at(workspace)
    commit = place.repository.head() if place.repository.exists() else None
    if commit is None:
        return Traceability(missing="Nothing is committed yet.")
    if REQUIREMENTS not in place.repository.files(commit, [REQUIREMENTS]):
        return Traceability(commit=commit, missing="The requirements are not written yet.")
    return _chain(place, commit)


def _chain(place: Workspace, commit: str) -> Traceability:
    from engine.gates.receipts import ReceiptStore
    from engine.legos.requirements import parse_requirements
    from engine.lifecycle.proof import proof_rows, proof_rows_by_legos, proven_by_legos
    from engine.state.store import Store

    run = Store.open(place.root, read_only=True).state.orchestrator.run
    store = ReceiptStore(place.root)
    receipts = [one for _, one in sorted(store.latest().items(), key=str)] if store.folder.is_dir() else []
    requirements = parse_requirements(place.repository.read(commit, REQUIREMENTS).decode(errors="replace"))
    plan, by_legos = place.plan(), proven_by_legos(place.orchestration(), run.lane)
    if plan is None:
        links = tuple(Link(one.id, one.text, one.acceptance, why="There is no plan yet.") for one in requirements)
        return Traceability(links, commit=commit, by_legos=by_legos)
    whole, own = _sources(place, place.toolchain(run.toolchain), plan, commit, receipts)
    rows = (
        proof_rows_by_legos(requirements, plan, own, receipts)
        if by_legos
        else proof_rows(requirements, plan, whole, receipts)
    )
    named = _named(whole, own, receipts)
    links = tuple(
        _link(Link(row.id, row.text, one.acceptance, row.legos), row.proven, row.receipts, named.get(row.id, {}))
        for row, one in zip(rows, requirements, strict=True)
    )
    return Traceability(links, _views(place, plan, commit, receipts), commit, by_legos)


def _sources(
    place: Workspace, toolchain: Toolchain, plan: Plan, commit: str, receipts: list[Receipt]
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Path → text of the whole app's tests, and of each LEGO's own; those of a LEGO that waits for its merge, too."""
    from engine.git import GitError
    from engine.lifecycle.proof import LEGO_TESTS, WHOLE_APP_TESTS

    newest = {receipt.about: receipt.commit for receipt in sorted(receipts, key=lambda one: one.at)}

    def read(role: str, lego: str | None, at: str) -> dict[str, str]:
        patterns = [path for pattern in toolchain.role(role) for path in toolchain.located(pattern, plan, lego)]
        files = place.repository.files(at, patterns)
        return {path: data.decode(errors="replace") for path, data in place.repository.read_all(at, files).items()}

    own = {}
    for name in plan.active:
        own[name] = read(LEGO_TESTS, name, commit)
        if not own[name] and name in newest:
            # That commit may be gone: the branch of work that was thrown away.
            with suppress(GitError):
                own[name] = read(LEGO_TESTS, name, newest[name])
    return read(WHOLE_APP_TESTS, None, commit), own


def _named(
    whole: Mapping[str, str], own: Mapping[str, Mapping[str, str]], receipts: list[Receipt]
) -> dict[str, dict[str, TestView]]:
    """Requirement id → the tests that name it, each as it came out last."""
    from engine.lifecycle.proof import tests_by_requirement

    found: dict[str, dict[str, TestView]] = {}
    for receipt in sorted((one for one in receipts if one.expects == "pass"), key=lambda one: one.at):
        sources = whole if receipt.about is None else own.get(receipt.about, {})
        outcomes: tuple[tuple[Outcome, list[str]], ...] = (
            ("passed", receipt.passed),
            ("failed", receipt.failed),
            ("skipped", receipt.skipped),
        )
        for outcome, tests in outcomes:
            for id_, names in tests_by_requirement(sources.values(), tests).items():
                found.setdefault(id_, {}).update({name: TestView(name, outcome, receipt.id) for name in names})
    return found


def _link(link: Link, proven: bool, receipts: tuple[str, ...], named: Mapping[str, TestView]) -> Link:
    tests = tuple(sorted(named.values(), key=lambda test: (test.outcome == "passed", test.name)))
    bad = [test for test in tests if test.outcome != "passed"]
    shown = tuple(dict.fromkeys([*receipts, *(test.receipt for test in tests)]))
    link = replace(link, tests=tests, receipts=shown)
    if bad:
        more = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
        return replace(link, state="broken", why=f"`{bad[0].name.rpartition('::')[2]}` {bad[0].outcome}{more}")
    if proven:
        return replace(link, state="proven")
    return replace(link, why=_why_unproven(link))


def _why_unproven(link: Link) -> str:
    if not link.legos:
        return "No LEGO of the plan does it."
    if link.tests:
        return "Only tests of single LEGOs name it so far; a test of the whole app has to."
    return "No test that names it has run yet."


def _views(place: Workspace, plan: Plan, commit: str, receipts: list[Receipt]) -> tuple[ReceiptView, ...]:
    paths = {path for receipt in receipts for path in receipt.scope}
    ids = place.repository.ids(commit, sorted("" if path == "." else path for path in paths))
    ids["."] = ids.get("", "")
    found = []
    for receipt in receipts:
        now = all(ids.get(path) == id_ for path, id_ in receipt.scope.items())
        found.append(view_of(receipt, plan, now))
    return tuple(found)
