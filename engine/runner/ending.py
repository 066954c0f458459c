"""How a run ended: its word, its exit code, and what a person is told of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.assessment import BLOCKED, SETTLED, Assessment
from engine.errors import EXIT_DONE, EXIT_INTERRUPTED, EXIT_RUNTIME, EXIT_VALVE, EXIT_WAITING
from engine.runtimes import resting
from engine.state.models import State

Ending = Literal["done", "waiting", "paused", "blocked", "stopped", "until", "runtime"]
EXIT_CODES: dict[Ending, int] = {
    "done": EXIT_DONE,
    "until": EXIT_DONE,
    "waiting": EXIT_WAITING,
    "paused": EXIT_WAITING,
    "blocked": EXIT_VALVE,
    "stopped": EXIT_INTERRUPTED,
    "runtime": EXIT_RUNTIME,
}


@dataclass(frozen=True)
class RunEnd:
    """Why the loop ended, and where everything stands. `told`: lines for a person, what to do among them."""

    ending: Ending
    assessment: Assessment
    told: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """The exit code of `meta run`."""
        return EXIT_CODES[self.ending]


def ending_of(state: State, assessment: Assessment) -> Ending:
    """The word for a run with nothing left under way. What a person can decide comes before what is in the way."""
    words = [instance.status for instance in assessment.instances()]
    if any(word.startswith("waiting") for word in words):
        return "waiting"
    if state.orchestrator.run.paused:
        return "paused"
    if "paused" in words:
        return "runtime"
    if any(word in BLOCKED for word in words):
        return "blocked"
    change = state.orchestrator.run.change
    if change and change.stage == "planning" and "stale" in words:
        return "until"
    return "done" if all(word in SETTLED for word in words) else "until"


def run_end(state: State, assessment: Assessment) -> RunEnd:
    """The end of such a run."""
    ending = ending_of(state, assessment)
    return RunEnd(ending, assessment, _told(ending, state, assessment))


def _told(ending: Ending, state: State, assessment: Assessment) -> tuple[str, ...]:
    orchestrator, instances = state.orchestrator, assessment.instances()
    stale = sum(instance.status == "stale" for instance in instances)
    told: list[str] = []
    if orchestrator.valves:
        told += ["stopped, until you have acted:", *(f"  {message}" for message in orchestrator.valves.values())]
    if ending == "runtime":
        told += [
            "no runtime could go on; `meta run` tries again:",
            *(f"  {why}" for why in resting(orchestrator.run.runtimes, orchestrator.runtimes)),
        ]
    if ending == "waiting":
        told += ["waiting for you:", *(f"  {instance.why}" for instance in instances if instance.gate)]
    change = orchestrator.run.change
    if change and change.stage == "planning" and ending == "until":
        told.append("the change is planned: `meta plan` shows it, `meta apply` carries it out")
    elif stale and ending in ("done", "until"):
        steps, them = ("1 step is", "it") if stale == 1 else (f"{stale} steps are", "them")
        told.append(f"{steps} stale: `meta run --refresh` does {them} again")
    return tuple(told)
