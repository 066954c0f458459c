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
FIRST = ("files", "stdin")
"""Cases of the plain session without which no other session means anything."""


def check(subject: Subject, root: Path, *, live: bool) -> Iterator[Verdict]:
    """Check one adapter, with its logs below `root`; `live`: the agent may be asked to work. One verdict a case."""
    bench = Bench(root, subject)
    calls = Calls(bench)
    detected, answer = calls.detect()
    yield detected
    yield calls.wrong_call()
    yield calls.no_session()
    yield calls.not_installed()
    logged_out = ("not_logged_in", "where nobody is logged in, exit code 11 and a reason")
    yield calls.not_logged_in() if live else unchecked(*logged_out, NEEDS_MODEL)
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
    if not live:
        return NEEDS_MODEL
    if answer.get("installed"):
        return ""
    reason = answer.get("reason")
    return f"it is not installed{f': {reason}' if reason else ''}" if answer else "`detect` gave no answer"


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
