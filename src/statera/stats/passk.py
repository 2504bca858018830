"""What several tries at the same item say: any of k right, all of k, a share of k, the worst of k.

Each is the mean over all ways to pick k of the tries that were made, so none has the bias of a
power of the observed share. With more tries wanted than made there is no estimate: a ValueError.

>>> pass_at(1, 2, 1), pass_hat(1, 2, 2)
(0.5, 0.0)
"""

from collections.abc import Sequence
from math import ceil, comb

ROUNDING = 1e-9  # 0.6 * 5 is 3 tries, not a hair more


def pass_at(right: int, tries: int, k: int) -> float:
    """Return 1 - C(tries - right, k) / C(tries, k), the unbiased estimate for one item.

    Chen et al., Evaluating Large Language Models Trained on Code, 2021, eq. 1. Needs
    0 <= right <= tries and 1 <= k <= tries; anything else is a ValueError, never a guess.
    """
    _check(right, tries, k, "pass@")
    return 1.0 - comb(tries - right, k) / comb(tries, k)


def pass_hat(right: int, tries: int, k: int) -> float:
    """Return C(right, k) / C(tries, k), without bias the chance that k tries are all right.

    Yao et al., tau-bench, 2024 (arXiv 2406.12045), section 3. ValueError as for pass_at.
    """
    _check(right, tries, k, "pass^")
    return comb(right, k) / comb(tries, k)


def g_pass_at(right: int, tries: int, k: int, tau: float) -> float:
    """Return without bias the chance that at least ceil(tau k) of k tries are right.

    sum over j >= ceil(tau k) of C(right, j) C(tries - right, k - j) / C(tries, k): Liu et al., Are
    Your LLMs Capable of Stable Reasoning?, 2024 (arXiv 2412.13147), section 2. tau = 1 is pass^k,
    and tau = 1 / k is pass@k. ValueError as for pass_at, or for tau outside (0, 1].
    """
    _check(right, tries, k, "g-pass@")
    if not 0 < tau <= 1:
        raise ValueError(f"a share of the tries lies in (0, 1], got {tau}")
    return _at_least(right, tries, k, ceil(tau * k - ROUNDING))


def mean_g_pass(right: int, tries: int, k: int) -> float:
    """Return (2 / k) * sum of G-Pass@k(i / k) over i = ceil(k / 2) + 1 .. k, for k >= 2.

    Twice the area under G-Pass@k over tau in [0.5, 1]: Liu et al. 2024, section 2. ValueError as
    for pass_at, or for k = 1, where the sum is empty.
    """
    _check(right, tries, k, "mg-pass@")
    if k < 2:
        raise ValueError("mg-pass@k needs k >= 2")
    return 2 / k * sum(_at_least(right, tries, k, i) for i in range(ceil(k / 2) + 1, k + 1))


def worst_of(values: Sequence[float], k: int) -> float:
    """Return the mean of the least value over all ways to pick k of the values.

    With values in rising order v1..vn it is the sum of v_i C(n - i, k - 1) / C(n, k); for 0/1
    values it is pass^k. HealthBench reports it (Arora et al., 2025, arXiv 2505.08775).
    ValueError for k outside 1..n or a NaN.
    """
    tries = len(values)
    _check(0, tries, k, "worst@")
    if any(value != value for value in values):
        raise ValueError("worst@k needs values, got NaN")
    rising = sorted(values)
    return sum(v * comb(tries - i, k - 1) for i, v in enumerate(rising, 1)) / comb(tries, k)


def _at_least(right: int, tries: int, k: int, least: int) -> float:
    ways = sum(comb(right, j) * comb(tries - right, k - j) for j in range(least, k + 1))
    return ways / comb(tries, k)


def _check(right: int, tries: int, k: int, name: str) -> None:
    if not 0 <= right <= tries or not 1 <= k <= tries:
        raise ValueError(f"{name}{k} needs k <= tries and right <= tries, got {right} of {tries}")
