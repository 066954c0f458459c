"""`meta serve`: the same screen in a real browser, and nobody in without the token."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import psutil
import pytest

from engine.serving.access import Access, is_loopback, new_token
from engine.state.lock import holder
from tests.browser import ESCAPE, Browser, chromium, require_chromium
from tests.helpers import wait_until
from tests.scripted import Kitchen, command, kitchen_with_cooks, meta, patiently, start

pytestmark = pytest.mark.xdist_group("browser")
ORIGIN = "Origin"
BETWEEN_KEYS = 1.5
SCREEN = "engine.serving.screen"


@dataclass(frozen=True)
class Served:
    """A running `meta serve`."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        """All that it printed."""
        return self.log.read_text(encoding="utf-8")

    @property
    def url(self) -> str:
        """The address that it printed."""
        found = re.search(r"^http://\S+$", self.said, re.MULTILINE)
        assert found, self.said
        return found[0]

    @property
    def place(self) -> str:
        """Host and port."""
        return urllib.parse.urlsplit(self.url).netloc

    @property
    def path(self) -> str:
        """The path of the page: the token, or `/`."""
        return urllib.parse.urlsplit(self.url).path

    def screens(self) -> list[psutil.Process]:
        """The processes that run for open pages."""
        found = []
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):  # it has just ended
                if SCREEN in child.cmdline():
                    found.append(child)
        return found

    def status(self, path: str, **headers: str) -> int:
        """What a plain request is answered with."""
        connection = http.client.HTTPConnection(self.place, timeout=60)
        try:
            connection.request("GET", path, headers=headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def end(self) -> int:
        """Ctrl-C. Returns the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


def connected(served: Served, path: str, headers: Mapping[str, str]) -> int:
    """What the request for a websocket is answered with: 101 where it is let in."""

    async def ask() -> int:
        async with aiohttp.ClientSession() as client:
            try:
                async with client.ws_connect(f"http://{served.place}{path}", headers=headers):
                    return 101
            except aiohttp.WSServerHandshakeError as error:
                return error.status

    return asyncio.run(ask())


@contextmanager
def waiting_kitchen(folder: Path) -> Iterator[Kitchen]:
    """A workspace whose menu waits for approval; settings of the person are empty."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        kitchen = kitchen_with_cooks(folder)
        assert kitchen.run().code == 3
        yield kitchen
        kitchen.end()


@contextmanager
def serving(kitchen: Kitchen, *options: object) -> Iterator[Served]:
    """`meta serve` on that workspace; it ends with the block, if it has not ended before."""
    with TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        words = command("serve", kitchen.root, *options)
        served = Served(start(log, words, META_ADAPTER_PATH=str(kitchen.agents.home)), log)
        try:
            patiently(lambda: "Ctrl-C" in served.said or served.process.poll() is not None)
            assert served.process.poll() is None, served.said
            yield served
        finally:
            if served.process.poll() is None:
                served.end()


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    """One of the test's own."""
    with waiting_kitchen(tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kitchen]:
    """One that no test changes."""
    with waiting_kitchen(tmp_path_factory.mktemp("shared")) as found:
        yield found


@pytest.fixture(scope="module")
def served(shared: Kitchen) -> Iterator[Served]:
    """The shared one, as it is served by default."""
    with serving(shared) as found:
        yield found


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    """A browser with a profile of its own."""
    require_chromium()
    folder = tmp_path / "browser"
    folder.mkdir()
    with chromium(folder) as found:
        yield found


def press_until(browser: Browser, key: str, condition: Callable[[], object]) -> None:
    """Press again until it has led to something: a gate passes over keys that come too early or too fast."""

    def pressed() -> bool:
        browser.press(key)
        with suppress(AssertionError):
            wait_until(condition, BETWEEN_KEYS)
        return bool(condition())

    patiently(pressed)


def test_a_gate_is_approved_in_a_browser(kitchen: Kitchen, browser: Browser) -> None:
    with serving(kitchen) as served:
        decision = kitchen.root / ".orchestrator" / "decisions" / "menu.json"
        browser.open(served.url)
        patiently(lambda: "1 waiting for you" in browser.shown())
        shown = browser.shown()
        assert re.search(r"◆\s+0 Menu\s+waiting", shown) and re.search(r"·\s+2 Book\s+pending", shown)
        patiently(lambda: browser.run("return document.activeElement.tagName") == "TEXTAREA")
        browser.press("a")
        patiently(lambda: "Main course." in browser.shown())
        press_until(browser, "a", decision.exists)
        assert json.loads(decision.read_text())["decision"] == "approve"
        patiently(lambda: kitchen.words["menu"] == "done")
        patiently(lambda: re.search(r"✓\s+0 Menu\s+done", browser.shown()))
        asked = [address for address in browser.asked_for() if not address.startswith(("chrome:", "data:"))]
        assert asked and {urllib.parse.urlsplit(address).netloc for address in asked} == {served.place}
        assert not [said for said in browser.complaints() if "WebGL" not in said]


def test_the_document_of_a_gate_is_edited_in_a_browser(kitchen: Kitchen, browser: Browser) -> None:
    with serving(kitchen) as served:
        browser.open(served.url)
        patiently(lambda: "1 waiting for you" in browser.shown())
        patiently(lambda: browser.run("return document.activeElement.tagName") == "TEXTAREA")
        browser.press("a")
        patiently(lambda: "Main course." in browser.shown())
        press_until(browser, "f", lambda: "Courses" in browser.shown())
        browser.press("e")
        patiently(lambda: "^s Save" in browser.shown())
        # One press too many has gone on to the next file: the editor says which it is.
        file = kitchen.root / browser.shown().split()[0]
        before = file.read_text()
        browser.press("By hand: ")
        patiently(lambda: "● changed" in browser.shown())
        browser.press("s", with_control=True)
        patiently(lambda: "✓ saved" in browser.shown())
        assert file.read_text() == f"By hand: {before}"
        browser.press("twice, ")
        patiently(lambda: "● changed" in browser.shown())
        browser.press(ESCAPE)
        patiently(lambda: "Save before you leave?" in browser.shown())
        browser.press("s")
        patiently(lambda: "Save before you leave?" not in browser.shown() and "By hand" in browser.shown())
        assert file.read_text() == f"By hand: twice, {before}"


def test_ctrl_c_ends_the_screens_and_lets_the_engine_go_on(kitchen: Kitchen, browser: Browser) -> None:
    with serving(kitchen) as served:
        kitchen.agents.hold("soup-dishes-gen")
        browser.open(served.url)
        patiently(lambda: "1 waiting for you" in browser.shown())
        assert meta("approve", "menu", "--dir", kitchen.root).code == 0
        patiently(lambda: any("soup-dishes-gen" in name for name in kitchen.agents.starts()))
        screens = served.screens()
        assert screens
        assert served.end() == 0
        assert not [screen for screen in screens if screen.is_running()]
        engine = holder(kitchen.root)
        assert engine is not None and engine.pid is not None and psutil.pid_exists(engine.pid)
        patiently(lambda: "The screen is closed" in browser.text())
        assert meta("stop", "--dir", kitchen.root).code == 0
        kitchen.agents.go("soup-dishes-gen")
        patiently(lambda: holder(kitchen.root) is None)


def test_a_browser_without_the_token_sees_nothing(served: Served, browser: Browser) -> None:
    browser.open(f"http://{served.place}/")
    assert browser.text().startswith("403: the token is missing or wrong")
    assert not served.screens()


def test_without_the_token_every_request_is_refused(served: Served) -> None:
    wrong = "/" + "x" * len(served.path.strip("/")) + "/"
    for path in (
        "/",
        "/ws",
        "/static/js/textual.js",
        "/favicon.ico",
        "/download/x",
        wrong,
        f"{wrong}static/js/textual.js",
    ):
        assert served.status(path) == 403, path
    for name in ("", "page.js", "static/js/textual.js", "static/css/xterm.css"):
        assert served.status(served.path + name) == 200, name
    for name in (f"{served.path}static/../server.py", f"/download/x?instance={served.path.strip('/')}"):
        assert served.status(name) == 404, name


def test_a_websocket_needs_the_token_and_the_page_of_this_server(served: Served) -> None:
    ours, mine = {ORIGIN: f"http://{served.place}"}, f"{served.path}ws"
    assert connected(served, "/ws", ours) == 403
    assert connected(served, "/wrong/ws", ours) == 403
    assert connected(served, mine, {}) == 403
    for foreign in ("http://example.org", "http://127.0.0.1:1", "null", f"file://{served.place}"):
        assert connected(served, mine, {ORIGIN: foreign}) == 403, foreign
    assert not served.screens()
    assert connected(served, mine, ours) == 101
    patiently(lambda: not served.screens())


def test_a_screen_ends_with_a_server_that_was_killed(shared: Kitchen, browser: Browser) -> None:
    with serving(shared) as served:
        browser.open(served.url)
        patiently(lambda: "1 waiting for you" in browser.shown())
        (screen,) = served.screens()
        served.process.kill()
        served.process.wait()
        patiently(lambda: not psutil.pid_exists(screen.pid))


def test_a_screen_ends_with_its_page(served: Served) -> None:
    async def open_and_close() -> bytes:
        headers = {ORIGIN: f"http://{served.place}"}
        async with (
            aiohttp.ClientSession(headers=headers) as client,
            client.ws_connect(f"{served.url}ws?width=100&height=30") as page,
        ):
            while (message := await page.receive(60)).type != aiohttp.WSMsgType.BINARY:
                assert message.type == aiohttp.WSMsgType.TEXT
            assert len(served.screens()) == 1
            return bytes(message.data)

    assert b"\x1b[" in asyncio.run(open_and_close())
    patiently(lambda: not served.screens())


def test_the_page_may_load_nothing_from_elsewhere(served: Served) -> None:
    connection = http.client.HTTPConnection(served.place, timeout=60)
    connection.request("GET", served.path)
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    assert "default-src 'none'" in (answer.getheader("Content-Security-Policy") or "")
    assert answer.getheader("Referrer-Policy") == "no-referrer"
    assert not re.search(r"https?://", page)
    assert re.findall(r"wss?://[^/\"]+", page) == [f"ws://{served.place}"]


def test_it_listens_on_this_machine_only_and_under_its_name_only(served: Served) -> None:
    assert served.url.startswith("http://127.0.0.1:")
    assert "warning" not in served.said
    port = served.place.rpartition(":")[2]
    assert served.status(served.path, Host=f"localhost:{port}") == 200
    assert served.status(served.path, Host=f"example.org:{port}") == 403


def test_no_token_lets_in_and_warns(shared: Kitchen) -> None:
    with serving(shared, "--no-token") as served:
        assert served.path == "/"
        assert "warning: without a token every program on this machine" in served.said
        assert served.status("/") == 200
        assert served.status("/", Host="example.org") == 403
        assert connected(served, "/ws", {ORIGIN: "http://example.org"}) == 403


def test_another_address_than_loopback_is_served_only_when_asked_for_and_with_a_warning(shared: Kitchen) -> None:
    with serving(shared, "--host", "0.0.0.0") as served:
        assert "warning: 0.0.0.0 is not this machine alone" in served.said
        port = urllib.parse.urlsplit(served.url).port
        assert urllib.parse.urlsplit(served.url).hostname == socket.gethostname().lower()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", served.path)
        assert connection.getresponse().status == 200
        connection.close()


def test_a_port_that_is_taken_and_a_folder_that_is_no_workspace_are_told(shared: Kitchen, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = meta("serve", shared.root, "--port", port)
        assert said.code == 1 and f"cannot listen on 127.0.0.1, port {port}" in said.err
    said = meta("serve", shared.root, "--host", "no such host")
    assert said.code == 1 and "cannot listen on no such host" in said.err
    said = meta("serve", tmp_path)
    assert said.code != 0 and "no workspace" in said.err


def test_a_missing_library_is_told_with_what_to_install(shared: Kitchen, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [
        name for name in sys.modules if name.partition(".")[0] == "textual_serve" or "engine.serving." in name
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    said = meta("serve", shared.root)
    assert said.code == 1 and "pip install 'meta-orchestrator[serve]'" in said.err


def test_tokens_differ_and_are_compared_whole() -> None:
    token = new_token()
    assert token != new_token() and len(token) >= 32
    access = Access(token, local=True)
    headers = {"Host": "127.0.0.1:80"}
    assert access.refusal(token, headers, websocket=False) == ""
    for wrong in ("", token[:-1], token + "x", "ä"):
        assert access.refusal(wrong, headers, websocket=False), wrong


def test_loopback_is_known_by_its_address() -> None:
    assert is_loopback("127.0.0.1") and is_loopback("127.0.0.9") and is_loopback("::1")
    assert not is_loopback("0.0.0.0") and not is_loopback("::") and not is_loopback("192.0.2.1")
