"""From the socket to the end: listens, serves until a signal comes, cleans up."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable

from aiohttp import web

from engine.errors import MetaError
from engine.serving.server import GRACE, ScreenServer

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CannotListen(MetaError):
    """The address cannot be had."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes a free one. Raises CannotListen."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise CannotListen(
            f"cannot listen on {host}, port {port}: {error.strerror or error}. "
            "Name an address of this machine with --host and a free port with --port."
        ) from error


def url(listening: socket.socket, token: str) -> str:
    """The address to open in a browser of this machine, or of another one where all addresses are served."""
    address, port = listening.getsockname()[:2]
    host = socket.gethostname() if address in ("0.0.0.0", "::") else f"[{address}]" if ":" in address else address
    return f"http://{host}:{port}/{token}/" if token else f"http://{host}:{port}/"


async def serve(server: ScreenServer, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP; `ready` is called when requests are answered."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in SIGNALS:
        loop.add_signal_handler(one, ended.set)
    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=GRACE)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    ready()
    try:
        await ended.wait()
    finally:
        await server.end()
        await runner.cleanup()
