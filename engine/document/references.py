"""The artifacts that a step names under Inputs and Outputs: `` `path` `` or `role of {whose}`, comma separated."""

from __future__ import annotations

import re
from typing import get_args

from engine.document.model import Reference, Target
from engine.document.passage import Passage
from engine.document.problems import Report, quoted, suggestion

TARGETS: dict[str, Target] = {f"{{{target}}}": target for target in get_args(Target) if target}
PATH_PLACEHOLDERS = ("{lego}", "{entry}")
OPTIONS = ("rows of {lego}", "not shown")

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_OPTION = re.compile(r"\(([^()]*)\)\s*$")


def references(value: Passage, report: Report) -> tuple[Reference, ...]:
    """The references of a field's value; what cannot be read is reported and left out."""
    return tuple(reference for piece in value.split(",") for reference in _read(piece, report))


def _read(piece: Passage, report: Report) -> list[Reference]:
    if not piece.text:
        report.add(piece.position(), "an artifact is missing here: there is a comma too many")
        return []
    what, options = _without_options(piece, report)
    if "`" in what.text:
        return _path(piece, what, options, report)
    return _role(piece, what, options, report)


def _without_options(piece: Passage, report: Report) -> tuple[Passage, set[str]]:
    """The artifact itself and what stands in brackets behind it."""
    options: set[str] = set()
    while len(options) <= len(OPTIONS) and (found := _OPTION.search(piece.text)):
        option = piece.group(found, 1)
        piece = piece.part(0, found.start())
        if option.text not in OPTIONS:
            report.add(option.position(), f"unknown remark {quoted(option.text)}{suggestion(option.text, OPTIONS)}")
        elif option.text in options:
            report.add(option.position(), f"the remark {quoted(option.text)} stands here twice")
            break
        options.add(option.text)
    return piece, options


def _path(piece: Passage, what: Passage, options: set[str], report: Report) -> list[Reference]:
    found = re.fullmatch(r"`([^`]+)`", what.text)
    if not found or not found[1].strip():
        report.add(what.position(), "a path stands in backticks, with nothing beside it but a comma or a remark")
        return []
    path = what.group(found, 1)
    fault = _path_fault(path.text)
    if fault:
        report.add(path.position(), fault)
        return []
    _check_placeholders(path, PATH_PLACEHOLDERS, report)
    return [_reference(piece, options, path=path.text)]


def _path_fault(path: str) -> str:
    if path.startswith(("/", "~")) or "\\" in path or ".." in path.split("/"):
        return f"the path {quoted(path)} leaves the workspace: write it from the workspace's folder, with `/`"
    return ""


def _role(piece: Passage, what: Passage, options: set[str], report: Report) -> list[Reference]:
    whose = re.search(r"\s+of\s+(?=\{)", what.text)
    role = " ".join(what.text[: whose.start() if whose else None].split())
    if not re.fullmatch(r"[^\W\d_][\w -]*", role):
        report.add(
            what.position(), f"{quoted(what.text)} names no artifact: write `` `path` ``, `role` or `role of {{lego}}`"
        )
        return []
    if not whose:
        return [_reference(piece, options, role=role)]
    targets = what.part(whose.end(), len(what.text)).split(r"\s+and\s+")
    known = [target for target in targets if _check_target(target, report)]
    return [_reference(piece, options, role=role, target=TARGETS[target.text]) for target in known]


def _check_target(target: Passage, report: Report) -> bool:
    if target.text in TARGETS:
        return True
    report.add(
        target.position(), f"{quoted(target.text)} says not whose artifact this is{suggestion(target.text, TARGETS)}"
    )
    return False


def _check_placeholders(text: Passage, known: tuple[str, ...], report: Report) -> None:
    for found in _PLACEHOLDER.finditer(text.text):
        if found[0] not in known:
            report.add(
                text.position(found.start()), f"a path cannot hold {quoted(found[0])}{suggestion(found[0], known)}"
            )


def _reference(piece: Passage, options: set[str], *, path: str = "", role: str = "", target: Target = "") -> Reference:
    return Reference(
        text=piece.text,
        position=piece.position(),
        path=path,
        role=role,
        target=target,
        rows="rows of {lego}" in options,
        shown="not shown" not in options,
    )
