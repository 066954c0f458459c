"""A gate with a past: an approved version in git, comments of the last round, what the Gen said, a second question."""

from __future__ import annotations

import json
from pathlib import Path

from engine.gates.receipts import Receipt, ReceiptStore
from engine.git import Repository
from tests.tui import fixture_views as views
from tests.tui.fixture_views import NOW
from tui.read_model import ApprovedView, CommentView, WaitingView, WorkspaceView

APPROVED = views.REQUIREMENTS.replace("is refused with exit code 2", "is an [error]").replace(
    "- No accounts: one person, one file.\n", "- No accounts.\n- No colours.\n"
)
COMMENTS = (
    CommentView("c1", "Say what an error is: which exit code?", "requirements.md", 9, "| R-003 | a missing title"),
    CommentView("c2", "Leave colours to the terminal [b].", "requirements.md", 15, "- No colours."),
)


def gate_with_a_past(folder: Path) -> WorkspaceView:
    """Approved in round 1, sent back in round 2 with two comments, one of which the Gen answered; now round 3."""
    view = views.waiting(folder)
    commit_approved(folder)
    step = view.step("requirements")
    assert step is not None
    gen = step.sessions[0]
    gen.folder.mkdir(parents=True)
    said = {
        "status": "done",
        "confidence_score": 0.82,
        "summary": "Rewrote R-003.",
        "comments_met": {"c1": "R-003 names exit code 2 now."},
        "questions": ["Is an empty title a missing title?"],
    }
    (gen.folder / "result.json").write_text(json.dumps(said))
    approved = ApprovedView((("requirements.md", views.artifact_id_of(APPROVED)),), 1, NOW - 7200, "a person")
    changed = step._replace(approved=approved, comments=COMMENTS, unanswered=("Who reads the log?",))
    phases = (*view.phases[:3], view.phases[3]._replace(steps=(changed,)), *view.phases[4:])
    asked = view.waiting[0]._replace(round=3)
    return view._replace(phases=phases, waiting=(asked,))


def commit_approved(folder: Path) -> None:
    """Puts the approved version, with its notes, into the history; the folder has the version of now."""
    now = (folder / "requirements.md").read_bytes()
    repository = Repository.init(folder)
    commit = repository.commit_files(None, {"requirements.md": APPROVED.encode()}, "approved", "refs/heads/main")
    repository.commit_files(commit, {"requirements.md": now}, "again", "refs/heads/main")


def queue_of_two(folder: Path) -> WorkspaceView:
    """The requirements wait, and after them the essence has questions with proposed answers."""
    view = gate_with_a_past(folder)
    questions = (
        "Who may read another person's log? Proposed: nobody [for now].",
        "Is a book without a title an error?",
    )
    asked = WaitingView("essence", 2, "answers", "essence", None, (), questions, NOW - 30, 2, 3)
    return view._replace(waiting=(*view.waiting, asked))


def write_receipt(folder: Path) -> None:
    """The receipt of the second criterion of the gate."""
    ReceiptStore(folder).save(
        Receipt(
            id="r-0032",
            step="requirements",
            sentence="every requirement of store is named by a test",
            commit="4f1c2d9a8b7e6f5a",
            scope={},
            check="test",
            command=["python", "-m", "pytest"],
            environment="CPython 3.12.3",
            sandbox="bubblewrap",
            exit_code=0,
            passed=["test_put", "test_get"],
            duration=1.5,
            at="2027-01-15T08:00:00Z",
            output="2 passed [ok]",
        )
    )
