"""Does the judge say the same twice? The same judgements, asked again, and how far they agree.

A warning where repeats surely agree less than alpha 0.667, which Krippendorff (Content Analysis)
calls the least from which even tentative conclusions may be drawn.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from statera.analysis.judgeaudit.figures import Measure, Section, State, figure, not_measured
from statera.analysis.judgeaudit.shares import shares
from statera.stats.agreement import krippendorff_alpha
from statera.stats.results import LEVEL, Estimate

NAME = "consistency"
SAME = "same verdict every time"
ALPHA = "Krippendorff's alpha"
LEAST_ALPHA = 0.667

_SAME = Measure(SAME, "judgements", "share of judgements; 1: a repeat never changes the verdict")
_ALPHA = Measure(
    ALPHA, "judgements", "agreement beyond chance; 1: always the same, 0: as chance would have it"
)
_ADVICE = (
    "one verdict says little: ask each judgement several times (`repeats: 3` in the judge's file), "
    "lower its temperature, or take a stronger model"
)


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

    A repeat without a verdict is not the same as one with a verdict; alpha leaves it out. A
    judgement without any verdict tells nothing, and is left out of both.
    """
    if not judgements or min(len(one.values) for one in judgements) < 2:
        return not_measured(NAME, "each judgement was asked once: nothing to compare")
    known = [one for one in judgements if any(value is not None for value in one.values)]
    if not known:
        return not_measured(NAME, f"none of {len(judgements)} repeated judgements has a verdict")
    rows, units = [list(one.values) for one in known], [one.unit for one in known]
    alpha = krippendorff_alpha(rows, "ordinal", level=level, rng=rng, clusters=units)
    same = alike(known, level=level)
    said = [
        f"{len(judgements)} judgements, each asked {len(rows[0])} times with seeds of their own"
    ]
    if temperature == 0:
        said.append("at temperature 0: what differs is the endpoint's own noise")
    if alpha.value is None and same.value == 1:
        said.append("every repeat said the same; alpha needs verdicts that differ between items")
    differs = alpha.high is not None and alpha.high < LEAST_ALPHA
    if differs:
        said.append(f"its repeats agree too little: alpha is surely below {LEAST_ALPHA:g}")
    state: State = "ok" if same.low is not None else "not measured"
    return Section(
        name=NAME,
        state="warning" if differs else state,
        said=tuple(said),
        figures=(
            figure(_SAME, same, n=same.n, asked=len(judgements)),
            figure(_ALPHA, alpha, n=alpha.units, asked=len(judgements)),
        ),
        advice=_ADVICE if differs else "",
        fault=said[-1] if differs else "",
    )


def alike(judgements: Sequence[Repeated], *, level: float = LEVEL) -> Estimate:
    """Return the share of judgements of which all repeats said the same."""
    same = [float(len(set(one.values)) == 1) for one in judgements]
    return shares(same, [one.unit for one in judgements], level=level)
