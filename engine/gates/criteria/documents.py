"""Criteria on the documents that a step writes: they are there, and hold what they must."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from markdown_it import MarkdownIt

from engine.gates.criteria.context import Context
from engine.gates.criteria.registry import Finding, criterion
from engine.legos.plan import PlanError, change_problems, parse_plan
from engine.legos.requirements import parse_requirements

REQUIREMENTS = "requirements.md"
NO_REQUIREMENTS = (
    f"{REQUIREMENTS} holds no requirement: write each as `- **R-001** …` with a line `Acceptance: …` below"
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@criterion("`<path>` exists")
def exists(context: Context, path: str) -> Finding:
    """The file is committed and not blank; a folder holds at least one such file.

    Red: that the path is not there, or that it is empty.
    Example: `docs/` exists
    """
    path = context.filled(path)
    files = context.repository.files(context.commit, [path])
    if not files:
        return Finding(False, f"{path} is not there")
    if not any((context.text(file) or "").strip() for file in files):
        return Finding(False, f"{path} is empty")
    return Finding(True)


@criterion('`<path>` has a section "<title>"')
def has_section(context: Context, path: str, title: str) -> Finding:
    """A heading with that text, of any level and outside code, has text below it; a comment is no text.

    Red: the headings that are there, or that the section is empty.
    Example: `requirements.md` has a section "REVIEW NOTES"
    """
    path = context.filled(path)
    text = context.text(path)
    if text is None:
        return Finding(False, f"{path} is not there")
    found = list(sections(text))
    bodies = [body for heading, body in found if heading == title]
    if not bodies:
        headings = ", ".join(f'"{heading}"' for heading, _ in found) or "none"
        return Finding(False, f'{path} has no heading "{title}"; its headings are: {headings}')
    if not any(bodies):
        return Finding(False, f'the section "{title}" of {path} is empty')
    return Finding(True)


@criterion("`<path>` is a valid LEGO plan")
def is_plan(context: Context, path: str) -> Finding:
    """It can be built from: known fields, one entry, dependencies that exist and form no circle, not too many LEGOs.

    In a change of a finished app every LEGO of the present plan stays in the list with a decision and its reason.

    Red: every mistake in the plan, one sentence each.
    Example: `lego_plan.json` is a valid LEGO plan
    """
    text = context.text(path)
    if text is None:
        return Finding(False, f"{path} is not there")
    try:
        plan = parse_plan(text, context.valves.legos)
    except PlanError as error:
        return Finding(False, " ".join(error.problems))
    if context.earlier and (wrong := change_problems(plan, context.earlier)):
        return Finding(False, " ".join(wrong))
    return Finding(True, f"{len(plan.active)} LEGOs")


@criterion("every requirement has an id")
def requirements_have_ids(context: Context) -> Finding:
    """There is at least one requirement, and each begins with an id of its own, such as R-001.

    Red: the lines without an id, or the ids that stand there twice.
    Example: every requirement has an id
    """
    requirements = parse_requirements(context.text(REQUIREMENTS) or "")
    if not requirements:
        return Finding(False, NO_REQUIREMENTS)
    nameless = [f"line {requirement.line} of {REQUIREMENTS}" for requirement in requirements if not requirement.id]
    if nameless:
        return Finding(False, f"no id (such as R-001) at {', '.join(nameless)}")
    ids = [requirement.id for requirement in requirements]
    twice = sorted({id_ for id_ in ids if ids.count(id_) > 1})
    if twice:
        return Finding(False, f"more than one requirement has the id {', '.join(twice)}")
    return Finding(True, f"{len(ids)} requirements")


@criterion("every requirement has an acceptance test idea")
def requirements_have_acceptance(context: Context) -> Finding:
    """There is at least one requirement, and each has an Acceptance line that says something.

    Red: the ids without one.
    Example: every requirement has an acceptance test idea
    """
    requirements = parse_requirements(context.text(REQUIREMENTS) or "")
    if not requirements:
        return Finding(False, NO_REQUIREMENTS)
    without = [one.id or f"line {one.line}" for one in requirements if not re.search(r"\w", one.acceptance)]
    if without:
        return Finding(False, f"no acceptance test idea: {', '.join(without)}")
    return Finding(True, f"{len(requirements)} requirements")


def sections(text: str) -> Iterator[tuple[str, str]]:
    """Each heading outside code with the text that stands below it, up to the next heading of its rank or higher."""
    lines = text.splitlines()
    tokens = MarkdownIt("commonmark").parse(text)
    headings = []
    for opened, inline in pairwise(tokens):
        if opened.type == "heading_open" and opened.map and opened.level == 0:
            headings.append((int(opened.tag[1:]), inline.content.strip(), opened.map[0], opened.map[1]))
    for number, (level, title, _, body) in enumerate(headings):
        later = headings[number + 1 :]
        end = next((start for rank, _, start, _ in later if rank <= level), len(lines))
        inner = {line for _, _, start, stop in later for line in range(start, stop)}
        kept = "\n".join(lines[line] for line in range(body, end) if line not in inner)
        yield title, _COMMENT.sub("", kept).strip()
