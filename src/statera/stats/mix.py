"""How many epochs are worth buying: the cheapest items x epochs that decide a claim.

The variance of a mean over N items with K epochs each is (between + within / K) / N: more epochs
only lower the second part, but they do not need new items. Where items are free of cost of their
own and plenty, one epoch is always cheapest; where items are dear or run out, more are.

>>> from statera.stats.pilot import Pilot
>>> pilot = Pilot(between=0.159, within=0.092, items=100, epochs=5)
>>> str(cheapest_mix(Claim(limit=0.5), pilot, effect=0.55, market=Market(item=5, trial=1)))
'509 items x 2 epochs for 3,563: power 0.80, standard error 0.0201'
"""

from math import ceil, inf, sqrt
from typing import NamedTuple

import msgspec

from statera.stats.pilot import Pilot
from statera.stats.power import MOST_ITEMS, Claim, needed_items

SOURCE = "Cochran, Sampling Techniques (1977), section 10.6 (optimum sampling and subsampling)"


class Market(NamedTuple):
    """What may be bought, and at what price.

    `item` is what an item costs once (writing, labels), `trial` what one more epoch of it costs,
    over all the runs that must be made. At most `items` items exist (None: any number), and an item
    is asked at most `epochs` times.
    """

    item: float = 0.0
    trial: float = 1.0
    items: int | None = None
    epochs: int = 16

    def cost(self, items: int, epochs: int) -> float:
        """Return what so many items cost, asked so often each."""
        return items * (self.item + epochs * self.trial)


class Mix(msgspec.Struct, frozen=True, kw_only=True):
    """Items, epochs and what they cost together; None where no mix decides, `method` says why.

    `power` is None where a standard error was wished.
    """

    items: int | None
    epochs: int | None
    cost: float | None
    standard_error: float | None
    power: float | None
    method: str
    source: str = SOURCE

    def __str__(self) -> str:
        """Return `509 items x 2 epochs for 3,563: power 0.80, standard error 0.0201`."""
        if self.items is None:
            return f"no mix of items and epochs: {self.method}"
        power = "" if self.power is None else f"power {self.power:.2f}, "
        what = f"{self.items:,} items x {self.epochs} epochs for {self.cost:,.6g}"
        return f"{what}: {power}standard error {self.standard_error:.3g}"


def cheapest_mix(
    claim: Claim, pilot: Pilot, *, effect: float, power: float = 0.8, market: Market
) -> Mix:
    """Return the cheapest items x epochs that show the claim with probability `power`.

    `effect` is the true mean or mean difference; each number of epochs is tried with the items that
    `needed_items` says. Ties go to fewer epochs. ValueError as there, or for a market with a
    negative price, free trials of free items, or nothing to buy.
    """
    _check(market)
    tried = [
        (needed_items(claim, pilot, effect=effect, power=power, epochs=count), count)
        for count in _counts(pilot, market)
    ]
    found = [(need.items, count, need.power) for need, count in tried if need.items is not None]
    if not found:
        return _none(tried[0][0].method)
    return _cheapest(found, pilot, market)


def mix_for_error(standard_error: float, pilot: Pilot, *, market: Market) -> Mix:
    """Return the cheapest items x epochs whose mean has at most this standard error > 0.

    N = (between + within / K) times the design effect / standard_error^2, rounded up, for each K.
    ValueError as for `cheapest_mix`.
    """
    _check(market)
    if not standard_error > 0:
        raise ValueError(f"a standard error is above 0, not {standard_error:g}")
    if pilot.variance(1) <= 0:
        return _none(f"no spread in a pilot of {pilot.items} items")
    found: list[tuple[int, int, float | None]] = [
        (_items_for(standard_error, pilot, count), count, None) for count in _counts(pilot, market)
    ]
    return _cheapest(found, pilot, market)


def ideal_epochs(pilot: Pilot, market: Market) -> float:
    """Return the number of epochs, not rounded, that is cheapest while items are not limited.

    sqrt(within / between * item / trial) (Cochran 1977, section 10.6), at least 1;
    infinite where the items do not differ.
    """
    if pilot.within is None or not pilot.within or not market.item:
        return 1.0
    if not pilot.between or not market.trial:
        return inf
    return max(1.0, sqrt(pilot.within / pilot.between * market.item / market.trial))


def _items_for(standard_error: float, pilot: Pilot, epochs: int) -> int:
    items = pilot.variance(epochs) * pilot.design_effect / standard_error**2
    return max(1, ceil(items * (1 - 1e-12)))


def _cheapest(found: list[tuple[int, int, float | None]], pilot: Pilot, market: Market) -> Mix:
    most = MOST_ITEMS if market.items is None else market.items
    enough = [option for option in found if option[0] <= most]
    if not enough:
        fewest, epochs, _ = min(found)
        return _none(f"needs {fewest:,} items x {epochs} epochs, there are {most:,} items")
    items, epochs, power = min(enough, key=lambda option: market.cost(option[0], option[1]))
    return Mix(
        items=items,
        epochs=epochs,
        cost=market.cost(items, epochs),
        standard_error=sqrt(pilot.variance(epochs) * pilot.design_effect / items),
        power=power,
        method="cheapest of every number of epochs",
    )


def _none(why: str) -> Mix:
    return Mix(items=None, epochs=None, cost=None, standard_error=None, power=None, method=why)


def _counts(pilot: Pilot, market: Market) -> range:
    """Return the numbers of epochs to try: only one where the pilot does not know what they add."""
    return range(1, 2 if pilot.within is None else market.epochs + 1)


def _check(market: Market) -> None:
    if not (market.item >= 0 and market.trial >= 0 and market.item + market.trial > 0):
        raise ValueError("prices are at least 0, and one of them is above 0")
    if market.epochs < 1 or (market.items is not None and market.items < 1):
        raise ValueError("a market has at least 1 item and 1 epoch")
