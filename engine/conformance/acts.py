"""What the agent is asked to do in the sessions of the check: a brief whose block of commands can be followed by any
agent, and by a script that cuts it out. Pure.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

BUSY = "busy"
"""Folder in the worktree: the tool call that holds has begun."""
RESULT = json.dumps({"status": "done", "confidence_score": 0.9, "summary": "the commands were run"})
HOLD_SECONDS = 600
LONG_BRIEF = 100_000
FILLER = "Line {number} of a long brief: nothing is to be done for it.\n"

BRIEF = """\
# The check of an adapter

You are in a scratch repository that is thrown away afterwards. Run the commands of the block at the end of this page
with your shell tool, in your working folder, all in one call and exactly as they stand. It may take long: wait for it.
Then stop. Do nothing else; write no other file, and do not mend what looks wrong or is missing.
"""


@dataclass(frozen=True, slots=True)
class Act:
    """Files (path → text without newline), then the answer as it is to stand in `.session/result.json`, if any.

    `hold` makes the agent's tool call go on for minutes before that, once; `length` is the least size of the brief in
    bytes.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    answer: str | None = RESULT
    hold: bool = False
    length: int = 0


def brief_of(act: Act, token: str) -> str:
    """The brief. `token` is a number of seconds like no other, which shows in the command line of what holds."""
    block = f"\n```sh\n{script_of(act, token)}```\n"
    lines: list[str] = []
    size = len(BRIEF) + len(block)
    while size < act.length:
        lines.append(FILLER.format(number=len(lines) + 1))
        size += len(lines[-1])
    return f"{BRIEF}{''.join(lines)}{block}"


def new_token() -> str:
    """A length of time that no other process sleeps for."""
    return f"{HOLD_SECONDS}.{secrets.randbelow(10**9):09d}"


def script_of(act: Act, token: str) -> str:
    """The commands, for `sh`."""
    lines = []
    if act.hold:
        # No second time, after a resume. Nothing cleverer: some agents refuse commands that they cannot read.
        lines.append(f"mkdir {BUSY} && sleep {token}")
    lines += [f"echo '{text}' >{path}" for path, text in act.files.items()]
    if act.answer is not None:
        lines.append(f"mkdir -p .session && echo '{act.answer}' >.session/result.json")
    return "".join(f"{line}\n" for line in lines)
