"""A LEGO with files of its own: the plan goes before the toolchain's layout, and the engine leaves them alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.adoption.draft import ignoring, intent_draft, readme_of
from engine.adoption.sharing import allowed, left_out
from engine.adoption.write import ADOPTED_REF
from engine.document.parser import load
from engine.git import Repository
from engine.legos.plan import Plan, PlanError, change_problems, parse_plan, plan_rows
from engine.legos.roles import outputs, paths, view
from engine.legos.scaffold import scaffold
from engine.legos.toolchain import find_toolchain
from engine.lifecycle.intent import check_intent, title_of
from engine.resources import document

TOOLCHAIN = find_toolchain("python")


def plan(*files: dict[str, list[str]]) -> Plan:
    """A plan with a LEGO `a`, `b`, … for each of these; the last is the entry."""
    legos = [
        {
            "name": "abc"[number],
            "purpose": "Something.",
            "kind": "entry" if number == len(files) - 1 else "component",
            **({"files": own} if own else {}),
        }
        for number, own in enumerate(files)
    ]
    return parse_plan(json.dumps({"schema_version": 1, "app": "shop", "legos": legos}))


def of_role(made: Plan, role: str, lego: str) -> list[str]:
    """The paths of a role of a LEGO, as the steps of the document see them."""
    orchestration = load(document("AGENTS.md"))
    references = [one for step in orchestration.steps() for one in (*step.inputs, *step.outputs) if one.role == role]
    return paths(next(one for one in references if one.target == "lego"), made, TOOLCHAIN, lego)


def test_files_of_its_own_go_before_the_layout_of_the_toolchain() -> None:
    made = plan({"source": ["shop/a.py"], "unit tests": ["tests/test_a.py"]}, {})
    assert of_role(made, "source", "a") == ["shop/a.py"]
    assert of_role(made, "merged source", "a") == ["shop/a.py"]
    assert of_role(made, "unit tests", "a") == ["tests/test_a.py"]
    assert of_role(made, "contract", "a") == ["src/shop/contracts/a.py"]
    assert of_role(made, "source", "b") == ["src/shop/b/"]


def test_a_step_may_write_just_the_files_of_its_lego() -> None:
    made = plan({"source": ["shop/a.py", "shop/data/"]}, {})
    step = next(one for one in load(document("AGENTS.md")).steps() if any(r.role == "source" for r in one.outputs))
    assert outputs(step, made, TOOLCHAIN, "a") == ["shop/a.py", "shop/data/"]


def test_a_command_looks_at_the_files_of_the_lego() -> None:
    made = plan({"unit tests": ["tests/test_a.py", "tests/test_a2.py"]}, {})
    assert TOOLCHAIN.selected("unit_test", made, "a") == ["tests/test_a.py", "tests/test_a2.py"]
    assert TOOLCHAIN.selected("unit_test", made, "b") == ["tests/unit/b/"]


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (["x.py"], ["x.py"], 'The file "x.py" belongs to LEGO "a" and to LEGO "b"'),
        (["x/"], ["x/y/z.py"], 'The file "x/y/z.py" belongs to LEGO "a" and to LEGO "b"'),
        (["x/y.py"], ["x/"], 'The file "x/y.py" belongs to LEGO "b" and to LEGO "a"'),
        (["x"], ["x/"], 'The file "x/" belongs'),
        (["../x"], [], "write a path below the app"),
        (["/x"], [], "write a path below the app"),
        (["a//x"], [], "write a path below the app"),
        ([".git/config"], [], "write a path below the app"),
        (["{lego}"], [], "write a path below the app"),
        ([""], [], "write a path below the app"),
    ],
)
def test_a_file_lies_below_the_app_and_belongs_to_one_lego(one: list[str], other: list[str], told: str) -> None:
    with pytest.raises(PlanError) as caught:
        plan({"source": one}, {"source": other})
    assert told in str(caught.value)


def test_the_same_file_may_have_two_roles_in_one_lego() -> None:
    assert plan({"source": ["x.py"], "unit tests": ["x.py"]}).names == ["a"]


def test_a_lego_without_files_is_told_as_before() -> None:
    assert '"files"' not in plan_rows(plan({}, {}), "a")
    assert '"files"' in plan_rows(plan({"source": ["x.py"]}, {}), "a")


@pytest.fixture
def adopted(tmp_path: Path) -> Repository:
    repository = Repository.init(tmp_path / "app")
    files = {"AGENTS.md": b"theirs\n", "tests/conftest.py": b"theirs\n", "shop/a.py": b"theirs\n"}
    first = repository.commit_files(None, files, "first")
    repository.fast_forward(None, first)
    repository.update_ref(ADOPTED_REF, first)
    return repository


OURS: dict[str, bytes | None] = {
    "AGENTS.md": b"ours",
    "tests/conftest.py": b"ours",
    "tests/lint.py": b"ours",
    "pyproject.toml": b"ours",
    "src/shop/__main__.py": b"ours",
    "src/shop/contracts/__init__.py": b"ours",
    "shop/a.py": None,
}


def test_an_engine_action_leaves_alone_what_adopted_code_brought_along(adopted: Repository) -> None:
    made = allowed(adopted, OURS, list(OURS), plan({"source": ["src/shop/a.py"]}), TOOLCHAIN)
    assert sorted(made) == ["shop/a.py", "src/shop/contracts/__init__.py", "tests/lint.py"]


def test_in_an_app_that_lies_elsewhere_what_belongs_beside_its_code_lies_there_too() -> None:
    made = plan({}, {"source": ["shop/b.py"], "contract": ["shop/contracts/b.py"]})
    assert of_role(made, "source", "a") == ["shop/a/"]
    assert of_role(made, "contract", "a") == ["shop/contracts/a.py"]
    assert of_role(made, "fake", "a") == ["tests/fakes/a.py"]
    assert TOOLCHAIN.selected("inspect", made, None) == ["shop/"]
    written = scaffold(made, TOOLCHAIN, "Shop")
    assert "shop/contracts/__init__.py" in written
    assert not any(path.startswith("src/") for path in written)
    assert left_out(written, made, TOOLCHAIN) >= {"pyproject.toml", "shop/__init__.py", "tests/conftest.py"}


def test_the_whole_suite_holds_the_tests_of_adopted_code_wherever_they_lie() -> None:
    made = plan({"source": ["shop/a.py"], "unit tests": ["shop/test_a.py", "tests/test_a.py"]}, {})
    assert TOOLCHAIN.selected("test", made, None) == ["tests/", "shop/test_a.py"]
    assert TOOLCHAIN.selected("test", plan({}), None) == ["tests/"]


def test_adopted_code_has_its_own_environment_and_gets_the_fixtures_as_a_plugin() -> None:
    made = plan({"source": ["shop/a.py"]}, {})
    _, variables = TOOLCHAIN.render("test", plan=made, lego=None, interpreter="", report="")
    assert variables["PYTEST_PLUGINS"] == "tests.legos"
    assert "PYTEST_DISABLE_PLUGIN_AUTOLOAD" not in variables
    _, usual = TOOLCHAIN.render("test", plan=plan({}), lego=None, interpreter="", report="")
    assert usual["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] == "1" and "PYTEST_PLUGINS" not in usual
    assert {"tests/legos.py", "conftest.py"} <= scaffold(made, TOOLCHAIN, "Shop").keys()
    assert not {"tests/legos.py", "conftest.py"} & scaffold(plan({}), TOOLCHAIN, "Shop").keys()


def test_who_changes_adopted_code_is_told_how_it_is_different() -> None:
    step = next(one for one in load(document("AGENTS.md")).steps() if any(r.role == "source" for r in one.outputs))
    more = "A neighbour that is adopted code"
    assert more in TOOLCHAIN.told(step, plan({"source": ["shop/a.py"]}))
    assert more not in TOOLCHAIN.told(step, plan({}))


def test_what_no_step_has_as_its_output_is_written_as_before(adopted: Repository) -> None:
    assert "AGENTS.md" in allowed(adopted, OURS, ["tests/"], plan({}), TOOLCHAIN)


def test_in_an_app_that_was_not_adopted_every_file_is_written(adopted: Repository) -> None:
    adopted.delete_ref(ADOPTED_REF)
    assert allowed(adopted, OURS, list(OURS), plan({}), TOOLCHAIN) == OURS


@pytest.mark.parametrize(
    ("readme", "title", "paragraph"),
    [
        ("# Shop\n\nSells things.\n\nMore.", "Shop", "Sells things."),
        ("[![badge](x)](y)\n\n# Shop #\nSells\nthings.\n", "Shop", "Sells\nthings."),
        ("Shop\n====\n\nSells things.\n", "Shop", "Sells things."),
        ("Sells things.", "shop", "Sells things."),
        ("# Shop\n\n```\ncode\n```\n\n| a | b |\n", "Shop", "(What it is for"),
        ("", "shop", "(What it is for"),
    ],
)
def test_the_draft_of_the_intent_begins_like_the_readme(readme: str, title: str, paragraph: str) -> None:
    draft = check_intent(intent_draft("shop", readme).encode(), "draft")
    assert title_of(draft) == title
    assert "**Draft**" in draft
    assert f"## What it is for\n\n{paragraph}" in draft


def test_a_secret_of_the_readme_does_not_get_into_the_draft() -> None:
    key = "AKIA" + "QYLPMN5HHHFPZAM2"
    assert key not in intent_draft("shop", f"# Shop\n\nUse aws_access_key_id = {key} to log in.")


def test_the_readme_is_found_whatever_its_ending() -> None:
    assert readme_of(["a.py", "docs/README.md", "ReadMe.rst"]) == "ReadMe.rst"
    assert readme_of(["a.py"]) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b"/x/\n"),
        (b"*.pyc\n", b"*.pyc\n/x/\n"),
        (b"*.pyc", b"*.pyc\n/x/\n"),
        (b"a\r\nb\r\n", b"a\r\nb\r\n/x/\r\n"),
    ],
)
def test_a_gitignore_keeps_every_byte_and_gets_lines_at_its_end(before: bytes, after: bytes) -> None:
    assert ignoring(before, ["/x/"]) == after


def test_a_change_keeps_where_the_files_of_a_lego_lie() -> None:
    earlier = plan({"source": ["shop/a.py"]}, {})
    assert change_problems(plan({"source": ["shop/a.py"]}, {"source": ["shop/b.py"]}), earlier)[1:] == [
        'LEGO "b" is there already: choose KEEP, REFACTOR, REGENERATE or RETIRE.'
    ]
    assert 'LEGO "a" has other "files" than in the present plan: copy them from there.' in change_problems(
        plan({}, {}), earlier
    )


def view_of(made: Plan, lego: str) -> list[str]:
    """What the step that writes a LEGO's code sees."""
    step = next(one for one in load(document("AGENTS.md")).steps() if any(r.role == "source" for r in one.outputs))
    return view(step, made, TOOLCHAIN, lego)


def needing(lego: str, made: Plan, *needed: str) -> Plan:
    """The plan, with dependencies for one LEGO."""
    legos = [one.model_copy(update={"dependencies": list(needed)}) if one.name == lego else one for one in made.legos]
    return Plan(app=made.app, legos=legos)


def test_adopted_code_sees_all_adopted_code_which_was_not_written_to_be_apart() -> None:
    made = plan({"source": ["shop/a.py"]}, {"source": ["shop/b.py"]}, {})
    assert {"shop/a.py", "shop/b.py"} <= set(view_of(made, "a"))


def test_a_new_lego_sees_of_adopted_code_only_what_it_depends_on() -> None:
    made = needing("c", plan({"source": ["shop/a.py"]}, {"source": ["shop/b.py"]}, {}), "a")
    assert "shop/a.py" in view_of(made, "c")
    assert "shop/b.py" not in view_of(made, "c")


def test_where_nothing_was_adopted_a_lego_does_not_see_the_code_of_others() -> None:
    made = needing("b", plan({}, {}), "a")
    assert not [path for path in view_of(made, "b") if path.startswith("src/shop/a")]


def test_adopted_legos_are_not_handed_over_by_fixtures_as_they_have_no_fakes() -> None:
    made = needing("c", plan({"source": ["shop/a.py"]}, {}, {}), "a", "b")
    assert '"c": ("b",),' in scaffold(made, TOOLCHAIN, "Shop")["tests/conftest.py"].decode()


def test_the_architecture_test_leaves_adopted_code_alone_and_lets_it_be_imported() -> None:
    made = plan({"source": ["src/shop/a.py", "src/shop/web/", "src/shop/__init__.py", "tests/conftest.py"]}, {})
    written = scaffold(made, TOOLCHAIN, "Shop")["tests/test_architecture.py"].decode()
    rules, _, imported = written.partition("ADOPTED: ")
    assert '"a":' not in rules and '"b": (),' in rules
    assert '"a": ("shop.a","shop.web","shop",),' in imported
