from statera.api.pooling import alone, pool, pooled
from statera.gate.failures import Confirmed
from statera.store.ledger import Confirmation
from statera.store.runstore import RunStore
from tests.runs_made import alternating, stored


def test_runs_of_one_system_that_differ_in_seed_are_one_candidate(store: RunStore) -> None:
    first = stored(store, alternating(3, 1), seed=1)
    second = stored(store, alternating(1, 2, first=3), seed=2)
    stored(store, alternating(4, 0), seed=2, model="other")
    stored(store, alternating(4, 0), seed=2, data="other")
    found = pooled(second)
    assert found.ids == (second.info.id, first.info.id)
    (frame,) = found.frames
    assert frame.ids == ["all/3", "all/4", "all/5", "all/0", "all/1", "all/2"]
    assert frame.outcomes["accuracy"][0] == ("right", "wrong")
    assert pooled(first).system == found.system


def test_a_run_without_siblings_is_itself(store: RunStore) -> None:
    run = stored(store, alternating(3, 1))
    assert pooled(run).ids == alone(run).ids == (run.info.id,)
    assert pooled(run).frames is run.frames


def test_pooling_the_same_runs_gives_the_same_numbers_in_any_order(store: RunStore) -> None:
    infos = [stored(store, alternating(3, k), seed=k).info for k in (1, 2)]
    one, two = pool(store, infos), pool(store, infos[::-1])
    values = [dict(zip(p.frames[0].ids, p.frames[0].column("accuracy").values, strict=True))
              for p in (one, two)]  # fmt: skip
    assert values[0] == values[1]


def test_what_people_said_of_pooled_runs_adds_up(store: RunStore) -> None:
    runs = [stored(store, alternating(1, 1), seed=k) for k in (1, 2)]
    for run, trials, failure in ((runs[0], 1, False), (runs[0], 2, False), (runs[1], 1, False)):
        said = Confirmation(
            task="t",
            sample_id="all/1",
            metric="critical",
            failure=failure,
            trials=trials,
            by="Ada",
            why="read",
        )
        store.ledger.confirm(run.info.id, said)
    key = ("t", "all/1", "critical")
    assert pooled(runs[0]).confirmed == {key: Confirmed(False, 3, "Ada", "read")}
    assert alone(runs[1]).confirmed == {key: Confirmed(False, 1, "Ada", "read")}


def test_categories_that_were_to_be_asked_are_declared(store: RunStore) -> None:
    run = stored(store, {"a/1": ["right"], "b/1": []})
    assert pooled(run).declared == {"t": frozenset({"a", "b"})}
