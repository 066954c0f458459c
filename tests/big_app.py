"""A made-up app of 50 LEGOs and 150 requirements, every artifact as long as in a real one, in a real git repository."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from engine.briefs.assemble import Request
from engine.document.model import Orchestration, Step
from engine.document.parser import parse
from engine.git import Repository
from engine.legos.plan import Plan, parse_plan
from engine.resources import meta_home
from engine.state.models import LegoState, OrchestratorState, Run, State, StepRecord, Substep
from tests.planning import toolchain

APP = "fleet"
LEGOS = 50
ROWS = 150
ENTRY = f"lego_{LEGOS:02}"
TESTS_OF_A_LEGO = 18
INTEGRATION_FILES = 6

_WORDS = ("pump", "valve", "tank", "ferry", "crane", "anchor", "ledger", "crew", "berth", "cargo", "hull", "signal")


def _words(number: int, count: int) -> str:
    """So many words, others for each number, the same at every run."""
    return " ".join(_WORDS[(number * 7 + at * 3) % len(_WORDS)] for at in range(count))


def _name(number: int) -> str:
    return f"lego_{number:02}"


def _id(number: int) -> str:
    return f"R-{number:03}"


def requirements_of(number: int) -> list[str]:
    """Three rows each; the entry does part of ten others."""
    own = [_id(3 * number - 2 + at) for at in range(3)]
    return own if number < LEGOS else [*own, *(_id(at) for at in range(1, 140, 14))]


def dependencies_of(number: int) -> list[str]:
    """Up to four neighbours a layer of ten below; the entry uses the top layer."""
    if number == LEGOS:
        return [_name(at) for at in range(41, 47)]
    below = number - 10
    return [_name(at) for at in range(max(1, below - 2), below + 2) if at > 0] if below > 0 else []


def _row(number: int) -> str:
    return (
        f"- **{_id(number)}** `fleet {_words(number, 1)} set NAME AMOUNT` notes the {_words(number, 9)} of one ship "
        f"and prints its number; a name that is not known prints `error: no such {_words(number, 1)}` and exits 2.\n"
        f"  - Acceptance: with two ships noted, `fleet {_words(number, 1)} set Ada {number}` prints {number}, and the "
        f"list then shows the {_words(number + 3, 6)} of Ada as {number}.00.\n"
    )


def _contract(number: int) -> str:
    name = _name(number)
    operations = "\n".join(
        f"    def {word}_{name}(self, path: Path, name: str, amount: int) -> Entry:\n"
        f'        """Note the {_words(number + at, 12)}. Raises Unknown{name.title()} with the name if there is none;\n'
        f'        nothing is changed then. Afterwards the list holds {_words(number, 6)}."""\n        ...\n'
        for at, word in enumerate(("add", "change", "remove", "list", "total"))
    )
    return (
        f'"""Contract of the LEGO `{name}`."""\n\nfrom __future__ import annotations\n\nfrom dataclasses import '
        f"dataclass\nfrom pathlib import Path\nfrom typing import Protocol\n\n\n@dataclass(frozen=True)\nclass Entry:\n"
        f'    """One {_words(number, 4)}."""\n\n    name: str\n    amount: int\n\n\nclass {name.title()}(Protocol):\n'
        f'    """{_words(number, 8)}."""\n\n{operations}'
    )


def _tests(number: int, count: int, ids: list[str]) -> str:
    return "from __future__ import annotations\n\n" + "\n\n".join(
        f"def test_{ids[at % len(ids)].replace('-', '').lower()}_{at}_the_{_words(at, 5).replace(' ', '_')}_is_kept"
        f'(lego: object, tmp_path: Path) -> None:\n    """{ids[at % len(ids)]}: {_words(number + at, 10)}."""\n'
        f"    entry = lego.add(tmp_path / 'fleet.txt', 'Ada', {at})\n    assert entry.amount == {at}\n"
        f"    assert lego.list(tmp_path / 'fleet.txt') == [Entry('Ada', {at})]\n    assert lego.total() == {at * 3}\n"
        for at in range(count)
    )


def _prose(title: str, headings: tuple[str, ...], words: int) -> str:
    parts = (
        f"## {heading}\n\n- {_words(at, words)}\n- {_words(at + 5, words)}\n" for at, heading in enumerate(headings)
    )
    return f"# {title}\n\n" + "\n".join(parts)


def _proof(number: int) -> str:
    tests = "".join(f"- Test: `tests.integration.test_{at}::test_r{number:03}_{_words(at, 5)}`\n" for at in range(3))
    made = "- Built by: lego_01, lego_02\n- Receipts: `integration-1`"
    return f"## {_id(number)}\n\n{_words(number, 25)}\n\n{made}\n{tests}\n"


def _plan_json() -> str:
    legos = [
        {
            "name": _name(number),
            "purpose": f"Keeps the {_words(number, 14)}.",
            "kind": "entry" if number == LEGOS else "component",
            "requirements": requirements_of(number),
            "dependencies": dependencies_of(number),
            "packages": [],
            "size": "M",
            "decision": "NEW",
        }
        for number in range(1, LEGOS + 1)
    ]
    return json.dumps({"schema_version": 1, "app": APP, "legos": legos}, indent=1)


def _of_lego(number: int) -> dict[str, str]:
    name, ids = _name(number), requirements_of(number)
    return {
        f"design/design_{name}.md": _prose(name, ("Responsibility", "Behaviour", "Decisions"), 90),
        f"src/{APP}/contracts/{name}.py": _contract(number),
        f"tests/contract/test_{name}.py": _tests(number, 8, ids),
        f"tests/fakes/{name}.py": _contract(number),
        f"tests/unit/{name}/test_{name}.py": _tests(number, TESTS_OF_A_LEGO, ids),
        f"src/{APP}/{name}/__init__.py": _contract(number) * 2,
    }


def files() -> dict[str, str]:
    """Every artifact of the finished app, path → text."""
    every = [_id(number) for number in range(1, ROWS + 1)]
    share = ROWS // INTEGRATION_FILES
    found = {
        "app_intent.md": "# fleet\n\n" + "\n\n".join(_words(number, 120) for number in range(6)),
        "essence.md": _prose("fleet", ("Purpose", "Users", "Promise", "Out of scope"), 40),
        "requirements.md": "# Requirements\n\n"
        + "\n".join(
            (f"## {_words(number, 2)}\n\n" if number % 15 == 1 else "") + _row(number) for number in range(1, ROWS + 1)
        ),
        "risks.md": _prose("Risks", ("Threats", "Decisions", "Red-team list"), 110),
        "lego_plan.json": _plan_json(),
        "PROOF.md": "# Proof\n\n" + "".join(_proof(number) for number in range(1, ROWS + 1)),
        "evaluation.md": _prose("Evaluation", ("Findings", "Verdict"), 120),
        "red_team.md": _prose("Red team", ("Findings",), 150),
        "README.md": _prose("fleet", ("What it is", "Install", "Use", "Your data"), 50),
        "docs/guide.md": _prose("Guide", tuple(f"fleet {_words(number, 2)}" for number in range(ROWS)), 20),
        "DEPLOYMENT.md": _prose("Deployment", ("Install", "Configure", "Run"), 60),
        "deploy/smoke.sh": "#!/bin/sh\nset -eu\n" + 'test "$(fleet list)" = ""\n' * 30,
        "pyproject.toml": "[project]\n" + 'name = "fleet"\n' * 25,
    }
    for number in range(INTEGRATION_FILES):
        ids = every[number * share : (number + 1) * share]
        found[f"tests/integration/test_{number}.py"] = _tests(number, share, ids)
    for number in range(1, LEGOS + 1):
        found |= _of_lego(number)
    return found


@cache
def document() -> Orchestration:
    """The engine's own document."""
    path = meta_home() / "AGENTS.md"
    found = parse(path.read_text(encoding="utf-8"), str(path)).orchestration
    assert found is not None
    return found


@cache
def plan() -> Plan:
    """The plan of the app."""
    return parse_plan(_plan_json())


class BigApp:
    """The app as one commit, and what its sessions ask to be told."""

    def __init__(self, folder: Path) -> None:
        self.repository = Repository.init(folder)
        contents: dict[str, bytes | None] = {path: text.encode() for path, text in files().items()}
        self.commit = self.repository.commit_files(None, contents, "The app")

    def request(self, step: Step, lego: str | None, substep: Substep, sensitive: bool = False) -> Request:
        """For the brief of a first session: of a Review, the work lies there."""
        record = StepRecord(commit=self.commit) if substep == "review" else StepRecord()
        steps = {} if lego else {step.name: record}
        state = State(
            orchestrator=OrchestratorState(run=Run(sensitive=sensitive), steps=steps),
            legos={lego: LegoState(name=lego, steps={step.name: record})} if lego else {},
        )
        return Request(self.repository, self.commit, document(), toolchain(), plan(), state, step, lego, substep)
