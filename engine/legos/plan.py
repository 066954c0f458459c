"""`lego_plan.json`: from text to a sound `Plan`, or to a list of everything that is wrong with it. Pure."""

from __future__ import annotations

import json
import keyword
import re
import sys
from graphlib import CycleError
from typing import Any

from pydantic import ValidationError

from engine.errors import MetaError
from engine.legos.model import SCHEMA_VERSION, Kind, LegoDecision, Plan, PlannedLego, Size, plan_rows, topological
from engine.names import is_name

__all__ = ["Kind", "LegoDecision", "Plan", "PlanError", "PlannedLego", "Size", "parse_plan", "plan_rows"]

RESERVED = frozenset({"app", "apps", "cache", "conftest", "contract", "contracts", "deploy", "fakes", "integration"})
RESERVED |= {"legos", "main", "pytestconfig", "request", "src", "test", "tests", "unit"}
"""Names that the layout of an app, or the tools that test it, already use."""

REQUIREMENT = re.compile(r"R-\d{3,}")
PACKAGE = re.compile(
    r"(@[a-z0-9][a-z0-9._-]*/)?[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._,-]+\])?"
    r"( ?[<>=!~]=?[A-Za-z0-9.*,<>=!~ ]+|@[~^]?[0-9][A-Za-z0-9.-]*)?"
)
"""A name and a version range, as registries write them: `name>=1.2`, `name[extra]==1.2`, `@scope/name@^1.2.0`."""


class PlanError(MetaError):
    """The plan is not usable. `problems` are sentences, one a mistake."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("lego_plan.json is not a valid LEGO plan:\n" + "\n".join(f"- {text}" for text in problems))


def parse_plan(text: str, limit: int = 50) -> Plan:
    """The plan in `text`, with at most `limit` LEGOs. Raises PlanError, which lists every problem found."""
    data = _json(text)
    problems = _envelope_problems(data)
    raw = data.get("legos")
    entries: list[Any] = raw if isinstance(raw, list) else []
    legos: list[PlannedLego] = []
    malformed = False
    for number, entry in enumerate(entries, start=1):
        lego, wrong = _lego(number, entry)
        problems += wrong
        malformed = malformed or bool(wrong)
        legos += [lego] if lego else []
    names = [entry["name"] for entry in entries if isinstance(entry, dict) and isinstance(entry.get("name"), str)]
    problems += _name_problems(names, data.get("app"))
    problems += [problem for lego in legos for problem in _lego_problems(lego, legos, names)]
    problems += _entry_problems(legos) if not malformed else []
    problems += _cycle_problems(legos) + _number_problems(legos, limit) + _file_problems(legos)
    if problems:
        raise PlanError(problems)
    return Plan(app=data["app"], legos=legos)


def _json(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except ValueError as error:
        where = (
            f"line {error.lineno}, column {error.colno}: {error.msg}"
            if isinstance(error, json.JSONDecodeError)
            else error
        )
        raise PlanError([f"It is not JSON ({where})."]) from error
    if not isinstance(data, dict):
        raise PlanError(['It must be one JSON object: {"schema_version": 1, "app": …, "legos": […]}.'])
    return data


def _envelope_problems(data: dict[str, Any]) -> list[str]:
    known = {"schema_version", "app", "legos"}
    problems = [f'The plan has no field "{name}": remove it.' for name in data if name not in known]
    if data.get("schema_version") != SCHEMA_VERSION:
        problems.append(f'"schema_version" must be {SCHEMA_VERSION}.')
    app = data.get("app")
    if not isinstance(app, str):
        problems.append('"app" must be the name of the app, a string.')
    elif why := _bad_name(app):
        problems.append(f'The app cannot be named "{app}": {why}.')
    elif app in sys.stdlib_module_names:
        problems.append(f'The app cannot be named "{app}": a standard module has that name.')
    legos = data.get("legos")
    if not isinstance(legos, list):
        problems.append('"legos" must be a list of LEGOs.')
    elif not legos:
        problems.append("The plan has no LEGO: an app needs at least its entry.")
    return problems


def _lego(number: int, entry: Any) -> tuple[PlannedLego | None, list[str]]:
    """One LEGO, and its malformed fields. If only its name is usable, the rest is filled up, to be checked further."""
    name = entry.get("name") if isinstance(entry, dict) else None
    whose = f'LEGO "{name}"' if isinstance(name, str) else f"LEGO number {number}"
    try:
        return PlannedLego.model_validate(entry), []
    except ValidationError as error:
        details = error.errors()
    sentences = [_sentence(whose, detail["loc"], detail["type"], detail["msg"]) for detail in details]
    if not isinstance(name, str):
        return None, sentences
    wrong = {detail["loc"][0] for detail in details}
    usable = {field: value for field, value in entry.items() if field not in wrong}
    return PlannedLego.model_validate({"purpose": "?", "kind": "component"} | usable), sentences


def _sentence(whose: str, place: tuple[int | str, ...], kind: str, message: str) -> str:
    field = ".".join(str(part) for part in place)
    if kind == "missing":
        return f'{whose} lacks the field "{field}".'
    if kind == "extra_forbidden":
        return f'{whose} has a field "{field}" that a plan does not know: remove it.'
    said = message[0].lower() + message[1:]
    return f'{whose}, field "{field}": {said}.' if field else f"{whose}: {said}."


def _bad_name(name: str) -> str:
    """Why nothing may have that name, or "" when it may."""
    if not is_name(name):
        return "a name is small letters, digits and _, and starts with a letter"
    if keyword.iskeyword(name) or keyword.issoftkeyword(name) or name in RESERVED:
        return "that word is reserved"
    return ""


def _name_problems(names: list[str], app: Any) -> list[str]:
    problems = []
    for name in dict.fromkeys(names):
        if why := _bad_name(name):
            problems.append(f'A LEGO cannot be named "{name}": {why}.')
        elif name == app:
            problems.append(f'A LEGO cannot be named "{name}": the app has that name.')
        if names.count(name) > 1:
            problems.append(f'The name "{name}" is used by {names.count(name)} LEGOs: each name must be unique.')
    return problems


def _lego_problems(lego: PlannedLego, legos: list[PlannedLego], names: list[str]) -> list[str]:
    whose = f'LEGO "{lego.name}"'
    retired = {other.name for other in legos if other.decision == "RETIRE"}
    problems = [] if lego.purpose.strip() else [f"{whose} has no purpose: say in one sentence what it is for."]
    if lego.kind == "app" and lego.name in sys.stdlib_module_names:
        problems.append(f"{whose} is to be an app, and a standard module has that name: choose another one.")
    for dependency in lego.dependencies:
        if dependency not in names:
            problems.append(f'{whose} depends on "{dependency}", which is not in the plan.')
        elif dependency in retired and lego.name not in retired:
            problems.append(f'{whose} depends on "{dependency}", which is to be retired.')
    for field, values in (("dependencies", lego.dependencies), ("requirements", lego.requirements)):
        twice = sorted({value for value in values if values.count(value) > 1})
        problems += [f'{whose} lists "{value}" more than once in "{field}".' for value in twice]
    for requirement in lego.requirements:
        if not REQUIREMENT.fullmatch(requirement):
            problems.append(f'{whose} names the requirement "{requirement}": an id looks like R-001.')
    for package in lego.packages:
        if not PACKAGE.fullmatch(package):
            problems.append(
                f'{whose} names the package "{package}": write a name and a version range, as in name>=1.2.'
            )
    return problems


def _file_problems(legos: list[PlannedLego]) -> list[str]:
    """Paths that leave the app, and files of two LEGOs; a folder owns what lies below it."""
    problems, owner = [], dict[str, str]()
    for lego in legos:
        for path in dict.fromkeys(path for paths in lego.files.values() for path in paths):
            other = owner.setdefault(path.removesuffix("/"), lego.name)
            if not _is_clean(path):
                problems.append(
                    f'LEGO "{lego.name}" names the file {path!r}: write a path below the app, without "..".'
                )
            elif other != lego.name:
                problems.append(_twice(path, other, lego.name))
    for path, name in owner.items():
        others = [owner[folder] for folder in _above(path) if owner.get(folder, name) != name]
        problems += [_twice(path, other, name) for other in others[:1]]
    return problems


def _is_clean(path: str) -> bool:
    parts = path.removesuffix("/").split("/")
    bad = any(part in ("", ".", "..") or part.lower() == ".git" for part in parts)
    return not bad and path.isprintable() and "{" not in path


def _above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:number]) for number in range(1, len(parts))]


def _twice(path: str, one: str, other: str) -> str:
    return f'The file "{path}" belongs to LEGO "{one}" and to LEGO "{other}": each file has one owner.'


def _entry_problems(legos: list[PlannedLego]) -> list[str]:
    """Only asked once every LEGO is well-formed: a malformed one may be meant to be the entry."""
    active = [lego for lego in legos if lego.decision != "RETIRE"]
    entries = [lego.name for lego in active if lego.kind == "entry"]
    problems = []
    if legos and not entries:
        problems.append('No LEGO has the kind "entry": exactly one must, the one that wires the app.')
    if len(entries) > 1:
        problems.append(f'More than one LEGO has the kind "entry" ({", ".join(entries)}): keep one.')
    for entry in entries:
        users = [f'"{lego.name}"' for lego in active if entry in lego.dependencies]
        if users:
            problems.append(f'Nothing may depend on the entry "{entry}", but {", ".join(users)} does.')
    return problems


def _number_problems(legos: list[PlannedLego], limit: int) -> list[str]:
    number = sum(lego.decision != "RETIRE" for lego in legos)
    if number <= limit:
        return []
    way_out = 'group them into sub-apps, each one LEGO of kind "app" with a plan of its own'
    return [f"The plan has {number} LEGOs, more than {limit}: {way_out}."]


def _cycle_problems(legos: list[PlannedLego]) -> list[str]:
    names = {lego.name for lego in legos}
    try:
        topological({lego.name: [name for name in lego.dependencies if name in names] for lego in legos})
    except CycleError as error:
        # graphlib lists a cycle from what is needed to what needs it.
        cycle = list(reversed(error.args[1]))
        return [f"The dependencies go in a circle: {' → '.join(cycle)}. Take one of them away."]
    return []


def change_problems(plan: Plan, earlier: Plan) -> list[str]:
    """What is wrong with a plan that changes a finished app, beside what is wrong with any plan."""
    present = {lego.name for lego in earlier.legos if lego.decision != "RETIRE"}
    problems = [
        f'LEGO "{name}" of the present app is missing: keep it in the list, with KEEP or RETIRE.'
        for name in earlier.names
        if name in present and name not in plan.names
    ]
    for lego in plan.legos:
        if lego.name in present and lego.decision == "NEW":
            problems.append(f'LEGO "{lego.name}" is there already: choose KEEP, REFACTOR, REGENERATE or RETIRE.')
        if lego.name not in earlier.names and lego.decision != "NEW":
            problems.append(f'LEGO "{lego.name}" is not in the present app: its decision can only be NEW.')
        if lego.decision not in ("NEW", "KEEP") and not lego.reason.strip():
            problems.append(f'LEGO "{lego.name}" has no "reason" for {lego.decision}.')
        if lego.name in earlier.names and (own := earlier.lego(lego.name).files) and lego.files != own:
            problems.append(f'LEGO "{lego.name}" has other "files" than in the present plan: copy them from there.')
    if plan.app != earlier.app:
        problems.append(f'The app is named "{earlier.app}": a change does not rename it.')
    return problems
