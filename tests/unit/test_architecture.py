"""Promises about the code itself: what the planner may import, and that no phase of the document is built in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import engine
from engine.document.parser import load
from engine.resources import meta_home

ENGINE = Path(engine.__file__).parent
PURE = ["planner.py", "assessor.py", "assessment.py", "actions.py", "instances.py", "snapshot.py", "names.py"]
PURE += ["staleness.py", "caps.py", "runtimes.py", "scheduling/__init__.py", "scheduling/estimates.py"]
PURE += ["scheduling/limits.py", "scheduling/priority.py", "state/counting.py", "state/events.py", "state/models.py"]
PURE += ["state/apply.py", "state/replay.py", "document/model.py", "document/texts.py", "document/producers.py"]
PURE += ["legos/model.py", "legos/plan.py", "legos/requirements.py", "legos/roles.py", "legos/slices.py", "errors.py"]
PURE += ["legos/role_names.py"]
ALLOWED = {
    "__future__",
    "collections",
    "dataclasses",
    "typing",
    "datetime",
    "functools",
    "hashlib",
    "math",
    "keyword",
    "re",
    "json",
    "heapq",
    "graphlib",
    "pydantic",
    "engine",
}
"""None of these reads a file, the environment, a clock or a random number by being used (but for `NOW`)."""

BORROWED = {
    ("engine.git", "blob_id"),
    ("engine.workspace", "PLAN"),
    ("engine.workspace", "REQUEST"),
    ("engine.state.clock", "iso"),
    ("engine.legos.toolchain", "Toolchain"),
    ("engine.legos.toolchain_model", "Toolchain"),
    ("engine.legos.toolchain_model", "ToolchainError"),
    ("engine.legos.toolchain_model", "fill"),
}
"""What pure modules take from modules that are not: constants, types and functions of their arguments alone."""

NOW = {"now", "utcnow", "today", "utc_now", "fromtimestamp", "exists", "read_text", "read_bytes", "open"}
"""Methods that would look at the clock or the disk."""

SYS = {("legos/plan.py", "sys")}
"""`sys.stdlib_module_names` is a constant."""

FIELDS = {
    ("legos/plan.py", "integration"),
    ("legos/plan.py", "tests"),
    ("legos/plan.py", "requirements"),
    ("lifecycle/proof.py", "tests"),
    ("lifecycle/proof.py", "requirements"),
    ("lifecycle/release.py", "requirements"),
    ("sessions/folder.py", "code"),
}
"""Fields of JSON files, and folders of an app, that a step happens to share its name with."""


def constants(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every string in the code, docstrings apart."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def imported(path: Path) -> set[str]:
    """The names of all modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_import_nothing_that_looks_at_the_world(name: str) -> None:
    tops = {module.partition(".")[0] for module in imported(ENGINE / name)}
    assert {top for top in tops if (name, top) not in SYS} <= ALLOWED


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_build_on_pure_modules(name: str) -> None:
    modules = {"engine." + path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in PURE}
    taken = {
        (node.module, alias.name)
        for node in ast.walk(ast.parse((ENGINE / name).read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("engine")
        for alias in node.names
    }
    assert {one for one in taken if one[0] not in modules} <= BORROWED


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_ask_neither_the_clock_nor_the_disk(name: str) -> None:
    tree = ast.parse((ENGINE / name).read_text(encoding="utf-8"))
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert not NOW & {function.attr for function in called if isinstance(function, ast.Attribute)}


def test_the_planner_calls_nothing_that_opens_a_file() -> None:
    for name in ("planner.py", "assessor.py"):
        called = [
            node.func.id
            for node in ast.walk(ast.parse((ENGINE / name).read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        ]
        assert not {"open", "print", "input", "eval", "exec", "__import__"} & set(called)


def test_no_step_and_no_phase_of_the_document_is_built_into_the_engine() -> None:
    document = load(meta_home() / "AGENTS.md")
    steps = list(document.steps())
    names = {step.name for step in steps} | {phase.title for phase in document.phases}
    names -= {step.action for step in steps}
    assert len(names) > 12
    found = [
        f"{path.relative_to(ENGINE)}:{line}: {text!r}"
        for path in sorted(ENGINE.rglob("*.py"))
        for line, text in constants(path)
        if text in names and (str(path.relative_to(ENGINE)), text) not in FIELDS
    ]
    assert found == []


def test_only_the_command_line_knows_of_the_demo() -> None:
    word = re.compile(r"\bdemo\b", re.IGNORECASE)
    found = {path.name for path in ENGINE.rglob("*.py") if word.search(path.read_text(encoding="utf-8"))}
    assert found <= {"cli.py", "opening.py", "table.py"}


def test_only_one_package_calls_git() -> None:
    outside = [path for path in ENGINE.rglob("*.py") if path.parent.name != "git"]
    calls = [
        f"{path.relative_to(ENGINE)}:{node.lineno}"
        for path in outside
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.List)
        and node.elts
        and isinstance(node.elts[0], ast.Constant)
        and node.elts[0].value == "git"
    ]
    assert calls == []


def test_the_screen_is_never_imported_by_a_command_that_only_prints() -> None:
    for path in ENGINE.rglob("*.py"):
        tops = {module.partition(".")[0] for module in imported(path)}
        assert "textual" not in tops
        assert "tui" not in tops or path.name == "opening.py"
