"""What no longer is as it was generated, checked or proven. Nothing is run and nothing is changed."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pydantic import ValidationError

from engine.artifacts import covers
from engine.errors import MetaError
from engine.facts import WorkspaceFacts, assess_workspace
from engine.gates.receipts import Receipt, ReceiptStore
from engine.git import Repository, blob_id
from engine.git.process import run_git
from engine.legos.plan import Plan
from engine.legos.requirements import parse_requirements
from engine.legos.role_names import CONTRACT as CONTRACT
from engine.legos.toolchain import Toolchain, fill
from engine.lifecycle.manifest import (
    MANIFEST,
    RELEASE,
    Generated,
    Present,
    generated_files,
    is_settled,
    landed,
    made_in,
    present,
    read_manifest,
)
from engine.lifecycle.proof import (
    LEGO_TESTS,
    OF_ONE_RUN,
    WHOLE_APP_TESTS,
    proof_rows,
    proof_rows_by_legos,
    proven_by_legos,
)
from engine.lifecycle.release import PROOF, REQUIREMENTS, released_toolchain
from engine.names import instance_name
from engine.workspace import PLAN, NotAWorkspace, Workspace

Kind = Literal["edited", "deleted", "unknown", "stale", "contract", "unproven"]
KINDS: tuple[Kind, ...] = get_args(Kind)

NOT_OF_THE_APP = (".meta/", ".orchestrator/")


@dataclass(frozen=True, slots=True)
class Drift:
    """One thing that drifted. `subject`: a path, or the id of a requirement."""

    kind: Kind
    subject: str
    step: str | None = None
    lego: str | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All generated files as they lie there, what drifted, and what cannot be known in this folder."""

    files: tuple[Present, ...]
    drifts: tuple[Drift, ...]
    unknowable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What drift is judged by."""

    root: Path
    files: Sequence[Generated]
    toolchain: Toolchain
    plan: Plan | None
    receipts: Sequence[Receipt]
    by_legos: bool | None
    """Whose tests prove; None: nothing was to be proven yet, or it is not known what was."""
    stale: Sequence[Drift]
    unknowable: Sequence[str]


def look_for_drift(folder: Path) -> Report:
    """What drifted in a workspace, or in a copy or clone of one without `.orchestrator/`.

    Raises NotAWorkspace, BrokenManifest, and MetaError for any other file that cannot be read.
    """
    root = folder.resolve()
    if not root.is_dir():
        raise NotAWorkspace(f"{folder}: there is no such folder.")
    manifest = read_manifest(root)
    repository = Repository(root)
    if (root / ".orchestrator" / "journal.jsonl").is_file() and repository.exists():
        ground = _of_workspace(assess_workspace(root))
    elif manifest is not None:
        ground = _of_copy(root, manifest, repository.exists())
    else:
        raise NotAWorkspace(
            f"{folder}: neither the state of a run nor {MANIFEST} is here. Name a workspace, or a copy or clone of an "
            "app that was released."
        )
    files = tuple(present(root, ground.files))
    there = files_there(repository)
    found = [
        *_touched(files),
        *(Drift("unknown", path) for path in unknown_files(there, ground.files)),
        *ground.stale,
        *_contracts(ground),
        *_unproven(ground, there),
    ]
    drifts = sorted(found, key=lambda one: (KINDS.index(one.kind), one.subject))
    return Report(files, tuple(drifts), tuple(ground.unknowable))


def _of_workspace(facts: WorkspaceFacts) -> _Ground:
    """By the state of the run, which knows more than the manifest: that is as old as the last release."""
    workspace, state, plan = facts.workspace, facts.state, facts.snapshot.plan
    head = workspace.repository.head()
    files = list(generated_files(workspace.repository, facts.orchestration, state, plan, head)) if head else []
    unknowable = []
    for step, lego, record in landed(facts.orchestration, state, plan):
        if step.action == RELEASE and record.commit:
            files += made_in(workspace.repository, record.commit, record.outputs, step.name, lego).values()
        elif not is_settled(state, step, lego, record):
            name = instance_name(step.name, lego)
            unknowable.append(f"which edits of {name} are committed already: it is at work, or waits for its merge")
    paths = {file.path for file in files}
    by_legos = None
    if paths.isdisjoint({PROOF, "PROOF.md"}):
        unknowable.append("which requirements are proven: the run has not come to its proof yet")
    else:
        by_legos = proven_by_legos(facts.orchestration, state.orchestrator.run.lane)
    receipts = [receipt for _, receipt in sorted(ReceiptStore(workspace.root).latest().items(), key=str)]
    stale = tuple(_stale(facts, files))
    return _Ground(workspace.root, files, facts.snapshot.toolchain, plan, receipts, by_legos, stale, tuple(unknowable))


def _stale(facts: WorkspaceFacts, files: Sequence[Generated]) -> Iterator[Drift]:
    """Files of steps that stand on something that has changed, or that the next run does again."""
    for instance in facts.assessment.instances():
        if instance.status in ("stale", "ready"):
            for file in files:
                if (file.step, file.lego) == (instance.step, instance.lego):
                    why = instance.why or "the next run does this step again"
                    yield Drift("stale", file.path, file.step, file.lego, why)


def _of_copy(root: Path, manifest: Sequence[Generated], has_git: bool) -> _Ground:
    """By what was released with the app, which is all there is."""
    workspace = Workspace(root)
    unknowable = [
        "which files are stale, and which edits were approved: `.orchestrator/`, the record of the run, is not here",
        f"whether {MANIFEST} itself was changed: it is taken at its word",
    ]
    if not has_git:
        unknowable.append("what git tracks: this is no repository, so unknown files are told apart by .gitignore alone")
    recorded = _recorded(root)
    if recorded is None:
        unknowable.append(f"which requirements are proven, and whether contracts match: there is no {PROOF}")
    plan = workspace.plan()
    if plan is None:
        unknowable.append(f"which contracts and proofs there should be: there is no {PLAN}")
    toolchain = workspace.toolchain(released_toolchain(root))
    by_legos = None
    if plan and recorded is not None:
        patterns = [fill(pattern, plan.app, None) for pattern in toolchain.role(WHOLE_APP_TESTS)]
        by_legos = not any(covers(patterns, file.path) for file in manifest)
    return _Ground(root, manifest, toolchain, plan, recorded or (), by_legos, (), unknowable)


def _recorded(root: Path) -> list[Receipt] | None:
    """The receipts that were released; None if none were."""
    path = root / PROOF
    try:
        return [Receipt.model_validate({**OF_ONE_RUN, **one}) for one in json.loads(path.read_bytes())["receipts"]]
    except FileNotFoundError:
        return None
    except OSError as error:
        raise MetaError(f"{path}: it cannot be read ({error.strerror}). Mend or remove it.") from error
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        why = str(error).splitlines()[0]
        raise MetaError(
            f"{path}: this is no record of a proof ({why}). `git checkout HEAD -- {PROOF}` gets back the committed one."
        ) from error


def files_there(repository: Repository) -> list[str]:
    """Every file of the work tree that git does not ignore, also where the folder is no repository."""
    root, options = repository.root, ("-z", "--others", "--exclude-standard")
    if repository.exists():
        listed = repository.run("ls-files", "--cached", *options).fields()
    else:
        with tempfile.TemporaryDirectory(prefix="meta-list-") as empty:
            run_git(("init", "--quiet", "--bare", empty), folder=root)
            places = {"GIT_DIR": empty, "GIT_WORK_TREE": str(root)}
            listed = run_git(("ls-files", *options), folder=root, environment=places).fields()
    return sorted({path for path in listed if os.path.lexists(root / path)})


def unknown_files(there: Collection[str], generated: Sequence[Generated]) -> list[str]:
    """Files that nobody generated, in and below folders in which a step put a file."""
    known = {file.path for file in generated} | {MANIFEST}
    folders = tuple({path.rpartition("/")[0] + "/" for path in known if "/" in path})
    return [p for p in there if p not in known and p.startswith(folders) and not p.startswith(NOT_OF_THE_APP)]


def _touched(files: Sequence[Present]) -> Iterator[Drift]:
    for file in files:
        if file.user_modified:
            made = file.generated
            yield Drift("deleted" if file.now is None else "edited", made.path, made.step, made.lego, file.how)


def _contracts(ground: _Ground) -> Iterator[Drift]:
    """Contracts that are other ones than those which their LEGO's code was checked with."""
    if ground.plan is None or CONTRACT not in ground.toolchain.roles:
        return
    for lego in ground.plan.active:
        receipts = [r for r in ground.receipts if r.about == lego and r.green and _was_real(r, lego)]
        patterns = ground.toolchain.role(CONTRACT)
        for path in (path for pattern in patterns for path in ground.toolchain.located(pattern, ground.plan, lego)):
            file = ground.root / path
            if file.is_file() and (old := _checked_otherwise(path, blob_id(file.read_bytes()), receipts)):
                why = f"changed since {', '.join(old)} {'was' if len(old) == 1 else 'were'} checked with it"
                yield Drift("contract", path, None, lego, why)


def _was_real(receipt: Receipt, lego: str) -> bool:
    return receipt.expects == "pass" and (receipt.real is None or lego in receipt.real)


def _checked_otherwise(path: str, now: str, receipts: Sequence[Receipt]) -> list[str]:
    """The steps none of whose checks saw the file as it is; a check of an older criterion may have seen another."""
    seen: dict[str, set[str]] = {}
    for receipt in receipts:
        if path in receipt.scope:
            seen.setdefault(instance_name(receipt.step, receipt.lego), set()).add(receipt.scope[path])
    return sorted(name for name, ids in seen.items() if now not in ids)


def _unproven(ground: _Ground, there: Sequence[str]) -> Iterator[Drift]:
    """Requirements, as they stand there now, that no receipt shows by the tests as they stand there now."""
    file, plan = ground.root / REQUIREMENTS, ground.plan
    if ground.by_legos is None or plan is None or not file.is_file():
        return

    def sources(role: str, lego: str | None) -> dict[str, str]:
        toolchain = ground.toolchain
        patterns = [path for pattern in toolchain.role(role) for path in toolchain.located(pattern, plan, lego)]
        files = [path for path in there if covers(patterns, path) and (ground.root / path).is_file()]
        return {path: (ground.root / path).read_text(encoding="utf-8", errors="replace") for path in files}

    requirements = parse_requirements(file.read_text(encoding="utf-8", errors="replace"))
    if ground.by_legos:
        own = {name: sources(LEGO_TESTS, name) for name in plan.active}
        rows = proof_rows_by_legos(requirements, plan, own, ground.receipts)
    else:
        rows = proof_rows(requirements, plan, sources(WHOLE_APP_TESTS, None), ground.receipts)
    for row in rows:
        if not row.proven:
            whose = f" of {' or '.join(row.lacking)}" if row.lacking else ""
            yield Drift("unproven", row.id, None, None, f"no passed test{whose} names it")
