"""Traffic that was imported into a real store."""

from pathlib import Path
from typing import Any

import numpy as np

from statera.api.stored import Run
from statera.api.trafficimport import trace_terms
from statera.interop.importing.formats import logs
from statera.interop.importing.imported import Wanted
from statera.interop.importing.intake import take_in
from statera.store.runstore import RunStore
from tests.interop.importing.traces_made import REFUSED, SAID, line, write

MARCH = 1_772_323_200
"""2026-03-01, where the second half of the requests begins."""


def requests(count: int, *, refused_after: float = 0.05, seed: int = 0) -> list[dict[str, Any]]:
    """Return lines of requests, half of them before March."""
    rng = np.random.default_rng(seed)
    found = []
    for at in range(count):
        late = at >= count // 2
        refuses = rng.random() < (refused_after if late else 0.05)
        found.append(
            line(
                f"r{at}",
                time=MARCH + (at - count // 2) * 60,
                user=f"user{rng.integers(count // 3)}",
                version="2" if late else "1",
                country="de" if rng.random() < 0.5 else "fr",
                response=REFUSED if refuses else f"{SAID} Order {at}. quality={rng.integers(1, 6)}",
                seconds=float(rng.lognormal()),
            )
        )
    return found


def kept(folder: Path, lines: list[dict[str, Any]], *, task: str = "traffic", **terms: Any) -> Run:
    """Return the run of these lines in the folder's store."""
    file = write(folder / f"{task}.jsonl", *lines)
    store = folder / "store"
    told = trace_terms(store=store, segments=["country"], **terms)
    (made,) = take_in(logs([file], Wanted(task, traces=told)), store)
    runs = RunStore(store)
    return Run(runs, runs.find(made.run))
