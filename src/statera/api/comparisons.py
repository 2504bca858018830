"""Comparing two stored runs: what `st.compare` does.

comparison = st.compare(candidate, store.latest(suite, tag="released"))
comparison["refunds/accuracy"]     # +0.021 [+0.004, +0.038] 95 %, 412 items, 3 unscored
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from statera.analysis.comparison import Comparison, compared, pair
from statera.analysis.instrument import Change, shown_model, system_changes, touching
from statera.api.instruments import changes
from statera.api.stored import Run
from statera.api.systems import check_system
from statera.errors import DeclarationError
from statera.records.specs import RunInfo, SystemUnderTest
from statera.stats.results import LEVEL


def compare(
    candidate: Run,
    base: Run | RunInfo,
    *,
    level: float = LEVEL,
    seed: int = 0,
    allow: bool = False,
) -> Comparison:
    """Compare two stored runs, paired by item; `level` is the two-sided coverage in (0, 1).

    DeclarationError when they share no task, and when the instrument (data, task, scorers) differs,
    unless `allow`: the difference is then listed in the comparison. Where scorers, or judges, of
    some scores alone differ, those are left out, and listed. `seed` is for resampling. A base that
    is given as RunInfo is read from the candidate's store.
    """
    base = base if isinstance(base, Run) else Run(candidate.store, base)
    check_system(candidate.info, base.info)
    if not 0 < level < 1:
        raise DeclarationError(f"level: {level} is not between 0 and 1. Allowed: such as 0.95")
    differing = changes(candidate, base)
    left_out = () if allow else differing
    pairings = pair(candidate.frames, base.frames, without=left_out)
    judges = (candidate.standings, base.standings)
    new, old = ([task.name for task in run.info.spec.tasks] for run in (candidate, base))
    if not pairings:
        told = f"{', '.join(new)} against {', '.join(old)}"
        raise DeclarationError(f"the runs have no answered task in common: {told}")
    _check_instrument(left_out, anything=any(pairing.metrics for pairing in pairings))
    return Comparison(
        candidate=candidate.info,
        base=base.info,
        rows=compared(
            pairings,
            level=level,
            rng=np.random.default_rng(seed),
            judges=judges,
        ),
        pairings=pairings,
        system=system_changes(_shown(candidate.info), _shown(base.info)),
        instrument=differing if allow else (),
        left_out=left_out,
        only_candidate=tuple(name for name in new if name not in old),
        only_base=tuple(name for name in old if name not in new),
        judges=judges,
    )


def _check_instrument(differing: Sequence[Change], *, anything: bool) -> None:
    """Raise DeclarationError where whole tasks differ, or nothing is left to compare."""
    if touching(differing, ()) or (differing and not anything):
        told = "; ".join(map(str, differing))
        raise DeclarationError(f"not the same instrument: {told}. --allow compares, marked")


def _shown(info: RunInfo) -> SystemUnderTest:
    """Return the system with its model as a person knows it."""
    return msgspec.structs.replace(info.spec.system, model=shown_model(info))
