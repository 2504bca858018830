"""Looking again and again at live experiments: false alarms, missed margins, and power as planned.

Each draw is a whole experiment of `UNITS` units that is looked at at every place of the grid (100
looks). The A/A tests have no effect, so that every decision is wrong; at the margin of a guardrail
both "breached" and "not worse" are wrong.
"""

import secrets
from collections.abc import Callable, Mapping
from math import sqrt
from time import perf_counter
from typing import NamedTuple

import numpy as np

from benchmarks.report import table
from benchmarks.setting import Setting
from statera.stats.asymptotic import group_sequential, mixture_bounds
from statera.stats.cuped import covariates
from statera.stats.experimentpower import Asked, Spread, of_mean, of_rate, plan
from statera.stats.randomised import difference_bounds
from statera.stats.ratios import Columns, Path, contrast, cumulated, grid
from statera.stats.sampleratio import ALPHA as RATIO_ALPHA
from statera.stats.sampleratio import sequential_ratio

ALPHA, DRAWS, UNITS, LOOKS, PLANNED = 0.05, 2000, 12_500, 5, 10_000
RAMP = (1000, 3000)  # units after which a slice of the ramp ends
SHARES = np.array([0.05, 0.2, 0.5])  # of the arm, in each slice
MILLION = 1_000_000
Draw = Callable[[np.random.Generator], Columns]


class Alarms(NamedTuple):
    """Shares of the draws with a decision, by each analysis; and after how many units it began."""

    sequence: float
    group: float
    began: float


def measure(setting: Setting) -> str:
    """Simulate experiments without effect, at the margin, with an effect; and time a million."""
    seed = secrets.randbits(32)
    rng = np.random.default_rng(seed)
    bound = ALPHA + 3 * error(ALPHA, DRAWS)
    parts = [
        f"{DRAWS:,} draws a row, {UNITS:,} units each, {len(grid(UNITS))} looks, alpha {ALPHA}, "
        f"seed {seed}. A true 5 % shows up to {bound:.1%}.",
        "**False alarms when nothing differs**\n\n" + nothing(rng),
        "**Guardrails that are exactly at the margin, one-sided**\n\n" + margins(rng),
        f"**Sample ratio, alpha {RATIO_ALPHA}**\n\n" + ratios_of_samples(rng),
        "**Power, planned and simulated**\n\n" + powers(rng),
        "**A million units at all looks**\n\n" + timed(rng, setting.rounds),
    ]
    return "\n\n".join(parts)


def nothing(rng: np.random.Generator) -> str:
    """Return the table of A/A tests."""
    rows = []
    for name, draw in WORLDS.items():
        found = alarms(draw, rng, DRAWS)
        began = f"{found.began:,.0f}" if found.began else "never"
        rows.append((name, f"{found.sequence:.2%}", f"{found.group:.2%}", began))
    return table(
        ("A/A test", "confidence sequence", "group-sequential", "first look, median"), rows
    )


def alarms(draw: Draw, rng: np.random.Generator, draws: int) -> Alarms:
    """Return how often either analysis ever decides, and where the first bounds are."""
    places = np.union1d(grid(UNITS), planned_looks())
    found = np.zeros((draws, 3))
    for number in range(draws):
        path = followed(draw(rng), places)
        found[number] = (*decided(path, places), places[path.ready][0] if path.ready.any() else 0)
    sequence, group, _ = found.mean(axis=0)
    return Alarms(float(sequence), float(group), float(np.median(found[:, 2])))


def planned_looks() -> np.ndarray:
    """Return the looks of the group-sequential design."""
    return np.array([UNITS * look // LOOKS for look in range(1, LOOKS + 1)])


def followed(columns: Columns, places: np.ndarray) -> Path:
    """Return the contrast of the two arms at all looks."""
    return contrast(cumulated(columns, places, (2, int(columns.stratum.max()) + 1)), 1)


def decided(path: Path, places: np.ndarray) -> tuple[bool, bool]:
    """Return whether the confidence sequence, and the group-sequential test, ever leave out 0."""
    errors = np.where(path.ready, path.error, np.nan)
    low, high = mixture_bounds(path.value, errors, places, planned=PLANNED, alpha=ALPHA)
    at = np.isin(places, planned_looks())
    fractions = [float(each) for each in places[at] / UNITS]
    looked = group_sequential(path.value[at].tolist(), errors[at].tolist(), fractions, ALPHA)
    return bool(np.any((low > 0) | (high < 0))), any(look.crossed for look in looked)


def taken(rng: np.random.Generator, share: float) -> np.ndarray:
    """Return the arms of the units."""
    return (rng.random(UNITS) < share).astype(np.int64)


def columns(values: np.ndarray, arm: np.ndarray, number: np.ndarray | None = None) -> Columns:
    """Return units of one slice."""
    counts = np.ones(len(values)) if number is None else number
    return Columns(values.astype(np.float64), counts, arm, np.zeros(len(values), np.int64))


def events(rate: float, share: float = 0.5) -> Draw:
    """Return experiments in which something happens at a rate, or not."""
    return lambda rng: columns(rng.random(UNITS) < rate, taken(rng, share))


def latency(spread: float, share: float = 0.5) -> Draw:
    """Return experiments with lognormal values: the standard deviation of their logarithm."""
    return lambda rng: columns(rng.lognormal(0, spread, UNITS), taken(rng, share))


def by_user(share: float = 0.5) -> Draw:
    """Return experiments in which users report often or rarely, each with a rate of their own."""

    def draw(rng: np.random.Generator) -> Columns:
        number = np.ceil(rng.lognormal(0, 1, UNITS))
        total = rng.binomial(number.astype(np.int64), rng.beta(1, 3, UNITS))
        return columns(total, taken(rng, share), number)

    return draw


def ramp(first: float, last: float) -> Draw:
    """Return experiments whose weights and whose base rate change together from slice to slice."""

    def draw(rng: np.random.Generator) -> Columns:
        stratum = np.searchsorted(RAMP, np.arange(UNITS), side="right")
        rate = np.linspace(first, last, len(SHARES))[stratum]
        arm = (rng.random(UNITS) < SHARES[stratum]).astype(np.int64)
        plain = columns(rng.random(UNITS) < rate, arm)
        return plain._replace(stratum=stratum)

    return draw


def history(share: float, *, adjusted: bool) -> Draw:
    """Return experiments on users of whom 70 % have a past that tells of their present."""

    def draw(rng: np.random.Generator) -> Columns:
        lasting, known = rng.lognormal(0, 0.8, UNITS), rng.random(UNITS) < 0.7
        plain = columns(lasting + rng.lognormal(0, 0.8, UNITS), taken(rng, share))
        before = np.where(known, lasting * rng.lognormal(0, 0.3, UNITS), 0.0)
        past = covariates(before, known.astype(np.float64), kind="total")
        return plain._replace(covariates=past if adjusted else None)

    return draw


def heavier(share: float) -> Draw:
    """Return experiments whose arms have the same mean, but in one of them with a heavy tail."""

    def draw(rng: np.random.Generator) -> Columns:
        arm = taken(rng, share)
        tailed = rng.lognormal(0, 1.2, UNITS) - np.exp(1.2**2 / 2)
        return columns(np.where(arm == 1, tailed, rng.normal(0, 1, UNITS)), arm)

    return draw


WORLDS: Mapping[str, Draw] = {
    **{f"rate {rate:g}": events(rate) for rate in (0.02, 0.05, 0.3, 0.6)},
    **{f"rate {rate:g}, arms .9 / .1": events(rate, 0.1) for rate in (0.02, 0.05, 0.3, 0.6)},
    "rate 0.05, arms .1 / .9": events(0.05, 0.9),
    "latency, lognormal 1": latency(1.0),
    "latency, lognormal 1, arms .9 / .1": latency(1.0, 0.1),
    "latency, lognormal 1.5": latency(1.5),
    "ratio by user": by_user(),
    "ratio by user, arms .9 / .1": by_user(0.1),
    "ramp, rate 0.05 to 0.6": ramp(0.05, 0.6),
    "ramp, rate 0.6 to 0.05": ramp(0.6, 0.05),
    "no A/A: the same mean, a heavy tail in the arm": heavier(0.5),
    "no A/A: the same mean, a heavy tail in the arm, .9 / .1": heavier(0.1),
    "with history, not used": history(0.5, adjusted=False),
    "with history, CUPED": history(0.5, adjusted=True),
    "with history, CUPED, arms .9 / .1": history(0.1, adjusted=True),
}


def margins(rng: np.random.Generator) -> str:
    """Return the table of guardrails whose true worsening is the margin."""
    rows = []
    for rate, margin, share in ((0.02, 0.005, 0.5), (0.02, 0.005, 0.1), (0.3, 0.02, 0.5)):
        found = [wagered(rate, margin, share, rng) for _ in range(DRAWS)]
        name = f"event, rate {rate:g}, margin {margin:g}, arm {share:g}"
        rows.append((name, "betting", *(f"{each:.2%}" for each in np.mean(found, axis=0))))
    for spread, share in ((1.0, 0.5), (1.0, 0.1), (1.5, 0.5)):
        found = [slower(spread, 0.05, share, rng) for _ in range(DRAWS)]
        name = f"latency, lognormal {spread:g}, margin 0.05, arm {share:g}"
        cells = (f"{each:.2%}" for each in np.mean(found, axis=0))
        rows.append((name, "asymptotic, one-sided", *cells))
    return table(("guardrail", "bounds", "wrongly breached", "wrongly not worse"), rows)


def wagered(
    rate: float, margin: float, share: float, rng: np.random.Generator
) -> tuple[bool, bool]:
    """Return whether the exact bounds ever leave out the margin, below or above."""
    arm = taken(rng, share)
    values = (rng.random(UNITS) < rate + margin * arm).astype(np.float64)
    found = difference_bounds(
        values, arm == 1, np.full(UNITS, share), alpha=ALPHA, looks=grid(UNITS).tolist()
    )
    return bool(np.any(found.lows > margin)), bool(np.any(found.highs < margin))


def slower(
    spread: float, margin: float, share: float, rng: np.random.Generator
) -> tuple[bool, bool]:
    """Return the same for values that are larger by the margin, with asymptotic bounds."""
    arm, places = taken(rng, share), grid(UNITS)
    path = followed(columns(rng.lognormal(0, spread, UNITS) + margin * arm, arm), places)
    errors = np.where(path.ready, path.error, np.nan)
    low, high = mixture_bounds(path.value, errors, places, planned=PLANNED, alpha=ALPHA, sides=1)
    return bool(np.any(low > margin)), bool(np.any(high < margin))


def ratios_of_samples(rng: np.random.Generator) -> str:
    """Return the table of the sample-ratio check: as designed, and with units of an arm lost."""
    rows = []
    for share in (0.5, 0.1):
        for lost in (0.0, 0.02, 0.05, 0.1, 0.2):
            alarmed = np.array([skewed(share, lost, rng) for _ in range(DRAWS)])
            seen = alarmed[alarmed > 0]
            after = f"{np.median(seen):,.0f}" if len(seen) > DRAWS / 100 else ""
            rows.append((f"{share:g}", f"{lost:.0%}", f"{np.mean(alarmed > 0):.2%}", after))
    return table(("the arm's share", "of its units lost", "void", "units until then, median"), rows)


def skewed(share: float, lost: float, rng: np.random.Generator) -> int:
    """Return after how many units the check fails, 0 for never."""
    kept = share * (1 - lost) / (1 - share * lost)
    places = grid(UNITS)
    weights = np.array([[1 - share, share]])
    p = sequential_ratio(taken(rng, kept), weights, np.zeros(UNITS, np.int64), places.tolist())
    return int(places[np.argmax(p < RATIO_ALPHA)]) if p[-1] < RATIO_ALPHA else 0


def powers(rng: np.random.Generator) -> str:
    """Return the table of planned against simulated power."""
    rows = []
    for name, asked, draw in plans():
        planned = plan(asked)
        if planned.units is None or planned.power is None:
            raise ValueError(f"{name}: {planned.why}")
        shown = [showed(draw(rng, planned.units), asked) for _ in range(DRAWS)]
        cells = (f"{planned.units:,}", f"{planned.power:.1%}", f"{np.mean(shown):.1%}")
        rows.append((name, asked.analysis, *cells))
    return table(("outcome", "analysis", "units", "power planned", "simulated"), rows)


Sized = Callable[[np.random.Generator, int], Columns]


def plans() -> list[tuple[str, Asked, Sized]]:
    """Return what is planned, and how its units are drawn."""

    def rate(base: float, effect: float, weights: tuple[float, ...]) -> Sized:
        def draw(rng: np.random.Generator, units: int) -> Columns:
            arm = rng.choice(len(weights), units, p=weights)
            return columns(rng.random(units) < base + effect * (arm == 1), arm)

        return draw

    def mean(effect: float, related: float) -> Sized:
        def draw(rng: np.random.Generator, units: int) -> Columns:
            arm, past = rng.integers(0, 2, units), rng.normal(0, 1, units)
            noise = rng.normal(0, sqrt(1 - related**2), units)
            plain = columns(related * past + noise + effect * arm, arm)
            return plain._replace(covariates=past[:, None] if related else None)

        return draw

    found: list[tuple[str, Asked, Sized]] = []
    for analysis in ("confidence-sequence", "group-sequential"):
        for base, effect, weights in (
            (0.5, 0.05, (0.5, 0.5)), (0.05, 0.02, (0.5, 0.5)),
            (0.3, 0.06, (0.9, 0.1)), (0.3, 0.06, (0.4, 0.3, 0.3)),
        ):  # fmt: skip
            asked = made(effect, of_rate(base, effect), analysis, weights=weights)
            name = f"rate {base:g}, effect {effect:g}, arms {weights}"
            found.append((name, asked, rate(base, effect, weights)))
        for related in (0.0, 0.7):
            asked = made(0.1, of_mean(0, 1), analysis, correlation=related)
            found.append((f"mean, CUPED {related:g}", asked, mean(0.1, related)))
    return found


def made(
    effect: float,
    spread: Spread,
    analysis: str,
    *,
    weights: tuple[float, ...] = (0.5, 0.5),
    correlation: float = 0.0,
) -> Asked:
    """Return what is asked."""
    if analysis == "group-sequential":
        return Asked(
            effect=effect, spread=spread, weights=weights, correlation=correlation,
            analysis="group-sequential",
        )  # fmt: skip
    return Asked(effect=effect, spread=spread, weights=weights, correlation=correlation)


def showed(found: Columns, asked: Asked) -> bool:
    """Return whether the analysis ever shows that arm 1 is better."""
    units, sequential = len(found.total), asked.analysis == "confidence-sequence"
    fixed = np.array([-(-units * look // asked.looks) for look in range(1, asked.looks + 1)])
    places = grid(units) if sequential else fixed
    path = contrast(cumulated(found, places, (len(asked.weights), 1)), 1)
    errors = np.where(path.ready, path.error, np.nan)
    if sequential:
        low, _ = mixture_bounds(path.value, errors, places, planned=units, alpha=asked.level)
        return bool(np.any(low > 0))
    fractions = [float(each) for each in places / units]
    looked = group_sequential(path.value.tolist(), errors.tolist(), fractions, asked.level)
    return any(look.low > 0 for look in looked)


def timed(rng: np.random.Generator, rounds: int) -> str:
    """Return the table of seconds for a million units in three slices."""
    arm, values = rng.integers(0, 2, MILLION), (rng.random(MILLION) < 0.05).astype(np.float64)
    stratum, places = np.minimum(np.arange(MILLION) // 300_000, 2), grid(MILLION)
    number = rng.poisson(2, MILLION).astype(np.float64)
    past = rng.normal(size=(MILLION, 2))
    event = Columns(values, np.ones(MILLION), arm, stratum)
    ratio = Columns(number * values, number, arm, stratum, past)
    share, halves = np.full(MILLION, 0.5), np.full((3, 2), 0.5)
    asked: Mapping[str, Callable[[], object]] = {
        "event": lambda: contrast(cumulated(event, places, (2, 3)), 1),
        "ratio, two covariates": lambda: contrast(cumulated(ratio, places, (2, 3)), 1),
        "exact bounds by betting": lambda: difference_bounds(
            values, arm == 1, share, alpha=ALPHA, looks=places.tolist()
        ),
        "sample ratio": lambda: sequential_ratio(arm, halves, stratum, places.tolist()),
    }
    rows = [(name, f"{fastest(ask, rounds):.3f}") for name, ask in asked.items()]
    return table((f"{len(places)} looks", "seconds"), rows)


def fastest(ask: Callable[[], object], rounds: int) -> float:
    """Return the shortest of some rounds, in seconds."""
    found = []
    for _ in range(rounds):
        start = perf_counter()
        ask()
        found.append(perf_counter() - start)
    return min(found)


def error(share: float, draws: int) -> float:
    """Return the Monte Carlo standard error of a share."""
    return sqrt(share * (1 - share) / draws)
