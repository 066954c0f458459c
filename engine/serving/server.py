"""The web server: textual-serve's bridge between a page and a process, behind a guard of our own."""

from __future__ import annotations

import asyncio
import html
import json
import shlex
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import psutil
from aiohttp import WSCloseCode, web
from textual_serve.app_service import AppService
from textual_serve.server import Server

from engine.serving.access import Access

FONT_SIZE, FONT_SIZES = 16, range(6, 73)
GRACE = 3.0
"""Seconds that screens and pages have to end by themselves."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
"""The page may load what this server has and nothing else, and nobody may frame it or learn its address."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ScreenServer(Server):
    """Runs `words` once for each page that connects. Addresses begin with the token, if there is one."""

    def __init__(self, words: Sequence[str], title: str, access: Access) -> None:
        # `exec`: the process that is told to end must be the screen, not a shell around it.
        super().__init__(f"exec {shlex.join(words)}", title=title)
        self.words, self.access = list(words), access
        self._page, self._script = Template(_own("page.html")), _own("page.js")
        self._pages: dict[web.WebSocketResponse, asyncio.Task[Any]] = {}
        """The open pages, each with the task that ends after its screen has."""
        static = Path(self.statics_path)
        self._static = {file.relative_to(static).as_posix(): file for file in static.rglob("*") if file.is_file()}

    def application(self) -> web.Application:
        """What answers requests."""
        application = web.Application(middlewares=[self._guard])
        prefix = "/{token}" if self.access.token else ""
        application.add_routes(
            [
                web.get(f"{prefix}/", self._give_page),
                web.get(f"{prefix}/page.js", self._give_script),
                web.get(f"{prefix}/ws", self.handle_websocket),
                web.get(f"{prefix}/static/{{name:.+}}", self._give_static),
                # The script of the page asks for downloads at the root, with what it was told as `instance_id`.
                web.get("/download/{key}", self.handle_download),
            ]
        )
        application.on_response_prepare.append(_add_headers)
        return application

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.match_info.get("token") or request.query.get("instance", "")
        websocket = "Upgrade" in request.headers or request.path.endswith("/ws")
        if refusal := self.access.refusal(given, request.headers, websocket=websocket):
            return web.Response(status=403, text=f"403: {refusal}\n")
        return await handler(request)

    async def _give_page(self, request: web.Request) -> web.Response:
        asked = request.query.get("fontsize", "")
        size = int(asked) if asked.isdecimal() and int(asked) in FONT_SIZES else FONT_SIZE
        scheme = "wss" if request.headers.get("X-Forwarded-Proto") == "https" else "ws"
        text = self._page.substitute(
            title=html.escape(self.title),
            websocket=html.escape(f"{scheme}://{request.host}{request.path}ws"),
            font_size=size,
        )
        return web.Response(text=text, content_type="text/html")

    async def _give_script(self, _request: web.Request) -> web.Response:
        return web.Response(text=self._script, content_type="text/javascript")

    async def _give_static(self, request: web.Request) -> web.FileResponse:
        file = self._static.get(request.match_info["name"])
        if file is None:
            raise web.HTTPNotFound
        return web.FileResponse(file)

    async def _process_messages(self, websocket: web.WebSocketResponse, app_service: AppService) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._pages[websocket] = task
        try:
            await websocket.send_str(json.dumps(["instance_id", self.access.token]))
            await super()._process_messages(websocket, app_service)
        finally:
            del self._pages[websocket]

    async def end(self) -> None:
        """Close every page and end its screen, by force where it does not end by itself."""
        closing = [asyncio.create_task(one.close(code=WSCloseCode.GOING_AWAY)) for one in self._pages]
        if closing:
            await asyncio.wait([*closing, *self._pages.values()], timeout=GRACE)
        for screen in self._screens():
            screen.kill()

    def _screens(self) -> list[psutil.Process]:
        return [child for child in psutil.Process().children() if _words(child) == self.words]


async def _add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)


def _own(name: str) -> str:
    return files("engine.serving").joinpath(name).read_text(encoding="utf-8")


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []
