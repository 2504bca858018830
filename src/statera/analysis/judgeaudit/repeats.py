"""Does the judge say the same twice? The same judgements, asked again, and how far they agree."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from statera.analysis.judgeaudit.figures import Section, figure, not_measured
from statera.stats.agreement import krippendorff_alpha
from statera.stats.means import mean
from statera.stats.results import LEVEL, Estimate, Items

NAME = "consistency"
SAME = "same verdict every time"
ALPHA = "Krippendorff's alpha"


class Repeated(NamedTuple):
    """One judgement with the verdict of each repeat, None where none was read."""

    unit: str
    values: Sequence[float | None]


def repeats(
    judgements: Sequence[Repeated],
    *,
    temperature: float | None,
    level: float = LEVEL,
    rng: np.random.Generator,
) -> Section:
    """Return how far repeats agree; a temperature of 0 says that only the endpoint's noise shows.

    A repeat without a verdict is not the same as one with a verdict; alpha leaves it out.
    """
    if not judgements or min(len(one.values) for one in judgements) < 2:
        return not_measured(NAME, "each judgement was asked once: nothing to compare")
    rows = [list(one.values) for one in judgements]
    units = [one.unit for one in judgements]
    alpha = krippendorff_alpha(rows, "ordinal", level=level, rng=rng, clusters=units)
    same = alike(judgements, level=level)
    times = len(judgements[0].values)
    said = [f"{len(judgements)} judgements, each asked {times} times with seeds of their own"]
    if temperature == 0:
        said.append("at temperature 0: what differs is the endpoint's own noise")
    if alpha.value is None and same.value == 1:
        said.append("every repeat said the same; alpha needs verdicts that differ between items")
    return Section(
        name=NAME,
        state="ok" if same.low is not None else "not measured",
        said=tuple(said),
        figures=(
            figure(SAME, same, n=same.n, of="judgements"),
            figure(ALPHA, alpha, n=alpha.units, of="judgements"),
        ),
    )


def alike(judgements: Sequence[Repeated], *, level: float = LEVEL) -> Estimate:
    """Return the share of judgements of which all repeats said the same."""
    count = len(judgements)
    same = [float(len(set(one.values)) == 1) for one in judgements]
    units = [one.unit for one in judgements]
    return mean(Items(same, units, [0] * count, [1.0] * count), level=level)
