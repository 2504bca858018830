import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.models.prices import PriceList, Prices, is_local
from statera.records.responses import Usage

OPENAI = "https://api.openai.com/v1"
COUNTS = st.integers(min_value=0, max_value=10**7)


def test_prices_are_for_a_million_tokens() -> None:
    prices = Prices(input=2.0, output=10.0, cached_input=0.5)
    usage = Usage(prompt_tokens=3_000_000, completion_tokens=100_000, cached_tokens=1_000_000)
    assert prices.of(usage) == pytest.approx(2 * 2.0 + 0.5 + 1.0)


def test_without_a_cache_price_cached_tokens_cost_as_much() -> None:
    usage = Usage(prompt_tokens=1000, completion_tokens=0, cached_tokens=1000)
    assert Prices(input=2.0, output=10.0).of(usage) == pytest.approx(0.002)


def test_a_known_model_has_a_listed_price() -> None:
    listed = PriceList(name="gpt-4o-mini", url=OPENAI)
    assert listed.known
    assert listed.estimate(1_000_000, 1_000_000) == pytest.approx(0.75)
    cached = Usage(prompt_tokens=1_000_000, completion_tokens=0, cached_tokens=1_000_000)
    assert listed.cost(cached) == pytest.approx(0.075)


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("gpt-4o-mini", "http://127.0.0.1:8000/v1"),
        ("no-such-model-at-all", OPENAI),
        ("gpt-4o-mini", None),
        (None, OPENAI),
    ],
)
def test_an_unknown_price_is_unknown_and_not_zero(name: str | None, url: str | None) -> None:
    listed = PriceList(name=name, url=url)
    assert listed.estimate(1000, 1000) is None
    assert not listed.known


@pytest.mark.parametrize(
    "usage", [None, Usage(), Usage(prompt_tokens=3), Usage(completion_tokens=3)]
)
def test_unknown_usage_is_an_unknown_cost(usage: Usage | None) -> None:
    assert PriceList(prices=Prices(input=1, output=1)).cost(usage) is None
    assert PriceList(name="gpt-4o-mini", url=OPENAI).cost(usage) is None


def test_the_price_in_the_model_file_wins() -> None:
    own = PriceList(name="gpt-4o-mini", url=OPENAI, prices=Prices(input=7.0, output=0.0))
    assert own.estimate(1_000_000, 0) == pytest.approx(7.0)


@given(COUNTS, COUNTS, COUNTS)
def test_cost_grows_with_tokens_and_falls_with_cached_ones(a: int, b: int, cached: int) -> None:
    prices = Prices(input=3.0, output=15.0, cached_input=0.3)
    plain = prices.of(Usage(prompt_tokens=a, completion_tokens=b))
    with_cache = prices.of(Usage(prompt_tokens=a, completion_tokens=b, cached_tokens=cached))
    more = prices.of(Usage(prompt_tokens=a + 1, completion_tokens=b))
    assert plain is not None
    assert with_cache is not None
    assert more is not None
    assert 0 <= with_cache <= plain < more


def test_the_list_is_loaded_only_when_it_is_needed() -> None:
    program = (
        "import sys, statera.models.prices as p\n"
        "p.PriceList(prices=p.Prices(input=1, output=1)).estimate(1, 1)\n"
        "p.PriceList(name='gpt-4o', url='http://127.0.0.1:8000/v1').estimate(1, 1)\n"
        "assert 'genai_prices' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=600)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:8000/v1", True),
        ("http://10.0.0.7/v1", True),
        ("http://[::1]:8000/v1", True),
        ("http://vllm:8000/v1", True),
        (OPENAI, False),
    ],
)
def test_a_local_server_sells_nothing(url: str, local: bool) -> None:
    assert is_local(url) is local
