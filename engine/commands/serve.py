"""serve: the screen in a browser."""

from __future__ import annotations

import asyncio
import sys
import threading
import webbrowser
from pathlib import Path

import click

from engine.commands.common import folder, told
from engine.errors import MetaError
from engine.serving.access import Access, is_loopback, new_token
from engine.workspace import Workspace

MISSING = "`meta serve` needs a library that is not installed: pip install 'meta-orchestrator[serve]'"
IN_REACH = (
    "warning: {host} is not this machine alone: whoever can reach it {who} can read this workspace and decide in it, "
    "and what is sent is not encrypted."
)
NO_TOKEN = "warning: without a token every program on this machine can read this workspace and decide in it."


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="The port.  [default: a free one]")
@click.option("--no-token", is_flag=True, help="Let in whoever can reach the address.")
@click.option("--open", "open_", is_flag=True, help="Open it in your browser.")
@folder
@told
def serve(folder: Path, host: str, port: int, no_token: bool, open_: bool) -> None:
    """The screen in a browser, until Ctrl-C; the engine goes on."""
    workspace = Workspace.at(folder)
    try:
        from engine.serving import running
        from engine.serving.server import ScreenServer
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("aiohttp", "textual_serve"):
            raise
        raise MetaError(MISSING) from error
    token = "" if no_token else new_token()
    with running.listen(host, port) as listening:
        local = is_loopback(listening.getsockname()[0])
        for line in _warnings(host, local=local, token=token):
            click.echo(line, err=True)
        address = running.url(listening, token)
        server = ScreenServer(_screen(workspace.root), workspace.root.name, Access(token, local))
        asyncio.run(running.serve(server, listening, lambda: _tell(address, open_)))
    click.echo("Ended. An engine that was left running goes on.")


def _warnings(host: str, *, local: bool, token: str) -> list[str]:
    if not local:
        return [IN_REACH.format(host=host, who="and has the address below" if token else "")]
    return [] if token else [NO_TOKEN]


def _screen(workspace: Path) -> list[str]:
    """The command line of one screen. -P: an app's own folder named `engine` must not be taken for ours."""
    return [sys.executable, "-P", "-m", "engine.serving.screen", str(workspace)]


def _tell(address: str, open_: bool) -> None:
    click.echo(address)
    click.echo("Ctrl-C ends it.")
    sys.stdout.flush()
    if open_:
        threading.Thread(target=_open, args=(address,), daemon=True).start()


def _open(address: str) -> None:
    if not webbrowser.open(address):
        click.echo("No browser could be opened: open the address yourself.", err=True)
