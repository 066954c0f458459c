"""What the survey of Python code finds, by running the very script that the toolchain names."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.adoption.survey import REPORT, Report, SurveyFailed, find_script, survey
from engine.gates.sandbox import Unsandboxed, available
from engine.git import Repository
from engine.legos.toolchain import Toolchain, ToolchainError, find_toolchain, load_toolchain
from tests.git_helpers import write

TOOLCHAIN = find_toolchain("python")


def look(root: Path, files: dict[str, str]) -> Report:
    """The report on these files."""
    write(root, files)
    assert TOOLCHAIN.survey is not None
    script = find_script(TOOLCHAIN, TOOLCHAIN.survey)
    subprocess.run([sys.executable, "-I", str(script), REPORT], cwd=root, check=True)
    return Report.model_validate_json((root / REPORT).read_bytes())


def imports(found: Report) -> dict[str, list[str]]:
    return {module.name: module.imports for module in found.modules}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("import shop.store", ["shop.store"]),
        ("from shop.store import Store", ["shop.store"]),
        ("from shop import store", ["shop.store"]),
        ("from . import store", ["shop.store"]),
        ("from .store import *", ["shop.store"]),
        ("from shop import VERSION", ["shop"]),
        ("from .web import views as v", ["shop.web.views"]),
        ("def f():\n    from shop import store", ["shop.store"]),
        ("import importlib\nimportlib.import_module('shop.store')", ["shop.store"]),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shop import store", []),
        ("import typing\nif typing.TYPE_CHECKING:\n    pass\nelse:\n    from shop import store", ["shop.store"]),
        ("import store", []),
        ("import json", []),
    ],
)
def test_every_way_to_import_a_module_of_the_project_is_seen(tmp_path: Path, line: str, expected: list[str]) -> None:
    files = {
        "shop/__init__.py": "VERSION = 1",
        "shop/store.py": "",
        "shop/web/__init__.py": "",
        "shop/web/views.py": "",
    }
    found = look(tmp_path, {**files, "shop/cli.py": line})
    assert imports(found)["shop.cli"] == expected


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("shop/__init__.py", "shop"),
        ("src/shop/__init__.py", "shop"),
        ("backend/src/shop/__init__.py", "shop"),
        ("src/tool.py", "tool"),
        ("tool.py", "tool"),
        ("plugins/extra.py", "plugins.extra"),
    ],
)
def test_a_module_is_named_as_it_is_imported(tmp_path: Path, path: str, name: str) -> None:
    assert list(imports(look(tmp_path, {path: ""}))) == [name]


def test_a_module_called_tests_is_one_of_the_project_unless_it_uses_a_test_framework(tmp_path: Path) -> None:
    found = look(
        tmp_path, {"shop/tests.py": "def test_odd(value): ...", "web/tests.py": "from django.test import TestCase"}
    )
    assert list(imports(found)) == ["shop.tests"]
    assert [test.path for test in found.tests] == ["web/tests.py"]


def test_scripts_beside_each_other_import_each_other_by_their_short_names(tmp_path: Path) -> None:
    found = look(tmp_path, {"jobs/run.py": "import load", "jobs/load.py": "", "jobs/json.py": "import json"})
    assert imports(found)["jobs.run"] == ["jobs.load"]


def test_tests_what_they_share_and_tools_are_no_modules(tmp_path: Path) -> None:
    files = {
        "shop/a.py": "",
        "tests/test_a.py": "from shop import a",
        "tests/helpers.py": "",
        "conftest.py": "",
        "shop/a_test.py": "from . import a",
        "setup.py": "",
        "docs/conf.py": "",
        "examples/test_x.py": "",
        ".hidden/x.py": "",
        "not-a-name.py": "",
    }
    found = look(tmp_path, files)
    assert list(imports(found)) == ["shop.a"]
    assert {test.path: test.imports for test in found.tests} == {
        "shop/a_test.py": ["shop.a"],
        "tests/test_a.py": ["shop.a"],
    }
    assert found.support == ["conftest.py", "tests/helpers.py"]


def test_requirements_explain_imports_also_under_another_name(tmp_path: Path) -> None:
    project = '[project]\nname = "Shop-It"\ndependencies = ["PyYAML >= 6, <7; python_version > \'3\'", "httpx[http2]"]'
    found = look(
        tmp_path, {"pyproject.toml": project, "a.py": "import yaml, httpx, json, numpy.linalg\nimport b", "b.py": ""}
    )
    (a, _) = found.modules
    assert (a.packages, a.unknown) == (["PyYAML>=6,<7", "httpx[http2]"], ["numpy"])
    assert found.name == "Shop-It"


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\npython = "^3"\nhttpx = "*"'},
        {"requirements.txt": "# comment\n-r other.txt\nhttpx\n"},
        {"setup.cfg": "[metadata]\nname = x\n[options]\ninstall_requires =\n    httpx\n"},
        {"setup.py": "from setuptools import setup\nsetup(install_requires=['httpx'])"},
    ],
)
def test_requirements_are_found_wherever_a_project_declares_them(tmp_path: Path, files: dict[str, str]) -> None:
    assert look(tmp_path, {**files, "a.py": ""}).packages == ["httpx"]


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": '[project.scripts]\nshop = "shop.cli:main"'},
        {"setup.cfg": "[options.entry_points]\nconsole_scripts =\n    shop = shop.cli:main\n"},
        {"setup.py": "setup(entry_points={'console_scripts': ['shop=shop.cli:main']})"},
    ],
)
def test_a_declared_command_is_what_a_person_starts_before_anything_that_can_be_run(
    tmp_path: Path, files: dict[str, str]
) -> None:
    guarded = "if __name__ == '__main__':\n    pass"
    code = {"shop/cli.py": "", "shop/__main__.py": "", "shop/main.py": guarded, "shop/other.py": guarded}
    assert look(tmp_path, {**files, **code}).entries == ["shop.cli", "shop.__main__", "shop.main", "shop.other"]


def test_a_module_says_what_it_is_for_in_one_sentence(tmp_path: Path) -> None:
    found = look(tmp_path, {"a.py": '"""Keeps orders,\nin memory. For now.\n\nMore."""\nx = 1\n'})
    assert (found.modules[0].doc, found.modules[0].size) == ("Keeps orders, in memory.", 5)


def test_a_file_that_cannot_be_parsed_is_told_and_does_not_end_the_survey(tmp_path: Path) -> None:
    found = look(tmp_path, {"a.py": "def (", "b.py": "import a", "c.py": "x = '\0'"})
    assert [one.path for one in found.broken] == ["a.py", "c.py"]
    assert imports(found) == {"a": [], "b": ["a"], "c": []}


def test_broken_metadata_is_no_obstacle(tmp_path: Path) -> None:
    files = {"pyproject.toml": "[project", "setup.cfg": "nonsense", "requirements.txt": "???", "a.py": ""}
    assert look(tmp_path, files).packages == []


def test_nothing_of_the_project_is_executed_and_nothing_outside_the_copy_is_written(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "app")
    trap = tmp_path / "trap"
    code = f"open({str(trap)!r}, 'w')\n"
    files = {
        name: code.encode() for name in ("a.py", "conftest.py", "setup.py", "sitecustomize.py", "json.py", "ast.py")
    }
    repository.fast_forward(None, repository.commit_files(None, files, "first"))
    head = repository.head()
    assert head is not None
    before = sorted(path.name for path in repository.root.iterdir())
    found = survey(repository, head, TOOLCHAIN, Unsandboxed(), Path(sys.executable))
    assert {module.name for module in found.modules} == {"a", "ast", "json", "sitecustomize"}
    assert not trap.exists()
    assert sorted(path.name for path in repository.root.iterdir()) == before


def with_survey(tmp_path: Path, script: str) -> Toolchain:
    """The toolchain with another survey script."""
    text = TOOLCHAIN.path.read_text().replace("`python/survey.py`", "`mine.py`")
    (tmp_path / "kind.md").write_text(text)
    (tmp_path / "mine.py").write_text(script)
    return load_toolchain(tmp_path / "kind.md")


def asked(repository: Repository, toolchain: Toolchain) -> Report:
    head = repository.head()
    assert head is not None
    return survey(repository, head, toolchain, available() or Unsandboxed(), Path(sys.executable))


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("raise SystemExit('no idea')", "exit code 1.*no idea"),
        ("pass", "left no report"),
        ("import sys; open(sys.argv[1], 'w').write('{}')", "wrong at schema_version"),
        ("import sys; open(sys.argv[1], 'w').write('nonsense')", "report is wrong"),
    ],
)
def test_a_survey_that_goes_wrong_is_told(tmp_path: Path, script: str, told: str) -> None:
    repository = Repository.init(tmp_path / "app")
    repository.fast_forward(None, repository.commit_files(None, {"a.py": b""}, "first"))
    with pytest.raises(SurveyFailed, match=f"(?s){told}"):
        asked(repository, with_survey(tmp_path, script))


def test_a_survey_has_no_network(tmp_path: Path) -> None:
    if available() is None:
        pytest.skip("no sandbox works here")
    repository = Repository.init(tmp_path / "app")
    repository.fast_forward(None, repository.commit_files(None, {"a.py": b""}, "first"))
    script = "import socket\nsocket.create_connection(('127.0.0.1', 9), 1)"
    with pytest.raises(SurveyFailed, match="exit code 1"):
        asked(repository, with_survey(tmp_path, script))


def test_a_kind_of_app_without_a_survey_cannot_be_adopted(tmp_path: Path) -> None:
    text = TOOLCHAIN.path.read_text()
    start, end = text.index("## Survey"), text.index("## For a designer")
    (tmp_path / "kind.md").write_text(text[:start] + text[end:])
    repository = Repository.init(tmp_path / "app")
    repository.fast_forward(None, repository.commit_files(None, {"a.py": b""}, "first"))
    with pytest.raises(SurveyFailed, match="no section `## Survey`"):
        asked(repository, load_toolchain(tmp_path / "kind.md"))


def test_a_mistake_in_the_survey_table_is_named_by_its_line(tmp_path: Path) -> None:
    text = TOOLCHAIN.path.read_text().replace("`{python} -I {script} {report}`", "`{python} {paths}`")
    (tmp_path / "kind.md").write_text(text)
    with pytest.raises(ToolchainError, match=r"kind.md:\d+: \{paths\} means nothing here"):
        load_toolchain(tmp_path / "kind.md")


def test_the_report_is_plain_json(tmp_path: Path) -> None:
    look(tmp_path, {"a.py": ""})
    data: dict[str, Any] = json.loads((tmp_path / REPORT).read_bytes())
    assert set(data) == {"schema_version", "name", "modules", "tests", "support", "packages", "entries", "broken"}
