"""What a session used, by its `usage` events, and the caps on it. What nobody told is unknown, never zero."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from engine.sessions.folder import SessionFolder
from runtime_adapters.prices import Price
from runtime_adapters.prices import cost as cost_of
from runtime_adapters.protocol import Event, parse_event

MOST_TOKENS = "most_tokens"
MOST_COST = "most_cost"
"""Names in the budget of `session.json`: tokens, US dollars."""

CHUNK_BYTES = 1 << 20


@dataclass(slots=True)
class Usage:
    """Tokens and cost (US dollars), summed over the events so far."""

    tokens: int | None = None
    cost: float | None = None

    def add(self, event: Event) -> None:
        """Count a `usage` event; what is no number in it is no usage."""
        told = [event.fields.get(name) for name in ("input_tokens", "output_tokens")]
        known = [value for value in told if isinstance(value, int) and not isinstance(value, bool)]
        if known:
            self.tokens = (self.tokens or 0) + sum(known)
        cost = event.fields.get("cost")
        if isinstance(cost, int | float) and not isinstance(cost, bool) and math.isfinite(cost):
            self.cost = (self.cost or 0.0) + cost


class Caps:
    """What one session may use at most, by its `session.json`. Of its events only what is new is read each time.

    `prices`: of models, for an agent that tells only tokens.
    """

    def __init__(self, folder: SessionFolder, prices: Mapping[str, Price] | None = None) -> None:
        spec = folder.spec()
        self._tokens, self._cost = spec.budget.get(MOST_TOKENS), spec.budget.get(MOST_COST)
        self._model, self._prices = spec.model, prices or {}
        self._priced: float | None = 0.0
        self._path = folder.events_path
        self._offset = 0
        self._cut = b""
        self.usage = Usage()

    def exceeded(self) -> str:
        """Which cap the session has passed, and what to do; "" while it may go on.

        Reads one piece of the file at most, so that a very large one is read over several calls.
        """
        if self._tokens is None and self._cost is None:
            return ""
        self._read()
        cost = self._priced if self.usage.cost is None else self.usage.cost
        rows = (("tokens", self.usage.tokens, self._tokens), ("cost", cost, self._cost))
        for what, used, most in rows:
            if used is not None and most is not None and used > most:
                return (
                    f"{what} of this session: {_amount(what, used)} used of at most {_amount(what, most)}; make its "
                    f'step smaller, or raise "{what} per session" under "Safety valves"'
                )
        return ""

    def _read(self) -> None:
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                new = file.read(CHUNK_BYTES)
        except FileNotFoundError:
            return
        self._offset += len(new)
        *lines, self._cut = (self._cut + new).split(b"\n")
        for line in lines:
            if b'"usage"' in line or b'"started"' in line:
                self._note(parse_event(line))

    def _note(self, event: Event) -> None:
        if event.kind == "started":
            self._model = event.text_of("model") or self._model
        elif event.kind == "usage":
            self.usage.add(event)
            priced = cost_of(self._model, event.fields, self._prices)
            # One event without a price: the whole is not known.
            self._priced = None if priced is None or self._priced is None else self._priced + priced


def _amount(what: str, number: float) -> str:
    return f"${number:,.10g}" if what == "cost" else f"{number:,.0f}"
