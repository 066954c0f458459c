"""What a person needs who goes on with an agent's work: the agent's own command, and how the work is handed back."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from engine.errors import MetaError, RuntimeUnavailable
from engine.sessions.adapters import detect
from engine.sessions.folder import HANDOFF_DONE, SessionError, SessionFolder
from engine.state.atomic import dump_json, write_atomic
from runtime_adapters.protocol import ResultError, SessionSpec, read_events, read_result

BY_HAND = "done by hand"
SESSION = "{session}"


def ways_to_go_on(folder: SessionFolder, worktree: str = "") -> list[str]:
    """Lines for a person: the command that opens this agent's session in its own interface, or folder and brief.

    `worktree`: where the work lies, if not where the agent was started (the workspace was copied or moved).
    """
    spec = folder.spec()
    place = shlex.quote(worktree or spec.worktree)
    brief = f"the task: {folder.path / 'brief.md'}"
    command = _own_command(spec, agent_session(folder.events_path))
    return [f"cd {place} && {shlex.join(command)}", brief] if command else [f"cd {place}", brief]


def agent_session(events: Path) -> str:
    """The agent's own id of its session, as its events told it last; "" if they told none."""
    told = [event.text_of("session") for event in read_events(events) if event.kind in ("started", "agent_session")]
    return next((session for session in reversed(told) if session), "")


def _own_command(spec: SessionSpec, session: str) -> list[str]:
    """Empty where the agent has none, or where it has not said which session is its own."""
    try:
        words = detect(Path(spec.adapter)).get("takeover")
    except RuntimeUnavailable:
        return []
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        return []
    if not session and any(SESSION in word for word in words):
        return []
    program = spec.options.get("command") or os.environ.get(f"META_{spec.runtime.upper()}_COMMAND") or words[0]
    return [program, *(word.replace(SESSION, session) for word in words[1:])]


def check_answer(folder: SessionFolder) -> bool:
    """Whether the person wrote a result of their own. Raises SessionError for one that is no result."""
    answer = folder.answer_path()
    if not answer.exists():
        return False
    try:
        read_result(answer)
    except ResultError as error:
        raise SessionError(f"{folder.id} stays in your hands: {error}. It is expected at {answer}") from error
    return True


def finish_by_hand(folder: SessionFolder, failed: str = "") -> None:
    """Say that the work is complete; without a result of the person's own, with one that says so.

    `failed`: why it cannot be done; it takes the place of any result. Raises SessionError, then nothing is changed.
    """
    if folder.handed_back():
        return
    if not folder.exists():
        raise MetaError(f"{folder.id} has not begun yet: try again in a moment")
    if failed or not check_answer(folder):
        answer = folder.answer_path()
        answer.parent.mkdir(parents=True, exist_ok=True)
        status, summary = ("failed", failed) if failed else ("done", BY_HAND)
        write_atomic(answer, dump_json({"status": status, "summary": summary, "confidence_score": 1.0}))
    write_atomic(folder.path / HANDOFF_DONE, b"")
