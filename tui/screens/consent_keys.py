"""The keys of consents that more than one screen has."""

from __future__ import annotations

from textual.binding import Binding

FETCH_KEY = Binding(
    "D",
    "app.fetch_packages",
    "Fetch packages",
    id="fetch",
    show=False,
    tooltip="Agree, for this run, that the packages it waits for are fetched",
)
ALLOW_KEY = Binding(
    "S",
    "app.allow_secret",
    "Allow a held secret",
    id="allow_secret",
    show=False,
    tooltip="Show what is held as a secret, and allow it if it is none",
)
