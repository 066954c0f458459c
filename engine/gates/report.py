"""What a test tool reports in JUnit's XML, read so that a missing or broken report proves nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

MAX_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one test failed: its id, the message in a line, and the tool's own account."""

    test: str
    message: str
    account: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Test ids by outcome. `broken` are files that could not even be loaded: no test of theirs ran."""

    passed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = field(default=(), compare=False)


def read_report(path: Path) -> Report:
    """The report at `path`; an empty one if it is missing, too large, malformed or defines entities."""
    try:
        if path.is_symlink() or path.stat().st_size > MAX_BYTES:
            return Report()
        root = ElementTree.fromstring(path.read_bytes(), ElementTree.XMLParser(target=_NoDocumentType()))
    except (OSError, ElementTree.ParseError, LookupError, ValueError, _Refused):
        return Report()
    return _collect(root)


class _Refused(Exception):
    pass


class _NoDocumentType(ElementTree.TreeBuilder):
    """Refuses a document type, and with it every entity that could be expanded."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise _Refused(name)


def _collect(root: ElementTree.Element) -> Report:
    found: dict[str, dict[str, None]] = {"passed": {}, "failed": {}, "skipped": {}, "broken": {}}
    problems = []
    for case in root.iter("testcase"):
        test, outcome, trouble = _read_case(case)
        found[outcome][test] = None
        if trouble is not None:
            problems.append(Problem(test, trouble.get("message", "").strip(), (trouble.text or "").strip()))
    not_passed = found["failed"] | found["skipped"] | found["broken"]
    passed = tuple(test for test in found["passed"] if test not in not_passed)
    failed, skipped, broken = (tuple(found[name]) for name in ("failed", "skipped", "broken"))
    return Report(passed, failed, skipped, broken, tuple(problems))


def _read_case(case: ElementTree.Element) -> tuple[str, str, ElementTree.Element | None]:
    """A case without a class is no test but a file that could not be loaded."""
    group, name = case.get("classname", ""), case.get("name", "")
    test = f"{group}::{name}" if group else name
    for tag in ("failure", "error"):
        trouble = case.find(tag)
        if trouble is not None:
            return test, "failed" if group else "broken", trouble
    return test, "skipped" if case.find("skipped") is not None else "passed", None
