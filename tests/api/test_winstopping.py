from collections.abc import Sequence

import numpy as np

from statera.analysis.winrates import JudgedPair
from statera.api.judging import make_plan
from statera.api.winstopping import FIRST, Until, WinRateStopper
from statera.graders.asks import PairAsk, both_orders
from statera.store.runstore import RunStore
from tests.judges_made import PAIRWISE, answer, bench, scripted


def pairs(count: int) -> list[PairAsk]:
    return [
        both_orders("pairwise", answer(f"a{i}", sample=f"q{i}"), answer(f"b{i}", sample=f"q{i}"))
        for i in range(count)
    ]


def stopper(store: RunStore, count: int, wins: float, limit: float = 0.5) -> WinRateStopper:
    """Return a stopper over pairs of which that share is won, spread evenly over the order."""
    asks = pairs(count)
    plan = make_plan(bench(PAIRWISE, scripted(), store), [ask for pair in asks for ask in pair])

    def reading(run: str, asked: Sequence[PairAsk]) -> list[JudgedPair]:
        values = [float((i + 1) * wins // 1 > i * wins // 1) for i in range(len(asked))]
        return [
            JudgedPair("open", "pairwise", pair.candidate.sample_id, str(i), None, value, value)
            for i, (pair, value) in enumerate(zip(asked, values, strict=True))
        ]

    return WinRateStopper(plan, asks, reading, Until(limit))


def looks(found: WinRateStopper) -> list[int]:
    sizes = []
    while (batch := found.next_batch("run")) is not None:
        sizes.append(sum(map(len, batch)) // 2)
    return sizes


def test_a_clear_winner_ends_it_at_the_first_look(store: RunStore) -> None:
    found = stopper(store, 300, 0.95)
    assert looks(found) == [FIRST]
    assert found.reason == f"the win rate is surely above 0.5 after {FIRST} of 300 items"
    assert len(found.asked) == FIRST
    assert found.record["complete"]


def test_a_clear_loser_too(store: RunStore) -> None:
    found = stopper(store, 300, 0.05)
    looks(found)
    assert "surely below 0.5" in found.reason


def test_equals_are_asked_to_the_end_in_growing_batches(store: RunStore) -> None:
    found = stopper(store, 100, 0.5)
    assert looks(found) == [32, 48, 72, 100]
    assert found.reason == "all 100 items are judged: not decided"


def test_batches_hold_all_that_was_asked_before(store: RunStore) -> None:
    found, seen = stopper(store, 100, 0.5), set[str]()
    while (batch := found.next_batch("run")) is not None:
        now = {sample.id for samples in batch for sample in samples}
        assert seen <= now
        seen = now
    assert len(seen) == 200


def test_the_order_is_seeded(store: RunStore) -> None:
    first, second = stopper(store, 100, 0.5), stopper(store, 100, 0.5)
    for one in (first, second):
        one.next_batch("run")
    assert [p.candidate.sample_id for p in first.asked] == [
        p.candidate.sample_id for p in second.asked
    ]
    assert [p.candidate.sample_id for p in first.asked] != [f"q{i}" for i in range(FIRST)]


def test_looking_often_does_not_find_winners_among_equals(store: RunStore) -> None:
    """At most 5 % of judgings of equals may end with a winner, however often one looks."""
    rng = np.random.default_rng(7)
    asks = pairs(400)
    plan = make_plan(bench(PAIRWISE, scripted(), store), [ask for pair in asks for ask in pair])
    wrong = 0
    for _ in range(120):
        values = dict(
            zip(
                [p.candidate.sample_id for p in asks], rng.choice([0.0, 0.5, 1.0], 400), strict=True
            )
        )

        def reading(
            run: str, asked: Sequence[PairAsk], values: dict[str, float] = values
        ) -> list[JudgedPair]:
            return [
                JudgedPair(
                    "open",
                    "pairwise",
                    pair.candidate.sample_id,
                    pair.candidate.sample_id,
                    None,
                    float(values[pair.candidate.sample_id]),
                    float(values[pair.candidate.sample_id]),
                )
                for pair in asked
            ]

        found = WinRateStopper(plan, asks, reading, Until(0.5))
        looks(found)
        wrong += "surely" in found.reason
    assert wrong <= 12  # 120 x 0.05 and four standard deviations
