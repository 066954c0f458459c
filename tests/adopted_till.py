"""A small till that somebody has in git, with tests of their own, and what agents make of it once it is adopted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.scripted import Agents

PYPROJECT = """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "till"
version = "3.1"
scripts.till = "till.cli:main"

[tool.pytest.ini_options]
testpaths = ["tests"]
"""

PRICES = '''"""What an article costs, in cents."""

CENTS = {"milk": 120, "bread": 300, "egg": 40}


def price(article):
    return CENTS[article]
'''

REQUEST = '''"""What a customer asks for."""

from till.prices import price


def greeting():
    return "Good day"


def parse(text):
    """`2 milk, 1 bread` as articles and pieces."""
    found = []
    for part in text.split(","):
        pieces, article = part.split()
        found.append((article, int(pieces)))
    return found


def total(text):
    """What all of it costs, in cents."""
    return sum(pieces * price(article) for article, pieces in parse(text))
'''

CLI = '''"""The command."""

import sys

from till.request import greeting, total


def main(argv=None):
    words = sys.argv[1:] if argv is None else argv
    print(f"{greeting()}. {total(' '.join(words))} cents")
    return 0
'''

CODE = {
    "README.md": "# Till\n\nSays what a basket costs.\n",
    "pyproject.toml": PYPROJECT,
    ".gitignore": "__pycache__/\n",
    "till/__init__.py": '"""A till."""\n',
    "till/prices.py": PRICES,
    "till/request.py": REQUEST,
    "till/cli.py": CLI,
    "tests/conftest.py": 'import pytest\n\n\n@pytest.fixture\ndef basket():\n    return "2 milk, 1 bread"\n',
    "tests/helpers.py": "def euros(cents):\n    return cents / 100\n",
    "tests/test_prices.py": "from till.prices import price\n\n\ndef test_price():\n    assert price('egg') == 40\n",
    "tests/test_request.py": "from helpers import euros\n\nfrom till.request import total\n\n\n"
    "def test_total(basket):\n    assert euros(total(basket)) == 5.4\n",
    "tests/test_cli.py": "from till.cli import main\n\n\n"
    "def test_main(capsys, basket):\n    assert main([basket]) == 0\n"
    "    assert '540 cents' in capsys.readouterr().out\n",
}

INTENT = """# Till

Says what a basket costs: `till 2 milk, 1 bread`.

Whoever takes ten pieces of an article or more gets a tenth off.
"""

ESSENCE = """# Till

## Purpose

Somebody at a till learns what a basket costs.

Lane: full, because others depend on it.

## Users

One person at a till.

## Promise

- The sum is right.

Done well means: the sum is the one worked out by hand.

## Out of scope

- Change.
"""

REQUIREMENTS = """# Requirements

## Sums

- **R-001** `till` prints the sum of all articles, in cents.
  - Acceptance: `till 2 milk, 1 bread` prints 540 cents.
- **R-002** Ten pieces of an article or more cost a tenth less.
  - Acceptance: `till 10 egg` prints 360 cents.
"""

RISKS = """# Risks

## Threats

- **T-1** A sum is wrong by a cent. Likelihood: low. Harm: low. Affects: R-002.
  - Answer: whole cents only.

## Decisions

- **D-1** Rounding: down, for the shop.
"""

DECISIONS = {
    "till_request": ("REFACTOR", ["R-001", "R-002"], "R-002 changes the sum"),
    "prices": ("KEEP", ["R-001"], "no row changes it"),
    "cli": ("KEEP", ["R-001"], "no row changes it"),
}


def changed_plan(adopted: str) -> str:
    """The plan of the adopted code with one LEGO to be changed and a new one beside it."""
    plan: dict[str, Any] = json.loads(adopted)
    for lego in plan["legos"]:
        lego["decision"], lego["requirements"], lego["reason"] = DECISIONS[lego["name"]]
        if lego["name"] == "till_request":
            lego["dependencies"] = ["prices", "discounts"]
    new = {
        "name": "discounts",
        "purpose": "How much many pieces cost less. Pure, in whole cents.",
        "kind": "component",
        "requirements": ["R-002"],
        "dependencies": ["prices"],
        "packages": [],
        "size": "S",
        "decision": "NEW",
        "reason": "R-002 needs it",
    }
    plan["legos"].insert(1, new)
    return json.dumps(plan, indent=2) + "\n"


def design(name: str) -> str:
    """A design of one LEGO."""
    return f"# {name}\n\n## Responsibility\n\nSums.\n\n## Behaviour\n\nR-002.\n\n## Decisions\n\n- Whole cents.\n"


DISCOUNTS_DESIGN = {
    "design/design_discounts.md": design("discounts"),
    "till/contracts/discounts.py": '''"""Contract of the LEGO `discounts`."""

from __future__ import annotations

from typing import Protocol


class Discounts(Protocol):
    """How much many pieces cost less."""

    def off(self, article: str, pieces: int) -> int:
        """Cents less for so many pieces of an article; 0 below ten. Raises KeyError for an unknown article."""
        ...
''',
    "tests/contract/test_discounts.py": """from till.contracts.discounts import Discounts
from till.prices import price


def test_nine_pieces_cost_what_they_cost(discounts: Discounts) -> None:
    assert discounts.off("egg", 9) == 0


def test_ten_pieces_cost_a_tenth_less(discounts: Discounts) -> None:
    assert discounts.off("egg", 10) == price("egg")
""",
    "tests/fakes/discounts.py": '''"""A `discounts` that knows eggs."""

from till.contracts.discounts import Discounts


class FakeDiscounts:
    def off(self, article: str, pieces: int) -> int:
        return pieces * 4 if pieces >= 10 else 0


def create() -> Discounts:
    return FakeDiscounts()
''',
}

DISCOUNTS_TESTS = {
    "tests/unit/discounts/__init__.py": '"""What `discounts` does."""\n',
    "tests/unit/discounts/test_discounts.py": '''from till.contracts.discounts import Discounts


def test_r002_a_tenth_is_rounded_down(discounts: Discounts) -> None:
    assert discounts.off("bread", 11) == 330


def test_one_piece_costs_what_it_costs(discounts: Discounts) -> None:
    """R-002"""
    assert discounts.off("milk", 1) == 0
''',
}

DISCOUNTS_CODE = {
    "till/discounts/__init__.py": '''"""The LEGO `discounts`: many pieces cost less."""

from __future__ import annotations

from till.contracts.discounts import Discounts
from till.prices import price

MANY = 10


class Tenth:
    """Implements the contract Discounts."""

    def off(self, article: str, pieces: int) -> int:
        cents: int = pieces * price(article)
        return cents // 10 if pieces >= MANY else 0


def create() -> Discounts:
    """The discount for many pieces."""
    return Tenth()
''',
}

REQUEST_DESIGN = {
    "design/design_till_request.md": design("till_request"),
    "till/contracts/till_request.py": '''"""Contract of the LEGO `till_request`."""

from __future__ import annotations

from typing import Protocol


class TillRequest(Protocol):
    """What a customer asks for."""

    def total(self, text: str) -> int:
        """What all of it costs in cents, many pieces a tenth less."""
        ...
''',
    "tests/contract/test_till_request.py": """from till.contracts.till_request import TillRequest


def test_many_pieces_cost_less(till_request: TillRequest) -> None:
    assert till_request.total("10 egg") == 360
""",
    "tests/fakes/till_request.py": '''"""A `till_request` that knows eggs."""

from till.contracts.till_request import TillRequest


class FakeRequest:
    def total(self, text: str) -> int:
        return int(text.split()[0]) * 36


def create() -> TillRequest:
    return FakeRequest()
''',
}

REQUEST_TESTS = {
    "tests/test_request.py": CODE["tests/test_request.py"]
    + """

def test_r001_few_pieces_cost_what_they_cost(till_request):
    assert till_request.total("2 milk, 1 bread") == 540


def test_r002_many_pieces_cost_a_tenth_less(till_request):
    assert till_request.total("10 egg, 1 milk") == 480
""",
}

REQUEST_CODE = {
    "till/request.py": REQUEST.replace(
        "from till.prices", "from till.discounts import create as discounts\nfrom till.prices"
    ).replace(
        "    return sum(pieces * price(article) for article, pieces in parse(text))\n",
        "    off = discounts().off\n"
        "    return sum(pieces * price(article) - off(article, pieces) for article, pieces in parse(text))\n",
    )
    + '''

class Request:
    """Implements the contract TillRequest."""

    def total(self, text):
        return total(text)


def create():
    """What a customer asks for."""
    return Request()
''',
}

INTEGRATION = {
    "tests/integration/__init__.py": '"""The whole till."""\n',
    "tests/integration/test_till.py": """from till.cli import main


def test_r001_a_basket_is_summed(capsys, basket):
    assert main([basket]) == 0
    assert "540 cents" in capsys.readouterr().out


def test_r002_many_pieces_cost_less(capsys):
    assert main(["10", "egg"]) == 0
    assert "360 cents" in capsys.readouterr().out
""",
}

README = "# Till\n\nSays what a basket costs.\n\n## Install\n\n    pip install .\n\n## Use\n\n    till 10 egg\n"

DEPLOYMENT = """# Deployment

## Install

`pip install .`

## Configure

None.

## Run

`till 10 egg`

## Upgrade and roll back

Install the other version.

## Secrets

None.
"""

SMOKE = """#!/bin/sh
set -eu
till 10 egg | grep -q "360 cents"
echo well
"""

OF_THE_APP: Mapping[str, Mapping[str, str]] = {
    "essence": {"essence.md": ESSENCE},
    "requirements": {"requirements.md": REQUIREMENTS},
    "risk_and_trade_offs": {"risks.md": RISKS},
    "integration": INTEGRATION,
    "documentation": {"README.md": README, "docs/guide.md": "# Guide\n\n`till 10 egg` says 360 cents.\n"},
    "evaluation": {"evaluation.md": "# Evaluation\n\n## Findings\n\nNone.\n\n## Verdict\n\nready\n\nIt sums.\n"},
    "deployment": {"DEPLOYMENT.md": DEPLOYMENT, "deploy/smoke.sh": SMOKE},
}

OF_LEGOS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("discounts", "design"): DISCOUNTS_DESIGN,
    ("discounts", "tests"): DISCOUNTS_TESTS,
    ("discounts", "code"): DISCOUNTS_CODE,
    ("till_request", "design"): REQUEST_DESIGN,
    ("till_request", "tests"): REQUEST_TESTS,
    ("till_request", "code"): REQUEST_CODE,
}


def changers(home: Path, adopted_plan: str) -> Agents:
    """Agents who give a tenth off, as the intent wants it."""
    agents = Agents.at(home)
    work = {**OF_THE_APP, "lego_plan": {"lego_plan.json": changed_plan(adopted_plan)}}
    for step, files in [*work.items(), *((f"{lego}-{step}", files) for (lego, step), files in OF_LEGOS.items())]:
        agents.will(f"{step}-gen", files, essence_clarity=0.9)
        agents.will(f"{step}-review", essence_clarity=0.9, review_notes=["nothing found"])
    return agents
