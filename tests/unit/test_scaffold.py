"""The scaffold, by running it: a hand-made app of two LEGOs is checked with the toolchain's own commands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine.legos.plan import Plan, parse_plan
from engine.legos.scaffold import scaffold
from engine.legos.toolchain import Toolchain, ToolchainError, find_toolchain, load_toolchain

NOTES = Path(__file__).resolve().parents[1] / "fixtures" / "apps" / "notes"

NEIGHBOURS_OF_CLI = [
    "src/notes/store",
    "tests/unit/store",
    "tests/contract/test_store.py",
    "tests/integration",
    "deploy",
]


@dataclass(frozen=True)
class Outcome:
    """What a command said: exit code, output, and the test ids by result."""

    code: int
    output: str
    passed: list[str]
    bad: list[str]


@dataclass(frozen=True)
class App:
    """A checkout of the app, to be spoilt and checked."""

    root: Path
    plan: Plan
    toolchain: Toolchain

    def run(
        self,
        command: str,
        lego: str | None,
        real: Sequence[str] = (),
        fake: Sequence[str] = (),
        empty: Sequence[str] = (),
        python: str = sys.executable,
    ) -> Outcome:
        report = self.root.parent / "report.xml"
        argv, env = self.toolchain.render(
            command,
            plan=self.plan,
            lego=lego,
            real=real,
            fake=fake,
            empty=empty,
            interpreter=python,
            report=str(report),
        )
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("LEGO_", "PYTEST"))}
        done = subprocess.run(argv, cwd=self.root, env=inherited | env, capture_output=True, text=True, check=False)
        cases = ElementTree.parse(report).getroot().iter("testcase") if report.exists() else iter(())
        results = {f"{case.get('classname')}::{case.get('name')}": len(case) == 0 for case in cases}
        passed = [name for name, good in results.items() if good]
        bad = [name for name, good in results.items() if not good]
        return Outcome(done.returncode, done.stdout + done.stderr, passed, bad)

    def remove(self, *paths: str) -> None:
        for name in paths:
            path = self.root / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def append(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text((file.read_text() if file.exists() else "") + text)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return parse_plan((NOTES / "lego_plan.json").read_text())


@pytest.fixture
def app(tmp_path: Path, plan: Plan) -> App:
    root = tmp_path / "notes"
    shutil.copytree(NOTES, root, ignore=shutil.ignore_patterns("__pycache__"))
    toolchain = find_toolchain("python")
    for path, content in scaffold(plan, toolchain, "Notes").items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return App(root, plan, toolchain)


def test_it_writes_exactly_the_shared_files_and_always_the_same_bytes(plan: Plan) -> None:
    toolchain = find_toolchain("python")
    first = scaffold(plan, toolchain, "Notes")
    assert list(first) == [path.replace("{app}", "notes") for path in toolchain.role("shared files")]
    assert first == scaffold(plan, toolchain, "Notes")
    assert not any(b"{{" in content or b"{%" in content for content in first.values())


def test_the_package_description_holds_title_packages_and_command(plan: Plan) -> None:
    legos = [lego.model_copy(update={"packages": ["httpx>=0.27", "attrs"]}) for lego in plan.legos]
    title = 'My "best"\n notes \\ ever'
    files = scaffold(plan.model_copy(update={"legos": legos}), find_toolchain("python"), title)
    project = tomllib.loads(files["pyproject.toml"].decode())["project"]
    assert project["description"] == 'My "best" notes \\ ever'
    assert project["dependencies"] == ["attrs", "httpx>=0.27"]
    assert project["scripts"] == {"notes": "notes.__main__:main"}
    assert project["optional-dependencies"] == {"test": ["pytest>=8"]}


def test_a_template_that_uses_an_unknown_name_is_refused(tmp_path: Path, plan: Plan) -> None:
    (tmp_path / "toolchains" / "python").mkdir(parents=True)
    (tmp_path / "toolchains" / "python" / "app_init.py.j2").write_text("{{ nonsense }}")
    with pytest.raises(ToolchainError, match=r"app_init.py.j2.*'nonsense' is undefined"):
        scaffold(plan, load_toolchain(find_toolchain("python").path, tmp_path), "Notes")


def test_contract_tests_pass_on_the_fake_and_need_no_source(app: App) -> None:
    app.remove("src/notes/store", "src/notes/cli", "tests/unit", "tests/integration", "deploy")
    outcome = app.run("contract_test", "store", fake=["store"])
    assert outcome.code == 0, outcome.output
    assert "tests.contract.test_store::test_an_added_note_is_there" in outcome.passed
    assert any(name.startswith("tests.test_architecture::") for name in outcome.passed)
    assert not outcome.bad


def test_contract_tests_fail_on_an_empty_lego_and_only_those_that_use_it_are_run(app: App) -> None:
    outcome = app.run("contract_test", "store", empty=["store"])
    assert app.toolchain.exit_codes[outcome.code] == "failed"
    assert outcome.passed == []
    assert outcome.bad == [
        "tests.contract.test_store::test_an_added_note_is_there",
        "tests.contract.test_store::test_a_note_without_text_is_refused",
    ]


def test_unit_tests_fail_on_an_empty_lego_before_there_is_any_code(app: App) -> None:
    app.remove("src/notes/cli", *NEIGHBOURS_OF_CLI)
    outcome = app.run("unit_test", "cli", empty=["cli"])
    assert app.toolchain.exit_codes[outcome.code] == "failed"
    assert outcome.bad == ["tests.unit.cli.test_files::test_it_lists_what_the_store_has"]


def test_a_lego_is_built_with_its_neighbours_fake_and_absent(app: App) -> None:
    app.remove(*NEIGHBOURS_OF_CLI)
    outcome = app.run("test", "cli", real=["cli"], fake=["store"])
    assert outcome.code == 0, outcome.output
    assert "tests.unit.cli.test_files::test_it_lists_what_the_store_has" in outcome.passed


def test_a_fake_neighbour_does_not_touch_its_real_source(app: App) -> None:
    app.append("src/notes/store/__init__.py", "raise SystemExit('the real store was imported')\n")
    assert app.run("test", "cli", real=["cli"], fake=["store"]).code == 0
    assert app.run("test", "cli", real=["cli", "store"]).code != 0


def test_the_whole_app_passes_with_all_legos_real(app: App) -> None:
    outcome = app.run("test", None)
    assert outcome.code == 0, outcome.output
    assert "tests.integration.test_story::test_r001_r002_what_was_added_is_listed" in outcome.passed
    assert {"tests.unit.store.test_files", "tests.unit.cli.test_files"} <= {n.split("::")[0] for n in outcome.passed}


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("src/notes/cli/command.py", "from notes.store import create"),
        ("src/notes/cli/command.py", "from notes import store"),
        ("src/notes/cli/command.py", "from .. import store"),
        ("src/notes/cli/command.py", "from ..store.files import FileStore"),
        ("src/notes/cli/command.py", "import notes"),
        ("src/notes/cli/command.py", "import notes.store.files as x"),
        ("src/notes/cli/deep/more.py", "def late():\n    from notes.store import create"),
        ("src/notes/cli/command.py", "import importlib\nX = importlib.import_module('notes.store')"),
        ("src/notes/cli/command.py", "__import__('notes' + '.store')"),
        ("src/notes/cli/command.py", "from tests.fakes.store import create"),
        ("src/notes/cli/command.py", "import httpx"),
        ("src/notes/store/files.py", "from notes.contracts.cli import Cli"),
        ("src/notes/contracts/store.py", "from notes.contracts.cli import Cli"),
        ("src/notes/contracts/store.py", "def helper() -> int:\n    return 1"),
        ("src/notes/contracts/store.py", "class A:\n    def f(self) -> int:\n        return 1"),
        ("src/notes/contracts/store.py", "for _ in (): pass"),
        ("src/notes/contracts/store.py", "f = lambda: 1"),
        ("tests/fakes/store.py", "from notes.store import FileStore"),
        ("tests/contract/test_store.py", "from tests.fakes.store import FakeStore"),
        ("tests/unit/cli/test_files.py", "from notes.cli.command import Command"),
    ],
)
def test_a_planted_import_or_logic_turns_the_check_red(app: App, path: str, line: str) -> None:
    app.append(path, f"\n\n{line}\n")
    script = "import tests.test_architecture as t\nfor n in dir(t):\n    n.startswith('test_') and getattr(t, n)()\n"
    done = subprocess.run([sys.executable, "-c", script], cwd=app.root, capture_output=True, text=True, check=False)
    assert "AssertionError" in done.stderr
    assert f"{path}:" in done.stderr


def test_a_neighbour_import_fails_the_build_check_of_its_lego(app: App) -> None:
    app.append("src/notes/cli/command.py", "\n\ndef late():\n    from notes.store.files import FileStore\n")
    app.remove(*NEIGHBOURS_OF_CLI)
    outcome = app.run("test", "cli", real=["cli"], fake=["store"])
    assert app.toolchain.exit_codes[outcome.code] == "failed"
    assert outcome.bad == ["tests.test_architecture::test_a_lego_imports_contracts_and_its_own_modules_only"]
    assert "src/notes/cli/command.py" in outcome.output


def test_types_only_a_type_checker_sees_may_stand_in_a_contract(app: App) -> None:
    allowed = "\n\nfrom typing import TYPE_CHECKING, Literal\nif TYPE_CHECKING:\n    from os import PathLike\n"
    app.append("src/notes/contracts/store.py", allowed + 'Order = Literal["up"]\n')
    assert app.run("contract_test", "store", fake=["store"]).code == 0


def test_the_unit_tests_of_a_lego_may_share_helpers_in_their_folder(app: App) -> None:
    app.append("tests/unit/store/helpers.py", "TEXT = 'milk'\n")
    shared = "from .helpers import TEXT\n\n\ndef test_shared(store: object) -> None:\n    assert TEXT == 'milk'\n"
    app.append("tests/unit/store/test_shared.py", shared)
    app.append("tests/unit/cli/test_shared.py", "def test_the_same_file_name(cli: object) -> None:\n    assert cli\n")
    outcome = app.run("test", None)
    assert outcome.code == 0, outcome.output
    assert "tests.unit.store.test_shared::test_shared" in outcome.passed


def test_a_path_that_holds_no_test_proves_nothing(app: App) -> None:
    (app.root / "tests/contract/test_store.py").write_text("# nothing yet\n")
    outcome = app.run("contract_test", "store", fake=["store"])
    assert outcome.code not in app.toolchain.exit_codes
    assert "tests/contract/test_store.py holds no test" in outcome.output


def test_a_test_file_that_cannot_be_imported_is_neither_passed_nor_failed(app: App) -> None:
    app.append("tests/unit/cli/test_files.py", "\nimport nowhere_to_be_found\n")
    outcome = app.run("unit_test", "cli", empty=["cli"])
    assert outcome.code not in app.toolchain.exit_codes
    assert "nowhere_to_be_found" in outcome.output


def test_an_unknown_lego_in_the_environment_is_refused(app: App) -> None:
    env = os.environ | {"LEGO_REAL": "stroe"}
    argv = [sys.executable, "-m", "pytest", "-q"]
    done = subprocess.run(argv, cwd=app.root, env=env, capture_output=True, text=True, check=False)
    assert done.returncode not in app.toolchain.exit_codes
    assert "LEGO_REAL names stroe: no LEGO of the plan" in done.stdout + done.stderr


def test_a_clean_install_proves_every_module_and_the_smoke_script(app: App) -> None:
    outcome = app.run("clean_install", None)
    assert outcome.code == 0, outcome.output
    assert outcome.bad == []
    for step in ("build", "install", "command notes", "import notes.cli.command", "import notes.__main__", "smoke"):
        assert f"clean_install::{step}" in outcome.passed
        assert f"ok {step}\n" in outcome.output
    assert not (app.root / "dist").exists()


def test_a_clean_install_needs_no_pip(app: App) -> None:
    without_pip = app.root.parent / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(without_pip)], check=True)
    (packages,) = (without_pip / "lib").glob("python*/site-packages")
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith("pip"):
            (packages / entry.name).symlink_to(entry)
    outcome = app.run("clean_install", None, python=str(without_pip / "bin" / "python"))
    assert outcome.code == 0, outcome.output
    assert "clean_install::smoke" in outcome.passed


def test_a_clean_install_is_red_when_a_packaged_module_is_gone(app: App) -> None:
    app.remove("src/notes/store/files.py")
    outcome = app.run("clean_install", None)
    assert app.toolchain.exit_codes[outcome.code] == "failed"
    assert "clean_install::import notes.store" in outcome.bad
    assert "clean_install::smoke" in outcome.bad
    assert "clean_install::import notes.cli" in outcome.passed


def test_a_clean_install_is_red_when_the_package_leaves_a_module_out_or_has_no_smoke_script(app: App) -> None:
    app.append("src/notes/cli/spare.py", '"""Nobody imports this one."""\n')
    description = (app.root / "pyproject.toml").read_text()
    left_out = description.replace("ignore-vcs = true", 'ignore-vcs = true\nexclude = ["spare.py"]')
    (app.root / "pyproject.toml").write_text(left_out)
    app.remove("deploy/smoke.sh")
    outcome = app.run("clean_install", None)
    assert outcome.bad == ["clean_install::import notes.cli.spare", "clean_install::smoke"]
    assert "deploy/smoke.sh is missing" in outcome.output


def test_a_package_that_cannot_be_built_is_red(app: App) -> None:
    (app.root / "pyproject.toml").write_text("[project]\n")
    outcome = app.run("clean_install", None)
    assert (outcome.code, outcome.passed, outcome.bad) == (1, [], ["clean_install::build"])
