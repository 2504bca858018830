"""How an experiment stands: its registered design, its units, the analysis, what happened to it.

shown = show(store, "tone", now=clock.now())
shown.result.verdict                       # pass, fail or inconclusive
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from statera.analysis.experiments.analysis import View, analysed
from statera.analysis.experiments.result import Result
from statera.analysis.experiments.units import Reports, Units
from statera.analysis.experiments.verdicts import held
from statera.api.livereading import live_units, pleasing, wanted
from statera.codec.files import read_csv
from statera.errors import DeclarationError, nearest, unknown
from statera.experiment.assignment import splits
from statera.experiment.design import Design
from statera.experiment.durations import dated
from statera.experiment.edits import diff
from statera.experiment.opened import registered_design
from statera.records.live import Aside, identifier
from statera.report.experiments.content import Edit, Event, Shown
from statera.store.live.opening import LiveStore
from statera.store.live.wanted import Registration

SCHEMA = 1
PRIOR = 0.05
"""Standard deviation of the effect for a Bayesian view whose design states none."""

UNPLANNED = "without the history, which the design does not name,"
BARE = View(detail=False)
_UNIT = "unit"


class Asked(NamedTuple):
    """What is to be shown beside the decision.

    `bayes`: with a Bayesian view. `late`: with the late reports. `history`: a CSV with what units
    did before, in place of the store's; its `unit` is hashed by `unit_key`, as the guard does.
    """

    bayes: bool = False
    late: bool = False
    history: Path | None = None
    unit_key: bytes = b""
    command: str = ""


def show(store: LiveStore, name: str, *, now: float, asked: Asked = Asked()) -> Shown:  # noqa: B008
    """Return all that is known of an experiment at `now`, seconds since 1970 UTC.

    DeclarationError, in one line, for a name that is unknown (with the nearest), for an experiment
    that was never registered, has not begun, or has exposed nobody yet.
    """
    registered = _registered(store, name)
    design = registered_design(registered[-1].text, name)
    plain, aside = _units(store, design, further=pleasing(store, design))
    if not len(plain.unit):
        ended = store.state(name) == "ended"
        raise _nobody(design, registered[0], aside, now=now, ended=ended)
    units, cuped = plain, None
    if asked.history is not None:
        units, cuped = _with_history(units, design, asked), True
    prior = (design.prior or PRIOR) if asked.bayes else None
    result = analysed(design, units, aside, now=now, view=View(cuped=cuped, prior=prior))
    read = _Read(design, plain, aside, now)
    others = list(_promised(store, registered, read))
    if result.verdict == "pass":
        others += _uncut(store, read)
        others += [(UNPLANNED, read.analysed())] if cuped and not design.history else []
    result = held(result, others)
    return Shown(
        result=result if asked.bayes else msgspec.structs.replace(result, bayes=()),
        design=design,
        digest=registered[0].digest,
        registered=registered[0].at,
        state=store.state(name),
        now=now,
        edits=_edits(registered),
        events=tuple(
            Event(at=one.at, kind=one.kind, detail=one.detail) for one in store.occurrences(name)
        ),
        late=asked.late,
        command=asked.command,
    )


class _Read(NamedTuple):
    """A design with the units that were read by it, and when."""

    design: Design
    units: Units
    aside: Aside
    now: float

    def analysed(self) -> Result:
        return analysed(self.design, self.units, self.aside, now=self.now, view=BARE)


def _promised(
    store: LiveStore, registered: tuple[Registration, ...], read: _Read
) -> Iterator[tuple[str, Result]]:
    """Yield the answer by the design that held when the first unit was exposed, if edited since."""
    before = [one for one in registered if one.at <= read.units.first[0]] or registered[:1]
    if before[-1].digest == registered[-1].digest:
        return
    design = registered_design(before[-1].text, read.design.experiment)
    if wanted(design) != wanted(read.design):
        units, aside = _units(store, design)
        read = read._replace(units=units, aside=aside)
    which = f"by the design as it was when the first unit was exposed ({dated(before[-1].at)})"
    yield which, read._replace(design=design).analysed()


def _uncut(store: LiveStore, read: _Read) -> Iterator[tuple[str, Result]]:
    """Yield the answer of the windows that had closed when traffic went to the base for good.

    After that nobody is shown an arm: a window that was open then misses what would have come.
    """
    since = None
    for one in store.occurrences(read.design.experiment):
        if one.kind in ("stopped", "ended"):
            since = one.at if since is None else since
        elif one.kind == "resumed":
            since = None
    if since is not None and since < read.now:
        which = f"of the windows that had closed before the stop ({dated(since)})"
        yield which, read._replace(now=since).analysed()


def json_shown(shown: Shown, exit_code: int) -> dict[str, object]:
    """Return schema 1 of `experiment show --json`."""
    head = {
        "schema": SCHEMA,
        "experiment": shown.result.experiment,
        "verdict": shown.result.verdict,
        "exit_code": exit_code,
        "state": shown.state,
        "seen": shown.now,
        "registered": {"at": shown.registered, "digest": shown.digest},
        "edits": msgspec.to_builtins(shown.edits),
        "occurrences": msgspec.to_builtins(shown.events),
    }
    return {**head, "result": msgspec.to_builtins(shown.result)}


def _registered(store: LiveStore, name: str) -> tuple[Registration, ...]:
    names = store.names()
    if not names:
        raise DeclarationError(
            f"{store.shown}: no experiment yet: `statera experiment start FILE.yaml`"
        )
    if name not in names:
        raise unknown("experiment", name, names)
    found = store.designs(name)
    if not found:
        raise DeclarationError(
            f"experiment '{name}' has exposures, but its design was never registered: "
            "`statera experiment start FILE.yaml`"
        )
    return found


def _nobody(
    design: Design, first: Registration, aside: Aside, *, now: float, ended: bool
) -> DeclarationError:
    """Return the line that says why there is nothing to show."""
    name, begins = design.experiment, min(split.since for split in splits(design))
    if begins > now:
        return DeclarationError(
            f"experiment '{name}' has not begun: its ramp starts {dated(begins)}"
        )
    beside = [
        f"{sum(counts.values()):,} {what}"
        for what, counts in msgspec.structs.asdict(aside).items()
        if what in ("crossed", "overridden", "stopped", "excluded") and sum(counts.values())
    ]
    told = f" (counted aside: {', '.join(beside)})" if beside else ""
    why = "its facts were deleted, or nobody was exposed" if ended else "nobody was exposed yet"
    return DeclarationError(f"experiment '{name}' was started {dated(first.at)}; {why}{told}")


def _edits(registered: tuple[Registration, ...]) -> tuple[Edit, ...]:
    pairs = pairwise(registered)
    return tuple(
        Edit(
            at=new.at,
            digest=new.digest,
            diff=tuple(diff(old.text, new.text, name=new.experiment).splitlines()),
        )
        for old, new in pairs
    )


def _units(store: LiveStore, design: Design, *, further: Sequence[str] = ()) -> tuple[Units, Aside]:
    """Return the units; of a shadow's arms what the candidate answered, whom nobody was shown."""
    units, aside = live_units(store, design, further=further)
    if design.mode != "shadow":
        return units, aside
    shadow, _ = live_units(store, design, shadow=True)
    if not np.array_equal(units.unit, shadow.unit):  # exposures came between the two readings
        return shadow, aside
    based = units.arm == 0
    outcomes = {
        name: Reports(
            *(
                np.where(based, own, other)
                for own, other in zip(one, shadow.outcomes[name], strict=True)
            )
        )
        for name, one in units.outcomes.items()
    }
    return units._replace(outcomes=outcomes), aside


def _with_history(units: Units, design: Design, asked: Asked) -> Units:
    """Return the units with the primary outcome's history as the file has it."""
    path, outcome = asked.history or Path(), design.primary.outcome
    sums = _history(path, outcome, asked.unit_key)
    found = [sums.get(unit, (0.0, 0)) for unit in units.unit.tolist()]
    if not any(number for _, number in found):
        raise DeclarationError(
            f"{path}: knows none of the {len(found):,} units. Is --unit-key the one that the guard "
            "hashes with?"
        )
    before, number = (np.array(column, dtype=np.float64) for column in zip(*found, strict=True))
    known = units.outcomes[outcome]._replace(before=before, before_number=number)
    return units._replace(outcomes={**units.outcomes, outcome: known})


def _history(path: Path, outcome: str, key: bytes) -> dict[int, tuple[float, int]]:
    """Return sum and number of the reports of each unit; a unit may have several lines."""
    sums: dict[int, tuple[float, int]] = {}
    for number, row in enumerate(read_csv(path), start=2):
        for column in (_UNIT, outcome):
            if column not in row:
                told = (
                    f"column '{column}' is missing.{nearest(column, row)} Found: {', '.join(row)}"
                )
                raise DeclarationError(f"{path}: {told}")
        if not row[outcome].strip():
            continue
        unit = identifier(key, "unit", row[_UNIT])
        total, count = sums.get(unit, (0.0, 0))
        sums[unit] = (total + _number(row[outcome], f"{path}, line {number}"), count + 1)
    return sums


def _number(text: str, where: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not np.isfinite(found):
        raise DeclarationError(f"{where}: '{text}' is no number")
    return found
