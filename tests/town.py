"""A town in Python of a bakery and a mill, each a sub-app, and a square in front: with its tape, for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.tapes import TapeMaker
from tests.village import plan_of

DOCUMENT = Path(__file__).parent / "fixtures" / "documents" / "town.md"
INTENT = "A town.\n"
NEEDS: Mapping[str, Sequence[str]] = {"bakery": (), "mill": (), "square": ("bakery", "mill")}


def contract_files(app: str, lego: str, answer: int) -> dict[str, str]:
    """A promise to answer with one number, its test and its fake."""
    protocol = f"from typing import Protocol\n\n\nclass {lego.title()}(Protocol):\n    def answer(self) -> int: ...\n"
    test = f"def test_it_answers({lego}):\n    assert {lego}.answer() == {answer}\n"
    fake = f"class Fake:\n    def answer(self):\n        return {answer}\n\n\ndef create():\n    return Fake()\n"
    return {
        f"src/{app}/contracts/{lego}.py": protocol,
        f"tests/contract/test_{lego}.py": test,
        f"tests/fakes/{lego}.py": fake,
    }


def source(app: str, lego: str, body: str, needs: Sequence[str] = (), head: str = "") -> dict[str, str]:
    """A LEGO that answers with the value of an expression."""
    given = f"*, {', '.join(needs)}" if needs else ""
    code = f"class Real:\n    def answer(self):\n        return {body}\n"
    create = f"\n\ndef create({given}):\n    real = Real()\n    real.__dict__.update(locals())\n    return real\n"
    return {f"src/{app}/{lego}/__init__.py": f"{head}{code}{create}"}


def town_tape(folder: Path, baked: int = 3) -> Path:
    """A tape on which all goes well if the bakery's own app answers with 3."""
    kinds = {"bakery": "app", "mill": "app", "square": "entry"}
    tape = TapeMaker(folder, INTENT)
    tape.session("plan", files={"lego_plan.json": plan_of("town", *((n, kinds[n], NEEDS[n]) for n in NEEDS))})
    for name, answer in (("bakery", 3), ("mill", 4), ("square", 7)):
        tape.session("contracts", lego=name, files=contract_files("town", name, answer))
    for name in ("bakery", "mill"):
        inner = f"from {name}.desk import create as desk\n\n\n"
        for take in (1, 2):
            tape.session("code", lego=name, take=take, files=source("town", name, "desk().answer()", head=inner))
    body = "self.bakery.answer() + self.mill.answer()"
    tape.session("code", lego="square", files=source("town", "square", body, NEEDS["square"]))
    tape.session("whole", files={"TOWN.md": "# Town\n"})
    for name, answer in (("bakery", baked), ("mill", 4)):
        part = TapeMaker(folder / "apps" / name)
        part.session("plan", files={"lego_plan.json": plan_of(name, ("desk", "entry", ()))})
        part.session("contracts", lego="desk", files=contract_files(name, "desk", answer))
        part.session("code", lego="desk", files=source(name, "desk", str(answer)))
        part.session("whole", files={"TOWN.md": f"# {name}\n"})
    return folder
