"""The LEGO plan as Markdown, to be read before it is approved: each LEGO with purpose, needs, requirements. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tui.lines.format import plural
from tui.lines.sanitize import one_line
from tui.words.plan import SIZES

if TYPE_CHECKING:
    from engine.legos.model import Plan, PlannedLego

_KINDS = {"entry": "the entry: it wires the app", "app": "an app of its own", "component": "component"}
_MARKUP = re.compile(r"([!-/:-@\[-`{-~])")
_LONGEST = 4000


def plan_markdown(plan: Plan) -> str:
    """Those that are needed first come first."""
    lines = [
        f"# {_text(plan.app)}: {plural(len(plan.legos), 'LEGO')}",
        "",
        "Those that are needed come first. `P` draws who needs whom; `2` shows the file, whose lines take comments.",
    ]
    for number, name in enumerate(plan.order(), 1):
        lines += ["", *_lego(number, plan.lego(name), plan)]
    return "\n".join(lines) + "\n"


def _lego(number: int, lego: PlannedLego, plan: Plan) -> Iterator[str]:
    facts = [_KINDS.get(lego.kind, lego.kind), SIZES.get(lego.size, lego.size), lego.decision]
    yield f"### {number}. {_text(lego.name)} · {_listed(facts)}"
    yield ""
    yield _text(lego.purpose)
    yield ""
    if lego.reason:
        yield f"- why {lego.decision}: {_text(lego.reason)}"
    yield f"- needs: {_listed(lego.dependencies) or 'nothing'}"
    yield f"- used by: {_listed(plan.dependents(lego.name)) or 'nobody'}"
    yield f"- meets: {_listed(lego.requirements) or 'no requirement of its own'}"
    if lego.packages:
        yield f"- packages: {_listed(lego.packages)}"
    for role, paths in lego.files.items():
        yield f"- {_text(role)}: {_listed(paths)}"


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(map(_text, texts))


def _text(text: str) -> str:
    """Words of the plan as they are: on one line, none of them markup."""
    return _MARKUP.sub(r"\\\1", one_line(text, _LONGEST))
