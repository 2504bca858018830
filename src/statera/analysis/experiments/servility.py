"""Do people like it more while it serves them less?

An arm that agrees with everybody gets thumbs, and approves what it should not. Where approval is
surely up while a harm is up, surely or about so, the result says so, whatever it was that decided.
"""

from typing import NamedTuple

import numpy as np

from statera.analysis.experiments import looks as at
from statera.analysis.experiments.columns import column
from statera.analysis.experiments.contrasts import contrast, planned, read
from statera.analysis.experiments.units import Units
from statera.experiment.design import Design
from statera.stats import asymptotic, heterogeneity, ratios

APPROVAL = ("thumb", "rating", "preference")
HARM = ("invalid_approval", "complaint", "harm_report")
ABOUT = 0.1


class Rise(NamedTuple):
    """An outcome that is up in an arm: by how much, how surely (`p` one-sided, of one look)."""

    outcome: str
    value: float
    sure: bool
    p: float


def servility(design: Design, units: Units, *, now: float) -> tuple[str, ...]:
    """Return a line for each arm in which an approval is surely up while a harm goes up too.

    Surely: the lower bound of a confidence sequence (alpha over the arms but the base) is above 0.
    A harm counts too where its estimate is up with p < ABOUT: one-sided, of this look.
    """
    liked, harmed = (_rises(design, units, names, now) for names in (APPROVAL, HARM))
    lines = []
    for arm in range(1, len(design.arms)):
        likes = [each for each in liked.get(arm, []) if each.sure]
        harms = [each for each in harmed.get(arm, []) if each.sure or each.p < ABOUT]
        if likes and harms:
            lines.append(
                f"servility: in '{design.arms[arm].name}' people approve more"
                f" ({', '.join(f'{each.outcome} {each.value:+.3g}' for each in likes)}) while"
                f" {', '.join(_told(each) for each in harms)}: it may please rather than help"
            )
    return tuple(lines)


def _told(rise: Rise) -> str:
    how = "surely" if rise.sure else f"p {rise.p:.2g}"
    return f"{rise.outcome} goes up {rise.value:+.3g} ({how})"


def _rises(
    design: Design, units: Units, names: tuple[str, ...], now: float
) -> dict[int, list[Rise]]:
    """Return the outcomes that rise, by arm."""
    found: dict[int, list[Rise]] = {}
    for name in names:
        if name not in units.outcomes:
            continue
        seen = column(design, units, name, now=now)
        if not seen.closed:
            continue
        look = at.Looks(np.array([seen.closed]), np.array([True]))
        reading = read(design, seen, look, units)
        for arm in range(1, len(design.arms)):
            rise = _rise(design, name, contrast(reading, arm), seen.closed)
            if rise.value > 0:
                found.setdefault(arm, []).append(rise)
    return found


def _rise(design: Design, name: str, path: ratios.Path, count: int) -> Rise:
    value, error = float(path.value[0]), float(path.error[0])
    low, _ = asymptotic.mixture_bounds(
        value,
        error if path.ready[0] else np.nan,
        count,
        planned=planned(design),
        alpha=design.alpha / (len(design.arms) - 1),
    )
    return Rise(name, value, bool(low > 0), heterogeneity.tail_p(value, error))
