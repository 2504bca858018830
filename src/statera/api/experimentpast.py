"""What is known of outcomes before an experiment: a stated rate or mean, or a table of the past.

stated(design, "solved", value=0.4)                    # an event or a share: its spread follows
past = read_past(Path("past.csv"), design)             # by outcome

A table of the past is CSV with a column for each outcome that the design reads, a row a unit; with
a column `unit`, a row a report. A cell is empty where nothing was reported. `NAME_before` is the
same outcome before the time that counts, for CUPED.
"""

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import numpy as np

from statera.codec.files import read_csv
from statera.errors import DeclarationError, nearest
from statera.experiment.design import Design
from statera.experiment.outcomes import Outcome
from statera.stats.experimentpower import of_values

BEFORE = "_before"
UNIT = "unit"


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome of a unit as it was: `value` of an arm without change, `sd` of a unit around it.

    `sd` is of the linearised value where the outcome is a ratio of sums (delta method). `reporting`
    is the share of units that report at all: of a `mean` the others do not count. `correlation` in
    [-1, 1] with the same outcome before. `binary`: a unit is 0 or 1, so that its spread follows
    from the value. `units`: of how many this is known; None where stated.
    """

    outcome: str
    value: float
    sd: float
    skewness: float = 0.0
    binary: bool = False
    reporting: float = 1.0
    correlation: float = 0.0
    units: int | None = None


def stated(
    design: Design,
    name: str,
    *,
    value: float,
    sd: float | None = None,
    reporting: float = 1.0,
) -> Past:
    """Return an outcome whose value, and spread where it is no share of 0 and 1, is stated.

    `reporting` in (0, 1]: the share of units that report it, of a `mean`. DeclarationError for a
    value outside the outcome's bounds, and for a spread that is missing or not above 0.
    """
    outcome = design.outcome(name)
    low = 0.0 if outcome.kind == "event" else outcome.low
    high = 1.0 if outcome.kind == "event" else outcome.high
    if (
        not math.isfinite(value)
        or not (low is None or value >= low)
        or not (high is None or value <= high)
    ):
        within = (
            f"{'any' if low is None else f'{low:g}'} to {'any' if high is None else f'{high:g}'}"
        )
        raise DeclarationError(f"'{name}' cannot be {value:g}: it goes from {within}")
    binary = sd is None and (low, high) == (0.0, 1.0)
    if binary:
        sd = math.sqrt(value * (1 - value))
    if sd is None:
        raise DeclarationError(f"'{name}' is no share: state its standard deviation as well")
    if not (math.isfinite(sd) and sd > 0):
        raise DeclarationError(f"'{name}': a standard deviation of {sd:g}: nothing would vary")
    if outcome.kind != "mean":
        reporting = 1.0
    return Past(outcome=name, value=value, sd=sd, binary=binary, reporting=reporting)


def read_past(path: Path, design: Design) -> dict[str, Past]:
    """Return what a table says of each outcome that the design reads and that it has.

    DeclarationError with the file, and the line of a cell that is no number in the outcome's
    bounds; also when the primary outcome has no column.
    """
    table = _Table(path, design)
    if design.primary.outcome not in table.names:
        close = nearest(design.primary.outcome, table.columns)
        raise DeclarationError(
            f"{path}: no column '{design.primary.outcome}', the primary outcome.{close} "
            f"There are: {', '.join(table.columns)}"
        )
    return {name: _past(name, design.outcome(name), table) for name in table.names}


class _Table:
    """Sums and numbers of the reports, by outcome and unit."""

    def __init__(self, path: Path, design: Design) -> None:
        rows = list(read_csv(path))
        if not rows:
            raise DeclarationError(f"{path}: no rows")
        self.columns = tuple(rows[0])
        self.names = tuple(name for name in design.read if name in self.columns)
        before = [name + BEFORE for name in self.names if name + BEFORE in self.columns]
        units: dict[str, int] = {}
        codes = [units.setdefault(row.get(UNIT, str(n)), len(units)) for n, row in enumerate(rows)]
        self.units = len(units)
        if self.units < 3:
            raise DeclarationError(f"{path}: {self.units} units say nothing of how they vary")
        self.codes = np.array(codes)
        self._values = {
            name: np.fromiter(
                _numbers(path, rows, name, design.outcome(name.removesuffix(BEFORE))), np.float64
            )
            for name in [*self.names, *before]
        }

    def sums(self, name: str) -> tuple[np.ndarray, np.ndarray] | None:
        """Return sum and number of the reports by unit; None for a column that is not there."""
        if name not in self._values:
            return None
        values = self._values[name]
        there = ~np.isnan(values)
        total = np.bincount(self.codes[there], values[there], self.units)
        return total, np.bincount(self.codes[there], minlength=self.units).astype(np.float64)


def _numbers(
    path: Path, rows: Iterable[dict[str, str]], name: str, outcome: Outcome
) -> Iterator[float]:
    """Yield a column's numbers, NaN for an empty cell."""
    for number, row in enumerate(rows, start=2):
        if not (cell := row[name].strip()):
            yield math.nan
            continue
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not _within(value, outcome):
            raise DeclarationError(
                f"{path}, line {number}: {name}: '{cell}' is no {_asked(outcome)}"
            )
        yield value


def _within(value: float, outcome: Outcome) -> bool:
    low = -math.inf if outcome.low is None else outcome.low
    high = math.inf if outcome.high is None else outcome.high
    return math.isfinite(value) and low <= value <= high


def _asked(outcome: Outcome) -> str:
    low = "" if outcome.low is None else f" from {outcome.low:g}"
    high = "" if outcome.high is None else f" to {outcome.high:g}"
    return f"number{low}{high}"


def _past(name: str, outcome: Outcome, table: _Table) -> Past:
    found = table.sums(name)
    assert found is not None
    total, number = found
    counted = number > 0 if outcome.kind == "mean" else np.ones(table.units, bool)
    if np.count_nonzero(counted) < 3:
        raise DeclarationError(f"'{name}': fewer than 3 units of the past reported it")
    if outcome.kind == "event":
        total = (total > 0).astype(np.float64)
    ones = number if outcome.kind == "mean" else np.ones(table.units)
    spread = of_values(total[counted].tolist(), ones[counted].tolist())
    linear = total[counted] - spread.value * ones[counted]
    return Past(
        outcome=name,
        value=spread.value,
        sd=math.sqrt(spread.base),
        skewness=spread.skewness,
        binary=outcome.kind == "event",
        reporting=float(np.mean(counted)),
        correlation=_correlation(linear, table.sums(name + BEFORE), counted),
        units=table.units,
    )


def _correlation(
    linear: np.ndarray, before: tuple[np.ndarray, np.ndarray] | None, counted: np.ndarray
) -> float:
    """Return the correlation with the mean of the unit's past; who has none gets the others'."""
    if before is None:
        return 0.0
    total, number = before[0][counted], before[1][counted]
    with np.errstate(invalid="ignore"):
        known = total / number
    if not np.isfinite(known).any():
        return 0.0
    known = np.where(np.isfinite(known), known, np.nanmean(known))
    if known.std() == 0 or linear.std() == 0:
        return 0.0
    return float(np.corrcoef(linear, known)[0, 1])
