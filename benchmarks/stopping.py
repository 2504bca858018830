"""Early stopping by simulation: wrong passes, power, and how many of the items are asked.

Only the counts of wins and losses at each look matter, so a draw is a row of multinomial counts
(hypergeometric where the benchmark itself is the estimand). Which p value belongs to counts is
looked up in the same functions as `paired_look`; a test holds the two together.
"""

import json
import secrets
from collections.abc import Sequence
from itertools import permutations
from math import inf, isnan, nan, sqrt
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from benchmarks.report import table
from benchmarks.setting import Setting
from statera.stats.betting import capital
from statera.stats.exactpaired import exact_p_above
from statera.stats.pairedbounds import FEW_DISCORDANT
from statera.stats.pairedscore import PairCounts, corrected_p, score
from statera.stats.sequential import Design, look_level, looks
from statera.stats.spending import asked_again_alpha, crossing

MARGIN, ALPHA, DRAWS, BETS, ORDERS = 0.02, 0.05, 2000, 200, 500
SIZES = (500, 1319, 5000, 14_042)
DISCORDANCES = (MARGIN, 0.05, 0.1, 0.2, 0.5)
FAR = 0.5  # of the boundary's z: a plain score below it is never significant by the exact test
AGAIN = (500, 1000, 2000, 4000)
BITS = ("data", "alignment", "robustness", "gsm8k_item_correctness.jsonl")


class World(NamedTuple):
    """What is true: so many items in all, the share that comes out differently, the difference."""

    total: int
    discordance: float
    difference: float

    def counts(self) -> tuple[int, int]:
        """Return wins and losses in a benchmark of this kind, rounded away from passing."""
        gap = int(np.floor(self.difference * self.total))
        losses = max((round(self.discordance * self.total) - gap) // 2, -gap)
        return losses + gap, losses


class Stopped(NamedTuple):
    """Shares of the draws that passed and failed, the mean share of items asked; fixed passes."""

    passed: float
    failed: float
    asked: float
    fixed: float


class Looked(NamedTuple):
    """One look: at so many items of so many, at this level; the share that is known for sure."""

    asked: int
    level: float
    known: float


def measure(setting: Setting) -> str:
    """Simulate both estimands, replay real items, and ask again and again."""
    seed = secrets.randbits(32)
    rng = np.random.default_rng(seed)
    parts = [
        f"Margin {MARGIN}, one-sided alpha {ALPHA}, {DRAWS:,} draws a row, seed {seed}. A true 5 % "
        f"shows up to {ALPHA + 3 * error(ALPHA, DRAWS):.1%} in so many. *Fixed* passes are those "
        "of one look at all items.",
        "**Group-sequential, for the population**\n\n" + simulated("population", rng),
        "**Group-sequential, for this benchmark**\n\n" + simulated("benchmark", rng),
        "**Confidence sequence, for the population**\n\n" + sequences(rng),
        "**Asked again**\n\n" + again(rng),
    ]
    path = setting.shared.joinpath(*BITS) if setting.shared else None
    if path and path.exists():
        parts.append("**Real items in random order**\n\n" + replayed(path, rng))
    else:
        setting.skip("real items", "they are not part of this project")
    return "\n\n".join(parts)


def simulated(estimand: str, rng: np.random.Generator) -> str:
    """Return the table of a group-sequential design."""
    rows = []
    for total in SIZES:
        design = made(total, estimand)
        for discordance in DISCORDANCES:
            at, equal, worse = (
                stopped(World(total, discordance, gap), design, rng)
                for gap in (-MARGIN, 0.0, -min(0.1, discordance))
            )
            rows.append(shown(World(total, discordance, 0.0), at, equal, worse))
    return table(HEAD, rows)


HEAD = (
    "items", "discordant", "wrong passes", "wrong fails", "pass, equal", "fixed",
    "asked, equal", "asked, 10 points worse", "passes then",
)  # fmt: skip


def shown(world: World, at: Stopped, equal: Stopped, worse: Stopped) -> tuple[str, ...]:
    """Return a row of the tables."""
    far = world.discordance >= 0.1
    return (
        f"{world.total:,}", f"{world.discordance:g}", f"{at.passed:.2%}", f"{equal.failed:.2%}",
        f"{equal.passed:.1%}", "" if isnan(equal.fixed) else f"{equal.fixed:.1%}",
        f"{equal.asked:.1%}", f"{worse.asked:.1%}" if far else "",
        f"{worse.passed:.2%}" if far else "",
    )  # fmt: skip


def made(total: int, estimand: str) -> Design:
    """Return a group-sequential design."""
    if estimand == "population":
        return Design(total=total, alpha=ALPHA)
    return Design(total=total, alpha=ALPHA, estimand="benchmark")


def stopped(world: World, design: Design, rng: np.random.Generator, draws: int = DRAWS) -> Stopped:
    """Draw runs and stop each at its first look that passes or fails."""
    return ended(drawn(world, design, rng, draws), design, -MARGIN)


def ended(counts: np.ndarray, design: Design, limit: float) -> Stopped:
    """Stop each row of counts at the look that decides; shape (draws, looks, 2): wins, losses."""
    places = looks(design)
    passed, failed = np.zeros(len(counts), bool), np.zeros(len(counts), bool)
    asked = np.full(len(counts), design.total)
    for number, place in enumerate(places):
        known = place / design.total if design.estimand == "benchmark" else 0.0
        look = Looked(place, look_level(design, places[: number + 1]), known)
        undecided = ~(passed | failed)
        passed |= undecided & refused(counts[:, number], limit, look)
        failed |= undecided & refused(counts[:, number, ::-1], -limit, look)
        asked[undecided & (passed | failed)] = place
    last = Looked(design.total, ALPHA, float(design.estimand == "benchmark"))
    fixed = refused(counts[:, -1], limit, last)
    means = (passed.mean(), failed.mean(), asked.mean() / design.total, fixed.mean())
    return Stopped(*(float(mean) for mean in means))


def drawn(world: World, design: Design, rng: np.random.Generator, draws: int) -> np.ndarray:
    """Return (wins, losses) so far at each look, shape (draws, looks, 2)."""
    steps = np.diff((0, *looks(design)))
    if design.estimand == "population":
        wins = (world.discordance + world.difference) / 2
        losses = (world.discordance - world.difference) / 2
        chances = [wins, losses, max(0.0, 1 - wins - losses)]
        parts = [rng.multinomial(step, chances, size=draws)[:, :2] for step in steps]
        return np.stack(parts, axis=1).cumsum(axis=1)
    wins, losses = world.counts()
    left = np.tile([wins, losses, world.total - wins - losses], (draws, 1))
    parts = []
    for step in steps:
        won = rng.hypergeometric(left[:, 0], left[:, 1] + left[:, 2], step)
        lost = rng.hypergeometric(left[:, 1], left[:, 2], step - won)
        left = left - np.stack([won, lost, step - won - lost], axis=1)
        parts.append(np.stack([won, lost], axis=1))
    return np.stack(parts, axis=1).cumsum(axis=1)


def refused(counts: np.ndarray, limit: float, look: Looked) -> np.ndarray:
    """Return for each row (wins, losses) whether "at most the limit" is refused."""
    kinds, index = np.unique(counts, axis=0, return_inverse=True)
    found = [
        significant(PairCounts(int(kind[0]), int(kind[1]), look.asked), limit, look)
        for kind in kinds
    ]
    return np.array(found)[index.reshape(-1)]


def significant(counts: PairCounts, limit: float, look: Looked) -> bool:
    """Return whether these counts refuse "at most `limit`" at the look's level."""
    if look.known >= 1:
        return counts.wins - counts.losses > limit * counts.n + 1e-9
    value = counts.difference
    place = min(max(value - (value - limit) / sqrt(1 - look.known), -1.0), 1.0)
    if score(counts, place) < -FAR * float(ndtri(look.level)):
        return False
    if counts.discordant >= FEW_DISCORDANT:
        return corrected_p(counts, place)[0] < look.level
    return exact_p_above(counts, place, alpha=look.level) < look.level


def sequences(rng: np.random.Generator) -> str:
    """Return the table of confidence sequences, looked at after every item."""
    rows = []
    for total in (1319, 14_042):
        for discordance in (0.1, 0.2):
            at, equal, worse = (
                wagered(World(total, discordance, gap), rng) for gap in (-MARGIN, 0.0, -0.1)
            )
            rows.append(shown(World(total, discordance, 0.0), at, equal, worse))
    return f"{BETS} draws a row.\n\n" + table(HEAD, rows)


def wagered(world: World, rng: np.random.Generator, draws: int = BETS) -> Stopped:
    """Draw runs item by item and stop each as soon as either gambler owns 1 / alpha."""
    wins = (world.discordance + world.difference) / 2
    losses = (world.discordance - world.difference) / 2
    ends = np.zeros((draws, 3))
    for number in range(draws):
        values = rng.choice([1.0, -1.0, 0.0], world.total, p=[wins, losses, 1 - wins - losses])
        owned = capital(values, -MARGIN, alpha=ALPHA, support=(-1, 1))
        up, down = first(owned.above >= 1 / ALPHA), first(owned.below >= 1 / ALPHA)
        ends[number] = (up < down, down < up, min(up, down, world.total))
    passed, failed, asked = ends.mean(axis=0)
    return Stopped(float(passed), float(failed), float(asked) / world.total, nan)


def first(found: np.ndarray) -> float:
    """Return after how many items it was first so; infinity for never."""
    return int(found.argmax()) + 1 if found.any() else inf


def again(rng: np.random.Generator) -> str:
    """Return wrong passes of four looks that nobody planned, with fixed bounds and with ours."""
    plain = [ALPHA] * len(AGAIN)
    ours = [asked_again_alpha(AGAIN[: look + 1], ALPHA) for look in range(len(AGAIN))]
    rows = []
    for name, levels in (("fixed bounds at every look", plain), ("`asked_again_alpha`", ours)):
        exact = crossing([-float(ndtri(level)) for level in levels], AGAIN)[-1]
        cells = [f"{wrong_at_any(levels, share, rng):.2%}" for share in (0.1, 0.2)]
        rows.append((name, ", ".join(f"{level:.4f}" for level in levels), f"{exact:.2%}", *cells))
    head = ("looks at " + ", ".join(f"{n:,}" for n in AGAIN), "levels", "normal theory",
            "simulated, discordant 0.1", "0.2")  # fmt: skip
    return table(head, rows)


def wrong_at_any(levels: Sequence[float], discordance: float, rng: np.random.Generator) -> float:
    """Return the share of draws at the margin that pass at one of the looks."""
    chances = ((discordance - MARGIN) / 2, (discordance + MARGIN) / 2, 1 - discordance)
    steps = np.diff((0, *AGAIN))
    parts = [rng.multinomial(step, chances, size=DRAWS)[:, :2] for step in steps]
    counts = np.stack(parts, axis=1).cumsum(axis=1)
    looked = [Looked(place, level, 0.0) for place, level in zip(AGAIN, levels, strict=True)]
    each = [refused(counts[:, place], -MARGIN, look) for place, look in enumerate(looked)]
    return float(np.any(each, axis=0).mean())


def replayed(path: Path, rng: np.random.Generator) -> str:
    """Return the table of real right/wrong bits, each pair of models in many random orders."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    bits = {line["model"]: np.array(list(line["correct"])) == "1" for line in lines}
    rows = []
    for candidate, base in permutations(bits, 2):
        gaps = bits[candidate].astype(int) - bits[base].astype(int)
        cells = [f"{candidate} against {base}", f"{gaps.mean():+.4f}", f"{np.abs(gaps).mean():.3f}"]
        for estimand in ("population", "benchmark"):
            design = made(len(gaps), estimand)
            counts = ordered(gaps, design, rng)
            found = ended(counts, design, -MARGIN)
            cells += [f"{found.passed:.1%} / {found.failed:.1%}", f"{found.asked:.1%}"]
            if estimand == "population":
                cells.append("pass" if found.fixed else "no pass")
            else:
                cells.append(f"{ended(counts, design, float(gaps.mean())).passed:.1%}")
        rows.append(cells)
    head = (
        "1,319 real items", "difference", "discordant", "population: pass / fail", "asked",
        "all items, fixed", "benchmark: pass / fail", "asked", "wrong passes at the limit",
    )  # fmt: skip
    words = (
        f"{ORDERS} random orders a row, margin {MARGIN}. For the benchmark the truth is known: the "
        "last column puts the limit at the very difference of the 1,319 items, so that every pass "
        "is wrong."
    )
    return words + "\n\n" + table(head, rows)


def ordered(gaps: np.ndarray, design: Design, rng: np.random.Generator) -> np.ndarray:
    """Return (wins, losses) at each look for many random orders of the same items."""
    places = np.array(looks(design)) - 1
    orders = rng.permuted(np.tile(gaps, (ORDERS, 1)), axis=1)
    sides = [(orders == sign).cumsum(axis=1)[:, places] for sign in (1, -1)]
    return np.stack(sides, axis=2)


def error(share: float, draws: int) -> float:
    """Return the Monte Carlo standard error of a share."""
    return sqrt(share * (1 - share) / draws)
