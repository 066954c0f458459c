"""`--fetch` is one consent with one meaning, whichever command starts the engine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import EXIT_DONE, EXIT_RUNTIME, EXIT_WAITING
from tests.changing import planned
from tests.cookbook import INTENT, MENU
from tests.scripted import Kitchen, Said, meta
from tests.upgrades import REQUIREMENTS, TASTE, TOOLCHAIN, document, finished, words

PACKAGES = """
## Packages

| Made from | Command line | Makes |
|---|---|---|
| `taste.py` | `mkdir made` | `made/` |
"""
REPORT = '<testsuite><testcase classname="nose" name="smell"/></testsuite>'.replace('"', '\\"')
SMELL = f"""| smell | `sh -c 'echo "{REPORT}" >"$0"' {{report}}` | – | `menu.md` |\n"""


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where packages are kept: nothing is there yet."""
    monkeypatch.setenv("META_PACKAGES", str(tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    """The book is finished; from now on its checks need packages, and so does one of the menu."""
    made = finished(tmp_path)
    text = TOOLCHAIN.replace("\n## Exit codes", SMELL + "\n## Exit codes") + PACKAGES
    (made.root / ".meta" / "toolchains" / "python.md").write_text(text)
    document(made, 'a section "Courses"\n', 'a section "Courses"\n- `smell` of the toolchain passes for the app\n')
    yield made
    made.end()


def only_with_consent(kitchen: Kitchen, kept: Path, command: str, *options: str) -> Said:
    """The command without consent, which cannot go on, and with it."""
    given = (command, kitchen.root, *words(kitchen), *options)
    refused = meta(*given)
    assert (refused.code, "--fetch" in refused.err, kept.exists()) == (EXIT_RUNTIME, True, False), refused
    done = meta(*given, "--fetch")
    assert "fetching packages: mkdir made" in done.out + done.err
    shutil.rmtree(kept)
    return done


def test_plan_apply_and_upgrade_fetch_packages_with_consent_as_run_does(kitchen: Kitchen, kept: Path) -> None:
    (kitchen.root / "app_intent.md").write_text(INTENT + "The stew is to be hot.\n")
    menu = {"menu.md": MENU + "\nThe stew is hot.\n", "lego_plan.json": planned(stew="REFACTOR")}
    kitchen.agents.will("menu-gen", {**menu, "requirements.md": REQUIREMENTS})
    kitchen.agents.will("stew-dishes-gen", {"labels/stew.txt": "Serve hot.\n"})
    assert only_with_consent(kitchen, kept, "plan").code == EXIT_WAITING
    assert only_with_consent(kitchen, kept, "apply", "--yes").code == EXIT_DONE
    tool = kitchen.root / ".meta" / "toolchains" / "python" / "taste.py.j2"
    tool.write_text(TASTE.replace("WORD", "Serve") + "# newer\n")
    assert only_with_consent(kitchen, kept, "upgrade", "--yes").code == EXIT_DONE
