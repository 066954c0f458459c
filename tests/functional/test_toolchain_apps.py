"""Each kind of app that comes with the engine, proven by an app of two LEGOs that is built with its real tools."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import EXIT_RUNTIME
from engine.gates.packages import PackagesMissing
from engine.gates.receipts import ReceiptStore
from engine.gates.report import Report, read_report
from engine.legos.toolchain import find_toolchain
from engine.lifecycle.prove import prove_workspace
from engine.workspace import Workspace
from tests import toolchain_apps as apps
from tests.git_helpers import plain_git
from tests.small_app import build

BRIEF_LIMIT = 10_000


@pytest.fixture(scope="module", params=apps.KINDS)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Workspace]]:
    """The app of one kind, built from its tape."""
    kind: str = request.param
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("META_PACKAGES", str(apps.PACKAGES))
        if why := apps.lacking(kind):
            pytest.skip(why)
        folder = tmp_path_factory.mktemp(kind)
        place, said = apps.workspace(folder / "app", kind), []
        end = build(place, apps.tape(folder / "tape", kind).path, said, yes=True)
        assert end.ending == "done", "\n".join([*said, *end.told])
        yield kind, place


def test_every_check_of_the_app_is_green(built: tuple[str, Workspace]) -> None:
    newest = ReceiptStore(built[1].root).latest()
    assert {receipt.check for receipt in newest.values()} >= {"contract_test", "unit_test", "test", "clean_install"}
    assert [receipt.id for receipt in newest.values() if not receipt.green] == []


def test_every_requirement_is_proven_in_a_clone_too(built: tuple[str, Workspace], tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    plain_git(tmp_path, "clone", "--quiet", str(built[1].root), str(clone))
    assert "Unproven" not in (clone / "PROOF.md").read_text(encoding="utf-8")
    assert [line for line, green in prove_workspace(clone) if not green] == []


def test_no_brief_is_longer_than_a_session_may_be_told(built: tuple[str, Workspace]) -> None:
    costs = apps.brief_tokens(built[1])
    assert len(costs) > 20
    assert max(costs) < BRIEF_LIMIT


# What the tools of the Node kind must not let pass


@pytest.fixture
def tally(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The finished service, to be spoiled."""
    monkeypatch.setenv("META_PACKAGES", str(apps.PACKAGES))
    if why := apps.lacking("node"):
        pytest.skip(why)
    return apps.checkout(tmp_path, "node")


def run(root: Path, command: str, lego: str | None = None, **chosen: tuple[str, ...]) -> tuple[int, Report]:
    """A command of the toolchain in a checkout: exit code and report."""
    report = root / "report.xml"
    argv, env = find_toolchain("node").render(
        command, plan=apps.plan("node"), lego=lego, interpreter="", report=str(report), **chosen
    )
    variables = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(root), **env}
    done = subprocess.run(argv, cwd=root, env=variables, capture_output=True, check=False)
    return done.returncode, read_report(report)


def put(root: Path, path: str, text: str) -> None:
    place = root / path
    place.write_text((place.read_text() if place.exists() else "") + text)


def test_foreign_imports_logic_in_contracts_and_wrong_types_are_red(tally: Path) -> None:
    put(tally, "src/web/index.ts", 'export { create as other } from "../counter/index.js";\n')
    put(tally, "src/contracts/counter.ts", "export function one(): number {\n  return 1;\n}\n")
    put(tally, "tests/fakes/web.ts", 'export const wrong: number = "text";\nimport "leftpad";\n')
    code, report = run(tally, "type")
    assert code == 1
    assert len(report.failed) == 4
    told = "".join(problem.account for problem in report.problems)
    for fault in ("../counter/index.js", "export function one", "leftpad, a package", "is not assignable"):
        assert fault in told


def test_a_test_file_that_cannot_be_loaded_is_no_failed_test(tally: Path) -> None:
    put(tally, "tests/unit/counter/broken.test.ts", 'import { gone } from "./gone.js";\ngone();\n')
    code, report = run(tally, "unit_test", "counter", empty=("counter",))
    assert code == 1
    assert report.broken == ("tests/unit/counter/broken.test.ts",)
    assert len(report.failed) == 3


def test_a_path_without_a_test_and_an_unknown_lego_prove_nothing(tally: Path) -> None:
    (tally / "tests/unit/counter/counter.test.ts").unlink()
    code, report = run(tally, "unit_test", "counter")
    assert code not in find_toolchain("node").exit_codes
    assert report == Report()


def test_a_skipped_test_is_seen(tally: Path) -> None:
    put(tally, "tests/unit/counter/counter.test.ts", 'test.skip("later", () => expect(1).toBe(1));\n')
    _, report = run(tally, "unit_test", "counter", real=("counter",))
    assert report.skipped == ("tests/unit/counter/counter.test.ts::later",)
    assert len(report.passed) == 3


@pytest.mark.parametrize(
    ("command", "path", "fault", "told"),
    [
        ("inspect", "src/counter/index.ts", "export const x = (y: any): void => console.log(y);\n", "any"),
        ("inspect", "src/counter/index.ts", "try {\n  create();\n} catch {}\n", "empty"),
        ("inspect_tests", "tests/unit/counter/counter.test.ts", 'test("nothing", () => {});\n', "assert"),
        ("lint", "src/counter/index.ts", "export const same = [1].length === Number.NaN;\n", "isNaN"),
    ],
)
def test_the_inspection_finds_what_running_does_not(
    tally: Path, command: str, path: str, fault: str, told: str
) -> None:
    assert run(tally, command, "counter")[0] == 0
    put(tally, path, fault)
    code, report = run(tally, command, "counter")
    assert code == 1
    assert told.lower() in report.problems[0].account.lower()


def test_without_its_packages_a_run_ends_with_what_to_do_and_nobody_is_charged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("META_PACKAGES", str(tmp_path / "none"))
    if apps.lacking("node") and "make agents" not in apps.lacking("node"):
        pytest.skip(apps.lacking("node"))
    place = apps.workspace(tmp_path / "app", "node")
    with pytest.raises(PackagesMissing, match="give the command `--fetch` once") as missing:
        build(place, apps.tape(tmp_path / "tape", "node").path, yes=True)
    assert missing.value.exit_code == EXIT_RUNTIME
    assert list((place.private / "receipts").iterdir()) == []
