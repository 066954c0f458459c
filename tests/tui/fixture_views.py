"""Workspaces in every state, made by hand: the clock stands still, and nothing is read but session output."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from engine.assessment import Status
from tui.read_model import (
    BudgetView,
    CheckView,
    CriterionView,
    EngineView,
    LegoView,
    PhaseView,
    SessionView,
    StepView,
    WaitingView,
    WorkspaceView,
)
from tui.tree.roll_up import roll_up

NOW = 1_800_000_000.0
TITLES = (
    "Version check",
    "Intent",
    "Essence",
    "Requirements",
    "Risk and trade-offs",
    "LEGO planning",
    "LEGO design",
    "LEGO build",
    "Integration",
    "Documentation",
    "Evaluation",
    "Deployment",
)
LEGOS = ("store", "parser", "query", "report", "cli")


def session(folder: Path, step: str, lego: str | None, substep: str, attempt: int = 1, **more: object) -> SessionView:
    """A session that began 100 seconds ago and runs."""
    name = "-".join(filter(None, ["0042", lego, step, substep, str(attempt)]))
    base = SessionView(
        id=name,
        step=step,
        lego=lego,
        substep=substep,
        attempt=attempt,
        folder=folder / ".orchestrator" / "sessions" / name,
        runtime="replay",
        started_at=NOW - 100,
    )
    return base._replace(**more)  # type: ignore[arg-type]


def ended(one: SessionView, outcome: str = "done", took: float = 41, tokens: int = 2_345) -> SessionView:
    """The same session, over."""
    start = NOW - 600
    return one._replace(
        outcome=outcome,
        started_at=start,
        ended_at=start + took,
        tokens=tokens,
        confidence=0.82,
        summary="All done.",
    )


def step(name: str, phase: int, status: Status, lego: str | None = None, **more: object) -> StepView:
    """A step; done ones took 90 seconds."""
    started = None if status in ("pending", "ready") else NOW - 700
    base = StepView(
        name=f"{name}_{lego}" if lego else name,
        step=name,
        lego=lego,
        phase=phase,
        status=status,
        started_at=started,
        ended_at=NOW - 610 if status == "done" else None,
    )
    return base._replace(**more)  # type: ignore[arg-type]


def check(passed: bool = True, after: str = "gen_check") -> CheckView:
    """Three criteria, the last of which may have failed."""
    return CheckView(
        after=after,
        passed=passed,
        commit="4f1c2d9a8b7e6f5a",
        at=NOW - 300,
        criteria=(
            CriterionView("`tests/unit/store/` exists", True, receipt="r-0031"),
            CriterionView("every requirement of store is named by a test", True, receipt="r-0032"),
            CriterionView(
                "`test` of the toolchain passes for store with store real",
                passed,
                "" if passed else "2 failed: test_put_twice, test_missing_key",
                "r-0033",
            ),
        ),
    )


def phase(number: int, *steps: StepView) -> PhaseView:
    """A phase with these steps, and the word that sums them up."""
    status = roll_up(one.status for one in steps)
    started = min((one.started_at for one in steps if one.started_at is not None), default=None)
    return PhaseView(number, TITLES[number], status, steps, started, NOW - 610 if status == "done" else None)


def single(number: int, status: Status, **more: object) -> PhaseView:
    """A phase of one step that bears its name."""
    name = TITLES[number].lower().replace(" and ", "_").replace("-", "_").replace(" ", "_")
    return phase(number, step(name, number, status, **more))


def view(folder: Path, phases: Sequence[PhaseView], **more: object) -> WorkspaceView:
    """A workspace with these phases; the rest of the twelve is pending."""
    known = {one.number: one for one in phases}
    every = tuple(known.get(number) or single(number, "pending") for number in range(12))
    sessions = [one for phase in every for step in phase.steps for one in step.sessions]
    base = WorkspaceView(
        folder=folder,
        app="reading_log",
        mode="new",
        lane="full",
        runtime="replay",
        engine=EngineView(True, 4711),
        phases=every,
        legos=tuple(LegoView(name, "running") for name in LEGOS),
        sessions=tuple(sorted(sessions, key=lambda one: not one.live)),
        budget=BudgetView(sessions=23, tokens=184_300),
        last_event="14:03:07  code_store: gen session #1 began",
    )
    return base._replace(**more)  # type: ignore[arg-type]


def done_until(number: int) -> list[PhaseView]:
    """All phases before that one, done."""
    return [single(n, "done", checks=(check(),)) for n in range(number)]


def empty(folder: Path) -> WorkspaceView:
    """Nothing has happened."""
    first = single(0, "ready", why="Everything it reads is there.")
    return view(folder, [first], engine=EngineView(), budget=BudgetView(), last_event="", legos=())


def running(folder: Path, lives: int = 4) -> WorkspaceView:
    """Phase 7 is under way, with up to five sessions at once."""
    steps: list[StepView] = []
    for number, lego in enumerate(LEGOS):
        tests = ended(session(folder, "tests", lego, "gen"))
        steps.append(step("tests", 7, "done", lego, sessions=(tests,), checks=(check(),)))
        if number < lives:
            live = session(folder, "code", lego, "review" if number == 1 else "gen", 2 if number == 2 else 1)
            write_events(live, number)
            steps.append(
                step(
                    "code",
                    7,
                    "running",
                    lego,
                    why="A session writes the code.",
                    substep=live.substep,
                    attempt=live.attempt,
                    failure_count=1 if number == 2 else 0,
                    session=live.id,
                    sessions=(live,),
                    started_at=NOW - 100,
                    inputs=(f"`design/design_{lego}.md`", f"contract of {lego}", f"unit tests of {lego}"),
                    outputs=(f"src/reading_log/{lego}/",),
                )
            )
        else:
            status: Status = "checking" if number == lives else "ready"
            steps.append(step("code", 7, status, lego, why="The exit criteria are checked on a commit."))
    return view(folder, [*done_until(7), phase(7, *steps)])


def waiting(folder: Path) -> WorkspaceView:
    """Requirements are up for approval."""
    text = REQUIREMENTS
    (folder / "requirements.md").write_text(text)
    gen = ended(session(folder, "requirements", None, "gen"))
    review = ended(session(folder, "requirements", None, "review"), took=177)._replace(
        summary="Made R-003 testable and added the missing input error.",
        started_at=NOW - 500,
    )
    checked = check(after="review_check")._replace(at=NOW - 250)
    asked = WaitingView(
        gate="requirements",
        round=1,
        kind="approval",
        step="requirements",
        about=(("requirements.md", artifact_id_of(text)),),
        since=NOW - 184,
    )
    waits = single(3, "waiting_approval", why="A person must approve it.", sessions=(gen, review), checks=(checked,))
    last = "14:01:11  requirements waits for you"
    return view(folder, [*done_until(3), waits], waiting=(asked,), last_event=last, legos=(), engine=EngineView())


def asking(folder: Path) -> WorkspaceView:
    """The essence step has two questions."""
    questions = ("Who may read another person's log?", "Is a book without a title an error [or not]?")
    asked = WaitingView("essence", 2, "answers", "essence", None, (), questions, NOW - 30)
    waits = single(2, "waiting_answer", why="A session has questions.")
    return view(folder, [*done_until(2), waits], waiting=(asked,), engine=EngineView(), legos=())


def failed(folder: Path) -> WorkspaceView:
    """The code of one LEGO failed three times; nothing else can run."""
    bad = step(
        "code",
        7,
        "failed",
        "store",
        why="Failed 3 times: see what failed.",
        attempt=3,
        failure_count=3,
        sessions=tuple(ended(session(folder, "code", "store", "gen", n), "done") for n in (1, 2, 3)),
        checks=(check(False),),
        evidence=("2 failed: test_put_twice, test_missing_key", "test_put_twice: KeyError: 'title' [line 41]"),
    )
    others = [step("code", 7, "done", lego) for lego in LEGOS[1:]]
    return view(folder, [*done_until(7), phase(7, bad, *others)], last_event="14:09:59  code_store stopped")


def finished(folder: Path) -> WorkspaceView:
    """All twelve phases are done."""
    return view(folder, done_until(12), engine=EngineView(), finished=True, last_event="14:31:00  phase 11 is done")


def artifact_id_of(text: str) -> str:
    """The id under which the engine asks about a Markdown file."""
    from engine.artifacts import artifact_id

    return artifact_id("x.md", text.encode())


def write_events(one: SessionView, flavour: int = 0) -> None:
    """Output as an adapter writes it."""
    one.folder.mkdir(parents=True, exist_ok=True)
    events: list[dict[str, object]] = [
        {"kind": "started", "runtime": "replay"},
        {"kind": "thought", "text": "The contract wants put() to be idempotent; the fake shows how."},
        {"kind": "tool_started", "name": "read", "path": f"design/design_{one.lego}.md"},
        {"kind": "tool_finished", "name": "read"},
        {"kind": "text", "text": f"I write the {one.lego} as one small class with a list[int] index and no cache."},
        {"kind": "file_changed", "path": f"src/reading_log/{one.lego}/__init__.py"},
        {"kind": "tool_started", "name": "shell", "command": "python -m pytest -q tests/unit"},
        {"kind": "usage", "input_tokens": 3_000 + 700 * flavour, "output_tokens": 421},
        {"kind": "tool_finished", "name": "shell", "command": "pytest", "exit_code": flavour % 2},
        {"kind": "text", "text": "Two tests still fail: the second put() must replace the first, 書籍も含む 📚."},
    ]
    lines = [json.dumps({"t": float(n), **event}, ensure_ascii=False) for n, event in enumerate(events)]
    (one.folder / "events.jsonl").write_text("\n".join(lines) + "\n")


REQUIREMENTS = """# Requirements

What **reading_log** must do, in testable statements.

| id | requirement | acceptance test idea |
|---|---|---|
| R-001 | `add TITLE` stores a book | add, list, see it |
| R-002 | `list` shows books by date | add three, compare the order |
| R-003 | a missing title is refused with exit code 2 | run `add` without one |

## What it does not do

- No network.
- No accounts: one person, one file.

## REVIEW NOTES

- requirements: R-003 had no exit code; it has one now.
- requirements: the table names a test idea for each line.
"""
