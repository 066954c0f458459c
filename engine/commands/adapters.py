"""Adapters: which runtimes are there, and whether an adapter keeps the interface."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

import click

from engine.commands.common import adapter_path, folder, folder_option, tell_json, told
from engine.configuration import load
from engine.conformance.survey import Told, survey
from engine.conformance.verdict import Verdict
from engine.errors import EXIT_ERROR
from engine.sessions.adapters import name_of
from engine.wording import table

SCHEMA_VERSION = 1
SESSION_SECONDS = 120.0
PAID = "The agent is asked to work in short sessions: if it calls a model, that costs what the model costs."
COLUMNS = ("RUNTIME", "INSTALLED", "VERSION", "LOGGED IN", "CAPABILITIES", "SANDBOX")


@click.group()
def adapters() -> None:
    """The runtimes that can do sessions here, and the check for an adapter of your own."""


@adapters.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@adapter_path()
@folder
@told
def list_(folder: Path, as_json: bool, adapter_paths: tuple[Path, ...]) -> None:
    """Every known runtime: installed, version, logged in, capabilities, sandbox. No model is called."""
    found = survey(adapter_paths, load(folder), os.environ)
    if as_json:
        tell_json({"schema_version": SCHEMA_VERSION, "adapters": [asdict(one) for one in found]})
        return
    for line in table([COLUMNS, *map(_row, found)]):
        click.echo(line)


@adapters.command()
@click.argument("target", metavar="PATH|NAME")
@click.option("--option", "pairs", multiple=True, metavar="KEY=VALUE", help="An option of the sessions; repeatable.")
@click.option("--model", help="The model of the sessions.")
@click.option("--live/--no-live", default=None, help="Whether the agent may work, which costs what its model costs.")
@click.option(
    "--timeout",
    "seconds",
    metavar="SECONDS",
    default=SESSION_SECONDS,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True),
    help="How long a session may take.",
)
@folder_option
@click.option("--json", "as_json", is_flag=True, help="As JSON, when all is done.")
@adapter_path()
@told
def check(
    target: str,
    pairs: tuple[str, ...],
    model: str | None,
    live: bool | None,
    seconds: float,
    folder: Path,
    as_json: bool,
    adapter_paths: tuple[Path, ...],
) -> None:
    """Check that an adapter keeps the interface, by real sessions in a scratch repository.

    The agent of a shipped adapter works only with --live; one of your own does so unless --no-live is given.
    """
    from engine.conformance.check import check as verdicts_of
    from engine.conformance.subject import Asked, find, is_free, is_live, parse_options, subject_of

    asked = Asked(target, parse_options(pairs), model, live, seconds)
    name, resolved = find(target, adapter_paths)
    configuration = load(folder)
    root = Path(tempfile.mkdtemp(prefix="meta-adapters-check-"))
    subject = subject_of(asked, name, resolved, configuration, os.environ, root)
    works = is_live(asked, subject)
    tell = _silent if as_json else click.echo
    tell(f"{subject.adapter} (runtime {name})")
    if works and not is_free(subject):
        tell(PAID)
    verdicts = _told(verdicts_of(subject, root, live=works), root, tell)
    counted = _counted(verdicts)
    tell(f"{counted['passed']} passed, {counted['failed']} failed, {counted['not_checked']} not checked")
    if name_of(subject.adapter) is None:
        tell(f"No runtime will be found in this file: its name must be like {subject.adapter.stem}_adapter.sh.")
    if as_json:
        head = {"schema_version": SCHEMA_VERSION, "runtime": name, "adapter": str(subject.adapter), "live": works}
        tell_json({**head, **counted, "cases": [asdict(verdict) for verdict in verdicts]})
    if counted["failed"]:
        sys.exit(EXIT_ERROR)


def _told(coming: Iterable[Verdict], root: Path, tell: Callable[[str], None]) -> list[Verdict]:
    """All verdicts, each told when it is there."""
    verdicts: list[Verdict] = []
    try:
        for verdict in coming:
            verdicts.append(verdict)
            tell(verdict.line())
    finally:
        if all(verdict.judgement != "fail" for verdict in verdicts):
            shutil.rmtree(root, ignore_errors=True)  # else the report names what lies there
    return verdicts


def _counted(verdicts: list[Verdict]) -> dict[str, int]:
    counted = Counter(verdict.judgement for verdict in verdicts)
    return {"passed": counted["pass"], "failed": counted["fail"], "not_checked": counted["not checked"]}


def _row(one: Told) -> tuple[str, ...]:
    if not one.installed:
        installed = "unknown" if one.installed is None else "no"
        return one.name, installed, one.version or "-", "-", "-", one.trouble
    logged_in = {True: "yes", False: "no"}[one.logged_in] if isinstance(one.logged_in, bool) else one.logged_in
    return one.name, "yes", one.version or "-", logged_in, ", ".join(one.capabilities) or "-", one.sandbox


def _silent(text: str) -> None:
    """Nothing is said before the JSON."""
