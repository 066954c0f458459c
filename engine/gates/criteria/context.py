"""What a criterion may look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.document.model import Valves
from engine.gates.checkrun import CHECK_SECONDS
from engine.gates.receipts import ReceiptStore
from engine.gates.sandbox import Sandbox
from engine.git import NotInCommit, Repository
from engine.legos.placeholders import with_names
from engine.legos.plan import Plan, PlannedLego
from engine.legos.toolchain import Toolchain
from engine.state.clock import Clock, utc_now
from runtime_adapters.protocol import Result


@dataclass(frozen=True, slots=True)
class Context:
    """One step (of one LEGO) at one commit. `view` are the paths that a check of a LEGO sees.

    `plan` is None before there is one, `result` what the step's last session answered, None if it had none.
    """

    repository: Repository
    commit: str
    step: str
    lego: str | None
    plan: Plan | None
    toolchain: Toolchain
    result: Result | None
    valves: Valves
    sandbox: Sandbox
    view: Sequence[str]
    interpreter: Path
    receipts: ReceiptStore
    by_legos: bool = False
    """Whether the LEGOs' own tests have to prove the requirements: there are none of the whole app in this lane."""
    earlier: Plan | None = None
    """In a change of a finished app: the plan before it."""
    seconds: float = CHECK_SECONDS
    now: Clock = utc_now
    sentence: str = ""
    """The criterion under evaluation, as the document has it."""

    @property
    def known_plan(self) -> Plan:
        """The plan, for criteria that are evaluated only where there is one."""
        assert self.plan is not None, "evaluate() answers for criteria that need a plan before there is one"
        return self.plan

    @property
    def planned(self) -> PlannedLego:
        """This LEGO in the plan, for criteria that speak of {lego}."""
        assert self.lego is not None, "evaluate() answers for criteria on a LEGO in a step that has none"
        return self.known_plan.lego(self.lego)

    def text(self, path: str) -> str | None:
        """The committed file; None if there is none. What is not UTF-8 shows as replacement characters."""
        try:
            return self.repository.read(self.commit, path).decode(errors="replace")
        except NotInCommit:
            return None

    def texts(self, role: str) -> dict[str, str]:
        """Every committed file of a role of the toolchain, path → text; nothing before there is a plan."""
        if self.plan is None:
            return {}
        roles = self.toolchain.role(role)
        own = [path for pattern in roles for path in self.toolchain.own_files(pattern, self.plan, self.lego)]
        patterns = own or [self.filled(pattern) for pattern in roles]
        return {path: self.text(path) or "" for path in self.repository.files(self.commit, patterns)}

    def filled(self, text: str) -> str:
        """`text` with the names in place of what stands for them."""
        return with_names(text, self.plan, self.lego)
