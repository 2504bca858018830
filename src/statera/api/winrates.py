"""Win rates with what stands behind them: whether anything may rest on the judge, people's labels.

    rows = rates(store, judged)                                          # of lists or files
    rows = rates(store, judged, await keep_pairs(seat, new, old, judged))    # of two stored runs
    rows[0].rate.void, rows[0].behind

A judge that an audit voided gives counts and no rate, as it does wherever its scores are read.
"""

from collections.abc import Iterator

import msgspec

from statera.analysis.judgednumber import Behind, judged_number
from statera.analysis.standing import judged_scores
from statera.analysis.winrates import WinRateRow, win_rates, without_rate
from statera.api.judged import JudgedPairs
from statera.api.stored import Run, voids
from statera.records.specs import RunInfo
from statera.stats.results import LEVEL
from statera.store.runstore import RunStore


class BackedRate(WinRateRow, frozen=True, kw_only=True):
    """A win rate with what stands behind it, where the verdicts are kept as scores of a run.

    `metric` is what gates call it, `task/score`, and `behind` what people's labels make of it; else
    they are empty and None.
    """

    metric: str = ""
    behind: Behind | None = None


def rates(
    store: RunStore,
    judged: JudgedPairs,
    info: RunInfo | None = None,
    *,
    level: float = LEVEL,
    early: bool = False,
) -> list[BackedRate]:
    """Return the win rates by task, criterion and category.

    `info` is the candidate's run with the verdicts as its scores, None where they are kept as none:
    what people said of the pairs is known of a run only. `early` is as for `win_rates`.
    """
    found = win_rates(judged.rows, level=level, early=early)
    rows = [BackedRate(**msgspec.structs.asdict(row)) for row in found]
    if info is not None:
        rows = list(_behind(Run(store, info), judged.sitting.run, rows))
    void = voids(store, judged.sitting.run, {row.task for row in rows})
    return [_told(row, void.get(row.task, "")) for row in rows]


def _behind(run: Run, judge: str, rows: list[BackedRate]) -> Iterator[BackedRate]:
    """Yield the rows with the names of their scores, and what stands behind them."""
    scores = {
        (task, score.criterion): score.metric
        for task, score in judged_scores(run.info)
        if score.run == judge
    }
    frames = {frame.task: frame for frame in run.frames}
    for row in rows:
        name, frame = scores[row.task, row.criterion], frames[row.task]
        standing = run.standings[row.task, name]
        behind = judged_number(
            frame, frame.metric(name), standing, row.category, level=row.rate.level
        )
        yield msgspec.structs.replace(row, metric=f"{row.task}/{name}", behind=behind)


def _told(row: BackedRate, void: str) -> BackedRate:
    why = void or (row.behind.void if row.behind is not None else "")
    return without_rate(row, why) if why and not row.rate.void else row
