"""What a secret looks like: the shapes detect-secrets knows, and some that it does not know.

The library takes long to load: for most texts its hints say that there is nothing to look for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module

_PLUGINS: dict[str, tuple[str, tuple[str, ...]]] = {
    "aws": ("AWSKeyDetector", ("A3T", "ABIA", "ACCA", "AKIA", "ASIA", "aws", "AWS", "Aws")),
    "azure_storage_key": ("AzureStorageKeyDetector", ("AccountKey=",)),
    "basic_auth": ("BasicAuthDetector", (r"://[^\s/:@]+:[^\s/@]+@",)),
    "discord": ("DiscordBotTokenDetector", (r"\.[\w-]{6}\.[\w-]{27}",)),
    "github_token": ("GitHubTokenDetector", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")),
    "gitlab_token": (
        "GitLabTokenDetector",
        (
            "glpat-",
            "gldt-",
            "glft-",
            "glsoat-",
            "glrt-",
            "GR1348941",
            "glcbt-",
            "glimt-",
            "glptt-",
            "glagent-",
            "gloas-",
        ),
    ),
    "jwt": ("JwtTokenDetector", ("eyJ",)),
    "mailchimp": ("MailchimpDetector", (r"-us\d",)),
    "npm": ("NpmDetector", ("_authToken",)),
    "openai": ("OpenAIDetector", ("T3BlbkFJ",)),
    "pypi_token": ("PypiTokenDetector", ("pypi-Ag",)),
    "sendgrid": ("SendGridDetector", ("SG.",)),
    "slack": ("SlackDetector", ("xox", "XOX", "Xox", "hooks.slack")),
    "square_oauth": ("SquareOAuthDetector", ("sq0csp-",)),
    "stripe": ("StripeDetector", ("k_live_",)),
    "telegram_token": ("TelegramBotTokenDetector", (":AA",)),
    "twilio": ("TwilioKeyDetector", (r"AC[a-z0-9]{32}", r"SK[a-z0-9]{32}")),
}
"""Module of the library → its detector, and texts or patterns without one of which it finds nothing. Left out: public
addresses, which are no secrets, and kinds that are told from other text only by a name beside them, as the rule for
keywords does it for all."""

_IN_A_GROUP = ("aws", "basic_auth")
"""Those whose patterns hold more than the secret."""

_FURTHER: tuple[tuple[str, str, str], ...] = (
    ("Anthropic API Key", "sk-ant-", r"sk-ant-[\w-]{20,}"),
    ("OpenAI Token", "sk-", r"sk-(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{32,}"),
    ("GitHub Token", "github_pat_", r"github_pat_\w{22,}"),
    ("Google API Key", "AIza", r"AIza[\w-]{35}"),
    ("Hugging Face Token", "hf_", r"hf_[A-Za-z0-9]{30,}"),
    ("Groq API Key", "gsk_", r"gsk_[A-Za-z0-9]{30,}"),
    ("Stripe Access Key", "k_test_", r"[rs]k_test_[0-9A-Za-z]{24,}"),
    (
        "Private Key",
        "PRIVATE KEY",
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"
        r"(?:[^-]{40,16000}-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|(?:(?:\\n|\s)+[A-Za-z0-9+/=]{40,})+)",
    ),
)
"""Kind, hint and pattern of what the library knows too little of. Of a private key it knows the first line only."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A shape: its name, its pattern, which group of it is the secret, and what else must hold of the match."""

    kind: str
    pattern: re.Pattern[str]
    group: int
    holds: Callable[[str], bool]


def rules_for(text: str) -> Iterator[Rule]:
    """The shapes that it is worth it to look for in this text, the library's first."""
    for module, (name, hints) in _PLUGINS.items():
        if any(_is_in(text, hint) for hint in hints):
            yield from _of_the_library(module, name)
    for kind, hint, pattern in _FURTHER:
        if hint in text:
            yield Rule(kind, re.compile(pattern), 0, _any)


def _is_in(text: str, hint: str) -> bool:
    return re.search(hint, text) is not None if "\\" in hint or "[" in hint else hint in text


@cache
def _of_the_library(module: str, name: str) -> tuple[Rule, ...]:
    detector = getattr(import_module(f"detect_secrets.plugins.{module}"), name)()
    holds = getattr(detector, "is_formally_valid", _any)
    return tuple(
        Rule(detector.secret_type, pattern, pattern.groups if module in _IN_A_GROUP else 0, holds)
        for pattern in detector.denylist
    )


def _any(secret: str) -> bool:
    return True
