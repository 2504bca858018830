"""What form costs, read from a stored run: the spread over formats, and PDR by perturbation.

form_spread(frame, rng=rng)      # of a task `formats`: spread, worst format, what chance makes
performance_drops(frame)         # of a task `perturbed`: 1 - accuracy perturbed / as it stands
"""

import msgspec
import numpy as np

from statera.analysis.frame import Frame
from statera.stats.drops import performance_drop
from statera.stats.formspread import FormSpread, spread
from statera.stats.results import LEVEL, Estimate

FORMAT = "format_"
PERTURBED = "perturbed_"
PLAIN = "accuracy"
_SCORES = ("format_worst", "format_agreement")
NOTE = (
    "a spread is the greatest less the smallest of noisy numbers, so it comes out too great; the "
    "worst format may be another one; compare it with what chance makes of formats alike"
)


class FormatRow(msgspec.Struct, frozen=True, kw_only=True):
    """A format's accuracy over the items asked in every format, and with whom it disagrees.

    `agrees` is the mean share of items on which it and another format are both right or both not.
    """

    name: str
    accuracy: float
    agrees: float


class FormReport(msgspec.Struct, frozen=True, kw_only=True):
    """The spread of one task over formats.

    `expected` is the spread that shuffled formats have, `excess` the spread above it, `p` the share
    of shuffles with a spread at least so great. `left_out` items were not asked in every format, or
    failed in one. `formats` are in the order of the task.
    """

    task: str
    spread: Estimate
    expected: float
    excess: float
    p: float
    best: str
    worst: str
    formats: tuple[FormatRow, ...]
    left_out: int
    note: str = NOTE

    def __str__(self) -> str:
        """Return one line: the spread, its ends, and what chance would make."""
        return (
            f"{self.task}: spread over {len(self.formats)} formats {self.spread}; "
            f"best {self.best}, worst {self.worst}; by chance {self.expected:.3f}, p {self.p:.2g}"
        )


class DropRow(msgspec.Struct, frozen=True, kw_only=True):
    """PDR of one perturbation over the items that were asked both ways.

    `before` and `after` are the accuracies over them; `pdr` is 1 - after / before.
    """

    name: str
    before: float
    after: float
    pdr: Estimate


def form_spread(
    frame: Frame, *, level: float = LEVEL, rng: np.random.Generator
) -> FormReport | None:
    """Return the spread over the frame's formats; None where there are not two, or no item has all.

    Formats that no item was asked in are left out first, then items that lack one of the rest.
    """
    columns = {
        metric.name.removeprefix(FORMAT): frame.column(metric.name)
        for metric in frame.metrics
        if metric.name.startswith(FORMAT) and metric.name not in _SCORES
    }
    used = {name: column for name, column in columns.items() if np.any(column.weights > 0)}
    if len(used) < 2:
        return None
    whole = np.all([column.weights > 0 for column in used.values()], axis=0)
    if not whole.any():
        return None
    table = np.stack([column.values[whole] for column in used.values()], axis=1)
    found = spread(table, np.asarray(frame.units)[whole], level=level, rng=rng)
    return _report(frame, tuple(used), found, int(np.sum(~whole)))


def _report(frame: Frame, names: tuple[str, ...], found: FormSpread, left_out: int) -> FormReport:
    others = (found.agreement.sum(axis=1) - 1) / (len(names) - 1)
    rows = zip(names, found.means, others, strict=True)
    return FormReport(
        task=frame.task,
        spread=found.spread,
        expected=found.expected,
        excess=found.excess,
        p=found.p,
        best=names[found.best],
        worst=names[found.worst],
        formats=tuple(FormatRow(name=n, accuracy=float(m), agrees=float(a)) for n, m, a in rows),
        left_out=left_out,
    )


def performance_drops(frame: Frame, *, level: float = LEVEL) -> tuple[DropRow, ...]:
    """Return PDR of each perturbation of the frame, over the items that have both accuracies.

    In the order of the task; perturbations that no item was asked with are left out.
    """
    names = [m.name for m in frame.metrics if m.name.startswith(PERTURBED)]
    if not names:
        return ()
    plain, units = frame.column(PLAIN), np.asarray(frame.units)
    rows = []
    for name in names:
        column = frame.column(name)
        both = (plain.weights > 0) & (column.weights > 0)
        if not both.any():
            continue
        before, after = plain.values[both], column.values[both]
        rows.append(
            DropRow(
                name=name.removeprefix(PERTURBED),
                before=float(before.mean()),
                after=float(after.mean()),
                pdr=performance_drop(before, after, units[both], level=level),
            )
        )
    return tuple(rows)
