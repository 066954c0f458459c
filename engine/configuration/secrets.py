"""Keys and passwords that someone wrote into `meta.toml`."""

from __future__ import annotations

import re

OUTSIDE = (
    "this looks like a secret, and secrets do not belong into this file. Put it into an environment variable "
    'and name the variable here: key_env = "OPENAI_API_KEY", or env = ["…"] for what the agent reads by itself'
)

SHAPES = re.compile(
    r"""
    \bsk-[\w-]{8,} | \b[sr]k_(?:live|test)_\w{8,}      # OpenAI, Anthropic and many who follow; Stripe
    | \bgh[pousr]_\w{10,} | \bgithub_pat_\w{10,} | \bglpat-[\w-]{10,}
    | \bxox[abeprs]-[\w-]{8,} | \bAIza[\w-]{20,} | \bya29\.[\w-]{10,}
    | \b(?:AKIA|ASIA)[A-Z0-9]{12,} | \bhf_\w{16,} | \bgsk_\w{16,} | \bxai-\w{16,} | \bpplx-\w{16,} | \br8_\w{16,}
    | \beyJ[\w-]{10,}\.[\w-]{4,}                        # a JSON web token
    | -----BEGIN\ [A-Z ]*PRIVATE\ KEY
    | \bBearer\s+\S{8,}
    | ://[^/\s:@]+:[^/\s@]+@                            # a password in an address
    | (?<![\w./-])(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{32,}(?![\w./-])
    """,
    re.VERBOSE,
)
NAMES = re.compile(r"(?:api_?key|^key|token|secret|password|credential)s?$", re.IGNORECASE)


def is_secret(text: str) -> bool:
    """Whether the text holds something with the shape of a key or a password."""
    return SHAPES.search(text) is not None


def wants_secret(key: str) -> bool:
    """Whether a key of the file has a name under which people write secrets: `api_key`, `token`."""
    return NAMES.search(key) is not None
