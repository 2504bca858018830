"""What assigning a unit costs, and whether the hash draws as it should.

Speed: CPU of one call, a million units a design, one core. Draws: a chi-squared test of the arms
for each of many experiments, and of independence of each and the next; their p-values are uniform
where the draws are, so that about 5 % are below 0.05 (3 Monte Carlo errors are allowed).
"""

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import sqrt
from statistics import median

import numpy as np
from scipy.stats import chi2_contingency, chisquare

from benchmarks.report import table
from benchmarks.setting import Setting
from statera.experiment.assignment import Assignment
from statera.experiment.design import Arm, Design, Layer, Primary, Step

TARGET = 5.0
UNITS, EXPERIMENTS, DRAWN = 1_000_000, 400, 20_000
LEVEL = 0.05
START = datetime(2026, 1, 1, tzinfo=UTC)


def measure(setting: Setting) -> str:
    """Return two tables: microseconds a call, and how often uniform draws are doubted."""
    units = [f"user-{number}" for number in range(UNITS)]
    costs = [(name, _cost(of, units, setting.rounds)) for name, of in _designs().items()]
    rows = [(name, f"{cost:.2f}", _met(cost <= TARGET, f"{TARGET:g}")) for name, cost in costs]
    words = (
        f"CPU of one assignment, {UNITS:,} units, median of {setting.rounds} rounds; then "
        f"{EXPERIMENTS} experiments of {DRAWN:,} units, arms of 20, 30 and 50 %."
    )
    speed = table(("design", "µs", "target"), rows)
    drawn = table(("test", f"p < {LEVEL:g}", "at most"), _draws())
    return "\n\n".join([words, speed, drawn])


def _designs() -> dict[str, Design]:
    even = (Arm(name="base", weight=0.5), Arm(name="warm", weight=0.5))
    many = tuple(Arm(name=f"arm{n}", weight=0.05) for n in range(20))
    steps = tuple(
        Step(at=START + timedelta(days=n), traffic=t)
        for n, t in enumerate((0.01, 0.05, 0.2, 0.5, 1))
    )
    layer = Layer(name="chat", start=0.0, end=0.9)
    return {
        "two arms": _design("two", even),
        "two arms in a layer": _design("layered", even, layer=layer),
        "two arms, a ramp of 5 steps": _design("ramped", even, ramp=steps),
        "twenty arms, a layer and a ramp": _design("all", many, layer=layer, ramp=steps),
    }


def _design(name: str, arms: tuple[Arm, ...], **parts: object) -> Design:
    primary = Primary(outcome="solved", minimum=0.02)
    return Design(experiment=name, arms=arms, primary=primary, **parts)  # type: ignore[arg-type]


def _cost(design: Design, units: list[str], rounds: int) -> float:
    """Return microseconds of CPU a call."""
    place = Assignment(design).place
    found = []
    for _ in range(rounds):
        began = time.process_time()
        for unit in units:
            place(unit)
        found.append((time.process_time() - began) / len(units) * 1e6)
    return median(found)


def _draws() -> list[tuple[str, ...]]:
    shares = (0.2, 0.3, 0.5)
    arms = tuple(Arm(name=f"arm{n}", weight=share) for n, share in enumerate(shares))
    units = [f"user-{number}" for number in range(DRAWN)]
    drawn = [_arms(_design(f"e{number}", arms), units) for number in range(EXPERIMENTS)]
    uniform = [chisquare(np.bincount(one), np.array(shares) * DRAWN).pvalue for one in drawn]
    apart = [chi2_contingency(_crossed(one, other)).pvalue for one, other in pairwise(drawn)]
    return [_doubted("arms have their shares", uniform), _doubted("independent of the next", apart)]


def _arms(design: Design, units: list[str]) -> np.ndarray:
    assignment = Assignment(design)
    return np.array([place.arm for unit in units if (place := assignment.place(unit))])


def _crossed(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.bincount(one * 3 + other, minlength=9).reshape(3, 3)


def _doubted(name: str, values: list[float]) -> tuple[str, ...]:
    share = float(np.mean(np.array(values) < LEVEL))
    most = LEVEL + 3 * sqrt(LEVEL * (1 - LEVEL) / len(values))
    return name, f"{100 * share:.1f} %", _met(share <= most, f"{100 * most:.1f} %")


def _met(met: bool, target: str) -> str:
    return target if met else f"{target}: missed"
