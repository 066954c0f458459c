"""Evaluate the exit criteria of a step: what is cheap first, and commands only when all of that holds."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import replace

from engine.document.model import Step
from engine.gates.criteria.context import Context
from engine.gates.criteria.registry import Criterion, Finding, find

NOT_RUN = "not run: another criterion has to hold first"


async def evaluate(step: Step, context: Context) -> list[Finding]:
    """A finding for each criterion, in the order of the document. Raises UnknownCriterion before anything is run."""
    asked = [(written.text, *find(written.text)) for written in step.criteria]
    findings: dict[str, Finding] = {}
    for runs in (False, True):
        hold = all(finding.passed for finding in findings.values())
        for sentence, known, slots in asked:
            if known.runs == runs:
                ready = hold or not runs
                finding = await _evaluate(sentence, known, slots, context) if ready else Finding(False, NOT_RUN)
                findings[sentence] = replace(finding, sentence=sentence, shown=context.filled(sentence))
    return [findings[sentence] for sentence, _, _ in asked]


async def _evaluate(sentence: str, known: Criterion, slots: dict[str, str], context: Context) -> Finding:
    context = replace(context, sentence=sentence)
    lacking = _lacking(sentence, known, context)
    if lacking:
        return Finding(False, lacking)
    if inspect.iscoroutinefunction(known.function):
        answer = await known.function(context, **slots)
    else:
        answer = await asyncio.to_thread(known.function, context, **slots)
    assert isinstance(answer, Finding)
    return answer


def _lacking(sentence: str, known: Criterion, context: Context) -> str:
    of_a_lego = "{lego}" in known.form.pattern
    if context.plan is None and (known.runs or of_a_lego):
        return "there is no LEGO plan yet"
    if context.lego is None and "{lego}" in sentence:
        return "it speaks of {lego}, but this step is not run for each LEGO"
    if of_a_lego and context.plan and context.lego not in context.plan.names:
        return f"the plan has no LEGO {context.lego}"
    return ""
