"""McNemar's test: are more items won than lost, given that they came out differently?

>>> round(exact_p(4, 14), 4), round(mid_p(4, 14), 4)
(0.0309, 0.0192)
"""

from scipy.special import bdtr

EXACT = "McNemar, Psychometrika 12 (1947) 153-157, exact binomial form"
MID = "Fagerland, Lydersen and Laake, BMC Medical Research Methodology 13 (2013) 91, eq. 5"


def exact_p(wins: int, losses: int) -> float:
    """Return the two-sided exact p value: twice the smaller binomial tail at 1/2, at most 1.

    Fagerland, Lydersen and Laake 2013, eq. 4. 1.0 without discordant items. ValueError for a
    negative count.
    """
    return min(1.0, 2 * _tail(wins, losses))


def mid_p(wins: int, losses: int) -> float:
    """Return the two-sided mid-p value: the exact one less the chance of just this split.

    Fagerland, Lydersen and Laake 2013, eq. 5. Less conservative than the exact test; its error
    exceeds the level only slightly, and only with few discordant items. 1.0 without any.
    """
    whole = _tail(wins, losses)
    if wins == losses:
        return 1.0
    fewer, total = min(wins, losses), wins + losses
    below = float(bdtr(float(fewer - 1), total, 0.5)) if fewer else 0.0
    return min(1.0, whole + below)


def _tail(wins: int, losses: int) -> float:
    if wins < 0 or losses < 0:
        raise ValueError(f"counts must be at least 0, got {wins} and {losses}")
    return float(bdtr(float(min(wins, losses)), wins + losses, 0.5))
