"""Planning a gate from stored runs: what `statera plan` does.

assumptions = pilot_assumptions(st.Gate.load("gate.yaml").policy, pilot, baseline)
cheapest(assumptions).requests
"""

from collections.abc import Iterable

from statera.analysis.comparison import pair
from statera.analysis.standing import NOBODY
from statera.api.stored import Run
from statera.api.systems import check_system
from statera.gate.evidence import Evidence
from statera.gate.judges import Judges
from statera.gate.labelneeds import LabelNeed, label_needs
from statera.gate.outlook import DISCORDANCE, Assumptions, seen
from statera.gate.policy import Policy
from statera.tasks import catalogue


def pilot_assumptions(
    policy: Policy, pilot: Run, base: Run | None = None, *, discordance: float = DISCORDANCE
) -> Assumptions:
    """Return what a pilot run, compared with a base where there is one, shows of each rule.

    The policy's anchor is not read: what compares with it supposes `discordance`, as does what
    compares with a base that is not given. The price of a request is the mean over the runs' own.
    """
    runs = [run for run in (pilot, base) if run is not None]
    return seen(policy, _evidence(pilot, base), discordance=discordance, price=_price(runs))


def pilot_labels(
    policy: Policy, pilot: Run, base: Run | None = None, *, power: float = 0.8
) -> list[LabelNeed]:
    """Return how many labels by people each judged rule of the policy needs for its margin."""
    return label_needs(policy, _evidence(pilot, base), power=power)


def _evidence(pilot: Run, base: Run | None) -> Evidence:
    check_system(*(run.info for run in (pilot, base) if run is not None))
    return Evidence(
        candidate={frame.task: frame for frame in pilot.frames},
        base=None if base is None else {p.task: p for p in pair(pilot.frames, base.frames)},
        others=() if base is None else base.frames,
        judges=Judges(pilot.standings, NOBODY if base is None else base.standings),
    )


def existing(tasks: Iterable[str]) -> dict[str, int]:
    """Return how many items there are of each task that is known by its name, where that is told.

    A task of a file or of an imported log is not: more of it may be written.
    """
    known = set(catalogue.names())
    sizes = {name: catalogue.find(name).items for name in tasks if name in known}
    return {name: size for name, size in sizes.items() if size is not None}


def _price(runs: list[Run]) -> float | None:
    """Return what a trial cost on the mean, None where no cost is known."""
    counts = [run.store.counts(run.info.id) for run in runs]
    priced = sum(count.trials - count.unpriced for count in counts)
    cost = sum(count.cost or 0.0 for count in counts)
    return cost / priced if priced else None
