"""Win rates in two stages: a cheap judge compares all pairs, a dear one those of a random part.

whole = await judge_pairs(cheap, candidate, other)
part = await judge_pairs(dear, *pairs_part(candidate, other, stages.draw))
staged_pairs(stages, whole, part)[0].found          # the dear judge's win rate over all pairs
"""

from collections.abc import Sequence

from statera.analysis.stages import Seen, Staged, means, staged
from statera.api.judged import JudgedPairs, Pair, check_names
from statera.api.judging import Bench
from statera.api.labelling import Draw, drawn
from statera.api.scoring import remember
from statera.api.twostage import Stages, keep_part, record_part, second_graders
from statera.metrics.judged import WinRate
from statera.records.specs import RunInfo
from statera.records.verdicts import Answer
from statera.stats.results import LEVEL


def pairs_part(
    candidate: Sequence[Answer], other: Sequence[Answer], draw: Draw
) -> tuple[list[Answer], list[Answer]]:
    """Return the replies of both to the part of their shared items that is drawn."""
    shared = {a.place for a in candidate} & {b.place for b in other}
    part = drawn(sorted({place[:2] for place in shared}), draw)
    ours, theirs = (
        [a for a in side if a.place in shared and a.place[:2] in part]
        for side in (candidate, other)
    )
    return ours, theirs


def staged_pairs(
    stages_: Stages, first: JudgedPairs, second: JudgedPairs, *, level: float = LEVEL
) -> list[Staged]:
    """Return the win rate of the second judge over all pairs, by task and criterion."""
    cheap, dear = _by_task(first.pairs), _by_task(second.pairs)
    rows = []
    for task in dict.fromkeys(task for task, _ in cheap):
        for match in stages_.matches:
            seen = _seen(cheap[task, match.first], dear.get((task, match.second), []))
            rows.append(staged((f"{task}/{match.score}", match.of), seen, level=level))
    return rows


async def keep_pairs_part(
    bench: Bench,
    runs: tuple[RunInfo, RunInfo],
    stages_: Stages,
    first: JudgedPairs,
    second: JudgedPairs,
) -> RunInfo:
    """Keep the second judge's verdicts on its part of the pairs as scores of the candidate."""
    info, other = runs
    tasks = list(dict.fromkeys(pair.asked.candidate.task for pair in second.pairs))
    graders = second_graders(bench, stages_, against=other.id)
    check_names(info, tasks, graders)
    for one in graders:
        own = [pair for pair in second.pairs if pair.asked.criterion == one.criterion]
        found = {pair.asked.candidate.place: pair.verdict for pair in own}
        await keep_part(bench.store, info, tasks, one, found, {place[:2] for place in found})
    metrics = [WinRate(score=one.metric, against=other.id) for one in graders]
    added = dict.fromkeys(tasks, tuple(graders))
    info = remember(bench.store, info, added, dict.fromkeys(tasks, metrics))
    items = {pair.asked.candidate.place[:2] for pair in first.pairs}
    return record_part(bench.store, info, stages_, items, against=other.id)


def _by_task(pairs: Sequence[Pair]) -> dict[tuple[str, str], list[Pair]]:
    found: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        found.setdefault((pair.asked.candidate.task, pair.asked.criterion), []).append(pair)
    return found


def _seen(first: Sequence[Pair], second: Sequence[Pair]) -> list[Seen]:
    """Return the items of the first judge's pairs, with what the second said of those it saw."""
    theirs, ours = _values(first), _values(second)
    units = {pair.asked.candidate.sample_id: pair.asked.candidate.unit for pair in first}
    return [
        Seen(value, ours.get(item), item in ours, units[item])
        for item, value in theirs.items()
        if value is not None or ours.get(item) is not None
    ]


def _values(pairs: Sequence[Pair]) -> dict[str, float | None]:
    return means((pair.asked.candidate.sample_id, pair.verdict.value) for pair in pairs)
