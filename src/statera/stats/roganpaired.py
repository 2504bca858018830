"""The difference of two rates as one detector that errs saw them, corrected by its errors.

It supposes that the detector errs alike on both sides: where it favours one, only labels of both
tell (`ppipaired`). A detector near chance makes any two systems look alike, so the difference that
is seen is divided by sensitivity + specificity - 1.

>>> known = Accuracy(true_positives=90, positives=100, true_negatives=285, negatives=300)
>>> str(rogan_gladen_difference([1, 1, 0, 1] * 60, [1, 0, 0, 0] * 60, known))
'0.588 [0.474, 0.757] 95 %, corrected from 0.500, 240 trials, 400 labels, transported: measured on \
other data'
"""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from statera.stats.corrected import Corrected, check_level, numbers
from statera.stats.pairedscore import PairCounts, tango_interval
from statera.stats.results import LEVEL
from statera.stats.rogangladen import Accuracy, information_interval, refusal

METHOD = "Rogan-Gladen of the difference, Bonferroni"
SOURCE = (
    "Rogan and Gladen, American Journal of Epidemiology 107 (1978) 71-76; Tango, Statistics in "
    "Medicine 17 (1998) 891-908; Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10"
)


def rogan_gladen_difference(
    candidate: Sequence[float], base: Sequence[float], accuracy: Accuracy, *, level: float = LEVEL
) -> Corrected:
    """Return the difference of true rates, candidate minus base, on the same independent items.

    Both are 0 or 1 an item. The value is the difference seen / (Se + Sp - 1), cut to [-1, 1]; of
    the error, half goes to Tango's interval of the one, half to the interval of the other. Given
    only where `rogan_gladen` is: at least 10 labels of each truth, the detector away from chance.
    ValueError for other values, sides of different length, or a level outside (0, 1).
    """
    return differing(candidate, base, accuracy)(level)


def differing(
    candidate: Sequence[float], base: Sequence[float], accuracy: Accuracy
) -> Callable[[float], Corrected]:
    """Return the same as a function of the level."""
    ours, theirs = numbers(candidate, "verdicts"), numbers(base, "verdicts")
    if len(ours) != len(theirs) or not set(np.concatenate([ours, theirs])) <= {0.0, 1.0}:
        raise ValueError("both sides are 0 or 1 on the same items")
    wins, losses = int(np.sum(ours > theirs)), int(np.sum(ours < theirs))
    counts = PairCounts(wins, losses, len(ours))
    bare = Corrected(
        value=None,
        low=None,
        high=None,
        level=LEVEL,
        method="",
        source=SOURCE,
        n=len(ours),
        clusters=len(ours),
        raw=(wins - losses) / len(ours) if len(ours) else None,
        labels=accuracy.positives + accuracy.negatives,
        transported=True,
    )

    def at(level: float) -> Corrected:
        check_level(level)
        half = 1 - (1 - level) / 2
        if why := refusal(len(ours), accuracy, half):
            return msgspec.structs.replace(bare, level=level, method=why)
        low, high = tango_interval(counts, level=half)
        least, most = information_interval(accuracy, level=half)
        value = (wins - losses) / len(ours) / accuracy.information
        return msgspec.structs.replace(
            bare,
            value=_cut(value),
            low=_cut(low / (most if low > 0 else least)),
            high=_cut(high / (least if high > 0 else most)),
            level=level,
            method=METHOD,
        )

    return at


def _cut(gap: float) -> float:
    return min(1.0, max(-1.0, gap))
