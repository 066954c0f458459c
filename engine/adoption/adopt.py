"""`meta adopt`: looks at a repository, proposes its LEGOs, and writes what was approved."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from engine import __version__
from engine.adoption import write
from engine.adoption.checks import check, find_repository
from engine.adoption.cut import Cut, cut
from engine.adoption.draft import ignoring, intent_draft, readme_of
from engine.adoption.records import Ground, events, manifest_of
from engine.adoption.survey import survey
from engine.document.model import Orchestration
from engine.document.parser import load
from engine.gates.checkrun import Bench, Check, Origin, run_receipt
from engine.gates.receipts import Receipt, ReceiptStore
from engine.gates.sandbox import Unsandboxed, available
from engine.git import DirtyPaths, HeadMoved, Repository
from engine.legos.plan import Plan, parse_plan
from engine.legos.toolchain import Toolchain, find_toolchain
from engine.lifecycle.intent import check_intent, is_sensitive, title_of
from engine.lifecycle.manifest import MANIFEST, RELEASE, Generated, made_now
from engine.lifecycle.templates import rendered
from engine.names import VERSION_FILE
from engine.resources import document
from engine.secrets import without
from engine.state.clock import iso, utc_now
from engine.state.events import Event, RunSet
from engine.state.models import Run
from engine.workspace import INTENT, PLAN

GITIGNORE = ".gitignore"
IGNORED = ("/.orchestrator/", "/.session/")
"""What belongs to one machine: the state, and what agents leave for the engine."""

BASELINE = "adoption"
SENTENCE = "the tests that the code brought along pass"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an adoption would do to a repository at `commit`. `files`: path → bytes of all that would be committed."""

    repository: Repository
    commit: str
    toolchain: Toolchain
    orchestration: Orchestration
    cut: Cut
    files: Mapping[str, bytes]
    changed: tuple[str, ...] = ()
    """Which of these are there already: lines are added at their end."""
    tracked: tuple[str, ...] = field(default=(), repr=False)

    @property
    def plan(self) -> Plan:
        """The LEGO plan."""
        return self.cut.plan


def go_on(folder: Path) -> str | None:
    """Finish an adoption that was cut off after it had been made ready; its commit, or None if there is none."""
    repository = find_repository(folder)
    if not write.staging_of(repository).exists():
        return None
    with write.alone(repository):
        adoption = write.unfinished(repository)
        if adoption is None:
            return None
        write.finish(repository, adoption)
        return adoption.new


def propose(folder: Path, toolchain_name: str) -> Proposal:
    """What adopting the repository in `folder` means. Changes nothing. Raises MetaError: why it cannot be."""
    repository, commit = check(folder)
    toolchain = find_toolchain(toolchain_name)
    orchestration = load(document("AGENTS.md"))
    tracked = tuple(repository.files(commit))
    # The survey's own script only parses: it may run where no sandbox works.
    report = survey(repository, commit, toolchain, available() or Unsandboxed(), Path(sys.executable))
    found = cut(report, tracked, toolchain.roles, orchestration.valves.legos)
    text, secrets = without(found.text, "")
    found = replace(found, plan=parse_plan(text)) if secrets else found
    files = {PLAN: found.text.encode()}
    if INTENT not in tracked:
        readme = readme_of(tracked)
        text = repository.read(commit, readme).decode(errors="replace") if readme else ""
        files[INTENT] = intent_draft(found.plan.app, text).encode()
    ignored = [line for line in IGNORED if not _is_ignored(repository, line)]
    if ignored:
        before = repository.read(commit, GITIGNORE) if GITIGNORE in tracked else b""
        files[GITIGNORE] = ignoring(before, ignored)
    files |= _described(repository, commit, toolchain, orchestration, found.plan, tracked, files)
    changed = tuple(sorted(files.keys() & set(tracked)))
    return Proposal(repository, commit, toolchain, orchestration, found, files, changed, tracked)


def _is_ignored(repository: Repository, line: str) -> bool:
    plain = {"GIT_LITERAL_PATHSPECS": "0"}  # this command refuses to be told that paths are no patterns
    return repository.run("check-ignore", "--quiet", f"{line.strip('/')}/any", ok=(0, 1), environment=plain).code == 0


def _described(
    repository: Repository,
    commit: str,
    toolchain: Toolchain,
    orchestration: Orchestration,
    plan: Plan,
    tracked: tuple[str, ...],
    added: Mapping[str, bytes],
) -> dict[str, bytes]:
    """The version file, and the manifest of everything that counts as made."""
    values: dict[str, object] = {
        "app": plan.app,
        "engine_version": __version__,
        "document_sha256": orchestration.sha256,
    }
    version = rendered(".meta-version.template", values)
    ground = Ground(repository, orchestration, toolchain, plan, {*tracked, *added})
    listed: list[Generated] = list(manifest_of(ground, commit, added))
    for step in orchestration.steps():
        if step.action == RELEASE:
            listed += made_now({VERSION_FILE: version}, step.name)
    own = [asdict(one) for one in listed]
    return {VERSION_FILE: version, MANIFEST: rendered(".meta-manifest.template.json", values | {"files": own})}


def run_baseline(proposal: Proposal) -> Receipt | None:
    """The tests of the code as it is, run once; None where the toolchain has no such command, or no sandbox works."""
    sandbox = available()
    if proposal.toolchain.survey is None or not proposal.toolchain.survey.baseline or sandbox is None:
        return None
    bench = Bench(proposal.repository, proposal.toolchain, proposal.plan, sandbox, Path(sys.executable))
    origin = Origin(f"{BASELINE}-{proposal.commit[:8]}-1", BASELINE, None, SENTENCE)
    check_ = Check(proposal.toolchain.survey.baseline)
    return asyncio.run(run_receipt(bench, proposal.commit, None, check_, origin)).receipt


def carry_out(proposal: Proposal, baseline: Receipt | None) -> str:
    """Write what was proposed: one commit, and the state; the commit. Raises MetaError: nothing was changed then."""
    repository, plan = proposal.repository, proposal.plan
    with write.alone(repository):
        staging, new = write.prepare(repository, proposal.commit, proposal.files)
        if baseline:
            ReceiptStore(staging).save(baseline)
        everything = {*proposal.tracked, *proposal.files}
        ground = Ground(repository, proposal.orchestration, proposal.toolchain, plan, everything)
        said: list[Event] = [RunSet(run=_run(proposal, new)), *events(ground, new)]
        adoption = write.Adoption(proposal.commit, new)
        write.make_ready(repository, adoption, said)
        try:
            write.finish(repository, adoption)
        except (DirtyPaths, HeadMoved):
            write.give_up(repository)
            raise
    return new


def _run(proposal: Proposal, commit: str) -> Run:
    """An app that counts as finished: what comes next is a change of it."""
    intent = check_intent(proposal.repository.read(commit, INTENT), INTENT)
    return Run(
        app=title_of(intent),
        mode="maintenance",
        sensitive=is_sensitive(intent),
        toolchain=proposal.toolchain.path.stem,
        document=proposal.orchestration.sha256,
        finished_at=iso(utc_now()),
    )
