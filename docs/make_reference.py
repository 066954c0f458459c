"""Writes `docs/orchestration.md`: the text of `orchestration_head.md`, then a reference made from the code's own docs.

With `--check` it writes nothing, and fails when the page is not what would be written.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from itertools import groupby, pairwise
from pathlib import Path
from types import ModuleType

from engine import assessment
from engine.document import fields
from engine.document.model import Valves
from engine.document.valves import VALVES, ValveForm
from engine.document.vocabulary import SLOT
from engine.gates.criteria import find, forms
from engine.gates.criteria.registry import Criterion
from engine.runner.actions import ACTIONS

PAGE = Path(__file__).with_name("orchestration.md")
HEAD = Path(__file__).with_name("orchestration_head.md")
NOTICE = "<!-- Made by `make docs` from orchestration_head.md and the docs of the code: edit those, not this page. -->"
STALE = f"{PAGE.name} is not what the code and {HEAD.name} say: run `make docs` and commit the page"

WIDTH = 120

FILLED = {"path": "a.md", "title": "A", "number": "1", "command": "a"}
"""Something for each kind of slot, so that a form becomes a sentence."""

_ENTRY = re.compile(r"^(\w[\w ]*): ")


def page() -> str:
    """The whole page as it has to be."""
    head = HEAD.read_text(encoding="utf-8").rstrip()
    parts = (*_criteria(), *_valves(), *_actions(), *_statuses(), *_fields())
    return "\n\n".join([NOTICE, head, *parts]) + "\n"


def criteria() -> list[Criterion]:
    """Every kind of exit criterion, in the order in which they are evaluated."""
    samples = (SLOT.sub(lambda slot: FILLED[slot["kind"]], form.pattern) for form in forms())
    return sorted((find(sample)[0] for sample in samples), key=lambda known: known.runs)


def doc_of(thing: Callable[..., object] | ModuleType) -> str:
    """Its docstring. Raises LookupError where there is none."""
    text = inspect.getdoc(thing)
    if not text:
        raise LookupError(f"{thing} has no docstring to make the reference from")
    return text


def doc_below(module: ModuleType, name: str) -> str:
    """The string below an assignment, which Python keeps in the source only. Raises LookupError."""
    for assignment, below in pairwise(ast.parse(inspect.getsource(module)).body):
        named = isinstance(assignment, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == name for target in assignment.targets
        )
        if named and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            return inspect.cleandoc(str(below.value.value))
    raise LookupError(f"{module.__name__}.{name} has no string below it to make the reference from")


def entries(doc: str) -> tuple[str, dict[str, str]]:
    """The text a docstring begins with, and its lines of the form `Word: text` below that; indented lines go on."""
    text, _, below = doc.partition("\n\n")
    found: dict[str, str] = {}
    word = ""
    for line in below.splitlines():
        if entry := _ENTRY.match(line):
            word = entry[1]
            found[word] = line[entry.end() :]
        elif word:
            found[word] += f" {line.strip()}"
    return _joined(text), found


def _criteria() -> Iterator[str]:
    yield "## Exit criteria"
    yield _wrapped(
        "What stands in angle brackets is yours to fill in: a path, a heading, a number, a command of the toolchain. "
        "All else is literal, `{lego}` and `{dependencies}` too. The criteria of a step that run a command are "
        "evaluated only when all its others hold."
    )
    for module, group in groupby(criteria(), key=lambda known: known.function.__module__):
        yield f"### {module.rpartition('.')[2].capitalize()}"
        yield _wrapped(_joined(doc_of(sys.modules[module])))
        for known in group:
            holds, more = entries(doc_of(known.function))
            if set(more) != {"Red", "Example"}:
                raise LookupError(f"the docstring of {known.function} needs a line `Red: …` and a line `Example: …`")
            yield f"#### {_code(known.form.pattern)}"
            yield _list({"Holds when": holds, "When it is red it says": more["Red"], "Example": _code(more["Example"])})


def _valves() -> Iterator[str]:
    yield "## Safety valves"
    yield "A valve that the document does not name has its default."
    for valve in VALVES:
        yield f"### {_code(valve.form.pattern)}"
        told = {"Limits": valve.limits, "Default": _default(valve), "Takes": _bounds(valve)}
        told |= {"When it trips": valve.trips, "What to do": valve.remedy}
        yield _list({label: text for label, text in told.items() if text})


def _default(valve: ValveForm) -> str:
    value = getattr(Valves(), valve.field)
    return "no limit" if value is None else f"{value:,}".removesuffix(".0")


def _bounds(valve: ValveForm) -> str:
    what = "a whole number" if valve.whole else "a number"
    if valve.most is None:
        return f"{what} of at least {valve.least:g}"
    return f"{what} from {valve.least:g} to {valve.most:g}"


def _actions() -> Iterator[str]:
    yield "## Engine actions"
    yield "What a step's field `Action` can name. A step whose action stops is `stopped` and says why."
    yield _list({_code(name): _joined(doc_of(function)) for name, function in ACTIONS.items()})


def _statuses() -> Iterator[str]:
    text, words = entries(doc_below(assessment, "Status"))
    yield "## Status words"
    yield _wrapped(text)
    yield _list({_code(word): what for word, what in words.items()})


def _fields() -> Iterator[str]:
    text, names = entries(doc_below(fields, "FIELDS"))
    yield "## Fields of a step"
    yield _wrapped(text)
    yield _list(names)


def _list(items: dict[str, str]) -> str:
    return "\n".join(_wrapped(f"- **{label}**: {text}", indent="  ") for label, text in items.items())


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _joined(text: str) -> str:
    return " ".join(text.split())


def main() -> None:
    """Write the page, or with `--check` say whether it is current."""
    wanted = page()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(wanted, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != wanted:
        sys.exit(STALE)


if __name__ == "__main__":
    main()
