"""Commands that decide what the engine asks: approve, revise, answer. Each writes one file into `decisions/`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import click

from engine.commands.common import folder, go_on, read_state, told
from engine.conflict_reading import PlaceStanding
from engine.conflicts import Standing, Stands, standing_by_place
from engine.errors import UsageError
from engine.facts import assess_workspace
from engine.staleness import outputs_now
from engine.state.clock import iso, utc_now
from engine.state.decisions import write_decision
from engine.state.models import Decision, Waiting
from engine.workspace import Workspace


def _open_question(workspace: Workspace, gate: str) -> Waiting:
    waiting = read_state(workspace).orchestrator.waiting
    for one in waiting:
        if one.gate == gate:
            return one
    others = ", ".join(w.gate for w in waiting)
    raise UsageError(
        f"{gate}: nothing is asked there. " + (f"Waiting now: {others}." if others else "Nothing is waiting now.")
    )


def decide(place: Path, gate: str, decision: Decision) -> None:
    """Write a decision on the open question, bound to the files as they lie in the workspace now."""
    workspace = Workspace.at(place)
    waiting = _open_question(workspace, gate)
    if waiting.kind == "answers" and decision.decision != "answer":
        raise UsageError(f"{gate} asks questions: `meta answer FILE --gate {gate}` answers them.")
    about = _as_it_lies(workspace, waiting)
    bound = decision.model_copy(update={"round": waiting.round, "about": about, "at": iso(utc_now())})
    write_decision(workspace.root, gate, bound)


def _as_it_lies(workspace: Workspace, waiting: Waiting) -> dict[str, str]:
    """Path → identity now of what the question is about."""
    facts = assess_workspace(workspace.root)
    record = facts.state.record(waiting.step, waiting.lego)
    if record is None or not waiting.about:
        return waiting.about
    return outputs_now(facts.snapshot, facts.orchestration.step(waiting.step), waiting.lego, record)


_STANDS: Mapping[Standing, str] = {
    "yours": "your lines stay",
    "new": "the new lines stand, as you took them",
    "edited": "the lines that you edited by hand stand",
    "unknown": "what lies in the workspace stands",
}
_AT_PLACES: Mapping[PlaceStanding, str] = {
    "yours": "your lines",
    "new": "the new ones",
    "edited": "lines edited by hand",
    "unclear": "lines that look like another place",
}


def _what_stands(place: Path, gate: str) -> str:
    """What an approval means where a session and the person changed the same lines; "" where they did not."""
    state = read_state(Workspace.at(place))
    asked = next((one for one in state.orchestrator.waiting if one.gate == gate), None)
    record = state.record(asked.step, asked.lego) if asked else None
    if record is None or not record.conflicts:
        return ""
    files: dict[str, list[str]] = {}
    for path, stands in sorted(standing_by_place(place, gate, record.conflicts).items()):
        files.setdefault(words_of(stands), []).append(path)
    return "".join(
        f"Where the new {', '.join(paths)} and your edits differ, {words}. " for words, paths in files.items()
    )


def words_of(stands: Stands) -> str:
    """What stands in one file, as exactly as it is known."""
    many = Counter(stands.places)
    if len(many) > 1:
        told = ", ".join(f"{words} at {_number(many[one])}" for one, words in _AT_PLACES.items() if many[one])
        return f"a mix stands: {told}"
    return _STANDS["unknown" if many["unclear"] else stands.file]


def _number(places: int) -> str:
    return f"{places} place{'s' * (places != 1)}"


@click.command()
@click.argument("gate")
@folder
@told
def approve(gate: str, folder: Path) -> None:
    """Approve what waits at GATE, as it lies in the workspace now."""
    stands = _what_stands(folder, gate)
    decide(folder, gate, Decision(decision="approve", by="meta approve"))
    click.echo(f"{gate} approved. {stands}{go_on(folder)}")


@click.command()
@click.argument("gate")
@click.option("-m", "message", required=True, metavar="TEXT", help="What is to change.")
@folder
@told
def revise(gate: str, message: str, folder: Path) -> None:
    """Send what waits at GATE back, with a comment that the next session must answer."""
    if not message.strip():
        raise UsageError("-m: say what is to change.")
    decide(folder, gate, Decision(decision="revise", comment=message, by="meta revise"))
    click.echo(f"{gate} goes back with your comment. {go_on(folder)}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--gate", help="Which questions; needed when several gates ask.")
@folder
@told
def answer(file: Path, gate: str | None, folder: Path) -> None:
    """Answer a step's questions with FILE: a JSON object, question → answer (or a list, in order).

    A question without an answer stays open: what cannot be settled without it is asked again.
    """
    workspace = Workspace.at(folder)
    asking = [w for w in read_state(workspace).orchestrator.waiting if w.kind == "answers"]
    if gate is None and len(asking) != 1:
        names = ", ".join(w.gate for w in asking)
        raise UsageError(f"name one with --gate: {names}" if names else "no step asks questions now")
    waiting = _open_question(workspace, gate) if gate else asking[0]
    answers = _read_answers(file, waiting)
    decide(folder, waiting.gate, Decision(decision="answer", answers=answers, by="meta answer"))
    given = sum(bool(text) for text in answers.values())
    click.echo(f"{waiting.gate}: {given} of {len(answers)} questions answered. {go_on(folder)}")


def _read_answers(file: Path, waiting: Waiting) -> dict[str, str]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{file}: there is no such file") from None
    except OSError as error:
        raise UsageError(f"{file}: it cannot be read ({error.strerror})") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: this is not JSON ({error})") from error
    if isinstance(data, list):
        data = dict(zip(waiting.questions, data, strict=False))
    if not isinstance(data, dict):
        raise UsageError(f'{file}: expected a JSON object, {{"question": "answer"}}, or a list of answers in order')
    answers = {question: _text(data.get(question)) for question in waiting.questions}
    if not any(answers.values()):
        raise UsageError(f"{file}: it answers none of: " + "; ".join(waiting.questions))
    return answers


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
