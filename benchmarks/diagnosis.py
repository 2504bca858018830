"""How often a diagnosis names what was wrong, and what it costs.

Regressions of each kind are made by `tests/diagnosis/regressions.py` at half, once and twice the
size that the tests involved find with a chance of 0.99 each. **Named** counts the draws in which
that cause and no other was named; **undetermined** those in which it was found, but not all else
could be shown to be the same; **another** those in which any other cause was given, alone or too.
"""

import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable
from math import sqrt
from typing import Literal, get_args

import numpy as np
from tests.diagnosis.regressions import Regression, comparison, detectable, exam, simulated

from benchmarks.report import table
from benchmarks.setting import Setting
from statera.analysis.comparison import compared
from statera.diagnosis.counts import paired_counts
from statera.diagnosis.decomposition import decompose
from statera.diagnosis.diagnosis import diagnose
from statera.diagnosis.scopes import Terms
from statera.records.samples import Sample

DRAWS = 200
SIZES = (1.0, 2.0, 0.5)
TERMS = Terms(unsafe=("unsafe",), public=("public",), held_out=("fresh",))
ITEMS, CATEGORIES = 14_042, 57

Verdict = Literal["named", "undetermined", "another", "nothing"]


def measure(given: Setting) -> str:
    """Return both tables."""
    seed = secrets.randbelow(2**31)
    kinds: list[Regression] = [kind for kind in get_args(Regression) if kind != "none"]
    rows = [_row("none", 0.0, seed)]
    rows += [_row(kind, factor, seed) for factor in SIZES for kind in kinds]
    head = ("times detectable", "regression", "points", *get_args(Verdict))
    error = 100 * sqrt(0.05 * 0.95 / DRAWS)
    wanted = (
        f"{DRAWS} draws each, first seed {seed}. Wanted: named in 95 % at once and twice the "
        f"detectable size, nothing in 95 % where nothing changed (Monte Carlo error {error:.1f})."
    )
    return "\n\n".join([wanted, table(head, rows), _costs(given)])


def _row(kind: Regression, factor: float, seed: int) -> list[str]:
    size = detectable(kind) * factor if factor else 0.0
    verdicts = Counter(verdict(kind, size, seed + draw) for draw in range(DRAWS))
    shares = [f"{100 * verdicts[name] / DRAWS:.1f} %" for name in get_args(Verdict)]
    row = [f"{factor:g}", kind, f"{100 * size:.1f}", *shares]
    print(*row, sep=" · ", file=sys.stderr, flush=True)
    return row


def verdict(kind: Regression, size: float, seed: int) -> Verdict:
    """Return what a diagnosis makes of one draw."""
    found = diagnose(simulated(kind, size, seed=seed), terms=TERMS).findings
    if any(finding.cause != kind and kind not in finding.between for finding in found):
        return "another"
    if not found:
        return "nothing"
    return "named" if all(finding.status == "named" for finding in found) else "undetermined"


def _costs(given: Setting) -> str:
    """Return the CPU seconds of a diagnosis of MMLU's size, beyond reading the runs."""
    rng = np.random.default_rng(1)
    runs = comparison([exam(ITEMS, CATEGORIES, 0.70, rng)], [exam(ITEMS, CATEGORIES, 0.72, rng)])
    pairing = runs.pairings[0]
    whole = comparison(
        [pairing.candidate], [pairing.base], compared(runs.pairings, rng=np.random.default_rng(1))
    )
    samples = {pairing.task: _samples(pairing.candidate.ids)}
    counts = paired_counts(pairing)
    steps: dict[str, Callable[[], object]] = {
        "decomposition with 10,000 resamples": lambda: decompose(pairing, counts=counts, rng=rng),
        "whole diagnosis, slices by category": lambda: diagnose(whole, rng=rng),
        "whole diagnosis, slices by text too": lambda: diagnose(whole, samples=samples, rng=rng),
    }
    rows = [(name, f"{1000 * _cpu(step, given.rounds):.0f} ms") for name, step in steps.items()]
    told = f"{ITEMS:,} items in {CATEGORIES} categories, two runs (wanted: under 300 ms):"
    return "\n\n".join([told, table(("what", "CPU"), rows)])


def _samples(ids: list[str]) -> list[Sample]:
    return [
        Sample(id=name, input="word " * (5 + place % 80), choices=("a", "b", "c", "d"), answer=0)
        for place, name in enumerate(ids)
    ]


def _cpu(step: Callable[[], object], rounds: int) -> float:
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        step()
        spent.append(time.process_time() - start)
    return min(spent)
