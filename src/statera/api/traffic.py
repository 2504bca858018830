"""Live traffic that was imported: why did it move, before and after, or from version to version?

found = diagnose_runs([run], Split(before=..., after=...), TrafficTerms())
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
import numpy as np

from statera.analysis.traffic import Coded, Part, Role, Traffic, gathered
from statera.api.stored import AnyScoring, Run, stored_metrics, stored_scorers
from statera.diagnosis.traffic import TrafficDiagnosis, TrafficTerms, diagnose_traffic
from statera.errors import DeclarationError, unknown
from statera.interop.importing.tracerows import ANSWERED, FLAGGED
from statera.interop.importing.traces import TOOL
from statera.metrics.judged import JudgedGood, JudgedMean
from statera.metrics.means import Accuracy, MeanScore
from statera.metrics.rates import Rate
from statera.protocols import Metric
from statera.stats.poststratified import Mask

FORMATS = ("json_valid", "json_schema", "regex", "in_format", "length")
"""Types of scorers that say whether a reply has its form, and nothing of what it says."""


_TERMS = TrafficTerms()


class Split(NamedTuple):
    """What the two sides are: base, then candidate.

    Requests before and from a time on (seconds since 1970 UTC; one of the two is enough), or those
    whose field `by` has one value and another.
    """

    before: float | None = None
    after: float | None = None
    by: tuple[str, str, str] | None = None


def is_traffic(run: Run) -> bool:
    """Return whether a run is live traffic that was imported."""
    return bool(run.info.environment.get("imported", {}).get("tool") == TOOL)


def diagnose_runs(
    runs: Sequence[Run], split: Split, terms: TrafficTerms = _TERMS
) -> TrafficDiagnosis:
    """Return why traffic moved: within one run by `split`, or from the second run to the first.

    DeclarationError for a run that is no traffic, a side without requests, an unknown field or
    value.
    """
    traffic = read_traffic(runs)
    if terms.segments is not None:
        for name in terms.segments:
            if name not in traffic.segments:
                raise unknown("segment", name, traffic.segments)
    after, chosen = _sides(traffic, runs, split)
    return diagnose_traffic(traffic.only(chosen), after[chosen], terms)


def read_traffic(runs: Sequence[Run]) -> Traffic:
    """Return the requests of all tasks of the runs; DeclarationError for one that is no traffic."""
    parts = []
    for run in runs:
        if not is_traffic(run):
            raise DeclarationError(
                f"run {run.info.id[:8]} is no live traffic: `statera import traces FILE` makes one"
            )
        parts += [_part(run, task.name) for task in run.info.spec.tasks]
    return gathered(parts)


def _part(run: Run, task: str) -> Part:
    rows = (row for row in run.store.scores(run.info.id) if row.task == task)
    samples = run.store.samples(run.info.id, task)
    return Part(run.info.id, samples, rows, roles_of(run, task))


def roles_of(run: Run, task: str) -> dict[str, Role]:
    """Return what each score of a task of traffic tells: by its scorer, then by its metric."""
    scorers = {scorer.metric: scorer for scorer in stored_scorers(run.info)[task]}
    roles: dict[str, Role] = {ANSWERED: "lead"}
    for metric in stored_metrics(run.info)[task]:
        if metric.score != ANSWERED and metric.score not in roles:
            role = _role(metric, scorers.get(metric.score))
            if role is not None:
                roles[metric.score] = role
    return roles


def _role(metric: Metric, scorer: AnyScoring | None) -> Role | None:
    if metric.score == FLAGGED or (isinstance(metric, Rate) and not metric.higher_is_better):
        return "harm"
    if scorer is not None and _tag(scorer) in FORMATS:
        return "format"
    if isinstance(metric, Accuracy):
        return "right"
    graded = isinstance(metric, JudgedMean | JudgedGood | MeanScore | Rate)
    return "quality" if graded else None


def _tag(scorer: AnyScoring) -> str:
    config = getattr(type(scorer), "__struct_config__", None)
    return str(config.tag) if isinstance(config, msgspec.structs.StructConfig) else ""


def _sides(traffic: Traffic, runs: Sequence[Run], split: Split) -> tuple[Mask, Mask]:
    """Return which requests are the candidate's, and which are on one of the sides."""
    if len(runs) == 2 and split == Split():
        return _by(traffic.fact("run"), runs[1].info.id, runs[0].info.id, "run")
    if split.by is not None:
        field, base, candidate = split.by
        first, second = _by(traffic.fact(field), base, candidate, field)
        return first, second & _within(traffic, split)
    limits = [one for one in (split.before, split.after) if one is not None]
    if not limits:
        raise DeclarationError("say what the two sides are: --before and --after, or --by")
    early, late = split.before, split.after
    until, since = (late if early is None else early), (early if late is None else late)
    if since is None or until is None or since < until:
        raise DeclarationError("--before and --after overlap: --after DATE is not the earlier one")
    after: Mask = traffic.time >= since
    return after, after | (traffic.time < until)


def _within(traffic: Traffic, split: Split) -> Mask:
    """Return which requests lie within the times that are stated beside a field."""
    chosen: Mask = np.ones(len(traffic), np.bool_)
    if split.after is not None:
        chosen &= traffic.time >= split.after
    if split.before is not None:
        chosen &= traffic.time < split.before
    return chosen


def _by(coded: Coded, base: str, candidate: str, field: str) -> tuple[Mask, Mask]:
    for value in (base, candidate):
        if value not in coded.names:
            raise unknown(f"value of {field}", value, coded.names)
    if base == candidate:
        raise DeclarationError(f"--by {field}: the two sides are the same, {base}")
    after: Mask = coded.codes == coded.names.index(candidate)
    return after, after | (coded.codes == coded.names.index(base))


def moment_of(text: str, flag: str) -> float:
    """Return a date or a time of ISO 8601 as seconds since 1970 UTC; UTC where it names no zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise DeclarationError(
            f"{flag} {text}: a date as 2026-03-01, or a time as 2026-03-01T12:00+01:00"
        ) from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
