"""The conformance test: all cases in their order, and what makes sense only when others hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.conformance.bench import Bench, Subject
from engine.conformance.calls import CANNOT, Calls
from engine.conformance.cases import OTHERS, PLAIN, Trial
from engine.conformance.verdict import Verdict, failed, passed, unchecked

NEEDS_MODEL = "needs a model; `--live` lets the agent work, which costs what its model costs"
NO_RESUME = "`detect` does not tell the capability `resume`"
LOGGED_OUT = ("not_logged_in", "where nobody is logged in, exit code 11 and a reason")
FIRST = ("files", "stdin")
"""Cases of the plain session without which no other session means anything."""


def check(subject: Subject, root: Path, *, live: bool) -> Iterator[Verdict]:
    """Check one adapter, with its logs below `root`; `live`: the agent may be asked to work. One verdict a case."""
    bench = Bench(root, subject)
    calls = Calls(bench)
    detected, answer = calls.detect()
    yield detected
    if answer:
        yield from (call() for call in (calls.wrong_call, calls.no_session, calls.not_installed))
        yield calls.not_logged_in() if live else unchecked(*LOGGED_OUT, NEEDS_MODEL)
    why = _obstacle(answer, live)
    verdicts = list(_tried(bench, PLAIN, why))
    yield from verdicts
    broken = [verdict.name for verdict in verdicts if verdict.judgement == "fail" and verdict.name in FIRST]
    if broken and not why:
        why = f"no plain session works yet, see {' and '.join(broken)}"
    capabilities = answer.get("capabilities")
    for trial in OTHERS:
        can = trial.how != "resume" or (isinstance(capabilities, list) and "resume" in capabilities)
        yield from _tried(bench, trial, why or ("" if can else NO_RESUME))
    yield unchecked("limits", "exit code 12 at a rate limit, 13 when the model's context is full", CANNOT)


def _obstacle(answer: dict[str, object], live: bool) -> str:
    """Why no session can be run."""
    if not answer:
        return "`detect` gave no answer"
    if not live:
        return NEEDS_MODEL
    reason = f": {answer['reason']}" if answer.get("reason") else ""
    return "" if answer["installed"] else f"it is not installed{reason}"


def _tried(bench: Bench, trial: Trial, why: str) -> Iterator[Verdict]:
    if why:
        yield from (unchecked(case.name, case.expected, why) for case in trial.cases)
        return
    seen, folder = bench.see(trial)
    for case in trial.cases:
        if case.name != "stdin" and not seen.ended and trial is PLAIN:
            yield unchecked(case.name, case.expected, "the session did not end, see stdin")
        else:
            problem = case.judge(seen)
            yield (
                failed(case.name, case.expected, problem, folder.path) if problem else passed(case.name, case.expected)
            )
