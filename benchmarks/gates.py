"""How often a gate passes and fails wrongly, and rightly, and what it costs.

Wrong and right passes of a non-inferiority gate are summed over every outcome, so they are exact.
Many rules at their limit are simulated, with fresh seeds.
"""

import secrets
import time
from math import sqrt

import numpy as np
from tests.gate.made import paired, rules
from tests.stats.enumeration import passes, rates

from benchmarks.report import table
from benchmarks.setting import Setting
from benchmarks.stopping import wrong_at_any
from statera.analysis.frame import frames
from statera.gate.judging import judge
from statera.gate.looks import Look
from statera.metrics.means import Accuracy
from statera.records.scores import Score
from statera.stats.meanbounds import mean_bounds
from statera.stats.multiplicity import holm
from statera.stats.pairedpower import paired_items
from statera.stats.power import Claim
from statera.stats.results import Items
from statera.store.rows import ScoreRow

ALPHA = 0.05
SIZES, DISCORDANCES = (50, 200, 500, 1319, 5000), (0.02, 0.05, 0.1, 0.2, 0.5)
RULES, DRAWS, EACH = 57, 2000, 200
LOOKS = (500, 1000, 2000, 4000)
ITEMS = 14_042


def measure(given: Setting) -> str:
    """Return the tables."""
    seed = secrets.randbelow(2**31)
    rng = np.random.default_rng(seed)
    return "\n\n".join(
        [
            "Wrong passes of a non-inferiority gate whose candidate is just at the margin of 2 "
            f"points, exactly (alpha {ALPHA}).",
            at_the_margin(),
            "Right passes when the models are equal, with the items that `statera plan` names for "
            "a power of 0.80, exactly.",
            when_equal(),
            f"Seed {seed}. {RULES} rules of {EACH} items, each just at its limit: how often the "
            f"gate fails ({DRAWS:,} draws, Monte Carlo error {sqrt(0.05 * 0.95 / DRAWS):.4f}).",
            many_rules(rng),
            "Asked again at 500, 1,000, 2,000 and 4,000 items: wrong passes at any of the looks.",
            asked_again(rng),
            f"All {RULES} categories of {ITEMS:,} pairs, judged: {cost():.0f} ms CPU.",
        ]
    )


def at_the_margin() -> str:
    """Return the exact error by size and discordance."""
    rows = [
        [f"{n:,}", *(f"{rate:.4f}" for rate in rates(passes(-0.02, ALPHA), n, -0.02, DISCORDANCES))]
        for n in SIZES
    ]
    return table(["items", *(f"discordant {share:g}" for share in DISCORDANCES)], rows)


def when_equal() -> str:
    """Return the exact power at the planned size."""
    rows = []
    for margin, share in ((0.02, 0.05), (0.02, 0.1), (0.02, 0.2), (0.05, 0.1), (0.05, 0.2)):
        need = paired_items(Claim(limit=-margin, alpha=ALPHA), discordance=share, power=0.8)
        if need.items is not None:
            right = float(rates(passes(-margin, ALPHA), need.items, 0.0, [share])[0])
            rows.append([f"{margin:g}", f"{share:g}", f"{need.items:,}", f"{right:.3f}"])
    return table(["margin", "discordant", "items", "passes"], rows)


def many_rules(rng: np.random.Generator) -> str:
    """Return how often any rule fails, with and without Holm."""
    known: dict[int, float] = {}
    plain = adjusted = 0
    for counts in rng.binomial(EACH, 0.5, size=(DRAWS, RULES)).tolist():
        p = [known[c] if c in known else known.setdefault(c, below_half(c)) for c in counts]
        plain += min(p) < ALPHA
        adjusted += min(value for value in holm(p) if value is not None) < ALPHA
    head = [f"fails by chance, {RULES} rules", "without correction", "the gate (Holm)"]
    return table(head, [["", f"{plain / DRAWS:.1%}", f"{adjusted / DRAWS:.1%}"]])


def below_half(right: int) -> float:
    """Return the p value of "surely below 0.5" for so many right of the items."""
    values = np.arange(EACH) < right
    places, ones = np.arange(EACH), np.ones(EACH)
    bounds = mean_bounds(Items(values.astype(float), places, places, ones), 0.5, alpha=ALPHA)
    return 1.0 if bounds.p_below is None else bounds.p_below


def asked_again(rng: np.random.Generator) -> str:
    """Return how often one of four looks passes at the margin."""
    ours = [Look(LOOKS[: place + 1]).alpha(ALPHA) for place in range(len(LOOKS))]
    rows = [
        [name, ", ".join(f"{level:.4f}" for level in levels),
         *(f"{wrong_at_any(levels, share, rng):.1%}" for share in (0.1, 0.2))]
        for name, levels in (("the gate's looks", ours), ("fixed bounds", [ALPHA] * len(LOOKS)))
    ]  # fmt: skip
    return table(["", "levels", "discordant 0.1", "discordant 0.2"], rows)


def cost() -> float:
    """Return the milliseconds of CPU of a gate over all categories."""
    rng = np.random.default_rng(0)
    sides = []
    for seed in (0, 1):
        right = (rng.random(ITEMS) < 0.7) ^ (np.random.default_rng(seed).random(ITEMS) < 0.1)
        rows = (
            ScoreRow("t", str(k), 0, f"c{k % RULES}", None, str(k), Score(
                metric="accuracy", value=float(ok), outcome="right" if ok else "wrong"))
            for k, ok in enumerate(right.tolist())
        )  # fmt: skip
        sides.append(next(frames(rows, {"t": [Accuracy(score="accuracy")]})))
    evidence = paired(sides[0], sides[1])
    policy = rules({"metric": "t/*/accuracy", "than": "baseline", "margin": 0.05})
    judge(policy, evidence)
    start = time.process_time()
    judge(policy, evidence)
    return 1000 * (time.process_time() - start)
