"""How far the members of a panel agree, or a judge with itself when it is asked again.

    found = disagreements(votes, ("strict", "lenient", "kind"))
    print(found[0].alpha)      # 0.743 [0.571, 0.865] 95 %, 120 units, 360 ratings, …

Agreement is no proof: judges that share a bias agree, and are wrong together.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

import msgspec
import numpy as np

from statera.stats.agreement import Agreement, cohen_kappa, fleiss_kappa, krippendorff_alpha
from statera.stats.means import mean
from statera.stats.results import LEVEL, Estimate, Items


class Vote(NamedTuple):
    """What each rater said of one reply or pair: a value in [0, 1], None without a verdict.

    `flips` tells who contradicted itself on a pair when it was shown the other way round.
    """

    task: str
    criterion: str
    unit: str
    values: tuple[float | None, ...]
    flips: tuple[bool, ...] = ()
    split: bool = False


class Rater(msgspec.Struct, frozen=True, kw_only=True):
    """A member of the panel, or a repeat: its verdicts, of those that it was asked for."""

    name: str
    judged: int
    asked: int
    flips: int | None = None


class Kappa(msgspec.Struct, frozen=True, kw_only=True):
    """The agreement of two raters."""

    first: str
    second: str
    kappa: Agreement


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """How far raters agree on one task under one criterion.

    `alpha` is Krippendorff's for ordered verdicts and takes missing ones; `fleiss` is of what all
    of them judged, near misses counting as misses; `cohen` compares two at a time, weighted by the
    squared distance. `unanimous` is the share of what all judged on which all said the same;
    `split` counts even splits of a majority. `repeats` is True for one judge asked several times.
    """

    task: str
    criterion: str
    raters: tuple[Rater, ...]
    alpha: Agreement
    fleiss: Agreement
    cohen: tuple[Kappa, ...]
    unanimous: Estimate
    split: int = 0
    repeats: bool = False


def disagreements(
    votes: Iterable[Vote],
    raters: Sequence[str],
    *,
    level: float = LEVEL,
    seed: int = 0,
    repeats: bool = False,
) -> list[Disagreement]:
    """Return the agreement of the raters by task and criterion; intervals are clustered by unit.

    Repeats of one judge are not told apart: no kappa of two of them. ValueError for votes of
    another number of raters, and a level outside (0, 1).
    """
    found: dict[tuple[str, str], list[Vote]] = {}
    for vote in votes:
        if len(vote.values) != len(raters):
            raise ValueError(f"{len(vote.values)} votes of {len(raters)} raters")
        found.setdefault((vote.task, vote.criterion), []).append(vote)
    return [
        _disagreement(of, raters, level=level, seed=seed, repeats=repeats) for of in found.values()
    ]


def _disagreement(
    votes: Sequence[Vote], raters: Sequence[str], *, level: float, seed: int, repeats: bool
) -> Disagreement:
    rng = np.random.default_rng(seed)
    rows, units = [vote.values for vote in votes], _clusters(votes)
    whole = [place for place, row in enumerate(rows) if None not in row]
    complete = [rows[place] for place in whole]
    bound = None if units is None else [units[place] for place in whole]
    pairs = () if repeats else tuple(combinations(range(len(raters)), 2))
    return Disagreement(
        task=votes[0].task,
        criterion=votes[0].criterion,
        raters=tuple(_rater(name, place, votes) for place, name in enumerate(raters)),
        alpha=krippendorff_alpha(rows, "ordinal", level=level, rng=rng, clusters=units),
        fleiss=fleiss_kappa(complete, level=level, rng=rng, clusters=bound),
        cohen=tuple(
            Kappa(
                first=raters[i],
                second=raters[j],
                kappa=cohen_kappa(
                    [(row[i], row[j]) for row in rows],
                    "quadratic",
                    level=level,
                    rng=rng,
                    clusters=units,
                ),
            )
            for i, j in pairs
        ),
        unanimous=_unanimous([votes[place] for place in whole], level),
        split=sum(vote.split for vote in votes),
        repeats=repeats,
    )


def _clusters(votes: Sequence[Vote]) -> list[str] | None:
    """Return what binds the votes together, None where nothing does."""
    units = [vote.unit for vote in votes]
    return units if len(set(units)) < len(units) else None


def _rater(name: str, place: int, votes: Sequence[Vote]) -> Rater:
    return Rater(
        name=name,
        judged=sum(vote.values[place] is not None for vote in votes),
        asked=len(votes),
        flips=sum(vote.flips[place] for vote in votes) if votes[0].flips else None,
    )


def _unanimous(votes: Sequence[Vote], level: float) -> Estimate:
    index = {unit: place for place, unit in enumerate(dict.fromkeys(v.unit for v in votes))}
    count = len(votes)
    same = [float(len(set(vote.values)) == 1) for vote in votes]
    clusters = np.array([index[vote.unit] for vote in votes], np.int64)
    items = Items(np.array(same), clusters, np.zeros(count, np.int64), np.ones(count))
    return mean(items, level=level)
