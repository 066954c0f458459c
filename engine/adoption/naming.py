"""Names and purposes of LEGOs, out of the names and docstrings of modules. Pure."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Collection, Sequence

from engine.adoption.survey import Module
from engine.legos.plan import RESERVED

LISTED = 3
"""So many modules are named; the others are counted."""


def app_name(names: Sequence[str]) -> str:
    """The first of these that an app can have, else the first one changed until it can."""
    cleaned = [name for name in map(clean, names) if name]
    fitting = [name for name in cleaned if not taken(name) and name not in sys.stdlib_module_names]
    return fitting[0] if fitting else f"{cleaned[0] if cleaned else 'adopted'}_project"


def lego_name(module: str, app: str, used: Collection[str]) -> str:
    """A name for the LEGO of a module: its last part, or more of it where that is taken."""
    parts = [part for part in map(clean, module.split(".")) if part]
    own = ["_".join(parts[-count:]) for count in range(1, len(parts) + 1)]
    wanted = [*own, f"{app}_{own[0]}" if own and own[0] != app else f"{app}_package"]
    for name in (*wanted, *(f"{wanted[-1]}_{number}" for number in range(2, len(used) + 3))):
        if not taken(name) and name != app and name not in used:
            return name
    raise AssertionError("there are more numbers than names")


def clean(text: str) -> str:
    """The text as small letters, digits and `_`, beginning with a letter; "" if nothing is left."""
    plain = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    return re.sub(r"^[0-9_]+", "", plain)


def taken(name: str) -> bool:
    """Whether no LEGO and no app may have that name."""
    return name in RESERVED or keyword.iskeyword(name) or keyword.issoftkeyword(name)


def purpose(modules: Sequence[Module], principal: Module) -> str:
    """What a LEGO is for: what its principal module says of itself, and which other modules it holds."""
    others = [module.name for module in modules if not module.name.startswith(f"{principal.name}.")]
    others = [name for name in others if name != principal.name]
    others = [name for name in others if not any(name.startswith(f"{other}.") for other in others)]
    told = " ".join("".join(c if c.isprintable() else " " for c in principal.doc).split())
    said = told or f"The module {principal.name}."
    return f"{said} Holds also {listed(others)}." if others else said


def listed(names: Sequence[str]) -> str:
    """`a, b and c`; of many the first few and how many more."""
    shown = list(names) if len(names) <= LISTED + 1 else [*names[:LISTED], f"{len(names) - LISTED} more"]
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))
