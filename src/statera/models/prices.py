"""What an answer costs in US dollars, from the tokens it used.

A price comes from the model file, else from `genai-prices`' bundled list for the provider behind
the URL. A local server, an unknown model or a missing token count has no known cost: None, not 0.

>>> PriceList(prices=Prices(input=0.15, output=0.6)).estimate(1_000_000, 0)
0.15
"""

from functools import cache
from importlib import import_module
from types import ModuleType
from urllib.parse import urlsplit

import msgspec

from statera.records.responses import Usage


class Prices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """US dollars for a million tokens; `cached_input` is the input price unless given."""

    input: float
    output: float
    cached_input: float | None = None

    def of(self, usage: Usage) -> float | None:
        """Return the cost, or None when a token count is missing."""
        if usage.prompt_tokens is None or usage.completion_tokens is None:
            return None
        cached = min(usage.cached_tokens or 0, usage.prompt_tokens)
        cached_price = self.input if self.cached_input is None else self.cached_input
        inputs = (usage.prompt_tokens - cached) * self.input + cached * cached_price
        return (inputs + usage.completion_tokens * self.output) / 1e6


class PriceList(msgspec.Struct, frozen=True, kw_only=True):
    """The prices of one model: its own, else those listed for `name` at the provider of `url`."""

    name: str | None = None
    url: str | None = None
    prices: Prices | None = None

    @property
    def known(self) -> bool:
        """True when there is a price at all."""
        return self.estimate(0, 0) is not None

    def cost(self, usage: Usage | None) -> float | None:
        """Return US dollars for what was used, or None when that is unknown."""
        if usage is None or usage.prompt_tokens is None or usage.completion_tokens is None:
            return None
        if self.prices is not None:
            return self.prices.of(usage)
        if not self.name or not self.url or is_local(self.url):
            return None
        return _listed(usage, self.name, self.url)

    def estimate(self, prompt_tokens: int, completion_tokens: int) -> float | None:
        """Return US dollars for a planned number of tokens, or None when unknown."""
        return self.cost(Usage(prompt_tokens=prompt_tokens, completion_tokens=completion_tokens))


@cache
def is_local(url: str) -> bool:
    """Tell an address that no provider sells at: an IP address or a name without a dot.

    >>> is_local("http://127.0.0.1:8000/v1"), is_local("https://api.openai.com/v1")
    (True, False)
    """
    host = urlsplit(url).hostname or ""
    return "." not in host or host.replace(".", "").isdigit()


@cache
def _catalogue() -> ModuleType:
    """Load the bundled price list when first needed: it takes 0.2 s, and no network."""
    return import_module("genai_prices")


def _listed(usage: Usage, name: str, url: str) -> float | None:
    counts = _catalogue().Usage(
        input_tokens=usage.prompt_tokens,
        output_tokens=usage.completion_tokens,
        cache_read_tokens=min(usage.cached_tokens or 0, usage.prompt_tokens or 0),
    )
    try:
        found = _catalogue().calc_price(counts, name, provider_api_url=url)
    except (LookupError, ValueError):
        return None
    return float(found.total_price)
