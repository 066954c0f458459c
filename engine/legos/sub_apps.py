"""Sub-apps: what a LEGO of kind `app` is told, and how one speaks of it from the outside. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from engine.legos.model import Plan

APPS = "apps"
"""The folder of the sub-apps in a workspace; each is a workspace itself."""

SUB_APP_ROLES: Mapping[str, tuple[str, ...]] = {
    "sub-app": (f"{APPS}/{{lego}}/",),
    "sub-app guide": (f"{APPS}/{{lego}}/README.md",),
}
"""Roles that every toolchain has: where sub-apps lie is the same in every language."""

_COMMAND = re.compile(r"`meta (?P<words>[^`]*?)(?: --dir (?P<folder>[^` ]+))?`")


def folder_of(lego: str) -> str:
    """Where the sub-app of a LEGO lies in the workspace, without a final `/`."""
    return f"{APPS}/{lego}"


def intent_of(plan: Plan, lego: str, told: Iterable[tuple[str, str]]) -> str:
    """The intent of a sub-app: its purpose, its place in the larger app, and what that one knows of it.

    `told`: name and fenced text of each artifact, in order. The same plan and artifacts, the same text.
    """
    own = plan.lego(lego)
    users = [name for name in plan.dependents(lego) if name in plan.active]
    used_by = f" There it serves {', '.join(f'`{name}`' for name in users)}." if users else ""
    parts = [
        f"# {lego}",
        own.purpose.strip(),
        f"This app is one part of a larger one, `{plan.app}`, and is built, tested and approved on its own.{used_by}",
        "\n".join(
            [
                f"- The app, and its command, is named `{lego}`.",
                f"- A thin piece of code in `{plan.app}` turns what is built here into the contract below. So each of "
                "its operations must be there to be called from other code, not only as a command.",
                "- What is kept, returned and refused is as contract and requirements below say, to the letter.",
                f"- The requirements below have the numbers of `{plan.app}`; those of this app get their own numbers.",
                *([f"- These packages may be used: {', '.join(own.packages)}."] if own.packages else []),
            ]
        ),
        *(f"## {name}\n\n{text.strip()}" for name, text in told),
    ]
    return "\n\n".join(parts) + "\n"


def seen_from_outside(text: str, lego: str) -> str:
    """A message of a sub-app's engine with each `meta` command completed by the folder it is for."""

    def placed(found: re.Match[str]) -> str:
        inner = f"/{found['folder']}" if found["folder"] else ""
        return f"`meta {found['words']} --dir {folder_of(lego)}{inner}`"

    return _COMMAND.sub(placed, text)
