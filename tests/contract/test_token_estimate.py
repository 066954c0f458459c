"""The estimate of tokens beside two real vocabularies: it may say too much, and hardly ever too little."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import tiktoken
from tiktoken.load import load_tiktoken_bpe

from engine.briefs.tokens import estimate
from tests.agent_clis import INSTALLED

pytestmark = pytest.mark.agents

ROOT = Path(__file__).parents[2]
VOCABULARIES = INSTALLED.parent / "gpt-tokenizer" / "data"
MOST_UNDER = 0.05

CL100K = (
    r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]"""
    r"""|\s+(?!\S)|\s"""
)
_UPPER, _LOWER, _ENDING = (
    r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]",
    r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]",
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
)
O200K = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+{_ENDING}|[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*{_ENDING}"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

PROSE = {
    "German": "Wenn der Betrag nicht gleichmäßig teilbar ist, darf am Ende niemandem ein Cent fehlen. "
    "Änderungen müssen rückgängig gemacht werden können, ohne dass frühere Einträge verloren gehen. ",
    "French": "Lorsque le montant ne peut pas être divisé également, personne ne doit perdre un centime. ",
    "Polish": "Jeśli kwoty nie da się podzielić równo, nikomu nie może na końcu zabraknąć grosza. ",
    "Russian": "Если сумму нельзя разделить поровну, ни у кого в конце не должно не хватать копейки. ",
    "Greek": "Αν το ποσό δεν διαιρείται ακριβώς, κανείς δεν πρέπει να χάσει ούτε λεπτό. ",
    "Chinese": "如果金额不能平均分配，最后任何人都不能少一分钱：份额的总和必须始终等于支付的金额。",
    "Japanese": "金額が均等に分割できない場合でも、最後に誰も一円も損をしてはなりません。",
    "Korean": "금액을 똑같이 나눌 수 없는 경우에도 마지막에 아무도 손해를 보아서는 안 됩니다. ",
    "Arabic": "إذا لم يكن بالإمكان تقسيم المبلغ بالتساوي فلا يجوز أن ينقص أحد سنتا واحدا في النهاية. ",
    "Hindi": "यदि राशि समान रूप से विभाजित नहीं हो सकती, तो अंत में किसी का एक पैसा भी कम नहीं होना चाहिए। ",
}
_noise = random.Random(7)
DENSE = {
    "base64": base64.b64encode(_noise.randbytes(6000)).decode(),
    "hexadecimal": _noise.randbytes(4000).hex(),
    "a table": "| n | sum |\n|---|---|\n" + "".join(f"| {i} | {i * 7.25:.2f} |\n" for i in range(300)),
    "CSV": "".join(f'{i},2026-11-{i % 28 + 1:02d},{i * 13.37:.2f},"Ferry, return",Ada;Ben\n' for i in range(300)),
    "JSON": json.dumps([{"id": i, "name": f"user_{i}", "ok": True} for i in range(200)], indent=2),
    "symbols": "!@#$%^&*()_+-=[]{}|;':\",./<>?`~ ==> <<= >>> !== && || ::<> $(${x}) \\n\\t " * 30,
    "emoji": "🎉🚀 done ✅ — 👩‍💻 🇩🇪 ❌ → ≈ ↻ ● ○ " * 40,
    "minified code": "function a(b,c){return b.d(c)||(e=f[c]?g(h,i):{j:k,l:[m,n,o]})};" * 30,
    "long names": "getUserAccountBalanceForCurrentMonth(), setHTTPRequestTimeoutInMilliseconds(); " * 30,
    "capitals": "AMOUNT MUST NOT EXCEED THE LIMIT GIVEN IN SECTION FOUR\n" * 30,
}
FILES = [
    *sorted(ROOT.glob("examples/*/tape/*/brief.md")),
    *(
        ROOT / name
        for name in ("README.md", "requirements.lock", "pyproject.toml", ".meta/AGENTS.md", "engine/planner.py")
    ),
    *sorted(ROOT.glob(".meta/wisdom/*.md")),
    *sorted(ROOT.glob(".meta/toolchains/*.md")),
]


@pytest.fixture(scope="module")
def vocabularies() -> Iterator[list[tiktoken.Encoding]]:
    if not VOCABULARIES.is_dir():
        pytest.skip(f"{VOCABULARIES} is not there: `make agents` installs it (needs npm and a registry)")
    yield [
        tiktoken.Encoding(
            name,
            pat_str=pattern,
            mergeable_ranks=load_tiktoken_bpe(str(VOCABULARIES / f"{name}.tiktoken")),
            special_tokens={},
        )
        for name, pattern in (("cl100k_base", CL100K), ("o200k_base", O200K))
    ]


def real(text: str, vocabularies: list[tiktoken.Encoding]) -> int:
    """Tokens by the vocabulary that needs more."""
    return max(len(one.encode(text, disallowed_special=())) for one in vocabularies)


@pytest.mark.parametrize("kind", [*PROSE, *DENSE])
def test_no_kind_of_text_is_counted_more_than_5_percent_too_low(
    kind: str, vocabularies: list[tiktoken.Encoding]
) -> None:
    text = PROSE[kind] * 10 if kind in PROSE else DENSE[kind]
    assert estimate(text) >= real(text, vocabularies) * (1 - MOST_UNDER)


def test_no_file_of_this_repository_and_no_brief_is_counted_too_low_nor_much_too_high(
    vocabularies: list[tiktoken.Encoding],
) -> None:
    ratios = {path: estimate(text) / real(text, vocabularies) for path in FILES if (text := path.read_text())}
    assert len(ratios) > 60
    assert {path.name: ratio for path, ratio in ratios.items() if not 1 - MOST_UNDER <= ratio <= 1.3} == {}
