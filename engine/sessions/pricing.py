"""What a session cost, where its agent told only tokens: by the price table. Unknown stays unknown."""

from __future__ import annotations

from collections.abc import Mapping

from engine.sessions.folder import SessionFolder
from runtime_adapters.events import read_events
from runtime_adapters.prices import Price, cost


def price_of(folder: SessionFolder, model: str | None, prices: Mapping[str, Price]) -> float | None:
    """US dollars of all usage events; None if the model or the price of one of them is not known."""
    total: float | None = None
    for event in read_events(folder.events_path):
        if event.kind == "started":
            model = event.text_of("model") or model
        elif event.kind == "usage":
            priced = cost(model, event.fields, prices)
            if priced is None:
                return None
            total = (total or 0.0) + priced
    return total
