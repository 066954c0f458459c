"""Which LEGO has which file: modules, their tests, and whatever else lies in the folders of both. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.adoption.naming import listed
from engine.adoption.survey import Module, Report
from engine.legos.roles import SOURCE
from engine.legos.toolchain import fill
from engine.lifecycle.drift import CONTRACT
from engine.lifecycle.proof import LEGO_TESTS


@dataclass(slots=True)
class Part:
    """A LEGO in the making. `principal` is the module after which it is called."""

    name: str
    is_entry: bool
    modules: list[Module]
    principal: Module
    source: set[str] = field(default_factory=set)
    tests: set[str] = field(default_factory=set)


def assign(parts: Sequence[Part], report: Report, files: Sequence[str]) -> list[str]:
    """Give every file that lies in a folder of modules or tests to one part; what a person should know of it."""
    there = {path for path in files if is_plain(path)}
    for part in parts:
        part.source |= {module.path for module in part.modules} & there
    homeless = []
    for test in report.tests:
        owner = _tested(parts, test.imports, test.path)
        if test.path in there and owner:
            owner.tests.add(test.path)
        elif test.path in there:
            homeless.append(test.path)
    entry = next(part for part in parts if part.is_entry)
    entry.tests |= set(homeless)
    shared = homes(module for part in parts for module in part.modules)
    _rest(parts, entry, sorted(there), [path for path in report.support if path in there], shared)
    said = f"{listed(homeless)} import no module: the entry has them." if len(homeless) > 1 else ""
    return [said or f"{homeless[0]} imports no module: the entry has it."] if homeless else []


def _tested(parts: Sequence[Part], imports: Iterable[str], path: str) -> Part | None:
    """The part that a test is about: the one it is named after, else the last of those it imports, in plan order."""
    wanted = set(imports)
    used = [part for part in parts if any(module.name in wanted for module in part.modules)]
    stem = path.rpartition("/")[2].partition(".")[0].removeprefix("test_").removesuffix("_test")
    named = [part for part in used or parts if stem in _names(part)]
    return named[-1] if named else used[-1] if used else None


def _names(part: Part) -> set[str]:
    return {part.name, *(module.name.rpartition(".")[2] for module in part.modules)}


def _rest(
    parts: Sequence[Part], entry: Part, files: Sequence[str], beside: Sequence[str], shared: Collection[str]
) -> None:
    """Data, package files and what tests share go to the part that has their folder alone, else to the entry."""
    placed = {path: part for part in parts for path in (*part.source, *part.tests)}
    owners: dict[str, set[str]] = {}
    direct = {folder_of(path) for path in (*placed, *beside)} - {""}
    for path, part in placed.items():
        for folder in folders_above(path):
            owners.setdefault(folder, set()).add(part.name)
    named = {part.name: part for part in parts}
    for path in files:
        if path in placed or direct.isdisjoint(folders_above(path)):
            continue
        folder = next((folder for folder in reversed(folders_above(path)) if folder in owners), "")
        is_own = folder.count("/") > 1 and folder not in shared and len(owners[folder]) == 1
        part = named[next(iter(owners[folder]))] if is_own else entry
        part.source.add(path)


def homes(modules: Iterable[Module]) -> set[str]:
    """The folders that hold all modules of one outermost name, and those above: LEGOs to come will lie there too."""
    common: dict[str, list[str]] = {}
    for module in modules:
        top, above = module.name.split(".")[0], folders_above(module.path)
        common[top] = [folder for folder in common.get(top, above) if folder in above]
    return {folder for folders in common.values() for folder in folders}


def paths_of(part: Part, files: Sequence[str], shared: Collection[str]) -> dict[str, list[str]]:
    """Role → the paths of a part; a folder in place of all that is in it, unless it is a shared one."""
    found = {SOURCE: _compact(part.source, files, shared), LEGO_TESTS: _compact(part.tests, files, shared)}
    return {role: paths for role, paths in found.items() if paths}


def _compact(paths: set[str], files: Sequence[str], shared: Collection[str]) -> list[str]:
    strange = {folder for path in files if path not in paths for folder in folders_above(path)}
    strange |= {*shared, *(path.partition("/")[0] + "/" for path in paths)}
    whole = {next((folder for folder in folders_above(path) if folder not in strange), path) for path in paths}
    return sorted(whole)


def leftovers(parts: Sequence[Part], files: Sequence[str]) -> list[str]:
    """The tracked files that no part has."""
    placed = {path for part in parts for path in (*part.source, *part.tests)}
    return [path for path in files if path not in placed]


def ready_for_contracts(
    roles: Mapping[str, tuple[str, ...]], app: str, modules: Mapping[str, Module], files: Sequence[str]
) -> tuple[dict[str, str], list[str]]:
    """Role → pattern with `{lego}` where contracts of this app belong, if its package lies elsewhere than usual.

    The usual place is kept, and that is said, where files of the app would be in the way.
    """
    usual = fill(next(iter(roles[SOURCE])).partition("{lego}")[0], app, None)
    own = next((folder_of(module.path) for name, module in modules.items() if name == app), "")
    patterns = [pattern for pattern in roles.get(CONTRACT, ()) if fill(pattern, app, None).startswith(usual)]
    if not own or own == usual or len(patterns) != 1:
        return {}, []
    moved = own + fill(patterns[0], app, None).removeprefix(usual)
    place = folder_of(moved)
    if any(path.startswith(place) for path in files):
        return {}, [f"{place} has files already, so contracts of LEGOs will be in {folder_of(usual)}."]
    return {CONTRACT: moved}, []


def is_plain(path: str) -> bool:
    """Whether a plan can name that path."""
    return path.isprintable() and "{" not in path and path == path.strip()


def folder_of(path: str) -> str:
    """`a/b/` of `a/b/c`; "" at the top."""
    return "".join(path.rpartition("/")[:2])


def folders_above(path: str) -> list[str]:
    """`a/` and `a/b/` of `a/b/c`."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: number + 1]) + "/" for number in range(len(parts))]
