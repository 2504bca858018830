"""A rate among those that were asked about, as one of all: the others are surely no good.

>>> from statera.stats.rogangladen import Accuracy, rogan_gladen
>>> known = Accuracy(true_positives=90, positives=100, true_negatives=285, negatives=300)
>>> of_asked = lambda level: rogan_gladen(450, 900, known, level=level)
>>> str(of_asked(0.95)), str(diluted(of_asked, silent=100, units=1000)(0.95))
('0.529 [0.480, 0.592] 95 %, corrected from 0.500, 900 trials, 400 labels', \
'0.476 [0.431, 0.534] 95 %, corrected from 0.450, 1000 trials, 400 labels')
"""

from collections.abc import Callable
from math import hypot, sqrt

import msgspec

from statera.stats.corrected import Corrected
from statera.stats.proportion import normal_quantile

SOURCE = "product with the share asked: Goodman, JASA 55 (1960) 708-713"


def diluted(
    at: Callable[[float], Corrected], *, silent: int, units: int
) -> Callable[[float], Corrected]:
    """Return the correction of a rate in [0, 1], by level, with `silent` more trials that are 0.

    `units` counts the clusters of all trials. The share of the silent varies too, independently: to
    both sides the errors of rate and share are added in quadrature.
    """

    def whole(level: float) -> Corrected:
        told = at(level)
        count = told.n + silent
        share = told.n / count
        raw = None if told.raw is None else share * told.raw
        found = msgspec.structs.replace(told, n=count, clusters=units, raw=raw)
        if told.value is None or told.low is None or told.high is None:
            return found
        varied = normal_quantile(level) * sqrt(share * (1 - share) / units) * told.value
        value = share * told.value
        return msgspec.structs.replace(
            found,
            value=value,
            low=max(0.0, value - hypot(share * (told.value - told.low), varied)),
            high=min(1.0, value + hypot(share * (told.high - told.value), varied)),
            source=f"{told.source}; {SOURCE}",
        )

    return whole
