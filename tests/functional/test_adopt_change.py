"""Maintenance of adopted code, end to end: planned, applied with real checks, proven, and nothing of it lost."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.gates.sandbox import available
from tests.adopted_shop import adopted, commit
from tests.adopted_till import CODE, INTENT, changers
from tests.scripted import Kitchen, Said, meta

pytestmark = pytest.mark.skipif(available() is None, reason="tests of adopted code run in a sandbox only")

MINE = "Hello, and welcome"


@dataclass(frozen=True)
class Changed:
    """The till after its first change, and what was said on the way."""

    till: Kitchen
    before: dict[str, bytes]
    plan: Said
    apply: Said

    @property
    def root(self) -> Path:
        return self.till.root

    def text(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def maintain(self, *words: object) -> Said:
        return meta(*words, self.root, "--runtime", "scripted", "--adapter-path", self.till.agents.home)


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Changed:
    """Adopted; its author edits a line of the code and wishes for a discount; planned and applied."""
    place = tmp_path_factory.mktemp("till")
    root = adopted(commit(place / "till", CODE))
    till = Kitchen(root, changers(place / "agents", (root / "lego_plan.json").read_text()))
    (root / "app_intent.md").write_text(INTENT)
    code = root / "till/request.py"
    code.write_text(code.read_text().replace("Good day", MINE))
    before = {path: (root / path).read_bytes() for path in CODE}
    runtime = ("--runtime", "scripted", "--adapter-path", till.agents.home)
    assert "requirements" in meta("plan", root, *runtime).out
    assert meta("approve", "requirements", root).code == 0
    planned = meta("plan", root, *runtime)
    assert planned.code == 3, planned.out + planned.err
    done = meta("apply", root, "--yes", *runtime)
    assert done.code == 0, done.out + done.err
    return Changed(till, before, planned, done)


def test_the_plan_keeps_most_changes_one_and_adds_one(changed: Changed) -> None:
    words = [line.split()[:2] for line in changed.plan.lines]
    assert ["till_request", "REFACTOR"] in words and ["discounts", "NEW"] in words
    assert ["prices", "KEEP"] in words and ["cli", "KEEP"] in words
