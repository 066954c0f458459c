"""From modules and who imports whom to a sound LEGO plan. Pure: the same report and files, the same plan."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.adoption.graph import above, circles, fewer, reached, united
from engine.adoption.naming import app_name, lego_name, listed, purpose
from engine.adoption.placing import Part, assign, homes, leftovers, paths_of, ready_for_contracts
from engine.adoption.survey import Module, Report
from engine.errors import MetaError
from engine.legos.plan import PACKAGE, Plan, PlannedLego, Size, parse_plan

ADOPTED = "adopted"
"""Why the plan keeps each LEGO as it is."""

MANY_LINES = 1500
"""A package with more lines is cut into the packages and modules in it."""

ROOM = 5
"""One of so many LEGOs is left for the changes to come."""

SMALL, MIDDLE = 150, 600
"""Lines up to which a LEGO is of size S, and of size M."""


class NothingToAdopt(MetaError):
    """There is no code of that kind."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The plan, the tracked files that no LEGO has, and what a person should know about it, as sentences."""

    plan: Plan
    unplaced: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def text(self) -> str:
        """The plan as the file that goes into the app."""
        legos = [lego.model_dump(exclude=set() if lego.files else {"files"}) for lego in self.plan.legos]
        whole = {"schema_version": self.plan.schema_version, "app": self.plan.app, "legos": legos}
        return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def cut(report: Report, files: Sequence[str], roles: Mapping[str, tuple[str, ...]], most: int = 50) -> Cut:
    """The LEGOs of a repository with these tracked files; `most` are allowed. Raises NothingToAdopt."""
    there = set(files)
    modules = {module.name: module for module in report.modules if module.path in there}
    if not modules:
        raise NothingToAdopt("no module was found in the files that are committed: there is nothing to adopt")
    app = app_name([*_tops(report, modules), report.name])
    parts, notes = _parts(report, modules, app, most - most // ROOM)
    homeless = assign(parts, report, files)
    moved, why_not = ready_for_contracts(roles, app, modules, files)
    notes += [*homeless, *why_not, *_other_notes(report, modules)]
    shared = homes(modules.values())
    owned = {part.name: paths_of(part, files, shared) for part in parts}
    legos = [_lego(part, owned[part.name], moved, app, report, parts) for part in parts]
    found = Cut(Plan(app=app, legos=legos), tuple(leftovers(parts, files)), tuple(notes))
    parse_plan(found.text, most)
    return found


def _tops(report: Report, modules: Mapping[str, Module]) -> list[str]:
    """The outermost names, the one that the project has first, then by the lines below them."""
    lines: Counter[str] = Counter()
    for module in modules.values():
        lines[module.name.split(".")[0]] += module.size + 1
    own = report.name.lower().replace("-", "_")
    return sorted(lines, key=lambda top: (top.lower() != own, -lines[top], top))


def _parts(report: Report, modules: Mapping[str, Module], app: str, most: int) -> tuple[list[Part], list[str]]:
    """The groups of modules that become LEGOs, the needed ones first, the entry last; and what was done to get them."""
    groups = _by_package(modules, most)
    home = {module: group for group, members in groups.items() for module in members}
    graph = {
        group: {home[other] for module in members for other in modules[module].imports if other in home} - {group}
        for group, members in groups.items()
    }
    members, needs = united(graph, circles(graph))
    notes = [
        f"{listed(group)} import each other in a circle: they are one LEGO."
        for group in members.values()
        if len(group) > 1
    ]
    entry = _entry(report, home, members, needs)
    top = sorted(above(needs, entry) | _idle(report, modules, groups, members, needs))
    rest = [[name] for name in members if name not in top]
    wider, needs = united(needs, [top, *rest])
    members = {name: [group for one in inner for group in members[one]] for name, inner in wider.items()}
    sizes = {name: sum(modules[m].size for group in inner for m in groups[group]) for name, inner in members.items()}
    if len(members) > most:
        notes.append(f"{len(members)} groups of modules were united into {most} LEGOs, so that there is room for more.")
    united_groups = fewer(needs, top[0], sizes, most)
    lists = [[m for name in names for group in members[name] for m in groups[group]] for names in united_groups]
    parts: list[Part] = []
    for number, names in enumerate(lists, start=1):
        held = [modules[name] for name in sorted(names)]
        principal = _principal(held, report.entries if number == len(lists) else ())
        name = lego_name(principal.name, app, [part.name for part in parts])
        parts.append(Part(name, number == len(lists), held, principal))
    return parts, notes


def _by_package(modules: Mapping[str, Module], most: int) -> dict[str, list[str]]:
    """Modules by the package or module directly below the outermost one; a large package by what is in it."""
    groups: dict[str, list[str]] = {}
    for name in sorted(modules):
        groups.setdefault(".".join(name.split(".")[:2]), []).append(name)
    while True:
        sizes = {group: sum(modules[name].size for name in names) for group, names in groups.items()}
        for group in sorted(groups, key=lambda one: (-sizes[one], one)):
            finer = _finer(group, groups[group])
            if sizes[group] > MANY_LINES and len(finer) > 1 and len(groups) + len(finer) - 1 <= most:
                del groups[group]
                groups |= finer
                break
        else:
            return groups


def _finer(group: str, names: Sequence[str]) -> dict[str, list[str]]:
    depth = group.count(".") + 2
    finer: dict[str, list[str]] = {}
    for name in names:
        finer.setdefault(".".join(name.split(".")[:depth]), []).append(name)
    return finer


def _entry(
    report: Report, home: Mapping[str, str], members: Mapping[str, list[str]], needs: Mapping[str, set[str]]
) -> str:
    """The group that starts the app: one that a person may start and that few need, else one that needs the most."""
    where = {group: name for name, inner in members.items() for group in inner}
    starts = list(dict.fromkeys(where[home[name]] for name in report.entries if name in home))
    near = [name for name in starts if 3 * len(above(needs, name)) <= len(members) + 3]
    if near:
        return near[0]
    used = {other for needed in needs.values() for other in needed}
    return min((name for name in members if name not in used), key=lambda name: (-len(reached(needs, name)), name))


def _idle(
    report: Report,
    modules: Mapping[str, Module],
    groups: Mapping[str, list[str]],
    members: Mapping[str, list[str]],
    needs: Mapping[str, set[str]],
) -> set[str]:
    """Groups that are one module which holds others, needs nothing and is needed by none: no LEGOs of their own."""
    used = {other for needed in needs.values() for other in needed}
    packages = {name.rpartition(".")[0] for name in modules}
    alone = {name for name, inner in members.items() if len(inner) == 1 and len(groups[inner[0]]) == 1}
    return {name for name in alone if name in packages and name not in used and not needs[name]}


def _principal(held: Sequence[Module], entries: Sequence[str]) -> Module:
    """The module after which a LEGO is called: what a person starts, else the outermost, the largest of several."""
    names = {module.name: module for module in held}
    started = [names[name] for name in entries if name in names]
    if started:
        return started[0]
    outer = [module for module in held if not any(module.name.startswith(f"{other}.") for other in names)]
    groups = {m.name: sum(o.size for o in held if o.name == m.name or o.name.startswith(f"{m.name}.")) for m in outer}
    return min(outer, key=lambda module: (-groups[module.name], module.name))


def _lego(
    part: Part, owned: dict[str, list[str]], moved: Mapping[str, str], app: str, report: Report, parts: Sequence[Part]
) -> PlannedLego:
    home = {module.name: other.name for other in parts for module in other.modules}
    needed = {home[name] for module in part.modules for name in module.imports if name in home} - {part.name}
    asked = {package for module in part.modules for package in module.packages}
    if part.is_entry:
        asked |= set(report.packages) - {package for other in parts for m in other.modules for package in m.packages}
    lines = sum(module.size for module in part.modules)
    size: Size = "S" if lines <= SMALL else "M" if lines <= MIDDLE else "L"
    contracts = {role: [pattern.replace("{lego}", part.name)] for role, pattern in moved.items()}
    return PlannedLego(
        name=part.name,
        purpose=purpose(part.modules, part.principal),
        kind="entry" if part.is_entry else "component",
        dependencies=[other.name for other in parts if other.name in needed],
        packages=sorted(package for package in asked if PACKAGE.fullmatch(package)),
        size=size,
        decision="KEEP",
        reason=ADOPTED,
        files={**owned, **contracts},
    )


def _other_notes(report: Report, modules: Mapping[str, Module]) -> list[str]:
    unknown = sorted({name for module in modules.values() for name in module.unknown})
    notes = [f"No requirement of the project explains the imports {listed(unknown)}."] if unknown else []
    return notes + [f"{one.path} cannot be parsed ({one.why}): whom it imports is not known." for one in report.broken]
