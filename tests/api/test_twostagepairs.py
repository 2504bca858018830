import asyncio
import random
from dataclasses import replace

from statera.api.answers import answers_of
from statera.api.judged import judge_pairs, keep_pairs
from statera.api.labelling import Draw
from statera.api.stored import Run
from statera.api.twostage import Stages, check_stages
from statera.api.twostagepairs import keep_pairs_part, pairs_part, staged_pairs
from statera.records.parts import stored_parts
from statera.records.specs import RunInfo
from statera.store.runstore import RunStore
from tests.judges_made import PAIRWISE, bench, stored
from tests.panels_made import judge_model


def replies(count: int, seed: int) -> list[str]:
    """Return replies that state their quality, from 1 to 5."""
    drawn = random.Random(seed)
    return [f"reply {i} quality={drawn.randint(1, 5)}" for i in range(count)]


def pairs(store: RunStore, count: int = 150) -> tuple[RunInfo, RunInfo]:
    return (
        stored(store, replies(count, 1), name="new"),
        stored(store, replies(count, 2), name="old"),
    )


def test_a_win_rate_in_two_stages(store: RunStore) -> None:
    first, second = (replace(PAIRWISE, name=name, model=name) for name in ("few", "more"))
    stages = Stages(first, second, 0.4)
    check_stages(stages, pairs=True)
    runs = pairs(store)
    sides = [answers_of(store, info) for info in runs]
    cheap = bench(first, judge_model(seed=0, noise=0.3), store)
    dear = bench(second, judge_model(seed=1, noise=0.02), store, seed=1)
    whole = asyncio.run(judge_pairs(cheap, *sides))
    asyncio.run(keep_pairs(cheap, *runs, whole))
    part = asyncio.run(judge_pairs(dear, *pairs_part(sides[0], sides[1], stages.draw)))
    assert len(part.pairs) == 60
    (row,) = staged_pairs(stages, whole, part)
    assert (row.metric, row.of, row.found.n, row.found.labels) == ("open/more", "few", 150, 60)
    full = asyncio.run(judge_pairs(dear, *sides))
    truth = sum(pair.verdict.value or 0.0 for pair in full.pairs) / 150
    assert row.found.low is not None
    assert row.found.high is not None
    assert row.found.low <= truth <= row.found.high
    kept = asyncio.run(keep_pairs_part(dear, runs, stages, whole, part))
    assert Run(store, kept)["open/more"].n == 60
    assert stored_parts(kept)["more"].against == runs[1].id


def test_pairs_that_lack_a_side_are_not_drawn(store: RunStore) -> None:
    sides = [answers_of(store, info) for info in pairs(store, 20)]
    ours, theirs = pairs_part(sides[0], sides[1][:10], Draw(share=0.2))
    assert [a.place for a in ours] == [b.place for b in theirs]
    assert len(ours) == 2
    shared = {b.place for b in sides[1][:10]}
    assert all(a.place in shared for a in ours)
