"""What a session costs by its tokens: a price table with a date, over which a person's own may lie.

Unknown stays unknown: a model without a price, usage that nobody told, a request beyond what the price holds for.
Standard library only.
"""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PACKAGED = Path(__file__).with_name("prices.toml")
MILLION = 1_000_000
FIELDS = {"input", "cached_input", "output", "input_tokens_at_most", "names"}


class PriceError(ValueError):
    """A price table that cannot be used: `str()` says which file, which model and what is expected."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens. `cached_input` None: cached tokens have no price of their own, so no known one."""

    input: float
    output: float
    cached_input: float | None = None
    input_tokens_at_most: int | None = None
    """The price holds for requests with at most so many input tokens; a larger one costs more."""


def load(override: Path | None = None) -> dict[str, Price]:
    """Model name → price; what the override names replaces the packaged. Raises PriceError."""
    return {**_packaged(), **read_prices(override)} if override else dict(_packaged())


def read_prices(path: Path) -> dict[str, Price]:
    """The prices of one file. Raises PriceError."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PriceError(f"{path}: it cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise PriceError(f"{path}: it is not TOML: {error}") from error
    models = data.get("models", {})
    if not isinstance(models, dict):
        raise PriceError(f'{path}: tables such as [models."gpt-5"] are expected')
    return dict(entry for name, entry in models.items() for entry in _entries(path, name, entry))


def cost(model: str | None, usage: Mapping[str, object], prices: Mapping[str, Price] | None = None) -> float | None:
    """US dollars of a `usage` event of one request, or None where that is not known.

    `input_tokens` count the cached ones too; `cached_input_tokens` left out are none.
    """
    table = _packaged() if prices is None else prices
    price = table.get(model) if model else None
    given, made = _count(usage.get("input_tokens")), _count(usage.get("output_tokens"))
    cached = _count(usage.get("cached_input_tokens", 0))
    if price is None or given is None or made is None or cached is None or cached > given:
        return None
    if price.input_tokens_at_most is not None and given > price.input_tokens_at_most:
        return None
    if cached and price.cached_input is None:
        return None
    return ((given - cached) * price.input + cached * (price.cached_input or 0.0) + made * price.output) / MILLION


@functools.cache
def _packaged() -> dict[str, Price]:
    return read_prices(PACKAGED)


def _entries(path: Path, name: str, entry: object) -> Iterator[tuple[str, Price]]:
    where = f'{path}: [models."{name}"]'
    if not isinstance(entry, dict):
        raise PriceError(f"{where}: a table with `input` and `output` is expected")
    if strange := set(entry) - FIELDS:
        raise PriceError(f"{where}: unknown key {min(strange)!r}; known: {', '.join(sorted(FIELDS))}")
    for field in ("input", "output", "cached_input"):
        if (field in entry or field != "cached_input") and not _is_price(entry.get(field)):
            raise PriceError(f"{where}: `{field}` must be US dollars per million tokens, a number of at least 0")
    most = entry.get("input_tokens_at_most")
    if most is not None and not _count(most):
        raise PriceError(f"{where}: `input_tokens_at_most` must be a whole number of at least 1")
    names = entry.get("names", [])
    if not isinstance(names, list) or not all(isinstance(other, str) for other in names):
        raise PriceError(f"{where}: `names` must be a list of texts: other names of the model")
    price = Price(entry["input"], entry["output"], entry.get("cached_input"), most)
    yield from ((each, price) for each in [name, *names])


def _is_price(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
