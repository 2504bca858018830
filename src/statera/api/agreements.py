"""How far those agree who judged: the members of a panel, or the repeats of one judge.

judged = await graded(panel, info)
agreement(panel, judged)[0].alpha          # 0.743 [0.571, 0.865] 95 %, 120 units, …
"""

from collections.abc import Iterator

from statera.analysis.disagreement import Disagreement, Vote, disagreements
from statera.api.judged import JudgedPairs, JudgedRun, Pair
from statera.api.judging import Bench
from statera.api.panelbench import AnySeat
from statera.api.panels import PanelPair, PanelRun
from statera.graders.asks import Ask, of_pair
from statera.graders.panel import FLIP, SPLIT
from statera.stats.results import LEVEL


def agreement(
    seat: AnySeat, judged: JudgedRun | JudgedPairs, *, level: float = LEVEL
) -> list[Disagreement]:
    """Return how far the members, or the repeats, agree by task and criterion.

    Empty for a judge that is asked once. ValueError for a level outside (0, 1).
    """
    if not isinstance(seat, Bench):
        return disagreements(_votes(judged), seat.judge.names, level=level)
    count = seat.judge.repeats
    if count < 2:
        return []
    raters = [f"repeat {number}" for number in range(1, count + 1)]
    found = (
        _repeats(judged, seat) if isinstance(judged, JudgedRun) else _pair_repeats(judged, count)
    )
    return disagreements(found, raters, level=level, repeats=True)


def _votes(judged: JudgedRun | JudgedPairs) -> Iterator[Vote]:
    """Yield what the members of a panel said."""
    if isinstance(judged, PanelRun):
        yield from judged.votes
    elif isinstance(judged, JudgedPairs):
        for pair in judged.pairs:
            if isinstance(pair, PanelPair) and not pair.asked.same:
                yield _of_pair(
                    pair,
                    tuple(verdict.value for verdict in pair.votes),
                    flips=tuple(FLIP in verdict.flags for verdict in pair.votes),
                    split=SPLIT in pair.verdict.flags,
                )


def _repeats(judged: JudgedRun, bench: Bench) -> Iterator[Vote]:
    """Yield what each repeat said of the replies."""
    for criterion in bench.judge.criteria:
        for answer in judged.answers:
            if answer.output.strip():
                said = judged.sitting.repeats(Ask(criterion=criterion.name, answers=(answer,)))
                values = tuple(
                    said[r].value if r in said else None for r in range(bench.judge.repeats)
                )
                yield Vote(answer.task, criterion.name, answer.unit, values)


def _pair_repeats(judged: JudgedPairs, count: int) -> Iterator[Vote]:
    """Yield what each repeat said of the pairs that were asked, both orders as one."""
    for pair in judged.pairs:
        if pair.asked.same:
            continue
        there = pair.forward.keys() & pair.backward.keys()
        said = [
            of_pair(pair.forward[r], pair.backward[r]) if r in there else None for r in range(count)
        ]
        yield _of_pair(
            pair,
            tuple(None if one is None else one.value for one in said),
            flips=tuple(one is not None and FLIP in one.flags for one in said),
        )


def _of_pair(
    pair: Pair, values: tuple[float | None, ...], *, flips: tuple[bool, ...], split: bool = False
) -> Vote:
    shown = pair.asked.candidate
    return Vote(shown.task, pair.asked.criterion, shown.unit, values, flips, split)
