"""The toolchain document: roles, commands and guides as the engine reads them, and where the bundled data is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from engine import resources
from engine.document.model import Position, Reference, Step
from engine.legos.plan import Plan, parse_plan
from engine.legos.roles import notes_file, paths, view
from engine.legos.sub_apps import SUB_APP_ROLES
from engine.legos.toolchain import Toolchain, ToolchainError, find_toolchain, load_toolchain
from engine.legos.toolchain_model import IN_ADOPTED

HERE = Position(1, 1)

SMALL = """# Toolchain: shell

## Roles

| Role | Paths | Told |
|---|---|---|
| source | `src/{lego}.sh` | designer |

## Shared files

| Path | Template |
|---|---|
| `{app}.sh` | `shell/app.j2` |

## Commands

| Command | Command line | Paths for a LEGO | Paths for the app |
|---|---|---|---|
| test | `sh -e '{app} test' {paths} --report={report}` | `a/{lego}/` `b` | – |

## Exit codes

| Code | Means |
|---|---|
| 0 | passed |

## Environment

| Variable | Value |
|---|---|
| REAL | `{real}` |

## For a designer

Build {lego} of {app}.

### How

Well.

## Else

Not told.
"""


@pytest.fixture
def plan() -> Plan:
    legos = [
        {"name": "cli", "purpose": "p", "kind": "entry", "dependencies": ["store", "clock"]},
        {"name": "store", "purpose": "p", "kind": "component", "dependencies": ["clock"]},
        {"name": "clock", "purpose": "p", "kind": "component"},
        {"name": "old", "purpose": "p", "kind": "component", "decision": "RETIRE"},
    ]
    return parse_plan(json.dumps({"schema_version": 1, "app": "notes", "legos": legos}))


@pytest.fixture(scope="module")
def bundled() -> Toolchain:
    return find_toolchain("python")


def load(tmp_path: Path, text: str) -> Toolchain:
    path = tmp_path / "shell.md"
    path.write_text(text)
    return load_toolchain(path)


def role(name: str, target: str = "") -> Reference:
    return Reference(f"{name} of {{{target}}}", HERE, role=name, target=target)  # type: ignore[arg-type]


def test_a_document_becomes_roles_commands_and_guides(tmp_path: Path, plan: Plan) -> None:
    small = load(tmp_path, SMALL)
    assert small.role("source") == ("src/{lego}.sh",)
    assert small.role("shared files") == ("{app}.sh",)
    assert small.exit_codes == {0: "passed"}
    step = Step("write", 7, HERE, outputs=(role("source", "lego"), role("sources", "lego"), role("shared files")))
    assert small.told(step) == "Build {lego} of {app}.\n\n### How\n\nWell.\n"
    assert small.told(Step("read", 7, HERE, inputs=step.outputs)) == ""
    argv, env = small.render("test", plan=plan, lego="store", interpreter="py", report="r.xml")
    assert argv == ["sh", "-e", "notes test", "a/store/", "b", "--report=r.xml"]
    assert env == {}


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("## Roles", "## Rolls", 1, 'the section "## Roles" is missing'),
        ("| Role | Paths |", "| Role | Path |", 3, "the columns Role, Paths, Told"),
        ("| designer |", "| cook |", 7, 'no section "## For a cook"'),
        ("`src/{lego}.sh`", "src", 7, "expected paths in `code`"),
        ("`src/{lego}.sh`", "`/src`", 7, "'/src' leaves its folder"),
        ("`src/{lego}.sh`", "`../{lego}`", 7, "leaves its folder"),
        ("`src/{lego}.sh`", "`{entry}`", 7, "{entry} means nothing here; known are: {app}, {lego}"),
        ("`{app}.sh`", "`{lego}.sh`", 13, "{lego} means nothing here; known are: {app}"),
        ("--report={report}", "{repot}", 19, "{repot} means nothing here"),
        ("'{app} test'", "'{app} test", 19, "cannot be split into words"),
        ("| 0 | passed |", "| 0 | fine |", 25, 'the word "passed" or "failed"'),
        ("| REAL | `{real}` |", "", 27, 'the table of the section "Environment" is empty'),
        ("| REAL | `{real}` |", "| A | `1` |\n| A | `2` |", 32, "'A' stands in this table twice"),
        ("| source |", "| shared files |", 3, 'the role "shared files" is made of'),
    ],
)
def test_a_mistake_is_reported_with_file_and_line(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    assert old in SMALL
    with pytest.raises(ToolchainError) as caught:
        load(tmp_path, SMALL.replace(old, new))
    assert str(caught.value).startswith(f"{tmp_path}/shell.md:{line}: ")
    assert message in str(caught.value)


def test_a_document_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError, match=r"gone\.md:1: cannot be read"):
        load_toolchain(tmp_path / "gone.md")


def test_unknown_names_are_answered_with_the_known_ones(tmp_path: Path, plan: Plan) -> None:
    small = load(tmp_path, SMALL)
    with pytest.raises(ToolchainError, match="no role 'sauce', only source, shared files"):
        small.role("sauce")
    with pytest.raises(ToolchainError, match="no command 'lint', only test"):
        small.command("lint")
    with pytest.raises(ToolchainError, match="'test' does not exist for the app"):
        small.render("test", plan=plan, lego=None, interpreter="py", report="r")


@pytest.mark.parametrize(
    ("real", "fake", "empty", "expected"),
    [
        ((), (), (), (None, None, None)),
        (["cli"], ["clock", "store"], (), ("cli", "store,clock", "")),
        ((), ["store"], (), ("", "store", "")),
        ((), (), ["store"], ("", "", "store")),
    ],
)
def test_the_environment_says_which_legos_are_real_fake_and_empty(
    bundled: Toolchain, plan: Plan, real: list[str], fake: list[str], empty: list[str], expected: tuple[str | None, ...]
) -> None:
    _, env = bundled.render(
        "test", plan=plan, lego="cli", real=real, fake=fake, empty=empty, interpreter="p", report=""
    )
    assert (env.get("LEGO_REAL"), env.get("LEGO_FAKE"), env.get("LEGO_EMPTY")) == expected
    assert env["PYTHONHASHSEED"] == "0"


def test_roles_of_every_target_become_paths(bundled: Toolchain, plan: Plan) -> None:
    def found(name: str, target: str = "", lego: str | None = "cli") -> list[str]:
        return paths(role(name, target), plan, bundled, lego)

    assert found("contract", "lego") == ["src/notes/contracts/cli.py"]
    assert found("contracts", "dependencies") == ["src/notes/contracts/store.py", "src/notes/contracts/clock.py"]
    assert found("fakes", "dependencies", "store") == ["tests/fakes/clock.py"]
    assert found("contract tests", "lego") == ["tests/contract/test_cli.py"]
    assert found("unit tests", "lego") == ["tests/unit/cli/"]
    assert found("source", "legos", None) == ["src/notes/cli/", "src/notes/store/", "src/notes/clock/"]
    assert found("merged source", "lego") == found("source", "lego")
    assert found("integration tests", lego=None) == ["tests/integration/"]
    assert found("smoke script", lego=None) == ["deploy/smoke.sh"]
    assert "src/notes/__main__.py" in found("shared files", lego=None)


def test_a_literal_path_may_name_the_lego_the_entry_and_the_app(bundled: Toolchain, plan: Plan) -> None:
    def found(path: str, lego: str | None) -> list[str]:
        return paths(Reference(path, HERE, path=path), plan, bundled, lego)

    assert found("design/design_{lego}.md", "store") == ["design/design_store.md"]
    assert found("design/design_{entry}.md", None) == ["design/design_cli.md"]
    assert found("{app}.txt", None) == ["notes.txt"]
    with pytest.raises(ToolchainError, match="does not say for which"):
        found("design/design_{lego}.md", None)


def test_a_role_made_per_lego_must_say_whose(bundled: Toolchain, plan: Plan) -> None:
    with pytest.raises(ToolchainError, match="does not say for which"):
        paths(role("contract"), plan, bundled, "cli")
    with pytest.raises(ToolchainError, match="not run per LEGO"):
        paths(role("contract", "dependencies"), plan, bundled, None)


def test_without_a_plan_only_what_does_not_depend_on_it_has_paths(bundled: Toolchain) -> None:
    assert paths(role("integration tests"), None, bundled, None) == ["tests/integration/"]
    assert paths(role("source", "legos"), None, bundled, None) == []
    assert paths(Reference("r.md", HERE, path="r.md"), None, bundled, None) == ["r.md"]


def test_the_view_of_a_step_is_inputs_outputs_and_the_file_of_its_notes(bundled: Toolchain, plan: Plan) -> None:
    requirements = Reference("requirements.md", HERE, path="requirements.md", rows=True)
    design = Reference("d", HERE, path="design/design_{lego}.md")
    entry_design = Reference("d", HERE, path="design/design_{entry}.md")
    tests = Step("tests", 7, HERE, inputs=(requirements, design), outputs=(role("unit tests", "lego"),))
    assert view(tests, plan, bundled, "store") == ["requirements.md", "design/design_store.md", "tests/unit/store/"]
    assert notes_file(tests, plan, bundled, "store") == "design/design_store.md"
    integration = Step(
        "integration", 8, HERE, inputs=(requirements, entry_design), outputs=(role("integration tests"),)
    )
    assert notes_file(integration, plan, bundled, None) == "design/design_cli.md"
    meta = Step("requirements", 3, HERE, inputs=(requirements,), outputs=(Reference("e.md", HERE, path="e.md"),))
    assert view(meta, plan, bundled, None) == ["requirements.md", "e.md"]
    assert notes_file(meta, plan, bundled, None) == "e.md"
    only_data = Step("planning", 5, HERE, inputs=(requirements,), outputs=(Reference("p", HERE, path="p.json"),))
    assert notes_file(only_data, plan, bundled, None) is None


def test_the_guides_are_short_and_every_role_that_a_session_writes_has_one(bundled: Toolchain) -> None:
    assert all(len(guide.split()) <= 700 for guide in bundled.guides.values())
    assert set(bundled.guide_of.values()) == {name.removesuffix(IN_ADOPTED) for name in bundled.guides}
    by_the_engine = set(SUB_APP_ROLES)
    assert set(bundled.roles) - set(bundled.guide_of) - by_the_engine == {
        "merged source",
        "package description",
        "shared files",
    }
    design = Step("design", 6, HERE, outputs=(role("contract", "lego"), role("fake", "lego")))
    assert bundled.told(design) == bundled.guides["designer"]


def test_a_workspace_overlays_documents_and_templates_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "toolchains").mkdir()
    own = tmp_path / "toolchains" / "python.md"
    assert resources.document("toolchains/python.md", tmp_path) == resources.meta_home() / "toolchains/python.md"
    own.write_text(SMALL)
    assert resources.document("toolchains/python.md", tmp_path) == own
    found = find_toolchain("python", tmp_path)
    assert found.path == own
    assert found.template_folders == (tmp_path / "toolchains", resources.meta_home() / "toolchains")
    with pytest.raises(resources.ResourceError, match=re.escape(f"{tmp_path / 'none.md'} and")):
        resources.document("none.md", tmp_path)


def test_the_bundled_data_is_found_beside_the_package_and_inside_a_wheel(tmp_path: Path) -> None:
    package = tmp_path / "engine"
    (tmp_path / ".meta").mkdir()
    assert resources._home(".meta", package) == tmp_path / ".meta"
    (package / "_bundled" / ".meta").mkdir(parents=True)
    assert resources._home(".meta", package) == package / "_bundled" / ".meta"
    with pytest.raises(resources.ResourceError, match="install the package again"):
        resources._home("examples", package)
