"""The p value that belongs to a confidence bound: the smallest alpha at which it rules out a limit.

So a bound and its p value can never disagree.
"""

from collections.abc import Callable
from math import exp, log
from typing import Literal

SMALLEST = 1e-15
LARGEST = 1 - 1e-9
STEPS = 40


def p_value(
    bound_at: Callable[[float], float], limit: float, *, side: Literal["above", "below"]
) -> float:
    """Return the one-sided p value of a limit, in [1e-15, 1].

    `bound_at(alpha)` is the lower bound for side "above" (is the number above the limit?) and the
    upper bound for "below", at one-sided alpha; it must not move away from the limit as alpha
    grows. Bisection on log alpha (Casella and Berger, Statistical Inference, 2002, theorem 9.2.2);
    the answer is rounded up by less than a part in 10^9, so that it never claims too much.
    """

    def clears(alpha: float) -> bool:
        bound = bound_at(alpha)
        return bound > limit if side == "above" else bound < limit

    if clears(SMALLEST):
        return SMALLEST
    if not clears(LARGEST):
        return 1.0
    low, high = log(SMALLEST), log(LARGEST)
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if clears(exp(middle)) else (middle, high)
    return exp(high)
