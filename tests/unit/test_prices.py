"""What tokens cost: known where it is known, and unknown in every other case."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runtime_adapters.prices import PACKAGED, Price, PriceError, cost, load, read_prices

TABLE = {
    "plain": Price(input=2.0, cached_input=0.5, output=8.0),
    "no-cache": Price(input=2.0, output=8.0),
    "small": Price(input=2.0, cached_input=0.5, output=8.0, input_tokens_at_most=1000),
}
USAGE: dict[str, object] = {"input_tokens": 1_000_000, "cached_input_tokens": 400_000, "output_tokens": 100_000}


def test_cached_tokens_are_part_of_the_input_and_cost_less() -> None:
    assert cost("plain", USAGE, TABLE) == pytest.approx(0.6 * 2 + 0.4 * 0.5 + 0.1 * 8)


def test_cached_tokens_that_are_not_named_are_none() -> None:
    assert cost("plain", {"input_tokens": 1_000_000, "output_tokens": 0}, TABLE) == 2.0


def test_no_tokens_cost_nothing_and_that_is_known() -> None:
    assert cost("plain", {"input_tokens": 0, "output_tokens": 0}, TABLE) == 0.0


@pytest.mark.parametrize(
    ("model", "usage"),
    [
        (None, USAGE),
        ("another", USAGE),
        ("plain-2", USAGE),
        ("plain", {}),
        ("plain", {"input_tokens": 5}),
        ("plain", {"output_tokens": 5}),
        ("plain", {"input_tokens": "5", "output_tokens": 5}),
        ("plain", {"input_tokens": True, "output_tokens": 5}),
        ("plain", {"input_tokens": -5, "output_tokens": 5}),
        ("plain", {"input_tokens": 5, "output_tokens": 5, "cached_input_tokens": 6}),
        ("no-cache", USAGE),
        ("small", USAGE),
    ],
)
def test_what_is_unknown_is_none_and_never_nothing(model: str | None, usage: dict[str, object]) -> None:
    assert cost(model, usage, TABLE) is None


def test_a_request_up_to_the_size_the_price_holds_for_is_priced() -> None:
    assert cost("small", {"input_tokens": 1000, "output_tokens": 0}, TABLE) == pytest.approx(0.002)


# The packaged table


def test_the_packaged_table_has_a_date_and_a_source() -> None:
    text = PACKAGED.read_text()
    assert re.search(r"^date = \d{4}-\d\d-\d\d$", text, re.MULTILINE)
    assert re.search(r'^source = "https://', text, re.MULTILINE)


def test_the_packaged_table_is_used_by_itself() -> None:
    assert cost("gpt-4.1", {"input_tokens": 1_000_000, "output_tokens": 1_000_000}) == pytest.approx(10.0)
    assert cost("gpt-4.1-2025-04-14", {"input_tokens": 1_000_000, "output_tokens": 1_000_000}) == pytest.approx(10.0)


def test_the_packaged_table_agrees_with_another_record_of_the_prices() -> None:
    genai_prices = pytest.importorskip("genai_prices", reason="the extra `openai` is not installed")
    usage = {"input_tokens": 9000, "cached_input_tokens": 4000, "output_tokens": 700}
    theirs = genai_prices.Usage(input_tokens=9000, cache_read_tokens=4000, output_tokens=700)
    for model in load():
        known = genai_prices.calc_price(theirs, model, provider_id="openai").total_price
        assert cost(model, usage) == pytest.approx(float(known)), model


# A table of one's own


def table(folder: Path, text: str) -> Path:
    path = folder / "prices.toml"
    path.write_text(text)
    return path


def test_an_override_replaces_and_adds_models(tmp_path: Path) -> None:
    own = table(
        tmp_path, '[models."gpt-4.1"]\ninput = 1\noutput = 1\n[models.mine]\ninput = 0\noutput = 0\nnames=["me"]'
    )
    prices = load(own)
    assert prices["gpt-4.1"] == Price(1, 1)
    assert prices["gpt-4o"] == load()["gpt-4o"]
    assert cost("me", {"input_tokens": 10, "output_tokens": 10}, prices) == 0.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("models = ", "it is not TOML"),
        ("models = 3", 'tables such as [models."gpt-5"]'),
        ("[models]\nmine = 3", "`input` and `output`"),
        ("[models.mine]\ninput = 1", "`output` must be US dollars"),
        ("[models.mine]\ninput = -1\noutput = 1", "`input` must be US dollars"),
        ("[models.mine]\ninput = nan\noutput = 1", "`input` must be US dollars"),
        ("[models.mine]\ninput = 1\noutput = 1\ncached_input = 'x'", "`cached_input` must be US dollars"),
        ("[models.mine]\ninput = 1\noutputs = 1", "unknown key 'outputs'"),
        ("[models.mine]\ninput = 1\noutput = 1\ninput_tokens_at_most = 0", "`input_tokens_at_most`"),
        ("[models.mine]\ninput = 1\noutput = 1\nnames = 'x'", "`names`"),
    ],
)
def test_a_wrong_table_is_refused_with_its_name_and_what_is_expected(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(PriceError) as caught:
        read_prices(table(tmp_path, text))
    assert message in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_missing_override_is_said(tmp_path: Path) -> None:
    with pytest.raises(PriceError, match="cannot be read"):
        load(tmp_path / "none.toml")
