"""The bootstrap of a paired difference: ours, a plain numpy loop and SciPy's default.

Each way runs in a process of its own with one BLAS thread. CPU is that of the call alone, data and
imports excluded; memory is the process's peak above what it held before the call.

python -m benchmarks.resampling few        # one way, as the measurement starts it
"""

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
from scipy.stats import bootstrap

from benchmarks.process import checked, run
from benchmarks.report import table
from benchmarks.setting import Setting
from statera.stats.bootstrap import resampled_means

ITEMS, RESAMPLES, METRICS = 14_042, 10_000, 100
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL", "BLIS")}


class Way(NamedTuple):
    """A way to resample: `values` makes the paired differences, `draw` the 10,000 means."""

    name: str
    values: Callable[[np.random.Generator], np.ndarray]
    draw: Callable[[np.ndarray, np.random.Generator], object]
    cpu: float | None = None
    mib: float | None = None


def _binary(rng: np.random.Generator) -> np.ndarray:
    return rng.choice([-1.0, 0.0, 1.0], size=ITEMS, p=[0.05, 0.88, 0.07])


def _epochs(rng: np.random.Generator) -> np.ndarray:
    sides = rng.binomial(5, rng.beta(2, 1, size=ITEMS), size=(2, ITEMS))
    return np.asarray((sides[0] - sides[1]) / 5)


def _real(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.01, 0.3, size=ITEMS)


def _many(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.01, 0.3, size=(ITEMS, METRICS))


def _ours(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return resampled_means(values, resamples=RESAMPLES, rng=rng)


def _loop(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    size = len(values)
    return np.array([values[rng.integers(0, size, size)].mean() for _ in range(RESAMPLES)])


def _scipy(values: np.ndarray, _: np.random.Generator) -> object:
    return bootstrap((values,), np.mean, n_resamples=RESAMPLES)


WAYS = {
    "binary": Way("statera, 0/1 scores", _binary, _ours, 0.03),
    "few": Way("statera, means of 5 epochs", _epochs, _ours, 0.03),
    "real": Way("statera, real-valued scores", _real, _ours, 0.5, 100),
    "many": Way(f"statera, {METRICS} real-valued metrics at once", _many, _ours, 0.8),
    "loop": Way("plain numpy loop, real-valued scores", _real, _loop),
    "scipy": Way("scipy.stats.bootstrap as it comes (BCa), real-valued scores", _real, _scipy),
}


def measure(setting: Setting) -> str:
    """Measure every way in turn, `rounds` times; the medians go into the table."""
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in WAYS}
    for _ in range(setting.rounds):
        for name in WAYS:
            seen[name].append(_apart(name))
    rows = [_row(WAYS[name], found) for name, found in seen.items()]
    words = (
        f"{ITEMS:,} items, {RESAMPLES:,} resamples, one BLAS thread, a process each; medians of "
        f"{setting.rounds} rounds. CPU of the call alone; memory above what it held before."
    )
    head = ("way", "CPU s", "target", "memory MiB", "target")
    return words + "\n\n" + table(head, rows)


def _apart(name: str) -> tuple[float, float]:
    """Return CPU seconds and MiB of one way in its own process."""
    cost = checked(run([sys.executable, "-m", "benchmarks.resampling", name], env=ONE_THREAD))
    cpu, mib = cost.output.split()
    return float(cpu), float(mib)


def _row(way: Way, found: list[tuple[float, float]]) -> tuple[str, ...]:
    cpu, mib = (median(column) for column in zip(*found, strict=True))
    return (
        way.name,
        f"{cpu:.3f}",
        _target(cpu, way.cpu),
        f"{mib:,.0f}",
        _target(mib, way.mib),
    )


def _target(found: float, target: float | None) -> str:
    if target is None:
        return "-"
    return f"{target:g}" if found <= target else f"{target:g}: missed"


def alone(name: str) -> None:
    """Run one way once, print its CPU seconds and MiB."""
    rng = np.random.default_rng()
    way = WAYS[name]
    values = way.values(rng)
    way.draw(values[:50], rng)
    before = _memory("VmRSS")
    began = time.process_time()
    way.draw(values, rng)
    print(time.process_time() - began, max(0.0, _memory("VmHWM") - before))


def _memory(what: str) -> float:
    """Return a line of the process's own account in MiB; nan where the system keeps none."""
    status = Path("/proc/self/status")
    found = re.search(rf"^{what}:\s+(\d+) kB", status.read_text() if status.exists() else "", re.M)
    return int(found[1]) / 1024 if found else float("nan")


if __name__ == "__main__":
    alone(sys.argv[1])
