"""Which runs of a step there are, and who made what they read. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.document.model import Orchestration, Position, Reference, Step
from engine.document.producers import producers, reference_key
from engine.legos.plan import Plan
from engine.workspace import PLAN

Key = tuple[str, str | None]
"""(step name, LEGO name or None)."""

_PLAN = Reference(text=PLAN, position=Position(1, 1), path=PLAN)


class Instances:
    """The instances of every step of a document for a plan (None: not planned yet)."""

    def __init__(self, orchestration: Orchestration, plan: Plan | None) -> None:
        self.orchestration = orchestration
        self.plan = plan
        self._producers = producers(orchestration)
        self._names = tuple(plan.order()) if plan else ()
        self._legos = {lego.name: lego for lego in plan.legos} if plan else {}
        self._read_by: dict[Key, tuple[Key, ...]] = {}

    def of(self, step: Step) -> tuple[Key, ...]:
        """The instances of one step: itself, or one for each LEGO in dependency order."""
        if not step.per_lego:
            return ((step.name, None),)
        return tuple((step.name, lego) for lego in self._names if self._has(step, lego))

    def all(self) -> Iterator[tuple[Step, str | None]]:
        """Every instance, in document order, LEGOs in dependency order."""
        for step in self.orchestration.steps():
            for _, lego in self.of(step):
                yield step, lego

    def applies(self, step: Step, lego: str | None) -> bool:
        """Whether the document's `For each … where decision is …` chooses this LEGO."""
        if lego is None or not step.decisions or self.plan is None:
            return True
        return self._legos[lego].decision in step.decisions

    def read_by(self, step: Step, lego: str | None) -> tuple[Key, ...]:
        """The instances that make what this one reads, without duplicates."""
        if (step.name, lego) not in self._read_by:
            found = [key for reference in step.inputs for key in self.makers(reference, lego)]
            self._read_by[step.name, lego] = tuple(dict.fromkeys(found))
        return self._read_by[step.name, lego]

    def makers(self, reference: Reference, lego: str | None) -> tuple[Key, ...]:
        """The instances that make one artifact; none if it is given (the intent), or no such LEGO has it."""
        step = self._producers.get(reference_key(reference))
        if step is None:
            return ()
        if not step.per_lego:
            return ((step.name, None),)
        return tuple((step.name, name) for name in self._targets(reference, lego) if self._has(step, name))

    def makers_of_plan(self) -> tuple[Key, ...]:
        """The instances that make the LEGO plan: what runs per LEGO waits for them, whatever else it reads."""
        return self.makers(_PLAN, None)

    def _has(self, step: Step, lego: str) -> bool:
        """Whether LEGOs of this one's kind have that step at all (`For each … where kind is …`)."""
        return not step.kinds or self.plan is None or self._legos[lego].kind in step.kinds

    def _targets(self, reference: Reference, lego: str | None) -> Sequence[str]:
        if self.plan is None:
            return ()
        if "{entry}" in reference.path:
            return (self.plan.entry,)
        if reference.target == "dependencies":
            return self._legos[lego].dependencies if lego else ()
        if reference.target == "legos" or lego is None:
            return self._names
        return (lego,)
