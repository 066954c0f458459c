"""The sentence forms and the functions behind them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from engine.document.vocabulary import SentenceForm, match, nearest
from engine.errors import MetaError
from engine.gates.receipts import Receipt
from engine.gates.report import Problem
from engine.state.models import CriterionFact


@dataclass(frozen=True, slots=True)
class Finding:
    """How one criterion came out. `sentence` is the document's, `shown` the same with names in place of {lego}.

    `legos` are those whose tests are to blame, where it can tell.
    """

    passed: bool
    detail: str = ""
    receipt: Receipt | None = None
    problems: tuple[Problem, ...] = field(default=())
    sentence: str = ""
    shown: str = ""
    legos: tuple[str, ...] = ()

    @property
    def fact(self) -> CriterionFact:
        """What the state keeps of it."""
        receipt = self.receipt.id if self.receipt else None
        return CriterionFact(sentence=self.sentence, passed=self.passed, detail=self.detail, receipt=receipt)


CriterionFunction = Callable[..., Finding | Awaitable[Finding]]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A sentence form and its function, which gets the context and each slot by name. `runs` marks the slow ones."""

    form: SentenceForm
    function: CriterionFunction
    runs: bool


class UnknownCriterion(MetaError):
    """A sentence of the document is of no known form."""


_CRITERIA: list[Criterion] = []


def criterion(pattern: str, runs: bool = False) -> Callable[[CriterionFunction], CriterionFunction]:
    """Register the function of a sentence form; `runs` if it runs a command."""

    def register(function: CriterionFunction) -> CriterionFunction:
        _CRITERIA.append(Criterion(SentenceForm(pattern), function, runs))
        return function

    return register


def forms() -> tuple[SentenceForm, ...]:
    """Every sentence form there is."""
    return tuple(known.form for known in _CRITERIA)


def find(sentence: str) -> tuple[Criterion, dict[str, str]]:
    """The criterion that a sentence means, and the text of its slots. Raises UnknownCriterion."""
    for known in _CRITERIA:
        slots = match(known.form, sentence)
        if slots is not None:
            return known, slots
    near = nearest(sentence, forms())
    hint = f" Did you mean: {near.pattern}?" if near else ""
    raise UnknownCriterion(f"No check is known for the criterion {sentence!r}.{hint}")
