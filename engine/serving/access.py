"""Who may ask: only those who know the token, from a page of ours, under a name of this machine."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

TOKEN_BYTES = 24
LOCAL_NAMES = ("127.0.0.1", "localhost", "::1")


def new_token() -> str:
    """A token that nobody can guess, made of characters that need no quoting in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches that IP address."""
    return ipaddress.ip_address(address).is_loopback


@dataclass(frozen=True)
class Access:
    """`token` is empty where none is asked for; `local` where only this machine is served."""

    token: str
    local: bool

    def refusal(self, given: str, headers: Mapping[str, str], *, websocket: bool) -> str:
        """Why this request is refused; empty if it is not."""
        if self.token and not hmac.compare_digest(given.encode(), self.token.encode()):
            return "the token is missing or wrong: open the whole address that `meta serve` printed"
        host = headers.get("Host", "")
        # A foreign site whose name is made to point here would else pass for a page of ours.
        if self.local and _hostname(host) not in LOCAL_NAMES:
            return "this address serves its own machine only, under the name localhost or 127.0.0.1"
        if websocket and not _same_origin(headers.get("Origin", ""), host):
            return "only the page that this server gave may connect"
        return ""


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _same_origin(origin: str, host: str) -> bool:
    scheme, found, name = origin.partition("://")
    return bool(found) and scheme in ("http", "https") and name.lower() == host.lower() != ""
