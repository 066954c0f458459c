"""How many tokens a text costs, estimated without any model's vocabulary."""

from __future__ import annotations

import math

CHARACTERS_A_TOKEN = 3.6
"""A cautious figure for English prose and source code mixed; dense text costs more, prose less."""


def estimate(text: str) -> int:
    """The estimated number of tokens of `text`, rounded up."""
    return math.ceil(len(text) / CHARACTERS_A_TOKEN)
