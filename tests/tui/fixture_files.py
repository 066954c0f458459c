"""A workspace in the middle of its work, with the files that the further screens read: plan, briefs, receipts, git."""

from __future__ import annotations

import json
import time
from pathlib import Path

from engine.assessment import Status
from engine.gates.receipts import Receipt, ReceiptStore
from engine.git import Repository
from engine.legos.placeholders import listed
from tests.tui.fixture_views import LEGOS, NOW, check, phase, session, step, view, write_events
from tui.read_model import (
    BudgetView,
    EngineView,
    LegoView,
    PhaseView,
    SessionView,
    StepView,
    WaitingView,
    WorkspaceView,
)
from tui.tree.roll_up import roll_up

BEGIN = NOW - 1800
NEEDS: dict[str, list[str]] = {
    "store": [],
    "parser": [],
    "query": ["store"],
    "report": ["query", "parser"],
    "cli": ["report", "query"],
}
TESTS = [
    f"tests.contract.test_store::test_{what}" for what in ("put", "get", "put_twice", "missing_key", "empty_title")
]


def iso(moment: float) -> str:
    """As it stands in state files."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def over(one: SessionView, begin: float, seconds: float, outcome: str = "done", **more: object) -> SessionView:
    """A session that began `begin` seconds after the run and took so long."""
    base = one._replace(
        started_at=BEGIN + begin,
        ended_at=BEGIN + begin + seconds,
        outcome=outcome,
        tokens=round(120 * seconds),
        confidence=0.84,
        summary="The store keeps books by id; put() replaces what is there.",
    )
    return base._replace(**more)  # type: ignore[arg-type]


def built(folder: Path) -> WorkspaceView:
    """Phase 7 is half done: one LEGO failed once, one waits for a person, two are at work."""
    write_plan(folder)
    phases = [_early(folder, number) for number in range(6)]
    phases += [phase(6, *(_design(folder, n, lego) for n, lego in enumerate(LEGOS)))]
    phases += [phase(7, *(one for n, lego in enumerate(LEGOS) for one in _build(folder, n, lego)))]
    steps = [one for each in phases for one in each.steps]
    legos = tuple(LegoView(lego, roll_up(s.status for s in steps if s.lego == lego)) for lego in LEGOS)
    asked = WaitingView("code_parser", 1, "approval", "code", "parser", since=NOW - 240)
    found = view(folder, phases, legos=legos, waiting=(asked,), budget=BudgetView(27, 184_300))
    ordered = sorted(found.sessions, key=lambda one: (not one.live, -(one.started_at or 0)))
    return found._replace(sessions=tuple(ordered))


def completed(folder: Path) -> WorkspaceView:
    """The same run, over: every session ended well, every step is done."""
    found = built(folder)
    phases = tuple(
        phase(each.number, *(_completed(one, each.number) for one in each.steps)) if each.number <= 7 else each
        for each in found.phases
    )
    sessions = tuple(one for each in phases for s in each.steps for one in s.sessions)
    legos = tuple(LegoView(lego, "done") for lego in LEGOS)
    done = found._replace(phases=phases, sessions=sessions, legos=legos, waiting=(), finished=True)
    return done._replace(engine=EngineView(), last_event="14:31:00  phase 11 is done")


def _completed(one: StepView, number: int) -> StepView:
    sessions = tuple(
        each if not each.live else over(each, NOW - 190 - BEGIN, 120, started_at=each.started_at)
        for each in one.sessions
    )
    if not sessions and number > 1:
        sessions = (over(session(Path("/nowhere"), one.step, one.lego, "gen"), 1500, 100),)
    return one._replace(
        status="done", why="", evidence=(), sessions=sessions, session=None, ended_at=one.ended_at or NOW - 60
    )


def _early(folder: Path, number: int) -> PhaseView:
    name = ("version_check", "intent", "essence", "requirements", "risk_and_trade_offs", "lego_plan")[number]
    begin = number * 90.0
    if number < 2:
        one = step(name, number, "done", started_at=BEGIN + begin, ended_at=BEGIN + begin + 12)
        return phase(number, one)
    gen = over(session(folder, name, None, "gen"), begin, 40)
    review = over(session(folder, name, None, "review"), begin + 44, 30)
    checks = (check(after="review_check")._replace(at=BEGIN + begin + 78),)
    return phase(number, step(name, number, "done", sessions=(gen, review), checks=checks))


def _design(folder: Path, number: int, lego: str) -> StepView:
    begin = 640.0 + 35 * number
    gen = over(session(folder, "design", lego, "gen"), begin, 110 + 20 * (number % 3))
    review = over(session(folder, "design", lego, "review"), begin + 170, 60)
    passed = check(after="review_check")._replace(at=BEGIN + begin + 239)
    return step(
        "design", 6, "done", lego, sessions=(gen, review), checks=(passed,), outputs=(f"design/design_{lego}.md",)
    )


def _build(folder: Path, number: int, lego: str) -> list[StepView]:
    begin = 960.0 + 40 * number
    written = over(session(folder, "tests", lego, "gen"), begin, 150)
    tests = step("tests", 7, "done", lego, sessions=(written,), checks=(check()._replace(at=BEGIN + begin + 161),))
    if lego in ("report", "cli"):
        return [tests, step("code", 7, "ready", lego, why="It starts as soon as there is room.")]
    first = over(session(folder, "code", lego, "gen"), begin + 170, 140)
    failed = check(False)._replace(at=BEGIN + begin + 325)
    needed = f" and {listed(NEEDS[lego])}" if NEEDS[lego] else ""
    inputs = (f"`design/design_{lego}.md`", f"contracts of {lego}{needed}", f"unit tests of {lego}")
    if lego == "parser":
        done = (first, over(session(folder, "code", lego, "review"), begin + 330, 90))
        return [
            tests,
            step("code", 7, "waiting_approval", lego, sessions=done, checks=(check()._replace(at=NOW - 250),)),
        ]
    live = session(folder, "code", lego, "gen", 2, started_at=NOW - 190)
    write_events(live, number)
    write_brief(live)
    again = step(
        "code",
        7,
        "running",
        lego,
        why="A session writes the code, after a check that failed.",
        substep="gen",
        attempt=2,
        failure_count=1,
        session=live.id,
        sessions=(first._replace(outcome="failed", reason="2 tests failed: test_put_twice, test_missing_key"), live),
        checks=(failed,),
        inputs=inputs,
        outputs=(f"src/reading_log/{lego}/",),
        evidence=("2 failed: test_put_twice, test_missing_key\nKeyError: 'title' [line 41]",),
    )
    return [tests, again]


def write_plan(folder: Path) -> None:
    """The LEGO plan, with the folder that makes it a workspace."""
    (folder / ".orchestrator").mkdir(parents=True, exist_ok=True)
    legos = [
        {
            "name": lego,
            "purpose": f"Holds what {lego} does of the reading log [and nothing else].",
            "kind": "entry" if lego == "cli" else "component",
            "requirements": [f"R-{number + 1:03}", f"R-{number + 6:03}"],
            "dependencies": NEEDS[lego],
            "size": "SMLMS"[number],
        }
        for number, lego in enumerate(LEGOS)
    ]
    (folder / "lego_plan.json").write_text(json.dumps({"schema_version": 1, "app": "reading_log", "legos": legos}))


def write_documents(folder: Path) -> None:
    """Design, contract and tests of the store."""
    files = {
        "design/design_store.md": DESIGN,
        "src/reading_log/contracts/store.py": CONTRACT,
        "tests/contract/test_store.py": 'def test_put(store) -> None:\n    """R-001"""\n    assert store.put("x")\n',
        "tests/fakes/store.py": "def create() -> Store:\n    return {}\n",
        "tests/unit/store/test_index.py": "def test_index() -> None:\n    # list[int] stays a list\n    assert True\n",
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def write_brief(one: SessionView) -> None:
    """What the session was told."""
    one.folder.mkdir(parents=True, exist_ok=True)
    (one.folder / "brief.md").write_text(BRIEF)
    told = {
        "budget": {"brief_tokens": 172.0},
        "sandbox": "bubblewrap: no network, writes only in its worktree",
        "wisdom": [{"id": "ENG-007", "why": "applies to code, shares words with this work"}],
    }
    (one.folder / "session.json").write_text(json.dumps(told))


def write_receipts(folder: Path) -> None:
    """Two receipts of the store, one of them red."""
    common = {
        "step": "code",
        "lego": "store",
        "commit": "4f1c2d9a8b7e6f5a4f1c2d9a8b7e6f5a4f1c2d9a",
        "scope": {"src/reading_log/store/": "1" * 40},
        "check": "test",
        "about": "store",
        "command": ["python", "-m", "pytest", "-q", "tests/contract/test_store.py", "tests/unit/store/"],
        "real": ["store"],
        "environment": "e" * 12,
        "sandbox": "bubblewrap",
        "sentence": "`test` of the toolchain passes for {lego} with {lego} real and {dependencies} fake",
    }
    red = {"passed": TESTS[:3], "failed": TESTS[3:], "exit_code": 1, "duration": 2.31}
    output = "E   KeyError: 'title'\n\x1b[31mtests/unit/store/test_store.py:41: KeyError [b]\x1b[0m\n2 failed, 3 passed"
    store = ReceiptStore(folder)
    store.save(Receipt.model_validate({**common, **red, "id": "code-store-2", "at": iso(NOW - 300), "output": output}))
    green = {"passed": TESTS[:4], "exit_code": 0, "duration": 1.07, "step": "tests"}
    sentence = "`contract_test` of the toolchain passes for {lego} with {lego} fake"
    store.save(
        Receipt.model_validate({**common, **green, "id": "tests-store-1", "at": iso(NOW - 900), "sentence": sentence})
    )


def commit_work(folder: Path, found: WorkspaceView, lines: int = 3) -> WorkspaceView:
    """Real commits for the store's first attempt at its code: the same view, which knows them."""
    repository = Repository.init(folder)
    place = folder / "src" / "reading_log" / "store" / "__init__.py"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text('"""The store."""\n\n\ndef create():\n    return {}\n')
    base = _commit(repository, "before")
    body = "".join(f"    index[{number}] = title[{number}]\n" for number in range(lines))
    place.write_text(f'"""The store: books by id."""\n\n\ndef create() -> Store:\n{body}    return index\n')
    after = _commit(repository, "after")
    phases = tuple(
        each._replace(
            steps=tuple(
                s._replace(sessions=tuple(_known(one, base, after) for one in s.sessions)) if s.lego == "store" else s
                for s in each.steps
            ),
        )
        for each in found.phases
    )
    sessions = tuple(_known(one, base, after) if one.lego == "store" else one for one in found.sessions)
    return found._replace(phases=phases, sessions=sessions)


def _known(one: SessionView, base: str, after: str) -> SessionView:
    return one._replace(base=base, commit=after) if one.step == "code" and one.attempt == 1 else one


def _commit(repository: Repository, message: str) -> str:
    repository.run("add", "--all", "src")
    repository.run("commit", "--quiet", "-m", message)
    head = repository.head()
    assert head is not None
    return head


def write_journal(folder: Path, found: WorkspaceView) -> None:
    """The events that the view follows from, as far as the figures need them."""
    events: list[dict[str, object]] = []
    for each in found.phases:
        sessions = [(s, one) for s in each.steps for one in s.sessions]
        begins = [one.started_at for _, one in sessions if one.started_at is not None]
        if each.status == "pending" or not begins:
            continue
        events.append({"at": iso(min(begins)), "event": "phase_started", "phase": each.number, "title": each.title})
        for s, one in sessions:
            events += _session_events(each.number, s, one)
        if each.status == "done":
            ends = [one.ended_at for _, one in sessions if one.ended_at is not None]
            events.append({"at": iso(max(ends)), "event": "phase_ended", "phase": each.number})
    events += _gate("requirements", BEGIN + 350, BEGIN + 520) + _gate("lego_plan", BEGIN + 530, BEGIN + 610)
    for asked in found.waiting:
        about = {"step": asked.step, "lego": asked.lego, "waiting": {"gate": asked.gate}}
        events.append({"at": iso(asked.since or NOW), "event": "gate_asked", **about})
    events.sort(key=lambda event: str(event["at"]))
    lines = [json.dumps({**event, "seq": number}) for number, event in enumerate(events, 1)]
    (folder / ".orchestrator").mkdir(parents=True, exist_ok=True)
    (folder / ".orchestrator" / "journal.jsonl").write_text("\n".join(lines) + "\n")


def _session_events(number: int, owner: StepView, one: SessionView) -> list[dict[str, object]]:
    about = {"step": owner.step, "lego": owner.lego}
    name = f"0001-{number}-{one.id}"
    begun = {"id": name, "runtime": one.runtime, "started_at": iso(one.started_at or 0)}
    events: list[dict[str, object]] = [
        {"at": iso(one.started_at or 0), "event": "session_started", **about, "session": begun}
    ]
    if one.ended_at is not None:
        told = {"outcome": one.outcome, "tokens": one.tokens, "cost": None, "confidence": one.confidence}
        charge = {"charge": one.outcome == "failed"}
        events.append({"at": iso(one.ended_at), "event": "session_ended", **about, "session": name, **told, **charge})
        following: Status | str = "done" if owner.status == "done" and one == owner.sessions[-1] else "gen"
        passed = {"check": {"passed": one.outcome == "done"}, "next": following}
        events.append({"at": iso(one.ended_at + 9), "event": "check_ended", **about, **passed})
    return events


def _gate(gate: str, begin: float, end: float) -> list[dict[str, object]]:
    return [
        {"at": iso(begin), "event": "gate_asked", "step": gate, "waiting": {"gate": gate}},
        {"at": iso(end), "event": "gate_decided", "step": gate, "fact": {"gate": gate, "decision": "approve"}},
    ]


DESIGN = """# Design of store

Books by id, in **one** file. `put` is idempotent.

## Decisions

- One dictionary `dict[str, Book]`: at most 10,000 books, so no index is needed.
- Written with a temporary file and a rename, so that a kill leaves the old or the new file.

| call | answer |
|---|---|
| `put(book)` | the id |
| `get(id)` | the book, or `MissingBook` |

```python
def create(path: Path) -> Store: ...
```

## REVIEW NOTES

- design: `get` said nothing of a missing id; it raises MissingBook now.
"""

CONTRACT = '''"""What the store promises."""

from __future__ import annotations

from typing import Protocol


class MissingBook(KeyError):
    """There is no book of that id."""


class Store(Protocol):
    """Keeps books."""

    def put(self, title: str) -> str:
        """The id of the book. R-001."""

    def get(self, book: str) -> str:
        """Its title. Raises MissingBook."""
'''

BRIEF = """# code: store (gen)

## Your task

You carry out the step `code` for the LEGO `store` of the app `reading_log`. Write the files below, and nothing else.

## Instructions

Build it against the fakes of its neighbours. Keep it small.

## Inputs

### design/design_store.md

````
# Design of store

## Not a heading of the brief
Books by id, in one file. `put` is idempotent. What is written is written whole.
````

### src/reading_log/contracts/store.py

````
class Store(Protocol):
    def put(self, title: str) -> str: ...
````

## Advice

### ENG-007 Small is fast

Do the least that the tests ask for.
"""
