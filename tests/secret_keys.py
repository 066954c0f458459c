"""Real-looking keys of ten kinds, put together at run time so that no scanner alarms on this repository."""

from __future__ import annotations

import base64
import json
import random
import string

_CHANCE = random.Random(7)
_LETTERS = string.ascii_letters + string.digits


def _any(length: int, alphabet: str = _LETTERS) -> str:
    return "".join(_CHANCE.choice(alphabet) for _ in range(length))


def _part(value: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


_UPPER = string.ascii_uppercase + string.digits
_LOWER = string.ascii_lowercase + string.digits
_DASHES = "-" * 5

KEYS: dict[str, str] = {
    "AWS Access Key": "AK" + "IA" + _any(16, _UPPER),
    "GitHub Token": "gh" + "p_" + _any(36),
    "OpenAI Token": "s" + "k-" + "proj-" + _any(20) + "T3Blbk" + "FJ" + _any(20),
    "Slack Token": "xo" + "xb-" + _any(12, string.digits) + "-" + _any(12, string.digits) + "-" + _any(24, _LOWER),
    "Stripe Access Key": "s" + "k_" + "live_" + _any(24),
    "SendGrid API Key": "S" + "G." + _any(22) + "." + _any(43),
    "Twilio API Key": "S" + "K" + _any(32, string.hexdigits.lower()[:16]),
    "JSON Web Token": ".".join([_part({"alg": "HS256", "typ": "JWT"}), _part({"sub": "17", "iat": 17}), _any(43)]),
    "Azure Storage Account access key": "Account" + "Key=" + _any(86) + "==",
    "Basic Auth Credentials": "postgres:" + "//notes:" + _any(14) + "@db.internal/notes",
    "Google API Key": "AI" + "za" + _any(35),
    "Private Key": f"{_DASHES}BEGIN RSA PRIVATE KEY{_DASHES}\n"
    + "\n".join(_any(64) for _ in range(6))
    + f"\n{_DASHES}END RSA PRIVATE KEY{_DASHES}",
    "Password or Key": "api_" + 'key = "' + _any(28) + '"',
}
"""Kind → a text that holds a secret of that kind. What is around the secret itself belongs to its kind."""

SECRET = {
    **KEYS,
    "Basic Auth Credentials": KEYS["Basic Auth Credentials"].split(":")[2].split("@")[0],
    "Password or Key": KEYS["Password or Key"].split('"')[1],
}
"""Kind → what must be nowhere afterwards."""
