"""The server: one script, three protocols, every request recorded."""

from __future__ import annotations

import json
import select
import socket
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import ModuleType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.model_server import chat, messages, responses
from tests.model_server.shells import shell_call
from tests.model_server.turns import Cut, Fault, Hang, Script, Shell, StreamFault, Text, Tool, Turn

PROTOCOLS: tuple[Any, ...] = (chat, messages, responses)
ERROR_TYPES = {
    400: ("invalid_request_error", "invalid_request"),
    401: ("authentication_error", "invalid_api_key"),
    429: ("rate_limit_error", "rate_limit_exceeded"),
    529: ("overloaded_error", "overloaded"),
}
TITLE = Text("A short title")


@dataclass(frozen=True)
class Request:
    """One request as it came. `body` is its JSON, empty where there was none."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class ModelServer:
    """A model that answers what it was told to. A context manager: it listens from `with` to the end of it.

    `turns` are answered in their order, one a request; then `after` for ever. Or a function of the request's JSON says
    what to answer. A request that offers no tools (agents ask for titles and summaries so) takes no turn of a list:
    it is answered with a title, or with the trouble that is next.
    """

    def __init__(self, turns: Sequence[Turn] | Script = (), after: Turn | None = None, port: int = 0) -> None:
        self.script: Script | None = turns if callable(turns) else None
        self.turns = [] if callable(turns) else list(turns)
        self.after: Turn = after or Text("There is nothing left to do.")
        self.requests: list[Request] = []
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens, without a path."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def calls(self) -> list[Request]:
        """The requests for an answer of the model."""
        return [request for request in self.requests if request.method == "POST" and _protocol(request.path)]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening and let go of whoever hangs."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def record(self, request: Request) -> int:
        """Keep a request; returns how many there were."""
        with self._lock:
            self.requests.append(request)
            return len(self.requests)

    def next_turn(self, body: dict[str, Any]) -> Turn:
        """What to answer to this request."""
        if self.script:
            return self.script(body)
        with self._lock:
            turn = self.turns[0] if self.turns else self.after
            if not body.get("tools"):
                return TITLE if isinstance(turn, Text | Tool | Shell) else turn
            if self.turns:
                self.turns.pop(0)
            return turn


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], model: ModelServer) -> None:
        super().__init__(address, _Handler)
        self.model = model

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error; anything else is."""
        import sys

        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def _protocol(path: str) -> ModuleType | None:
    return next((module for module in PROTOCOLS if urlsplit(path).path.endswith(module.SUFFIX)), None)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._record()
        self._answer(200, {})

    def do_GET(self) -> None:
        self._record()
        if urlsplit(self.path).path.endswith("/models"):
            self._answer(200, {"object": "list", "data": [], "models": [], "has_more": False})
        else:
            self._answer(404, _error(404, "there is no such thing"))

    def do_POST(self) -> None:
        number, body = self._record()
        module = _protocol(self.path)
        if urlsplit(self.path).path.endswith("/count_tokens"):
            self._answer(200, {"input_tokens": len(json.dumps(body)) // 4})
        elif module is None:
            self._answer(404, _error(404, "there is no such thing"))
        else:
            self._play(module, self.server.model.next_turn(body), body, number)

    def _record(self) -> tuple[int, dict[str, Any]]:
        data = self._body()
        try:
            body = json.loads(data) if data else {}
        except ValueError:
            body = {"unreadable": data.decode(errors="replace")}
        headers = {name.lower(): value for name, value in self.headers.items()}
        return self.server.model.record(Request(self.command, self.path, headers, body)), body

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _play(self, module: Any, turn: Turn, body: dict[str, Any], number: int) -> None:
        match turn:
            case Fault():
                error = _error(turn.status, f"scripted status {turn.status}") if turn.body is None else turn.body
                self._answer(turn.status, error, turn.headers)
            case StreamFault():
                self._stream(module.failure(turn.code, turn.message, number))
            case Hang():
                self._begin_stream()
                self._wait_for_the_end()
            case Cut():
                events = module.stream(body, self._plain(module, turn.turn, body), number)
                self._begin_stream()
                self._chunk(b"".join(events)[: turn.after])
                self._hang_up()
            case Text() | Tool() | Shell():
                plain = self._plain(module, turn, body)
                if body.get("stream"):
                    self._stream(module.stream(body, plain, number))
                else:
                    self._answer(200, module.whole(body, plain, number))

    @staticmethod
    def _plain(module: Any, turn: Text | Tool | Shell, body: dict[str, Any]) -> Text | Tool:
        return shell_call(module.tools(body), turn.command) if isinstance(turn, Shell) else turn

    def _answer(self, status: int, body: Any, headers: Any = None) -> None:
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _stream(self, events: Iterable[bytes]) -> None:
        self._begin_stream()
        for event in events:
            self._chunk(event)
        self._chunk(b"")

    def _begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def _wait_for_the_end(self) -> None:
        """Until the client hangs up, or the server is closed."""
        while not self.server.model.closing.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.05)
            if readable:
                break
        self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


def _error(status: int, message: str) -> dict[str, Any]:
    kind, code = ERROR_TYPES.get(status, ("api_error", "server_error"))
    return {"type": "error", "error": {"type": kind, "code": code, "message": message}}
