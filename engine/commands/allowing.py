"""The command by which a person insists on a secret: `meta allow-secret`."""

from __future__ import annotations

import re
from pathlib import Path

import click

from engine.commands.common import told
from engine.errors import UsageError
from engine.secrets import ALLOWED, Found, allow, allow_sha256, find, home_of

_PLACE = re.compile(r"(?P<file>.+):(?P<line>\d+)")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@click.command()
@click.argument("place", metavar="FILE:LINE")
@click.option("--dir", "folder", metavar="DIR", type=click.Path(path_type=Path), help="The workspace.")
@told
def allow_secret(place: str, folder: Path | None) -> None:
    """Allow what looks like a secret at FILE:LINE to be committed and told to agents.

    For what lies in no file its sha256 stands for FILE:LINE, as the engine names it. The workspace remembers it in
    `.meta-secrets-allowed`, by the sha256 alone.
    """
    if _SHA256.fullmatch(place):
        home = folder or home_of(Path("app"))
        new = allow_sha256(home, place, "by hand")
        click.echo(f"{place[:8]}… {'is allowed' if new else 'was allowed already'} in {home / ALLOWED}.")
        return
    for one in _secrets_at(place):
        home = folder or home_of(Path(one.path))
        new = allow(home, one)
        click.echo(f"{one} {'is allowed' if new else 'was allowed already'} in {home / ALLOWED}.")


def _secrets_at(place: str) -> list[Found]:
    match = _PLACE.fullmatch(place)
    if match is None:
        raise UsageError(f"{place}: expected FILE:LINE, as in app_intent.md:12, or a sha256")
    path, line = Path(match["file"]), int(match["line"])
    try:
        found = find(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise UsageError(f"{path}: it cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start})") from error
    there = [one for one in found if one.line == line]
    if not there:
        others = ", ".join(str(one.line) for one in found)
        raise UsageError(f"{place}: no secret is seen there. " + (f"Lines with one: {others}." if others else ""))
    return there
