"""The closed vocabulary of exit criteria: for each form a passing, a failing and an empty example."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.document.model import Criterion, Position, Step, Valves
from engine.gates import criteria, sandbox
from engine.gates.checkrun import Bench, rerun
from engine.gates.criteria import Context, Finding, UnknownCriterion
from engine.gates.receipts import Receipt, ReceiptStore
from engine.git import Repository
from engine.legos.plan import Plan, parse_plan
from engine.legos.toolchain import Command, Toolchain, ToolchainError
from runtime_adapters.protocol import Result

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

PLAN = json.dumps(
    {
        "schema_version": 1,
        "app": "todo",
        "legos": [
            {"name": "clock", "purpose": "Time.", "kind": "component", "requirements": []},
            {
                "name": "store",
                "purpose": "Keeps tasks.",
                "kind": "component",
                "requirements": ["R-001", "R-002"],
                "dependencies": ["clock"],
            },
            {
                "name": "shell",
                "purpose": "Talks.",
                "kind": "entry",
                "requirements": ["R-002"],
                "dependencies": ["store"],
            },
        ],
    }
)

RETIRED = json.dumps(
    {
        "schema_version": 1,
        "app": "todo",
        "legos": [
            {"name": "old", "purpose": "Was.", "kind": "component", "requirements": ["R-001"], "decision": "RETIRE"},
            {"name": "shell", "purpose": "Talks.", "kind": "entry", "requirements": []},
        ],
    }
)

REQUIREMENTS = """# Requirements

- **R-001** A task is added.
  - Acceptance: `add x` prints 1.
- **R-002** Tasks are listed.
  - Acceptance: `list` prints x.
"""

RUNNER = r"""
# A test tool in a few lines: each line of each given file is "name outcome"; writes JUnit's XML.
report=$1; shift
failed=0
cases=
for file in "$@"; do
  test -f "$file" || { echo "no such test file: $file" >&2; exit 4; }
  while read -r name outcome; do
    case $outcome in
      real:*) case ",$REAL," in *,"${outcome#real:}",*) outcome=pass;; *) outcome=fail;; esac;;
      full) case ",$EMPTY," in ,,) outcome=pass;; *) outcome=fail;; esac;;
    esac
    case $outcome in
      pass) inner=;;
      skip) inner='<skipped/>';;
      *) inner="<failure message='AssertionError: assert 1 == 2 in $PWD'>$PWD/$file:7: trace of $name</failure>"
         failed=1;;
    esac
    cases="$cases<testcase classname='$file' name='$name'>$inner</testcase>"
  done < "$file"
done
echo "ran in 0.12s with real=$REAL fake=$FAKE empty=$EMPTY"
test -n "$cases" || exit 5
echo "<testsuite>$cases</testsuite>" > "$report"
exit $failed
"""

TOOLCHAIN = Toolchain(
    path=Path("toolchains/shell.md"),
    roles={"unit tests": ("tests/unit/{lego}/",), "integration tests": ("tests/integration/",)},
    shared=(),
    commands={
        "test": Command(
            "test", ("/bin/sh", "run.sh", "{report}", "{paths}"), ("tests/{lego}.txt",), ("tests/app.txt",)
        ),
    },
    environment={"REAL": "{real}", "FAKE": "{fake}", "EMPTY": "{empty}"},
    exit_codes={0: "passed", 1: "failed"},
    guides={},
    guide_of={},
    template_folders=(),
)

DONE = Result(status="done", summary="Made.", confidence_score=0.7, essence_clarity=0.8)


def receipt(**changes: object) -> dict[str, object]:
    return {
        "id": "integration-3f2a91c0-1",
        "step": "integration",
        "sentence": "s",
        "commit": "c" * 40,
        "scope": {".": "t" * 40},
        "check": "test",
        "command": ["run"],
        "environment": "Tool 1.0",
        "sandbox": "none",
        "exit_code": 0,
        "passed": ["t::one", "t::two"],
        "duration": 0.1,
        "at": "2026-01-02T03:04:05.000Z",
    } | changes


class Workspace:
    """A git repository with commits made of files, and the context of a step there."""

    def __init__(self, folder: Path) -> None:
        self.repository = Repository.init(folder)
        self.receipts = ReceiptStore(folder)

    def context(
        self,
        files: dict[str, str],
        lego: str | None = "store",
        plan: Plan | None = None,
        result: Result | None = DONE,
        view: tuple[str, ...] = ("run.sh", "tests/"),
    ) -> Context:
        commit = self.repository.commit_files(None, {path: text.encode() for path, text in files.items()}, "work")
        return Context(
            repository=self.repository,
            commit=commit,
            step="code",
            lego=lego,
            plan=plan or parse_plan(PLAN),
            toolchain=TOOLCHAIN,
            result=result,
            valves=Valves(),
            sandbox=sandbox.choose(consented=True),
            view=view,
            interpreter=Path(sys.executable),
            receipts=self.receipts,
            now=lambda: NOW,
        )


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return Workspace(folder)


def step(*sentences: str) -> Step:
    nowhere = Position(1, 1)
    return Step("code", 7, nowhere, criteria=tuple(Criterion(text, nowhere) for text in sentences))


def evaluate(context: Context, *sentences: str) -> list[Finding]:
    return asyncio.run(criteria.evaluate(step(*sentences), context))


HAS_PURPOSE = '`essence.md` has a section "Purpose"'
HAS_NOTES = '`design/design_{lego}.md` has a section "REVIEW NOTES"'
IS_PLAN = "`lego_plan.json` is a valid LEGO plan"
HAVE_IDS = "every requirement has an id"
HAVE_IDEAS = "every requirement has an acceptance test idea"
BELONGS = "every requirement belongs to a LEGO"
UNIT = "every requirement of {lego} is named by a test"
INTEGRATION = "every requirement is named by an integration test"
PROVEN = "every requirement is proven"
CARDS = "`learned.md` holds at most 5 sound cards"
PATTERNS = "`learned.md` holds at most 2 sound patterns"
ROWS = {"requirements.md": REQUIREMENTS}
TOLD = "# Told\n\n## Steps\n\n`design`\n\n## Tags\n\n`errors`\n\n## Sessions\n\n`0001-a`\n"
CARD = """# Cards

## LRN-001 Name the file in every message
- **Source**: notes, the design, a message without a place
- **Applies to**: `design` · errors
- **Principle**: Who reads a message must find the place.
- **Do**: Put the path first.
- **Avoid**: A message that says only what is wrong.
- **Review question**: Which message names no place?
- **Evidence**: `0001-a` had none
"""
PATTERN = """
## LAP-001 Stitch By Guess
- **Source**: a shop, the stitches, a count that was wrong
- **Applies to**: `design`
- **Signs**: stitch, needle, yarn, knit
- **Symptom**: The count is made up.
- **Detect**: A number of stitches that no gauge explains.
- **Way out**: Multiply gauge by width.
- **Evidence**: `0001-a` counted wrong
"""

PASSES, FAILS, EMPTY = True, False, False

DOCUMENTS = [
    # sentence, committed files, whether it holds, words of the finding
    ("`notes.md` exists", {"notes.md": "text"}, PASSES, ""),
    ("`notes.md` exists", {"other.md": "text"}, FAILS, "notes.md is not there"),
    ("`notes.md` exists", {"notes.md": " \n"}, EMPTY, "notes.md is empty"),
    ("`docs/` exists", {"docs/a.md": "", "docs/b.md": "text"}, PASSES, ""),
    ("`docs/` exists", {"docs/a.md": ""}, EMPTY, "docs/ is empty"),
    ("`design/design_{lego}.md` exists", {"design/design_store.md": "text"}, PASSES, ""),
    ("`design/design_{lego}.md` exists", {"design/design_clock.md": "text"}, FAILS, "design/design_store.md"),
    (HAS_PURPOSE, {"essence.md": "# E\n\n## Purpose\n\nTo keep tasks.\n"}, PASSES, ""),
    (HAS_PURPOSE, {"essence.md": "Purpose\n-------\nText.\n"}, PASSES, ""),
    (HAS_PURPOSE, {"essence.md": "# Purpose\n\n## Why\n\nText below a subheading.\n"}, PASSES, ""),
    (HAS_PURPOSE, {"essence.md": "## Purposes\n\nText.\n"}, FAILS, 'its headings are: "Purposes"'),
    (HAS_PURPOSE, {"essence.md": "```\n## Purpose\n\nText.\n```\n"}, FAILS, "no heading"),
    (HAS_PURPOSE, {"essence.md": "## Purpose\n\n## Users\n\nText.\n"}, EMPTY, "is empty"),
    (HAS_PURPOSE, {"essence.md": "## Purpose\n\n### Why\n\n<!-- nothing\nyet -->\n"}, EMPTY, "is empty"),
    (HAS_PURPOSE, {"essence.md": ""}, EMPTY, "no heading"),
    (HAS_PURPOSE, {"other.md": "## Purpose\n\nText.\n"}, FAILS, "essence.md is not there"),
    (HAS_NOTES, {"design/design_store.md": "# D\n\n## REVIEW NOTES\n\n- code: nothing found\n"}, PASSES, ""),
    (HAS_NOTES, {"design/design_store.md": "# D\n"}, FAILS, "REVIEW NOTES"),
    (HAS_NOTES, {"design/design_store.md": "## REVIEW NOTES\n"}, EMPTY, "is empty"),
    (IS_PLAN, {"lego_plan.json": PLAN}, PASSES, "3 LEGOs"),
    (IS_PLAN, {"lego_plan.json": PLAN.replace('["clock"]', '["nobody"]')}, FAILS, "nobody"),
    (IS_PLAN, {"lego_plan.json": '{"schema_version": 1, "app": "todo", "legos": []}'}, EMPTY, "no LEGO"),
    (IS_PLAN, {"lego_plan.json": ""}, EMPTY, "not JSON"),
    (IS_PLAN, {"other": "x"}, FAILS, "lego_plan.json is not there"),
    (HAVE_IDS, ROWS, PASSES, "2 requirements"),
    (HAVE_IDS, {"requirements.md": REQUIREMENTS.replace("**R-002** ", "")}, FAILS, "line 5"),
    (HAVE_IDS, {"requirements.md": REQUIREMENTS.replace("R-002", "R-001")}, FAILS, "R-001"),
    (HAVE_IDS, {"requirements.md": "# Requirements\n"}, EMPTY, "no requirement"),
    (HAVE_IDS, {"other": "x"}, EMPTY, "no requirement"),
    (HAVE_IDEAS, ROWS, PASSES, "2 requirements"),
    (HAVE_IDEAS, {"requirements.md": REQUIREMENTS.replace("`list` prints x.", "")}, FAILS, "R-002"),
    (HAVE_IDEAS, {"requirements.md": REQUIREMENTS.replace("`list` prints x.", "…")}, FAILS, "R-002"),
    (HAVE_IDEAS, {"requirements.md": ""}, EMPTY, "no requirement"),
    (BELONGS, {**ROWS, "lego_plan.json": PLAN}, PASSES, "2 of 2"),
    (BELONGS, {**ROWS, "lego_plan.json": PLAN.replace('"R-001", ', "")}, FAILS, "R-001"),
    (BELONGS, {**ROWS, "lego_plan.json": ""}, FAILS, "cannot be read"),
    (BELONGS, {**ROWS, "lego_plan.json": RETIRED}, FAILS, "R-001, R-002"),
    (BELONGS, {"requirements.md": "", "lego_plan.json": PLAN}, EMPTY, "no requirement"),
    (UNIT, {"tests/unit/store/test_a.x": "test_r001_adds", "tests/unit/store/test_b.x": "R-002"}, PASSES, "2 of 2"),
    (UNIT, {"tests/unit/store/test_a.x": "R-001", "tests/unit/shell/test_b.x": "R-002"}, FAILS, "R-002"),
    (UNIT, {"tests/unit/store/test_a.x": ""}, EMPTY, "R-001, R-002"),
    (INTEGRATION, {**ROWS, "tests/integration/test_a.x": "R-001 R-002"}, PASSES, "2 of 2"),
    (INTEGRATION, {**ROWS, "tests/unit/store/test_a.x": "R-001 R-002"}, FAILS, "R-001, R-002"),
    (INTEGRATION, {"requirements.md": "", "tests/integration/test_a.x": "R-001"}, EMPTY, "no requirement"),
    (CARDS, {"learned.md": CARD, "app_intent.md": TOLD}, PASSES, "1 cards"),
    (CARDS, {"learned.md": "# Cards\n\nNothing to learn.\n", "app_intent.md": TOLD}, PASSES, "0 cards"),
    (
        CARDS,
        {"learned.md": CARD.replace("`design`", "`cook`"), "app_intent.md": TOLD},
        FAILS,
        "no step has the name `cook`",
    ),
    (CARDS, {"learned.md": " \n", "app_intent.md": TOLD}, EMPTY, "learned.md is empty"),
    (CARDS, {"learned.md": CARD + PATTERN, "app_intent.md": TOLD}, PASSES, "1 cards"),
    (PATTERNS, {"learned.md": CARD + PATTERN, "app_intent.md": TOLD}, PASSES, "1 patterns"),
    (PATTERNS, {"learned.md": CARD, "app_intent.md": TOLD}, PASSES, "0 patterns"),
    (
        PATTERNS,
        {"learned.md": CARD + PATTERN.replace("`design`", "`cook`"), "app_intent.md": TOLD},
        FAILS,
        "learned.md:12:1: LAP-001: there is no step `cook`",
    ),
    (PATTERNS, {"learned.md": " \n", "app_intent.md": TOLD}, EMPTY, "learned.md is empty"),
    (PATTERNS, {"learned.md": PATTERN}, EMPTY, "app_intent.md is not there"),
    (CARDS, {"app_intent.md": TOLD}, EMPTY, "learned.md is not there"),
    (CARDS, {"learned.md": CARD}, EMPTY, "app_intent.md is not there"),
]


@pytest.mark.parametrize(("sentence", "files", "holds", "words"), DOCUMENTS)
def test_a_criterion_on_files(
    workspace: Workspace, sentence: str, files: dict[str, str], holds: bool, words: str
) -> None:
    [finding] = evaluate(workspace.context(files), sentence)
    assert finding.passed is holds
    assert words in finding.detail


NAMED = "def test_one():\n    'R-001'\n\ndef test_two():\n    'R-002'\n"
BOTH = ["t::test_one", "t::test_two"]

PROOFS = [
    # integration tests, what their receipt says (None: there is none), whether it holds, words of the finding
    (NAMED, {"passed": BOTH}, PASSES, "2 of 2"),
    (NAMED, {"passed": BOTH[:1]}, FAILS, "R-002"),
    (NAMED.replace("R-002", "R-001"), {"passed": BOTH}, FAILS, "R-002"),
    (NAMED, {"passed": BOTH, "failed": ["t::x"], "exit_code": 1}, FAILS, "R-001, R-002"),
    (NAMED, {"passed": BOTH, "about": "store"}, FAILS, "R-001, R-002"),
    (NAMED, {"passed": BOTH, "skipped": ["t::x"]}, EMPTY, "R-001, R-002"),
    (NAMED, {"passed": []}, EMPTY, "R-001, R-002"),
    ("", {"passed": BOTH}, EMPTY, "R-001, R-002"),
    (NAMED, None, EMPTY, "R-001, R-002"),
]


@pytest.mark.parametrize(("tests", "said", "holds", "words"), PROOFS)
def test_a_requirement_is_proven_by_a_passed_test_that_names_it(
    workspace: Workspace, tests: str, said: dict[str, object] | None, holds: bool, words: str
) -> None:
    if said is not None:
        workspace.receipts.save(Receipt.model_validate(receipt(**said)))
    [finding] = evaluate(workspace.context({**ROWS, "tests/integration/test_app.sh": tests}), PROVEN)
    assert finding.passed is holds
    assert words in finding.detail


def test_nothing_is_proven_without_requirements(workspace: Workspace) -> None:
    [finding] = evaluate(workspace.context({"requirements.md": ""}), PROVEN)
    assert not finding.passed
    assert "no requirement" in finding.detail


CLAIMS = [
    ("confidence is at least 0.6", DONE, PASSES, "0.7"),
    ("confidence is at least 0.7", DONE, PASSES, "0.7"),
    ("confidence is at least 0.8", DONE, FAILS, "less than 0.8"),
    ("confidence is at least 0.6", None, EMPTY, "did not state"),
    ("essence clarity is at least 0.7", DONE, PASSES, "0.8"),
    ("essence clarity is at least 0.9", DONE, FAILS, "less than 0.9"),
    ("essence clarity is at least 0.7", Result(status="failed"), EMPTY, "did not state"),
]


@pytest.mark.parametrize(("sentence", "result", "holds", "words"), CLAIMS)
def test_a_criterion_on_what_the_session_claims(
    workspace: Workspace, sentence: str, result: Result | None, holds: bool, words: str
) -> None:
    [finding] = evaluate(workspace.context({"a": "b"}, result=result), sentence)
    assert finding.passed is holds
    assert words in finding.detail


WITH_FAKE = "`test` of the toolchain passes for {lego} with {lego} fake"
WITH_REAL = "`test` of the toolchain passes for {lego} with {lego} real and {dependencies} fake"
ALL_REAL = "`test` of the toolchain passes for {lego} with {lego} and {dependencies} real"
WITH_EMPTY = "`test` of the toolchain fails for {lego} with {lego} empty"
FOR_APP = "`test` of the toolchain passes for the app"
FOR_LEGO = "`test` of the toolchain passes for {lego}"


def case(tests: str, name: str = "store") -> dict[str, str]:
    return {"run.sh": RUNNER, f"tests/{name}.txt": tests}


COMMANDS = [
    # sentence, committed files, whether it holds, words of the finding
    *((sentence, case("a pass\nb pass\n"), PASSES, "exit code 0: 2 passed") for sentence in (WITH_FAKE, WITH_REAL)),
    *((sentence, case("a pass\nb fail\n"), FAILS, "1 passed, 1 failed") for sentence in (WITH_FAKE, WITH_REAL)),
    *((sentence, case(""), EMPTY, "exit code 5: no test ran") for sentence in (WITH_FAKE, WITH_REAL, ALL_REAL)),
    *((sentence, case("a pass\nb skip\n"), EMPTY, "1 skipped; not run") for sentence in (WITH_FAKE, WITH_REAL)),
    (WITH_REAL, {"run.sh": RUNNER}, EMPTY, "exit code 4: no test ran"),
    (WITH_REAL, {"run.sh": "exit 0"}, EMPTY, "exit code 0: no test ran"),
    (WITH_REAL, case("a real:store\n"), PASSES, "1 passed"),
    (WITH_REAL, case("a real:clock\n"), FAILS, "1 failed"),
    (WITH_FAKE, case("a real:store\n"), FAILS, "1 failed"),
    (ALL_REAL, case("a real:store\nb real:clock\n"), PASSES, "2 passed"),
    (ALL_REAL, case("a real:store\nb real:shell\n"), FAILS, "1 passed, 1 failed"),
    (ALL_REAL, case("a real:store\nb skip\n"), EMPTY, "1 skipped"),
    (WITH_EMPTY, case("a full\nb full\n"), PASSES, "2 failed"),
    (WITH_EMPTY, case("a full\nb pass\n"), FAILS, "passed although store is empty: tests/store.txt::b"),
    (WITH_EMPTY, case("a full\nb skip\n"), EMPTY, "1 skipped"),
    (WITH_EMPTY, case(""), EMPTY, "no test ran"),
    (WITH_EMPTY, {"run.sh": "exit 1"}, EMPTY, "exit code 1: no test ran"),
    (WITH_EMPTY, case("a full\n") | {"run.sh": RUNNER.replace("exit $failed", "exit 2")}, FAILS, "exit code 2"),
    (FOR_APP, case("a pass\n", "app"), PASSES, "1 passed"),
    (FOR_APP, case("a pass\nb fail\n", "app"), FAILS, "1 failed"),
    (FOR_APP, case("a pass\nb skip\n", "app"), EMPTY, "1 skipped"),
    (FOR_APP, case("", "app"), EMPTY, "no test ran"),
    (FOR_APP, {"run.sh": RUNNER}, EMPTY, "no test ran"),
    (FOR_LEGO, case("a pass\n"), PASSES, "1 passed"),
    (FOR_LEGO, case("a pass\nb fail\n"), FAILS, "1 failed"),
    (FOR_LEGO, {"run.sh": RUNNER}, EMPTY, "no test ran"),
]


@pytest.mark.parametrize(("sentence", "files", "holds", "words"), COMMANDS)
def test_a_criterion_that_runs_a_command(
    workspace: Workspace, sentence: str, files: dict[str, str], holds: bool, words: str
) -> None:
    context = workspace.context(files)
    [finding] = evaluate(context, sentence)
    assert finding.passed is holds
    assert words in finding.detail
    assert finding.receipt is not None
    assert finding.receipt.green is holds
    assert workspace.receipts.all() == [finding.receipt]


def test_every_form_has_examples_that_pass_and_that_fail() -> None:
    rows = [*DOCUMENTS, *COMMANDS, *((text, {}, holds, words) for text, _, holds, words in CLAIMS)]
    rows += [(PROVEN, {}, holds, words) for _, _, holds, words in PROOFS]
    shown = {(criteria.find(sentence)[0].form, holds) for sentence, _, holds, _ in rows}
    assert shown == {(form, holds) for form in criteria.forms() for holds in (True, False)}


def test_every_criterion_of_the_document_is_known() -> None:
    text = Path(__file__).parents[2].joinpath(".meta/AGENTS.md").read_text()
    lists = re.findall(r"^#{3,4} (?:Exit criteria|Check)\n\n((?:- .*\n)+)", text, re.MULTILINE)
    sentences = [line.removeprefix("- ") for block in lists for line in block.splitlines()]
    assert len(sentences) > 30
    for sentence in sentences:
        criteria.find(sentence)


def test_every_criterion_is_documented() -> None:
    assert all(criteria.find(example)[0].function.__doc__ for example, *_ in [*DOCUMENTS, *COMMANDS, *CLAIMS])


def test_an_unknown_criterion_names_the_nearest_form(workspace: Workspace) -> None:
    with pytest.raises(UnknownCriterion, match=re.escape("`<path>` exists")):
        evaluate(workspace.context({"a": "b"}), "`notes.md` exist")


def test_an_unknown_command_is_the_documents_mistake(workspace: Workspace) -> None:
    with pytest.raises(ToolchainError, match="polish"):
        evaluate(workspace.context({"a": "b"}), "`polish` of the toolchain passes for the app")


def test_the_id_of_a_receipt_is_the_same_for_the_same_work_whatever_else_has_landed(workspace: Workspace) -> None:
    ids = set()
    for others in ({}, {"README.md": "landed before"}):
        [finding] = evaluate(workspace.context(case("a real:store\n") | others), WITH_REAL)
        ids.add(finding.fact.receipt)
        for path in workspace.receipts.folder.glob("*.json"):
            path.unlink()
    assert len(ids) == 1


def test_a_receipt_says_all_there_is_to_know(workspace: Workspace) -> None:
    context = workspace.context(case("a real:store\nb fail\n"))
    [finding] = evaluate(context, WITH_REAL)
    receipt = finding.receipt
    assert receipt is not None
    assert finding.fact.receipt == receipt.id
    assert re.fullmatch(r"code-store-[0-9a-f]{8}-1", receipt.id)
    assert finding.fact.sentence == receipt.sentence == WITH_REAL
    assert (receipt.step, receipt.lego, receipt.about, receipt.commit) == ("code", "store", "store", context.commit)
    assert receipt.scope == workspace.repository.ids(context.commit, ["run.sh", "tests/"])
    assert receipt.command == ["/bin/sh", "run.sh", ".meta-report.xml", "tests/store.txt"]
    assert (receipt.real, receipt.fake, receipt.empty) == (["store"], ["clock"], [])
    assert receipt.passed == ["tests/store.txt::a"]
    assert receipt.failed == ["tests/store.txt::b"]
    assert receipt.at == "2026-01-02T03:04:05.000Z"
    assert receipt.sandbox == context.sandbox.name
    assert receipt.output == "ran in … with real=store fake=clock empty=\n"
    assert receipt.environment


def test_a_green_check_of_the_same_files_is_not_run_again(workspace: Workspace) -> None:
    files = case("a pass\n")
    first = evaluate(workspace.context(files), WITH_REAL)[0].receipt
    again = evaluate(workspace.context({**files, "notes.md": "changed"}), WITH_REAL)[0].receipt
    other = evaluate(workspace.context(case("b pass\n")), WITH_REAL)[0].receipt
    assert first == again != other
    assert len(workspace.receipts.all()) == 2


def with_command(context: Context, **changes: Any) -> Context:
    """The same step at a toolchain whose `test` is another one, or which differs otherwise."""
    words = changes.pop("argv", None)
    commands = {"test": replace(TOOLCHAIN.commands["test"], argv=words)} if words else TOOLCHAIN.commands
    return replace(context, toolchain=replace(TOOLCHAIN, commands=commands, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"argv": ("/bin/sh", "-e", "run.sh", "{report}", "{paths}")},
        {"environment": {**TOOLCHAIN.environment, "LOCALE": "C"}},
        {"environment": {"REAL": "{real}", "FAKE": "{fake}"}},
    ],
    ids=["another command line", "another variable", "a variable less"],
)
def test_a_check_whose_command_is_another_one_by_now_is_run_again_on_the_same_files(
    workspace: Workspace, changes: dict[str, Any]
) -> None:
    context = workspace.context(case("a pass\n"))
    first = evaluate(context, WITH_REAL)[0].receipt
    anew = evaluate(with_command(context, **changes), WITH_REAL)[0].receipt
    assert first and anew and first.id != anew.id
    assert evaluate(with_command(context, **changes), WITH_REAL)[0].receipt == anew
    assert len(workspace.receipts.all()) == 2


def test_what_an_exit_code_no_longer_proves_is_run_again(workspace: Workspace) -> None:
    context = workspace.context(case("a full\n"))
    assert evaluate(context, WITH_EMPTY)[0].passed
    assert not evaluate(with_command(context, exit_codes={0: "passed"}), WITH_EMPTY)[0].passed


def test_a_receipt_that_does_not_say_its_variables_holds_for_nothing(workspace: Workspace) -> None:
    context = workspace.context(case("a pass\n"))
    first = evaluate(context, WITH_REAL)[0].receipt
    assert first is not None
    workspace.receipts.save(first.model_copy(update={"variables": None}))
    anew = evaluate(context, WITH_REAL)[0].receipt
    assert anew and anew.id != first.id


def test_a_red_check_is_run_again_and_leaves_another_receipt(workspace: Workspace) -> None:
    context = workspace.context(case("a fail\n"))
    ids = [evaluate(context, WITH_REAL)[0].fact.receipt for _ in range(2)]
    assert re.fullmatch(r"code-store-[0-9a-f]{8}-1", ids[0])
    assert ids[1] == ids[0].removesuffix("1") + "2"


def test_a_file_that_is_not_committed_is_not_there(workspace: Workspace) -> None:
    context = workspace.context({"run.sh": RUNNER})
    lost = workspace.repository.root / "tests/store.txt"
    lost.parent.mkdir()
    lost.write_text("a pass\n")
    assert not evaluate(context, WITH_REAL)[0].passed


def test_what_is_not_in_view_is_absent_from_the_disk(workspace: Workspace) -> None:
    files = case("a pass\n") | {"src/clock/secret": "x"}
    look = "test -e src/clock/secret && exit 1\n" + RUNNER
    context = workspace.context(files | {"run.sh": look})
    assert evaluate(context, WITH_REAL)[0].passed
    assert not evaluate(replace(context, view=["run.sh", "tests/", "src/"]), WITH_REAL)[0].passed


def test_the_app_is_checked_with_everything_in_the_commit_and_all_of_it_real(workspace: Workspace) -> None:
    files = case("a pass\n", "app") | {"far/away": "x", "run.sh": "test -e far/away || exit 1\n" + RUNNER}
    [finding] = evaluate(workspace.context(files, lego=None), FOR_APP)
    assert finding.passed
    assert finding.receipt is not None
    assert finding.receipt.real is None
    assert list(finding.receipt.scope) == ["."]


def test_a_report_that_was_committed_proves_nothing(workspace: Workspace) -> None:
    forged = "<testsuite><testcase classname='a' name='b'/></testsuite>"
    files = {"run.sh": "exit 0", ".meta-report.xml": forged}
    context = workspace.context(files, view=("run.sh", ".meta-report.xml"))
    assert not evaluate(context, WITH_REAL)[0].passed


def test_a_check_that_hangs_is_stopped_and_red(workspace: Workspace) -> None:
    context = replace(workspace.context({"run.sh": "sleep 600"}), seconds=0.5)
    [finding] = evaluate(context, WITH_REAL)
    assert "exit code 124" in finding.detail
    assert "not finished after 0.5 seconds" in criteria.evidence([finding])


def test_commands_are_not_run_when_something_cheap_is_red(workspace: Workspace) -> None:
    context = workspace.context(case("a pass\n"))
    command, document, claim = evaluate(context, WITH_REAL, "`notes.md` exists", "confidence is at least 0.6")
    assert (command.passed, document.passed, claim.passed) == (False, False, True)
    assert command.detail == criteria.NOT_RUN
    assert workspace.receipts.all() == []


def test_findings_come_in_the_order_of_the_document(workspace: Workspace) -> None:
    sentences = [WITH_REAL, "confidence is at least 0.6", "`run.sh` exists"]
    assert [finding.sentence for finding in evaluate(workspace.context(case("a pass\n")), *sentences)] == sentences


@pytest.mark.parametrize("sentence", [UNIT, WITH_REAL, FOR_APP])
def test_before_there_is_a_plan_what_needs_one_is_red(workspace: Workspace, sentence: str) -> None:
    context = replace(workspace.context(case("a pass\n")), plan=None)
    [finding] = evaluate(context, sentence)
    assert (finding.passed, finding.detail) == (False, "there is no LEGO plan yet")


@pytest.mark.parametrize("sentence", [UNIT, WITH_REAL, "`design/design_{lego}.md` exists"])
def test_a_step_without_lego_cannot_meet_a_criterion_on_one(workspace: Workspace, sentence: str) -> None:
    [finding] = evaluate(workspace.context(case("a pass\n"), lego=None), sentence)
    assert not finding.passed
    assert "{lego}" in finding.detail


def test_a_lego_without_requirements_cannot_have_them_all_tested(workspace: Workspace) -> None:
    [finding] = evaluate(workspace.context({"tests/unit/clock/a": "R-001"}, lego="clock"), UNIT)
    assert (finding.passed, finding.detail) == (False, "the plan gives clock no requirement")


def test_a_receipt_can_be_run_again_on_another_commit(workspace: Workspace) -> None:
    context = workspace.context(case("a real:store\n"))
    [finding] = evaluate(context, WITH_REAL)
    assert finding.receipt is not None
    bench = Bench(workspace.repository, TOOLCHAIN, parse_plan(PLAN), context.sandbox, context.interpreter)
    again = asyncio.run(rerun(bench, context.commit, finding.receipt)).receipt
    assert again.green
    assert again.passed == finding.receipt.passed
    broken = workspace.context(case("a fail\n")).commit
    assert not asyncio.run(rerun(bench, broken, finding.receipt)).receipt.green


def test_evidence_tells_what_failed_and_how_with_names_and_relative_paths(workspace: Workspace) -> None:
    context = workspace.context(case("a pass\nb fail\n"))
    told = criteria.evidence(evaluate(context, "`run.sh` exists", WITH_REAL))
    assert told.splitlines() == [
        "- `test` of the toolchain passes for store with store real and clock fake: exit code 1: 1 passed, 1 failed",
        "  tests/store.txt::b",
        "    AssertionError: assert 1 == 2 in .",
        "    tests/store.txt:7: trace of b",
    ]


def test_evidence_is_the_same_in_every_run(workspace: Workspace) -> None:
    context = workspace.context(case("a fail\nb fail\nc skip\n"))
    assert len({criteria.evidence(evaluate(context, WITH_REAL)) for _ in range(2)}) == 1


def test_evidence_leaves_out_the_tools_own_code(workspace: Workspace) -> None:
    tool = Path(sys.prefix) / "lib/tool.x"
    trace = f"{tool}:9: in load\n    read(file)\n    ^^^^\ntests/a.x:3: in one\n    add()\n{tool}:4: in end\n  stop"
    files = {"run.sh": f"cat trace.txt; exit 1 # {tool}", "trace.txt": trace}
    told = criteria.evidence(evaluate(workspace.context(files, view=("run.sh", "trace.txt")), WITH_REAL))
    assert told.splitlines()[1:] == ["  tests/a.x:3: in one", "      add()"]


def test_evidence_of_a_file_that_cannot_be_loaded_says_why_where_failing_is_expected(workspace: Workspace) -> None:
    broken = "<testsuite><testcase classname='' name='tests.a'><error message='no such module'/></testcase></testsuite>"
    files = {"run.sh": f'echo "{broken}" > "$1"; exit 2'}
    told = criteria.evidence(evaluate(workspace.context(files), WITH_EMPTY))
    assert "exit code 2: 1 could not be loaded; not run: tests.a" in told
    assert told.endswith("  tests.a\n    no such module")


def test_evidence_of_a_run_without_report_is_what_it_printed(workspace: Workspace) -> None:
    told = criteria.evidence(evaluate(workspace.context({"run.sh": RUNNER}), WITH_REAL))
    assert "no such test file: tests/store.txt" in told


def test_evidence_has_a_limit(workspace: Workspace) -> None:
    long = case("".join(f"test_{number:03}_{'x' * 90} fail\n" for number in range(200)))
    findings = evaluate(workspace.context(long), WITH_REAL)
    many = criteria.evidence(findings * 9)
    assert len(many) <= 3000
    assert many.endswith("…")
    assert "and 196 more" in criteria.evidence(findings)


def test_without_anything_red_there_is_no_evidence(workspace: Workspace) -> None:
    assert criteria.evidence(evaluate(workspace.context(case("a pass\n")), WITH_REAL)) == ""
