"""Runs one session: agent, conversation, TERM, and the end of everything that was started."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import suppress

from runtime_adapters.acp.conversation import Conversation
from runtime_adapters.acp.presets import AcpLaunch
from runtime_adapters.acp.process import AgentProcess
from runtime_adapters.agent_process import Ending
from runtime_adapters.events import EXIT_UNAVAILABLE, EventWriter
from runtime_adapters.stream_agent import EXIT_TERMINATED, Session

CANCEL_SECONDS = 3.0
"""For the agent to stop its turn by itself; the engine waits 5 s in all."""


def hold(
    session: Session,
    launch: AcpLaunch,
    writer: EventWriter,
    start_seconds: float,
    *,
    previous: str | None,
    resumed: bool,
) -> Ending:
    """How the session ended. TERM and INT end the agent's turn first, then the agent."""
    handler = logging.StreamHandler()
    handler.addFilter(_without_traceback)
    logging.basicConfig(format="acp: %(message)s", handlers=[handler])
    return asyncio.run(_hold(session, launch, writer, start_seconds, previous, resumed))


async def _hold(
    session: Session, launch: AcpLaunch, writer: EventWriter, start_seconds: float, previous: str | None, resumed: bool
) -> Ending:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        agent = await AgentProcess.start(launch, session.worktree)
    except OSError as error:
        return Ending(EXIT_UNAVAILABLE, f"{launch.command[0]} cannot be started: {error.strerror or error}")
    conversation = Conversation(
        session, launch, agent, writer, start_seconds=start_seconds, previous=previous, resumed=resumed
    )
    work = asyncio.create_task(conversation.run())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            await _cancel(conversation, work)
            return Ending(EXIT_TERMINATED)
        return await work
    finally:
        stopping.cancel()
        work.cancel()
        await asyncio.wait({work, stopping})
        await agent.end(gently=not stop.is_set())
        await conversation.close()


async def _cancel(conversation: Conversation, work: asyncio.Task[Ending]) -> None:
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(CANCEL_SECONDS):
            await conversation.cancel()
            await asyncio.wait({work})


def _without_traceback(record: logging.LogRecord) -> bool:
    """The library logs errors with their traceback: for stderr.log the error alone is enough."""
    if record.exc_info and record.exc_info[1]:
        record.msg, record.args = f"{record.getMessage()}: {record.exc_info[1]!r}", ()
    record.exc_info = None
    return True
