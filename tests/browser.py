"""A real Chromium without a window, driven through chromedriver's HTTP; what a terminal page shows, as text."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import wait_until

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-proxy-server",
    "--window-size=1400,900",
)
SECONDS = 90.0
CONTROL, ESCAPE = "\ue009", "\ue00c"

KEEP_THE_TERMINAL = """
Object.defineProperty(Object.prototype, "fitAddon", {
  configurable: true,
  set(value) {
    Object.defineProperty(this, "fitAddon", {value, writable: true, configurable: true, enumerable: true});
    window.shownTerminal = this.terminal;
  },
});
"""
"""Runs before the page's script, whose terminal is nowhere to be found otherwise."""

SHOWN = """
const terminal = window.shownTerminal;
if (!terminal) return "";
const lines = [];
for (let row = 0; row < terminal.rows; row++)
  lines.push(terminal.buffer.active.getLine(terminal.buffer.active.viewportY + row).translateToString(true));
return lines.join("\\n");
"""


class Browser:
    """One window. Errors of chromedriver are raised with its words."""

    def __init__(self, driver: str, folder: Path, chromium: str) -> None:
        self._driver = driver
        options = {"binary": chromium, "args": [*FLAGS, f"--user-data-dir={folder}"]}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"}}
        session = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self._session = f"/session/{session['sessionId']}"
        self._cdp("Page.addScriptToEvaluateOnNewDocument", source=KEEP_THE_TERMINAL)

    def open(self, url: str) -> None:
        """Go to a page and wait until it is loaded."""
        self._ask("POST", f"{self._session}/url", {"url": url})

    def run(self, script: str) -> Any:
        """What a piece of JavaScript returns in the page."""
        return self._ask("POST", f"{self._session}/execute/sync", {"script": script, "args": []})

    def text(self) -> str:
        """All text of the page outside a terminal."""
        return str(self.run("return document.body.innerText"))

    def shown(self) -> str:
        """The lines that the terminal of the page shows."""
        return str(self.run(SHOWN))

    def press(self, keys: str, *, with_control: bool = False) -> None:
        """Type into whatever has the focus."""
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        if with_control:
            strokes = [{"type": "keyDown", "value": CONTROL}, *strokes, {"type": "keyUp", "value": CONTROL}]
        actions = [{"type": "key", "id": "keyboard", "actions": strokes}]
        self._ask("POST", f"{self._session}/actions", {"actions": actions})

    def picture(self, file: Path) -> None:
        """A picture of the window, as PNG."""
        import base64

        file.write_bytes(base64.b64decode(self._ask("GET", f"{self._session}/screenshot")))

    def asked_for(self) -> list[str]:
        """The addresses that pages asked for since the last call, sockets too."""
        found = []
        for entry in self._log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
            elif message["method"] == "Network.webSocketCreated":
                found.append(message["params"]["url"])
        return found

    def complaints(self) -> list[str]:
        """What the browser wrote to the console since the last call as a warning or error."""
        return [entry["message"] for entry in self._log("browser") if entry["level"] in ("WARNING", "SEVERE")]

    def close(self) -> None:
        """End the browser."""
        self._ask("DELETE", self._session)

    def _log(self, kind: str) -> list[dict[str, Any]]:
        found = self._ask("POST", f"{self._session}/se/log", {"type": kind})
        assert isinstance(found, list)
        return found

    def _cdp(self, command: str, **parameters: Any) -> None:
        self._ask("POST", f"{self._session}/goog/cdp/execute", {"cmd": command, "params": parameters})

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._driver + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with _opener().open(request, timeout=SECONDS) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"chromedriver, {path}: {json.load(error)['value']['message']}") from error


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


def require_chromium() -> tuple[str, str]:
    """Chromium and chromedriver; the test is skipped where one is missing."""
    found = [shutil.which(name) for name in ("chromium", "chromedriver")]
    if not all(found):
        pytest.skip("chromium and chromedriver are not installed: `make system` installs them (needs apt and root)")
    return str(found[0]), str(found[1])


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """A browser whose profile lies in `folder`; skips where there is none."""
    program, driver = require_chromium()
    log = folder / "chromedriver.log"
    with log.open("wb") as output:
        process = subprocess.Popen([driver, "--port=0"], stdout=output, stderr=output)
    try:
        wait_until(lambda: _port(log) or process.poll() is not None, SECONDS)
        assert process.poll() is None, log.read_text()
        browser = Browser(f"http://127.0.0.1:{_port(log)}", folder / "profile", program)
        try:
            yield browser
        finally:
            with suppress(AssertionError):  # a browser that broke down is ended with its driver
                browser.close()
    finally:
        process.terminate()
        process.wait(SECONDS)


def _port(log: Path) -> int:
    found = re.search(r"started successfully on port (\d+)", log.read_text(errors="replace"))
    return int(found[1]) if found else 0
