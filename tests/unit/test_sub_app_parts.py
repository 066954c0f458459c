"""Sub-apps, part by part: what they are told, how they are spoken of, what they share, and how their tree is taken."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.assessment import Assessment
from engine.document.parser import parse
from engine.git import Repository
from engine.git.graft import graft
from engine.instances import Instances
from engine.legos.plan import Plan, PlanError, parse_plan
from engine.legos.roles import paths
from engine.legos.scaffold import scaffold
from engine.legos.sub_apps import intent_of, seen_from_outside
from engine.legos.toolchain import find_toolchain
from engine.runner.ending import Ending, RunEnd
from engine.runner.family import Family, Held, SubApps
from engine.snapshot import Options
from engine.state.models import Budget
from engine.workspace import Workspace
from tests.git_helpers import plain_git, write
from tests.village import DOCUMENT, HAMLETS, plan_of

PLAN = parse_plan(plan_of("village", ("east", "app", ()), ("west", "app", ()), ("hall", "entry", HAMLETS)))
VILLAGE = DOCUMENT.read_text(encoding="utf-8")


# What a sub-app is told


def test_an_intent_says_purpose_place_name_and_what_the_larger_app_knows() -> None:
    intent = intent_of(PLAN, "east", [("requirements.md", "````\nR-001\n````")])
    assert intent.startswith("# east\n\nThe east.\n\nThis app is one part of a larger one, `village`")
    assert "There it serves `hall`." in intent
    assert "is named `east`" in intent
    assert intent.endswith("\n## requirements.md\n\n````\nR-001\n````\n")
    assert intent == intent_of(PLAN, "east", [("requirements.md", "````\nR-001\n````")])


def test_an_intent_names_the_packages_of_the_plan_and_nobody_who_is_retired() -> None:
    east, west, hall = PLAN.legos
    legos = [
        east.model_copy(update={"packages": ["rich>=13"]}),
        west,
        hall.model_copy(update={"decision": "RETIRE"}),
    ]
    intent = intent_of(Plan(app="village", legos=legos), "east", [])
    assert "These packages may be used: rich>=13." in intent
    assert "serves" not in intent


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("`meta approve map` approves it", "`meta approve map --dir apps/east` approves it"),
        ("`meta approve map --dir apps/mill` then", "`meta approve map --dir apps/east/apps/mill` then"),
        ("`meta retry a`, or `meta run`", "`meta retry a --dir apps/east`, or `meta run --dir apps/east`"),
        ("`houses/barn.md` has no section", "`houses/barn.md` has no section"),
    ],
)
def test_commands_of_a_sub_app_are_told_with_its_folder(said: str, seen: str) -> None:
    assert seen_from_outside(said, "east") == seen


# The document and the plan


def test_a_step_for_a_kind_is_a_step_of_those_legos_only() -> None:
    orchestration = parse(VILLAGE, "village.md").orchestration
    assert orchestration is not None
    instances = Instances(orchestration, PLAN)
    assert instances.of(orchestration.step("hamlet")) == (("hamlet", "east"), ("hamlet", "west"))
    house = orchestration.step("house")
    assert ("hamlet", "east") in instances.read_by(house, "east")
    assert ("hamlet", "hall") not in instances.read_by(house, "hall")


@pytest.mark.parametrize(
    ("value", "decisions", "kinds"),
    [
        ("LEGO where kind is app", (), ("app",)),
        ("LEGO where kind is component or entry", (), ("component", "entry")),
        ("LEGO where decision is NEW, REFACTOR or KEEP and kind is app", ("NEW", "REFACTOR", "KEEP"), ("app",)),
        ("LEGO where kind is app and decision is NEW", ("NEW",), ("app",)),
    ],
)
def test_for_each_chooses_by_decision_and_kind(value: str, decisions: tuple[str, ...], kinds: tuple[str, ...]) -> None:
    parsed = parse(VILLAGE.replace("LEGO where kind is app", value), "village.md")
    assert parsed.orchestration is not None, parsed.problems
    step = parsed.orchestration.step("hamlet")
    assert (step.decisions, step.kinds) == (decisions, kinds)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("LEGO where kind is ap", "unknown kind `ap`; did you mean `app`?"),
        ("LEGO where size is S", "`size is S` chooses no LEGOs: write `decision is NEW or REFACTOR`"),
        ("LEGO where kind is app and kind is entry", "the kind is asked for a second time"),
    ],
)
def test_a_wrong_choice_is_reported_where_it_stands(value: str, problem: str) -> None:
    (found,) = parse(VILLAGE.replace("LEGO where kind is app", value), "village.md").problems
    line = VILLAGE[: VILLAGE.index("LEGO where kind is app")].count("\n") + 1
    assert found.line == line
    assert problem in str(found)


def test_an_app_cannot_have_the_name_of_a_standard_module() -> None:
    with pytest.raises(PlanError, match='LEGO "calendar" is to be an app, and a standard module has that name'):
        parse_plan(plan_of("village", ("calendar", "app", ()), ("hall", "entry", ())))
    assert parse_plan(plan_of("village", ("calendar", "component", ()), ("hall", "entry", ()))).names[0] == "calendar"


def test_more_than_fifty_legos_are_refused_with_the_way_out_and_sub_apps_count_as_one() -> None:
    many = [(f"house_{number}", "component", ()) for number in range(50)]
    with pytest.raises(
        PlanError, match=r'51 LEGOs, more than 50: group them into sub-apps, each one LEGO of kind "app"'
    ):
        parse_plan(plan_of("village", *many, ("hall", "entry", ())))
    parse_plan(plan_of("village", *many[:48], ("east", "app", ()), ("hall", "entry", ())))


# Shared with the parent


def test_what_others_use_is_taken_off_the_cap_of_the_run() -> None:
    family, above, below = Family(), Path("/a"), Path("/a/apps/b")
    assert family.options(above, Options(), Budget(tokens=100), 50, None).most_tokens == 150
    assert family.options(below, Options(), Budget(), 50, 2.0) == Options(most_tokens=50, most_cost=2.0)
    family.options(below, Options(), Budget(tokens=30, cost=0.5), 50, 2.0)
    assert family.options(above, Options(), Budget(tokens=110), 50, 2.0) == Options(most_tokens=120, most_cost=1.5)
    assert family.options(below, Options(), Budget(tokens=30), 50, None).most_tokens == 40
    assert family.options(above, Options(yes=True), Budget(tokens=999), None, None) == Options(yes=True)


def test_sessions_elsewhere_are_those_of_the_other_engines() -> None:
    family = Family()
    family.set_live(Path("/a"), 2)
    family.set_live(Path("/b"), 3)
    assert [family.live_elsewhere(Path(name)) for name in ("/a", "/b", "/c")] == [3, 2, 5]


@pytest.mark.parametrize(
    ("end", "held", "word"),
    [
        ("blocked", ["waiting", "blocked"], "waiting"),
        ("blocked", ["runtime", "blocked"], "runtime"),
        ("blocked", ["blocked", "stopped"], "blocked"),
        ("blocked", [], "blocked"),
        ("done", ["waiting"], "done"),
        ("paused", ["waiting"], "paused"),
    ],
)
def test_the_end_of_a_run_is_what_a_person_can_do_about_its_sub_apps(
    end: Ending, held: list[Ending], word: str
) -> None:
    sub_apps = SubApps(held={str(number): Held(one, ()) for number, one in enumerate(held)})
    assert sub_apps.told(RunEnd(end, Assessment(()))).ending == word


def test_a_sub_app_works_by_its_parents_documents_unless_it_has_its_own(tmp_path: Path) -> None:
    inner = tmp_path / "app" / "apps" / "east" / "apps" / "mill"
    inner.mkdir(parents=True)
    for folder in (tmp_path / "app", inner.parent.parent, inner):
        (folder / ".orchestrator").mkdir()
    east, mill = Workspace.at(inner.parent.parent), Workspace.at(inner)
    assert mill.overlay == tmp_path.resolve() / "app" / ".meta"
    (east.root / ".meta").mkdir()
    assert (mill.overlay, east.overlay) == (east.root / ".meta", east.root / ".meta")
    assert Workspace.at(tmp_path / "app").parent is None


# Its tree in the parent's commit


def repository(folder: Path, files: dict[str, str]) -> Repository:
    folder.mkdir(parents=True)
    made = Repository.init(folder)
    commit(made, files)
    return made


def commit(made: Repository, files: Mapping[str, str | None]) -> str:
    data = {path: None if text is None else text.encode() for path, text in files.items()}
    new = made.commit_files(made.head(), data, "work")
    made.fast_forward(made.head(), new)
    return new


def test_a_graft_is_the_other_tree_in_a_folder_and_changes_nothing_else(tmp_path: Path) -> None:
    outer = repository(tmp_path / "outer", {"a.txt": "a", "apps/west/w.txt": "w"})
    inner = repository(tmp_path / "inner", {"b.txt": "b", "run.sh": "#!/bin/sh\n"})
    base = outer.head()
    assert base is not None
    new = graft(outer, base, inner, "apps/east", "east")
    assert outer.head() == base
    assert outer.files(new) == ["a.txt", "apps/east/b.txt", "apps/east/run.sh", "apps/west/w.txt"]
    assert outer.ids(new, ["apps/east"])["apps/east"] == plain_git(inner.root, "rev-parse", "HEAD^{tree}").strip()
    assert plain_git(outer.root, "rev-parse", "refs/meta/apps/east") == plain_git(inner.root, "rev-parse", "HEAD")
    assert plain_git(outer.root, "status", "--porcelain") == ""


def test_a_graft_again_follows_the_other_tree_also_where_files_went(tmp_path: Path) -> None:
    outer, inner = repository(tmp_path / "outer", {"a.txt": "a"}), repository(tmp_path / "inner", {"b.txt": "b"})
    first = graft(outer, str(outer.head()), inner, "apps/east", "east")
    assert graft(outer, first, inner, "apps/east/", "east") == first
    commit(inner, {"b.txt": None, "c/d.txt": "d"})
    assert outer.files(graft(outer, first, inner, "apps/east", "east")) == ["a.txt", "apps/east/c/d.txt"]


def test_a_folder_with_a_repository_of_its_own_lands_in_place_and_is_clean_then(tmp_path: Path) -> None:
    outer = repository(tmp_path / "outer", {"a.txt": "a"})
    inner = repository(outer.root / "apps" / "east", {"b.txt": "b", "run.sh": "#!/bin/sh\n"})
    base = str(outer.head())
    outer.fast_forward(base, graft(outer, base, inner, "apps/east", "east"))
    assert plain_git(outer.root, "status", "--porcelain") == ""
    assert plain_git(inner.root, "status", "--porcelain") == ""
    write(inner.root, {"b.txt": "edited"})
    assert plain_git(outer.root, "status", "--porcelain") == " M apps/east/b.txt\n"


# The Python scaffold


def test_the_roles_of_a_sub_app_are_the_same_in_every_toolchain() -> None:
    toolchain = find_toolchain("python")
    orchestration = parse(VILLAGE, "village.md").orchestration
    assert orchestration is not None
    outputs = orchestration.step("hamlet").outputs
    found = [paths(reference, PLAN, toolchain, "east") for reference in outputs]
    assert found == [["apps/east/"], ["apps/east/README.md"]]


def test_the_scaffold_lets_tests_and_the_wheel_see_what_sub_apps_offer(tmp_path: Path) -> None:
    files = {path: data.decode() for path, data in scaffold(PLAN, find_toolchain("python"), "A village").items()}
    settings = tomllib.loads(files["pyproject.toml"])
    assert settings["tool"]["pytest"]["ini_options"]["pythonpath"] == ["src", "apps/east/src", "apps/west/src", "."]
    write(tmp_path, files | {f"apps/{name}/src/{name}/__init__.py": "" for name in HAMLETS})
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    subprocess.run(build, cwd=tmp_path, capture_output=True, check=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {"east/__init__.py", "west/__init__.py", "village/__main__.py"} <= set(names)


def test_without_sub_apps_the_package_description_says_nothing_of_them() -> None:
    plan = parse_plan(plan_of("village", ("hall", "entry", ())))
    text = scaffold(plan, find_toolchain("python"), "A village")["pyproject.toml"].decode()
    assert "apps" not in text.replace("app_", "")
    assert 'packages = ["src/village"]\n\n[tool.pytest.ini_options]' in text


@pytest.mark.parametrize(
    ("lego", "code", "allowed"),
    [
        ("east", "import east\n", True),
        ("east", "from east.barn import create\n", True),
        ("east", "import west\n", False),
        ("hall", "import east\n", False),
    ],
)
def test_only_the_lego_in_front_of_a_sub_app_imports_it(tmp_path: Path, lego: str, code: str, allowed: bool) -> None:
    files = {path: data.decode() for path, data in scaffold(PLAN, find_toolchain("python"), "A village").items()}
    inner = {f"apps/{name}/src/{name}/__init__.py": "" for name in HAMLETS}
    write(tmp_path, files | inner | {f"src/village/{lego}/__init__.py": code})
    test = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_architecture.py"]
    done = subprocess.run(test, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == allowed, done.stdout
