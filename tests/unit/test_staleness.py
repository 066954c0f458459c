"""What an edit of each file of the bundled example makes stale, by the shipped document and the example's own plan.

The table is written by hand from the Inputs of `.meta/AGENTS.md`; a name with * or {a,b} stands for several instances.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

import engine
from engine.artifacts import artifact_id
from engine.assessor import Assessor
from engine.document.model import Orchestration
from engine.document.parser import load
from engine.facts import artifact_paths, slice_keys
from engine.git import blob_id
from engine.instances import Instances, Key
from engine.legos.plan import Plan, parse_plan
from engine.legos.roles import outputs
from engine.legos.slices import lego_of, path_of, slice_id
from engine.legos.toolchain import find_toolchain
from engine.names import instance_name
from engine.planner import assess
from engine.resources import meta_home
from engine.snapshot import Snapshot
from engine.state.models import LegoState, OrchestratorState, State, StepRecord

EXAMPLE = Path(engine.__file__).parent.parent / "examples" / "evenly"
ALL = "trip,balances,settlement,trip_text,reports,store,cli"
USERS = "balances,trip_text,reports,cli"
"""The LEGOs that depend on trip."""
WITH_TRIP = f"trip,{USERS}"


@dataclass(frozen=True)
class Row:
    """An edit of one of these files: what is then stale, or runs again, by it; what follows; which gate asks again."""

    files: str
    direct: str = ""
    follows: str = ""
    gate: str = ""


LEGO_STEPS = "design_* tests_* code_* merge_*"
SHARED = "src/evenly/__init__.py src/evenly/__main__.py src/evenly/py.typed src/evenly/contracts/__init__.py "
SHARED += "tests/__init__.py tests/fakes/__init__.py tests/conftest.py tests/test_architecture.py "
SHARED += "tests/inspection.py tests/inspection_rules.py tests/lint.py deploy/clean_install.py pyproject.toml"
RELEASED = "proof.json AGENTS.md .meta-version .meta-manifest.json .app_orchestration.md"

TABLE = [
    # files                     direct                                              follows                       gate
    Row("app_intent.md", "intent essence requirements",
        f"risk_and_trade_offs lego_plan shared_files {LEGO_STEPS} integration documentation proof evaluation "
        "deployment release"),
    Row("change_request.md", "essence requirements lego_plan",
        f"risk_and_trade_offs shared_files {LEGO_STEPS} integration documentation proof evaluation deployment release"),
    Row("essence.md", "requirements risk_and_trade_offs lego_plan documentation evaluation",
        f"shared_files {LEGO_STEPS} integration proof deployment release"),
    # Row R-005 belongs to balances and the entry: only their steps read it, the others follow from the plan.
    Row("requirements.md", "risk_and_trade_offs lego_plan {design,tests}_{balances,cli} integration documentation "
        "proof evaluation deployment",
        "shared_files {design,tests}_{trip,settlement,trip_text,reports,store} code_* merge_* release",
        gate="requirements"),
    Row("risks.md", "lego_plan evaluation",
        f"shared_files {LEGO_STEPS} integration documentation proof deployment release"),
    # The purpose of balances: told to balances, to what it needs (trip) and to what needs it (cli).
    Row("lego_plan.json", "shared_files design_{balances,trip,cli}",
        f"design_{{trip_text,reports}} {{tests,code,merge}}_{{{WITH_TRIP}}} integration documentation proof "
        "evaluation deployment release",
        gate="lego_plan"),
    Row(SHARED, f"{LEGO_STEPS} integration deployment", "documentation proof evaluation release"),
    Row("design/design_trip.md", "{tests,code}_trip", f"merge_{{{WITH_TRIP}}} documentation deployment release"),
    Row("design/design_{balances,settlement,trip_text,reports,store}.md", "{tests,code}_@",
        "merge_{@,cli} documentation deployment release"),
    Row("design/design_cli.md", "{tests,code}_cli integration documentation deployment",
        "merge_cli proof evaluation release"),
    Row("src/evenly/contracts/trip.py",
        f"design_{{{USERS}}} {{tests,code,merge}}_{{{WITH_TRIP}}} integration",
        "documentation proof evaluation deployment release"),
    Row("src/evenly/contracts/{balances,settlement,trip_text,reports,store}.py",
        "design_cli {tests,code,merge}_{@,cli} integration",
        "documentation proof evaluation deployment release"),
    Row("src/evenly/contracts/cli.py", "{tests,code,merge}_cli integration",
        "documentation proof evaluation deployment release"),
    Row("tests/contract/test_trip.py", "{tests,code,merge}_trip",
        f"merge_{{{USERS}}} documentation deployment release"),
    Row("tests/contract/test_{balances,settlement,trip_text,reports,store}.py", "{tests,code,merge}_@",
        "merge_cli documentation deployment release"),
    Row("tests/contract/test_cli.py", "{tests,code,merge}_cli", "documentation deployment release"),
    Row("tests/fakes/trip.py", f"{{tests,code}}_{{{USERS}}}", f"merge_{{{USERS}}} documentation deployment release"),
    Row("tests/fakes/{balances,settlement,trip_text,reports,store}.py", "{tests,code}_cli",
        "merge_cli documentation deployment release"),
    Row("tests/fakes/cli.py"),
    Row("tests/unit/trip/", "{code,merge}_trip", f"merge_{{{USERS}}} documentation deployment release"),
    Row("tests/unit/{balances,settlement,trip_text,reports,store}/", "{code,merge}_@",
        "merge_cli documentation deployment release"),
    Row("tests/unit/cli/", "{code,merge}_cli", "documentation deployment release"),
    Row("src/evenly/trip/", f"merge_{{{WITH_TRIP}}} documentation deployment", "release"),
    Row("src/evenly/{balances,settlement,trip_text,reports,store}/", "merge_{@,cli} documentation deployment",
        "release"),
    Row("src/evenly/cli/", "merge_cli documentation deployment", "release"),
    Row("tests/integration/", "proof"),
    Row("PROOF.md", "evaluation release"),
    Row("evaluation.md", gate="evaluation"),
    Row("DEPLOYMENT.md", "release", gate="deployment"),
    Row("deploy/smoke.sh", gate="deployment"),
    Row(f"README.md docs/ {RELEASED}"),
]  # fmt: skip
"""@ is the LEGO that the file's name tells."""


def spread(words: str) -> list[str]:
    """The words with each {a,b} written out."""
    found = []
    for word in words.split():
        braces = re.search(r"\{([^}]*)\}", word)
        if braces is None:
            found.append(word)
        else:
            for one in braces[1].split(","):
                found += spread(word[: braces.start()] + one + word[braces.end() :])
    return found


def cases() -> Iterable[tuple[str, Row]]:
    """Each file with its own row."""
    for row in TABLE:
        for path in spread(row.files):
            lego = next((name for name in ALL.split(",") if re.search(rf"[/_]{name}(/|\.|$)", path)), "")
            yield path, replace(row, direct=row.direct.replace("@", lego), follows=row.follows.replace("@", lego))


@cache
def document() -> Orchestration:
    return load(meta_home() / "AGENTS.md")


@cache
def files() -> Mapping[str, bytes]:
    """The example's files, as its sessions left them."""
    found = {"app_intent.md": (EXAMPLE / "app_intent.md").read_bytes()}
    for substep in ("gen", "review"):
        for file in sorted((EXAMPLE / "tape").glob(f"*-{substep}-*/files/**/*")):
            if file.is_file():
                found[str(file).partition("/files/")[2]] = file.read_bytes()
    return found


def ids_of(edited: Mapping[str, bytes]) -> tuple[Plan, dict[str, str]]:
    """The plan and the identity of every artifact, as the engine reads them from the disk."""
    there = {**files(), **edited}
    plan, toolchain = parse_plan(there["lego_plan.json"].decode()), find_toolchain("python")
    found = {}
    for path in artifact_paths(document(), plan, toolchain):
        below = b"".join(data for name, data in there.items() if name.startswith(path))
        found[path] = (
            blob_id(below) if path.endswith("/") else artifact_id(path, there.get(path, b"made by the engine"))
        )
    for key in slice_keys(document(), plan, toolchain):
        found[key] = slice_id(path_of(key), there[path_of(key)], plan, lego_of(key) or "")
    return plan, found


def record(snapshot: Snapshot, key: Key) -> StepRecord:
    """An instance that is done, with its inputs and outputs as they are."""
    step = document().step(key[0])
    made = outputs(step, snapshot.plan, snapshot.toolchain, key[1])
    return StepRecord(
        stage="done",
        inputs=Assessor(snapshot).current_inputs(step, key[1]),
        outputs={path: snapshot.ids[path] for path in made},
        started_at="2026-01-01T00:00:00.000Z",
        ended_at="2026-01-01T00:00:00.000Z",
    )


@cache
def finished() -> Snapshot:
    """The example when everything is done."""
    plan, ids = ids_of({})
    bare = Snapshot(document(), find_toolchain("python"), State(), plan, ids)
    found = {(step.name, lego): record(bare, (step.name, lego)) for step, lego in Instances(document(), plan).all()}
    steps = {step: one for (step, lego), one in found.items() if lego is None}
    legos = {
        name: LegoState(name=name, steps={step: one for (step, lego), one in found.items() if lego == name})
        for name in plan.names
    }
    return replace(bare, state=State(orchestrator=OrchestratorState(steps=steps), legos=legos))


def with_actions_run(snapshot: Snapshot, names: set[str]) -> Snapshot:
    """What the engine does unasked: its own actions among these run on what there is now, and make the same."""
    state = snapshot.state
    steps, legos = dict(state.orchestrator.steps), dict(state.legos)
    for step, lego in Instances(document(), snapshot.plan).all():
        if step.action and instance_name(step.name, lego) in names:
            again = {"inputs": Assessor(snapshot).current_inputs(step, lego)}
            if lego is None:
                steps[step.name] = steps[step.name].model_copy(update=again)
            else:
                one = legos[lego].steps
                changed = {**one, step.name: one[step.name].model_copy(update=again)}
                legos[lego] = legos[lego].model_copy(update={"steps": changed})
    orchestrator = state.orchestrator.model_copy(update={"steps": steps})
    return replace(snapshot, state=State(orchestrator=orchestrator, legos=legos))


def after_edit(edited: Mapping[str, bytes]) -> tuple[set[str], set[str], set[str]]:
    """What is changed by it, what follows from that, and which gates ask again."""
    plan, ids = ids_of(edited)
    snapshot = replace(finished(), plan=plan, ids=ids)
    words = {i.name: i for i in assess(snapshot).instances()}
    direct = {name for name, i in words.items() if i.status in ("stale", "ready") and "changed" in i.why}
    asking = {name for name, i in words.items() if i.status == "waiting_approval"}
    later = assess(with_actions_run(snapshot, direct)).instances()
    stale = {i.name for i in later if i.status == "stale"}
    assert {i.status for i in later} <= {"done", "skipped", "stale", "waiting_approval"}
    return direct, stale - direct, asking


def edit(path: str) -> dict[str, bytes]:
    """A person changes something in this artifact: in the row R-005, the purpose of balances, else at the top."""
    file = next((name for name in files() if name.startswith(path)), "") if path.endswith("/") else path
    text = files().get(file, b"made by the engine").decode()
    if path == "requirements.md":
        return {path: re.sub(r"(\*\*R-005\*\*)", r"\1 Always:", text, count=1).encode()}
    if path == "lego_plan.json":
        return {path: text.replace("What each person paid", "Whatever each person paid", 1).encode()}
    return {file or path: f"Edited.\n{text}".encode()}


def named(words: str) -> set[str]:
    """The instances that these patterns name."""
    everything = [i.name for i in assess(finished()).instances() if i.status != "skipped"]
    found = set()
    for pattern in spread(words):
        hits = {name for name in everything if fnmatchcase(name, pattern)}
        assert hits, pattern
        found |= hits
    return found


def test_when_everything_is_done_nothing_is_stale() -> None:
    assert {i.status for i in assess(finished()).instances() if i.step != "red_team"} == {"done"}


@pytest.mark.parametrize(("path", "row"), list(cases()), ids=[path for path, _ in cases()])
def test_an_edit_makes_stale_exactly_what_reads_it_and_what_follows(path: str, row: Row) -> None:
    direct, follows, asking = after_edit(edit(path))
    assert direct == named(row.direct)
    assert follows == named(row.follows)
    assert asking == named(row.gate)


def test_the_table_has_every_file_of_the_example_and_every_artifact_of_the_document() -> None:
    told = [path for path, _ in cases()]
    assert len(told) == len(set(told))
    artifacts = set(artifact_paths(document(), finished().plan, find_toolchain("python")))
    missing = {path for path in artifacts - set(told) if not path.startswith("apps/")}
    assert missing == {"red_team.md"}, "only a sensitive app has it, and only a large one has apps within it"
    assert [file for file in files() if not any(file == p or (p[-1] == "/" and file.startswith(p)) for p in told)] == []


MARKDOWN = sorted(path for path in files() if path.endswith(".md") and not path.startswith("docs/"))


@pytest.mark.parametrize("path", MARKDOWN)
def test_an_edit_below_review_notes_makes_nothing_stale(path: str) -> None:
    text = files()[path].decode()
    noted = text if "## REVIEW NOTES" in text else f"{text.rstrip()}\n\n## REVIEW NOTES\n"
    assert after_edit({path: f"{noted.rstrip()}\n- somebody: a note more\n".encode()}) == (set(), set(), set())


@pytest.mark.parametrize("lego", ["trip", "settlement", "trip_text", "reports", "store"])
def test_a_row_of_the_requirements_that_another_lego_owns_concerns_no_step_of_this_one(lego: str) -> None:
    direct, _, _ = after_edit(edit("requirements.md"))
    assert not {name for name in direct if name.endswith(f"_{lego}")}
