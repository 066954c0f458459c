"""The brief: everything one session is told, rendered from a template, within the document's token budget."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from engine.briefs.changes import edits_of_people, what_changed
from engine.briefs.cutting import Parts, cut, give_back
from engine.briefs.inputs import inputs, own_work
from engine.briefs.patterns import choose_patterns
from engine.briefs.request import Request as Request
from engine.briefs.tokens import estimate
from engine.briefs.wisdom import choose, with_security
from engine.errors import MetaError
from engine.legos.placeholders import with_names
from engine.legos.roles import outputs
from engine.resources import document
from engine.secrets import find, read_allowed, without
from engine.state.models import StepRecord

TEMPLATE = "templates/session_brief.template.md"
NOT_ANSWERED = "(left open by the person who was asked)"

_ENVIRONMENT = SandboxedEnvironment(undefined=StrictUndefined)
"""A document is the user's own, yet a template never runs code, and an undefined name is an error."""


class BriefError(MetaError):
    """The brief cannot be written, or cannot be made small enough."""


@dataclass(frozen=True)
class Brief:
    """A finished brief. `parts` is the cost of each part in tokens; `wisdom` the chosen cards and why."""

    text: str
    tokens: int
    parts: dict[str, int]
    left_out: list[str]
    wisdom: list[dict[str, str]]

    @property
    def sha256(self) -> str:
        """What a recording is compared by."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def assemble(request: Request) -> Brief:
    """The brief for a session. Raises BriefError if it is too long with everything cut that may be cut."""
    parts = full = _collect(request)
    text = _render(request, parts)
    most = request.orchestration.valves.brief_tokens
    limit = min(most, estimate(text)) >> request.overflows
    alone = cache(lambda: estimate(_render(request, replace(parts, inputs=[], left_out=[]))))
    while estimate(text) > limit:
        smaller = cut(parts, limit, alone)
        if smaller is None and request.overflows and estimate(text) <= most:
            break  # as small as it can be made
        if smaller is None:
            raise BriefError(
                f"the brief of {request.step.name} needs {estimate(text):,} tokens, more than {limit:,}, with "
                "everything cut that may be cut: shorten its instructions, or raise the limit in the document"
            )
        parts = smaller
        text = _render(request, parts)
    if parts is not full:
        parts = give_back(parts, full, lambda more: estimate(_render(request, more)) <= limit)
        text = _render(request, parts)
    if find(text, ""):  # in an answer or a document; what was found in inputs is out already
        text = without(text, "", read_allowed(request.repository.root))[0]
    return Brief(text, estimate(text), _costs(request, parts, text), parts.not_told, _reasons(parts))


def _collect(request: Request) -> Parts:
    step, record = request.step, _record(request)
    given = inputs(request.repository, request.commit, step, request.plan, request.toolchain, request.lego)
    review = request.substep == "review"
    changing = _changing(request)
    if (review or record.evidence or record.comments or _goes_on(request, record)) and record.commit:
        note = "under review: mend it in place" if review else "as it stands: mend it in place"
        own = own_work(request.repository, request.commit, _outputs(request), note, whole=request.lego is None)
        given += [replace(one, under_review=review) for one in own]
    if review:  # what is under review comes before everything that it may be compared with
        given = [replace(one, kept=False) for one in given]
    words = " ".join([request.lego or "", *(one.text for one in given)])
    wisdom = choose(step.wisdom, step.name, words, request.overlay, substep=request.substep)
    if request.state.orchestrator.run.sensitive:
        wisdom = with_security(wisdom, step.name, words, request.overlay, request.substep)
    evidence = [_newest(record)] if record.evidence else []
    removed = list(dict.fromkeys(place for one in given for place in one.removed))
    patterns = choose_patterns(step.name, words, request.overlay)
    parts = Parts(given, evidence, wisdom, request.toolchain.told(step, request.plan), removed, patterns=patterns)
    if not changing:
        return parts
    return replace(parts, changes=what_changed(request), edits=edits_of_people(request))


def _changing(request: Request) -> bool:
    """Whether a finished app is being changed."""
    return request.state.orchestrator.run.change is not None


def _goes_on(request: Request, record: StepRecord) -> bool:
    """Whether a change goes on from this step's finished work: not where it is to be made from the design again."""
    anew = request.lego and request.plan and request.plan.lego(request.lego).decision == "REGENERATE"
    return _changing(request) and bool(record.outputs) and not anew


def _newest(record: StepRecord) -> str:
    return record.evidence[-1]


def _render(request: Request, parts: Parts) -> str:
    step, record = request.step, _record(request)
    instructions = step.gen if request.substep == "gen" else step.review
    values = {
        "step": step.name,
        "lego": request.lego,
        "substep": request.substep,
        "app": request.plan.app if request.plan else request.state.orchestrator.run.app,
        "rules": request.orchestration.rules,
        "change_rules": request.orchestration.change_rules if _changing(request) else "",
        "instructions": with_names(instructions, request.plan, request.lego),
        "change": with_names(step.change, request.plan, request.lego) if _changing(request) else "",
        "changes": parts.changes,
        "edits": parts.edits,
        "outputs": _outputs(request),
        "criteria": [with_names(c.text, request.plan, request.lego) for c in step.criteria],
        "toolchain": with_names(parts.toolchain, request.plan, request.lego),
        "inputs": parts.inputs,
        "evidence": parts.evidence,
        "comments": record.comments,
        "answers": [{"question": q, "answer": a.strip() or NOT_ANSWERED} for q, a in record.answers.items()],
        "wisdom": [
            *({"id": c.card.id, "title": c.card.title, "text": c.text} for c in parts.wisdom),
            *({"id": c.pattern.id, "title": c.pattern.title, "text": c.pattern.text} for c in parts.patterns),
        ],
        "left_out": parts.not_told,
    }
    path = document(TEMPLATE, request.overlay)
    try:
        text = _template(path.read_text(encoding="utf-8")).render(values)
    except TemplateError as error:
        raise BriefError(f"{path}: {error}") from error
    return text.rstrip() + "\n"


@lru_cache(maxsize=4)
def _template(text: str) -> Template:
    return _ENVIRONMENT.from_string(text)


def _outputs(request: Request) -> list[str]:
    return outputs(request.step, request.plan, request.toolchain, request.lego)


def _record(request: Request) -> StepRecord:
    return request.state.record(request.step.name, request.lego) or StepRecord()


def _costs(request: Request, parts: Parts, text: str) -> dict[str, int]:
    costs = {f"input {one.name}": estimate(one.text) for one in parts.inputs}
    costs["instructions"] = estimate(request.step.gen if request.substep == "gen" else request.step.review)
    costs["rules"] = estimate(request.orchestration.rules)
    costs["toolchain"] = estimate(parts.toolchain)
    if _changing(request):
        costs["rules of the change"] = estimate(request.orchestration.change_rules + request.step.change)
        costs["what has changed"] = sum(estimate(one) for one in [*parts.changes, *parts.edits])
    costs["evidence"] = sum(estimate(one) for one in parts.evidence)
    costs["wisdom"] = sum(chosen.tokens for chosen in parts.wisdom)
    costs["patterns"] = sum(estimate(chosen.pattern.text) for chosen in parts.patterns)
    costs["task and format"] = max(0, estimate(text) - sum(costs.values()))
    return costs


def _reasons(parts: Parts) -> list[dict[str, str]]:
    cards = [{"id": chosen.card.id, "why": chosen.why} for chosen in parts.wisdom]
    return cards + [{"id": chosen.pattern.id, "why": chosen.why} for chosen in parts.patterns]
