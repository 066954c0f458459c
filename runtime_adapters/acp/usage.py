"""Tokens and money, as agents tell them, as `usage` events count them: what was added since the last one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Usage:
    """Follows the `usage_update`s of a session, which tell the context's size and the cost so far."""

    def __init__(self) -> None:
        self._context: tuple[object, object] | None = None
        self._cost = 0.0

    def added(self, update: Mapping[str, Any]) -> dict[str, object]:
        """The fields of the event; none if nothing changed. A cost of 0 is one the agent does not know."""
        fields: dict[str, object] = {}
        context = (update.get("used"), update.get("size"))
        if context != self._context:
            self._context = context
            fields.update(context_used=context[0], context_size=context[1])
        amount = _dollars(update.get("cost"))
        if amount is not None and amount != self._cost:
            more = amount - self._cost if amount > self._cost else amount  # less than before: it counts anew
            self._cost = amount
            fields.update({"cost": round(more, 9)} if more > 0 else {})
        return fields


def tokens_of(result: Mapping[str, Any]) -> dict[str, object]:
    """The tokens of a turn from the answer to its prompt; none if it does not tell."""
    usage = result.get("usage")
    if isinstance(usage, dict):
        return _tokens(usage)
    meta = result.get("_meta")
    quota = meta.get("quota") if isinstance(meta, dict) else None
    count = quota.get("token_count") if isinstance(quota, dict) else None
    if not isinstance(count, dict):
        return {}
    return {name: count[name] for name in ("input_tokens", "output_tokens") if isinstance(count.get(name), int)}


def _tokens(usage: Mapping[str, Any]) -> dict[str, object]:
    total, given, out = (usage.get(name) for name in ("totalTokens", "inputTokens", "outputTokens"))
    if not isinstance(given, int) or not isinstance(out, int):
        return {}
    # Some agents count what came from the cache as input and some do not: the total tells.
    whole = max(given, total - out) if isinstance(total, int) else given
    cached = usage.get("cachedReadTokens")
    known = {"cached_input_tokens": cached} if isinstance(cached, int) else {}
    return {"input_tokens": whole, "output_tokens": out, **known} if whole or out else {}


def _dollars(cost: object) -> float | None:
    if not isinstance(cost, dict) or cost.get("currency", "USD") != "USD":
        return None
    amount = cost.get("amount")
    return float(amount) if isinstance(amount, int | float) and not isinstance(amount, bool) else None
