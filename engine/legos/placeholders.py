"""Names in the places where a document speaks of a LEGO, its dependencies, the entry or the app. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.legos.model import Plan


def with_names(text: str, plan: Plan | None, lego: str | None) -> str:
    """`text` with names for {lego}, {dependencies}, {entry} and {app}, as far as they are known."""
    if lego:
        text = text.replace("{lego}", lego)
    if plan is None:
        return text
    if lego and lego in plan.names:
        text = text.replace("{dependencies}", listed(plan.lego(lego).dependencies))
    return text.replace("{app}", plan.app).replace("{entry}", plan.entry)


def references_of(texts: Iterable[str], plan: Plan | None, lego: str | None) -> tuple[str, ...]:
    """References as a person reads them: with names, each once, none of what this LEGO does not have."""
    alone = plan is not None and lego in plan.names and not plan.lego(lego).dependencies
    if alone:
        texts = [text.replace("{lego} and {dependencies}", "{lego}") for text in texts]
        texts = [text for text in texts if "{dependencies}" not in text]
    named = (with_names(text, plan, lego).replace("{legos}", "every LEGO") for text in texts)
    return tuple(dict.fromkeys(named))


def listed(names: Sequence[str]) -> str:
    """`a, b and c`; "no dependencies" for none."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]])) or "no dependencies"
