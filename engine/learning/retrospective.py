"""The retrospective of a run: a small workspace of its own below `.orchestrator/learning/`, run by the same engine.

Its intent is the evidence, its orchestration document `.meta/retrospective.md`. It is named by both, so that the same
evidence is never worked on twice: an interrupted retrospective goes on where it was, a finished one is there.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from engine.errors import UsageError
from engine.folders import is_workspace
from engine.learning.entries import Entry
from engine.learning.evidence import Names, read_names
from engine.learning.proposals import Proposal, problems, proposals, read
from engine.learning.reading import RunEvidence
from engine.lifecycle.create import create
from engine.resources import document
from engine.state.events import RunSet
from engine.state.store import Store
from engine.wisdom.library import DOCUMENT, read_text
from engine.wisdom.model import WisdomError
from engine.workspace import INTENT, Workspace

FOLDER = "learning"
RETROSPECTIVE = "retrospective.md"
_NAME = re.compile(r"[0-9a-f]{8}")
_LETTERS = 8


@dataclass(frozen=True)
class Retrospective:
    """One retrospective and the run it is about."""

    about: Workspace
    workspace: Workspace

    @property
    def name(self) -> str:
        """Its name, with which the ids of its proposals begin."""
        return self.workspace.root.name

    @property
    def answer(self) -> Path:
        """The file with the proposals: what the last step of its document makes."""
        last = list(self.workspace.orchestration().steps())[-1]
        return self.workspace.root / last.outputs[0].path

    @property
    def names(self) -> Names:
        """What its entries may refer to."""
        return read_names(read_text(self.workspace.root / INTENT))

    def proposals(self, library: tuple[Entry, ...]) -> list[Proposal]:
        """What it proposes, beside the cards and patterns in force; nothing before it is finished.

        Raises WisdomError where somebody has edited the file since so that it cannot be taken any more.
        """
        path = self.answer
        if not path.is_file():
            return []
        text = read_text(path)
        if wrong := problems(text, str(path), self.names, most=text.count("\n## ")):
            raise WisdomError("\n".join(wrong))
        return proposals(read(text, path.name), library)


def prepare(about: Workspace, evidence: RunEvidence, app: str) -> Retrospective:
    """The retrospective for this evidence, made if there is none yet: whole, or not at all."""
    program = document(RETROSPECTIVE, about.overlay).read_bytes()
    name = hashlib.sha256(evidence.text.encode() + b"\0" + program).hexdigest()[:_LETTERS]
    root = about.private / FOLDER / name
    if not is_workspace(root):
        _make(about, root, evidence, program, app)
    return Retrospective(about, Workspace(root))


def find(about: Workspace, name: str) -> Retrospective:
    """The retrospective of that name. Raises UsageError."""
    root = about.private / FOLDER / name
    if not _NAME.fullmatch(name) or not is_workspace(root):
        raise UsageError(f"{name}: no retrospective here has that name; `meta wisdom learn` lists what is proposed.")
    return Retrospective(about, Workspace(root))


def every(about: Workspace) -> list[Retrospective]:
    """Those of a workspace, whether finished or not, the oldest first."""
    folder = about.private / FOLDER
    names = [one.name for one in folder.iterdir() if _NAME.fullmatch(one.name)] if folder.is_dir() else []
    made = [folder / name for name in names if is_workspace(folder / name)]
    return [
        Retrospective(about, Workspace(root))
        for root in sorted(made, key=lambda one: (one / INTENT).stat().st_mtime_ns)
    ]


def _make(about: Workspace, root: Path, evidence: RunEvidence, program: bytes, app: str) -> None:
    beside = root.with_name(f".{root.name}")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    (beside / INTENT).write_text(evidence.text, encoding="utf-8")
    create(beside, None, evidence.toolchain)
    overlay = beside / ".meta"
    if about.overlay.is_dir():
        shutil.copytree(about.overlay, overlay)
    overlay.mkdir(exist_ok=True)
    (overlay / DOCUMENT).write_bytes(program)
    with Store.open(beside) as store:
        store.commit(RunSet(run=store.state.orchestrator.run.model_copy(update={"app": app})))
    beside.replace(root)
