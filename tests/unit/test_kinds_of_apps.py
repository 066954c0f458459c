"""What a toolchain document may say of programs, packages and another one it is based on, and what comes of it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from engine.commands.common import with_packages
from engine.gates.machine import ProgramMissing, machine
from engine.gates.packages import CannotFetch, Needed, PackagesMissing, needed_in
from engine.git import Repository
from engine.legos.plan import PACKAGE
from engine.legos.toolchain import Packages, Toolchain, ToolchainError, find_toolchain
from engine.linting import lint_toolchain
from engine.runner.context import Context
from engine.runner.supplies import supply
from engine.workspace import Workspace

PYTHON = Path(sys.executable)
MAKE = Packages(("list.txt",), ("sh", "-c", "mkdir made && cp list.txt made/"), "made")


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    (tmp_path / "toolchains").mkdir()
    return tmp_path


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("META_PACKAGES", str(tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "checkout").mkdir()
    (tmp_path / "checkout" / "list.txt").write_text("one 1.0\n")
    return tmp_path / "checkout"


def kind(overlay: Path, text: str, name: str = "own") -> Toolchain:
    (overlay / "toolchains" / f"{name}.md").write_text(text)
    return find_toolchain(name, overlay)


def needed(checkout: Path, packages: Packages = MAKE, on: str = "tool 1") -> Needed:
    found = needed_in(checkout, packages, on)
    assert found is not None
    return found


# A kind of app that is based on another one


def test_what_a_document_does_not_say_is_as_in_the_one_it_is_based_on(overlay: Path) -> None:
    own, base = kind(overlay, "# T\n\n- **Based on**: `python`\n"), find_toolchain("python")
    assert (own.roles, own.commands, own.environment) == (base.roles, base.commands, base.environment)
    assert (own.exit_codes, own.guides, own.guide_of) == (base.exit_codes, base.guides, base.guide_of)
    assert own.name == "own"


def test_a_row_takes_the_place_of_the_row_with_its_key_and_a_guide_is_told_after_the_other(overlay: Path) -> None:
    text = (
        "# T\n\n- **Based on**: `python`\n\n## Shared files\n\n| Path | Template |\n|---|---|\n"
        "| `src/{app}/__main__.py` | `own/main.j2` |\n| `more.txt` | `own/more.j2` |\n"
        "| `deploy/clean_install.py` | – |\n\n"
        "## For a builder\n\nAlso this.\n"
    )
    own, base = kind(overlay, text), find_toolchain("python")
    templates = {file.path: file.template for file in own.shared}
    assert templates.keys() - {file.path for file in base.shared} == {"more.txt"}
    assert {file.path for file in base.shared} - templates.keys() == {"deploy/clean_install.py"}
    assert templates["src/{app}/__main__.py"] == "own/main.j2"
    assert "more.txt" in own.role("shared files")
    assert own.guides["builder"] == base.guides["builder"] + "\nAlso this.\n"


@pytest.mark.parametrize("text", ["# T\n\n- **Based on**: `own`\n", "# T\n\n- **Based on**: `cobol`\n"])
def test_a_base_that_is_not_there_or_is_the_document_itself_is_told_with_its_line(overlay: Path, text: str) -> None:
    with pytest.raises(ToolchainError, match=r"own\.md:3: .*(itself|no document)"):
        kind(overlay, text)


@pytest.mark.parametrize(
    ("section", "wrong"),
    [
        ("## Programs\n\n| Program | Version |\n|---|---|\n| `a` | `b --version` |\n", "asked of 'a' itself"),
        ("## Packages\n\n| Made from | Command line | Makes |\n|---|---|---|\n| `a` | `b` | `c` |\n", "end it with /"),
        ("## Packages\n\n| Made from | Command line | Makes |\n|---|---|---|\n| `a` | `b` | `../c/` |\n", "leaves its"),
        ("## Packages\n\n| Made from | Makes |\n|---|---|\n| `a` | `c/` |\n", "needs a table with the columns"),
    ],
)
def test_mistakes_in_the_tables_are_told(overlay: Path, section: str, wrong: str) -> None:
    with pytest.raises(ToolchainError, match=wrong):
        kind(overlay, f"# T\n\n- **Based on**: `python`\n\n{section}")


def test_lint_tells_of_a_template_that_is_missing_and_of_a_command_that_nothing_offers(overlay: Path) -> None:
    path = overlay / "toolchains" / "own.md"
    path.write_text(
        "# T\n\n- **Based on**: `python`\n\n## Shared files\n\n| Path | Template |\n|---|---|\n| `a` | `b` |\n"
    )
    (problem,) = lint_toolchain(path, overlay)
    assert "b: the template for a cannot be rendered" in problem


# Programs


def test_without_programs_a_check_is_run_by_the_interpreter_on_the_usual_path() -> None:
    here = machine(find_toolchain("python"), PYTHON)
    assert here.key.startswith("Python 3.")
    assert here.variables() == {}


def test_a_program_is_found_on_the_path_shown_to_checks_and_named_with_its_version(
    overlay: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "tools" / "bin" / "frob"
    tool.parent.mkdir(parents=True)
    tool.write_text("#!/bin/sh\necho frob 1.2\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
    text = (
        "# T\n\n- **Based on**: `python`\n\n## Programs\n\n| Program | Version |\n|---|---|\n| `frob` | `frob -V` |\n"
    )
    here = machine(kind(overlay, text), PYTHON)
    assert here.key == "frob 1.2"
    assert here.variables()["PATH"].startswith(f"{tool.parent}:")
    assert tool.parent.parent in here.readable


def test_a_program_that_is_not_there_is_named(overlay: Path) -> None:
    text = (
        "# T\n\n- **Based on**: `python`\n\n## Programs\n\n| Program | Version |\n|---|---|\n| `frobb` | `frobb -V` |\n"
    )
    with pytest.raises(ProgramMissing, match="`frobb`, which is not on the PATH"):
        machine(kind(overlay, text), PYTHON)


# Packages


def test_packages_are_fetched_once_and_shown_in_a_checkout(checkout: Path) -> None:
    first = needed(checkout)
    assert not first.there
    first.fetch()
    again = needed(checkout)
    assert again.there
    again.link(checkout)
    assert (checkout / "made" / "list.txt").read_text() == "one 1.0\n"


@pytest.mark.parametrize("change", ["files", "machine"])
def test_other_files_and_another_program_need_other_packages(checkout: Path, change: str) -> None:
    needed(checkout).fetch()
    if change == "files":
        (checkout / "list.txt").write_text("one 1.1\n")
    assert not needed(checkout, on="tool 2" if change == "machine" else "tool 1").there


def test_what_could_not_be_fetched_leaves_nothing(checkout: Path, kept: Path) -> None:
    for argv in (("sh", "-c", "mkdir made; echo no such registry; exit 3"), ("true",), ("no-such-frob",)):
        with pytest.raises(CannotFetch, match=r"no such registry|made no folder|did not work"):
            needed(checkout, Packages(("list.txt",), argv, "made")).fetch()
    assert list(kept.iterdir()) == []


def test_a_checkout_without_the_files_needs_no_packages(tmp_path: Path) -> None:
    assert needed_in(tmp_path, MAKE, "tool 1") is None
    assert needed_in(tmp_path, None, "tool 1") is None


def test_only_who_agreed_has_packages_fetched_and_then_the_work_is_done_again(checkout: Path) -> None:
    tries = []

    def work() -> str:
        tries.append(1)
        if not needed(checkout).there:
            raise PackagesMissing(needed(checkout))
        return "done"

    with pytest.raises(PackagesMissing, match=r"list\.txt lists; .*give the command `--fetch` once"):
        with_packages(work, fetch=False)
    assert with_packages(work, fetch=True) == "done"
    assert len(tries) == 3


@pytest.mark.parametrize("name", ["flask>=3", "zod@^4.1.0", "@types/ws@8.18.1", "uvicorn[standard] >=0.30", "left-pad"])
def test_packages_are_named_as_their_registry_writes_them(name: str) -> None:
    assert PACKAGE.fullmatch(name)


@pytest.mark.parametrize("name", ["a b", "zod@file:../x", "../x", "git+https://x", 'a", "b', "-e", "@/x", "zod@"])
def test_what_is_no_name_with_a_version_is_no_package(name: str) -> None:
    assert not PACKAGE.fullmatch(name)


# What a session finds


def test_a_session_finds_the_packages_in_its_worktree_and_git_overlooks_them(overlay: Path, tmp_path: Path) -> None:
    text = (
        "# T\n\n- **Based on**: `python`\n\n## Packages\n\n| Made from | Command line | Makes |\n|---|---|---|\n"
        "| `list.txt` | `mkdir made` | `made/` |\n"
    )
    place = Workspace(tmp_path / "app")
    repository = Repository.init(place.root)
    repository.fast_forward(None, repository.commit_files(None, {"list.txt": b"one 1.0\n"}, "A list"))
    worktree, head = tmp_path / "tree", repository.head()
    assert head is not None
    repository.prepare_worktree(worktree, head)
    context = cast(Context, SimpleNamespace(workspace=place, toolchain=kind(overlay, text), interpreter=PYTHON))
    supply(context, worktree)
    assert not (worktree / "made").exists()

    packages = context.toolchain.packages
    fetched = needed_in(worktree, packages, machine(context.toolchain, PYTHON).key)
    assert fetched is not None
    fetched.fetch()
    for _ in range(2):
        supply(context, worktree)
    assert (worktree / "made").is_dir()
    assert repository.worktree_changes(worktree, head) == []
    assert (repository.common_dir / "info" / "exclude").read_text().splitlines().count("/made") == 1
    repository.prepare_worktree(worktree, head)
    assert fetched.there
