"""A rate seen by a detector that errs, corrected by its sensitivity and specificity.

>>> validation = Accuracy(true_positives=90, positives=100, true_negatives=285, negatives=300)
>>> str(rogan_gladen(135, 1000, validation))
'0.100 [0.061, 0.137] 95 %, corrected from 0.135, 1000 trials, 400 labels'
"""

from math import hypot, sqrt
from typing import NamedTuple

from statera.stats.corrected import Corrected, check_level
from statera.stats.proportion import normal_quantile, wilson
from statera.stats.results import LEVEL

METHOD = "Rogan-Gladen, Lang-Reiczigel interval"
SOURCE = (
    "Rogan and Gladen, American Journal of Epidemiology 107 (1978) 71-76, eq. 1; interval: Lang "
    "and Reiczigel, Preventive Veterinary Medicine 113 (2014) 13-22"
)
MIN_CLASS = 10
MIN_INFORMATION = 0.05


class Accuracy(NamedTuple):
    """What a detector said of trials whose truth is known: right ones among those of each truth."""

    true_positives: int
    positives: int
    true_negatives: int
    negatives: int

    @property
    def information(self) -> float:
        """Return sensitivity + specificity - 1 (Youden's index): 0 for a detector that guesses."""
        return self.true_positives / self.positives + self.true_negatives / self.negatives - 1


class Rate(NamedTuple):
    """A rate, the variance of its estimate, and its bounds, none of them cut to [0, 1]."""

    value: float
    variance: float
    low: float
    high: float


def rogan_gladen(
    seen: int,
    trials: int,
    accuracy: Accuracy,
    *,
    level: float = LEVEL,
    transported: bool = False,
) -> Corrected:
    """Return the true rate behind `seen` positives among independent `trials`, with its interval.

    The value is (seen / trials + Sp - 1) / (Se + Sp - 1), cut to [0, 1]. `accuracy` must come from
    trials of the same kind, drawn at random within each truth; where it was measured on another
    model or data set say `transported`. Valid, and given, only with at least 10 labels of each
    truth, where the interval of Se + Sp - 1 at `level` lies above 0.05 (near 0 the detector says
    nothing), and where some rate in [0, 1] lies within the bounds. ValueError for impossible
    counts or a level outside (0, 1).
    """
    _check(seen, trials, accuracy)
    check_level(level)
    why = refusal(trials, accuracy, level)
    rate = None if why else lang_reiczigel(seen, trials, accuracy, level=level)
    if rate is not None and (rate.high <= 0 or rate.low >= 1):
        rate, why = None, "the trials do not fit the validation: no true rate explains both"
    value = None if rate is None else _cut(corrected_rate(seen / trials, accuracy))
    return Corrected(
        value=value,
        low=None if rate is None or value is None else min(_cut(rate.low), value),
        high=None if rate is None or value is None else max(_cut(rate.high), value),
        level=level,
        method=why or METHOD,
        source=SOURCE,
        n=trials,
        clusters=trials,
        raw=seen / trials if trials else None,
        labels=accuracy.positives + accuracy.negatives,
        transported=transported,
    )


def corrected_rate(raw: float, accuracy: Accuracy) -> float:
    """Return (raw + Sp - 1) / (Se + Sp - 1), which may lie outside [0, 1].

    Rogan and Gladen 1978, eq. 1. ValueError where Se + Sp = 1.
    """
    if accuracy.information == 0:
        raise ValueError("a detector with sensitivity + specificity = 1 says nothing")
    specificity = accuracy.true_negatives / accuracy.negatives
    return (raw + specificity - 1) / accuracy.information


def lang_reiczigel(seen: int, trials: int, accuracy: Accuracy, *, level: float = LEVEL) -> Rate:
    """Return the adjusted estimate and its bounds, without asking if they are valid.

    One success and one failure are added to each class of the validation and z^2 / 2 of both to
    the trials; then the variance of the ratio by the delta method and a shift of the centre (Lang
    and Reiczigel 2014, section 2). ValueError where the adjusted Se + Sp = 1.
    """
    quantile = normal_quantile(level)
    squared = quantile * quantile
    size, ill, well = trials + squared, accuracy.positives + 2, accuracy.negatives + 2
    raw = (seen + squared / 2) / size
    hit, clear = (accuracy.true_positives + 1) / ill, (accuracy.true_negatives + 1) / well
    information = hit + clear - 1
    if information == 0:
        raise ValueError("a detector with sensitivity + specificity = 1 says nothing")
    value = (raw + clear - 1) / information
    missed, alarms = hit * (1 - hit) / ill, clear * (1 - clear) / well
    shift = 2 * squared * (value * missed - (1 - value) * alarms)
    noise = raw * (1 - raw) / size + value**2 * missed + (1 - value) ** 2 * alarms
    variance = noise / information**2
    spread = quantile * sqrt(variance)
    return Rate(value, variance, value + shift - spread, value + shift + spread)


def information_interval(accuracy: Accuracy, *, level: float = LEVEL) -> tuple[float, float]:
    """Return the hybrid score interval of sensitivity + specificity - 1.

    Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10, for the sum of two independent
    proportions.
    """
    quantile = normal_quantile(level)
    hit = accuracy.true_positives / accuracy.positives
    clear = accuracy.true_negatives / accuracy.negatives
    ill, well = (
        wilson(share, size, quantile)
        for share, size in ((hit, accuracy.positives), (clear, accuracy.negatives))
    )
    below, above = hypot(hit - ill[0], clear - well[0]), hypot(ill[1] - hit, well[1] - clear)
    return hit + clear - 1 - below, hit + clear - 1 + above


def _cut(rate: float) -> float:
    return min(1.0, max(0.0, rate))


def refusal(trials: int, accuracy: Accuracy, level: float) -> str:
    """Return why no correction is valid; nothing where one is."""
    if not trials:
        return "no trials"
    if min(accuracy.positives, accuracy.negatives) < MIN_CLASS:
        return (
            f"{accuracy.positives} positive and {accuracy.negatives} negative labels, "
            f"at least {MIN_CLASS} of each are needed"
        )
    low, _ = information_interval(accuracy, level=level)
    if low <= MIN_INFORMATION:
        return f"sensitivity + specificity - 1 may be as low as {low:.2f}"
    return ""


def _check(seen: int, trials: int, accuracy: Accuracy) -> None:
    parts = (
        (seen, trials),
        (accuracy.true_positives, accuracy.positives),
        (accuracy.true_negatives, accuracy.negatives),
    )
    for part, whole in parts:
        if not 0 <= part <= whole:
            raise ValueError(f"{part} of {whole} is no count")
