"""Criteria on the text of the code itself: what the toolchain's own tools find in it without building anything."""

from __future__ import annotations

from engine.gates.checkrun import Check
from engine.gates.criteria.commands import run
from engine.gates.criteria.context import Context
from engine.gates.criteria.registry import Finding, criterion


@criterion("`<command>` of the toolchain passes for {lego}", runs=True)
async def passes_for_the_lego(context: Context, command: str) -> Finding:
    """A tool that reads the LEGO's files and builds nothing from them finds no fault: it looked, and all was well.

    Red: the exit code, the counts and the faults by file and line, or what the tool said where it looked at nothing.
    Example: `inspect` of the toolchain passes for {lego}
    """
    return await run(context, Check(command, context.planned.name, real=()))
