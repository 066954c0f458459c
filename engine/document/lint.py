"""What the grammar cannot see: unknown words, steps that cannot work, and artifacts that nobody makes in time."""

from __future__ import annotations

import re
from collections.abc import Collection

from engine.document.lint_artifacts import lint_artifacts
from engine.document.lint_steps import lint_steps
from engine.document.model import Criterion, Orchestration, Position, Reference
from engine.document.problems import Problem, Report, quoted, suggestion
from engine.document.producers import singular
from engine.document.vocabulary import Vocabulary, match, nearest


def lint(orchestration: Orchestration, vocabulary: Vocabulary) -> list[Problem]:
    """Every problem of a document that could be read, in the order of the document."""
    report = Report(orchestration.path)
    lint_steps(orchestration, report)
    lint_artifacts(orchestration, vocabulary.given, report)
    return sorted({*lint_words(orchestration, vocabulary), *report.problems()})


def lint_words(orchestration: Orchestration, vocabulary: Vocabulary) -> list[Problem]:
    """The words that the vocabulary does not have. Makes sense for a document with other problems, too."""
    report = Report(orchestration.path)
    for step in orchestration.steps():
        if step.action:
            _check(step.action, vocabulary.actions, "action", step.place("Action"), report)
        for tag in step.wisdom:
            _check(tag, vocabulary.tags, "wisdom tag", step.place(f"Wisdom {tag}"), report)
        for reference in (*step.inputs, *step.outputs):
            _check_role(reference, vocabulary.roles, report)
        for criterion in step.criteria:
            _check_criterion(criterion, vocabulary, report)
    return report.problems()


def _check(word: str, known: Collection[str], what: str, position: Position, report: Report) -> None:
    if word not in known:
        report.add(position, f"unknown {what} {quoted(word)}{suggestion(word, sorted(known))}")


def _check_role(reference: Reference, roles: Collection[str], report: Report) -> None:
    if reference.role and singular(reference.role, roles) not in roles:
        report.add(
            reference.position, f"unknown role {quoted(reference.role)}{suggestion(reference.role, sorted(roles))}"
        )


def _check_criterion(criterion: Criterion, vocabulary: Vocabulary, report: Report) -> None:
    for form in vocabulary.forms:
        slots = match(form, criterion.text)
        if slots is None:
            continue
        for slot, text in slots.items():
            if form.kind(slot) == "command":
                word = re.search(rf"\b{re.escape(text)}\b", criterion.text)
                place = criterion.place(word.start() if word else 0)
                _check(text, vocabulary.commands, "command of the toolchain", place, report)
        return
    near = nearest(criterion.text, vocabulary.forms)
    known = f"; the nearest known form is: {near.pattern}" if near else ""
    report.add(criterion.position, f"unknown criterion {quoted(criterion.text)}{known}")
