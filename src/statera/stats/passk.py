"""pass@k: the chance that at least one of k tries is right, without bias."""

from math import comb


def pass_at(right: int, tries: int, k: int) -> float:
    """Return 1 - C(tries - right, k) / C(tries, k), the unbiased estimate for one item.

    Chen et al., Evaluating Large Language Models Trained on Code, 2021, eq. 1. Needs
    0 <= right <= tries and 1 <= k <= tries; anything else is a ValueError, never a guess.
    """
    if not 0 <= right <= tries or not 1 <= k <= tries:
        raise ValueError(f"pass@{k} needs k <= tries and right <= tries, got {right} of {tries}")
    return 1.0 - comb(tries - right, k) / comb(tries, k)
