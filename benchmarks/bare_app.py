"""An app in which every session costs next to nothing, in a real workspace with a document of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

AT_ONCE = 8
STEPS = ("first", "second", "third", "fourth", "fifth")
SUBSTEPS = ("gen", "review")
RUNTIME = "bench"
WIDTH = 50
"""LEGOs of one plan; more are sub-apps of so many each."""

ADAPTER = """#!/bin/sh
# Writes its file and its answer, with what the shell has built in.
if [ "$1" = detect ]; then echo '{"installed": true}'; exit 0; fi
name=${2##*/}; name=${name#*-*-}; lego=${name%%-*}; step=${name#*-}
case $name:$2 in
plan-gen-1:*/apps/*) cp "${0%/*}/inner.json" lego_plan.json ;;
plan-gen-1:*) cp "${0%/*}/outer.json" lego_plan.json ;;
*-gen-1:*) [ -d "$lego" ] || mkdir "$lego"; echo "# $name" >"$lego/${step%%-*}.md" ;;
esac
echo '{"status": "done", "confidence_score": 0.9, "summary": "made it"}' >.session/result.json
"""

HEAD = f"""# A benchmark

## Safety valves

- failure_count at most 1
- sessions in parallel at most {AT_ONCE}

## Phase 0: Plan

### Step: plan

- **Inputs**: `app_intent.md`
- **Outputs**: `lego_plan.json`

#### Gen

Write the plan.

#### Review

Correct it.

#### Check

- `lego_plan.json` is a valid LEGO plan

## Phase 1: Parts

### Step: whole

- **For each**: LEGO where kind is app
- **Action**: build sub-app
- **Inputs**: `lego_plan.json` (rows of {{lego}})
- **Outputs**: sub-app of {{lego}}, sub-app guide of {{lego}}
"""

STEP = """
### Step: {step}

- **For each**: LEGO where kind is component or entry
- **Inputs**: {inputs}
- **Outputs**: `{{lego}}/{step}.md`

#### Gen

Write {{lego}}.

#### Review

Correct {{lego}}.

#### Check

- `{{lego}}/{step}.md` exists
"""


def document() -> str:
    """Each step reads what the one before it made."""
    inputs = ("`lego_plan.json` (rows of {lego})", *(f"`{{lego}}/{step}.md`" for step in STEPS))
    return HEAD + "".join(STEP.format(step=step, inputs=read) for step, read in zip(STEPS, inputs, strict=False))


def plan(app: str, **kinds: str) -> str:
    """LEGOs of these kinds that need nothing of each other."""
    same = {"purpose": "It is measured.", "requirements": [], "dependencies": []}
    legos = [{"name": name, "kind": kind, **same} for name, kind in kinds.items()]
    return json.dumps({"schema_version": 1, "app": app, "legos": legos})


def parts(count: int) -> dict[str, str]:
    """So many LEGOs; one of them has to be the entry."""
    return {f"lego{number}": "component" if number else "entry" for number in range(count)}


@dataclass(frozen=True)
class BareApp:
    """A workspace whose plan is made and landed, and nothing else; beside it the agent."""

    root: Path
    legos: int

    @classmethod
    def planned(cls, folder: Path, legos: int) -> BareApp:
        """Made anew in `folder`."""
        from engine.lifecycle.create import create

        app = cls(folder / "app", legos)
        app.home.mkdir(parents=True)
        outer = {f"app{number}": "app" for number in range(app.sub_apps)} | {"entry": "entry"}
        given = plan("outer", **(outer if app.sub_apps else parts(legos)))
        (app.home / "outer.json").write_text(given, encoding="utf-8")
        (app.home / "inner.json").write_text(plan("inner", **parts(WIDTH)), encoding="utf-8")
        app.adapter.write_text(ADAPTER, encoding="utf-8")
        app.adapter.chmod(0o755)
        create(app.root, None, "python")
        (app.root / ".meta").mkdir()
        (app.root / ".meta" / "AGENTS.md").write_text(document(), encoding="utf-8")
        (app.root / "app_intent.md").write_text("# Nothing\n\nThat is all there is to it.\n", encoding="utf-8")
        words = [sys.executable, "-P", "-m", "engine.cli", "run", str(app.root), *app.arguments, "--until", "0"]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        return app

    @property
    def home(self) -> Path:
        """Where the agent is."""
        return self.root.parent / "agent"

    @property
    def adapter(self) -> Path:
        """The agent."""
        return self.home / f"{RUNTIME}_adapter.sh"

    @property
    def arguments(self) -> list[str]:
        """The options of `meta run` here."""
        return ["--yes", "--runtime", RUNTIME, "--adapter-path", str(self.home), "--jobs", str(AT_ONCE)]

    @property
    def sub_apps(self) -> int:
        """How many; 0 if one plan holds all LEGOs."""
        return 0 if self.legos <= WIDTH else self.legos // WIDTH

    def chains(self) -> Iterator[tuple[str, list[str]]]:
        """For each LEGO (and the plan of each sub-app) a place of its own and its sessions, one after the other."""
        for number in range(self.sub_apps):
            place = f"apps/app{number}"
            yield f"{place}/plan", [f"plan-{substep}" for substep in SUBSTEPS]
            yield from ((f"{place}/{lego}", _sessions(lego)) for lego in parts(WIDTH))
        alone = ("entry",) if self.sub_apps else parts(self.legos)
        yield from ((lego, _sessions(lego)) for lego in alone)

    def check(self) -> None:
        """Every session ran once and well, or the time says nothing."""
        from engine.state.store import Store

        roots = [self.root, *(self.root / "apps" / f"app{number}" for number in range(self.sub_apps))]
        ran: list[str] = []
        for root in roots:
            state = Store.open(root, read_only=True).state
            ran += [one.id for record in state.records() for one in record.sessions if one.outcome == "done"]
            assert state.orchestrator.run.finished_at, f"{root} is not finished"
        assert len(ran) == self.sessions + len(SUBSTEPS), f"{len(ran)} sessions went well"

    @property
    def sessions(self) -> int:
        """How many are left to run once the plan is made."""
        return sum(len(sessions) for _, sessions in self.chains())


def _sessions(lego: str) -> list[str]:
    return [f"{lego}-{step}-{substep}" for step in STEPS for substep in SUBSTEPS]
