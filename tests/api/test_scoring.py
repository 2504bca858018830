from statera.api.scoring import remember
from statera.api.stored import stored_metrics, stored_scorers
from statera.graders.judged import Judged
from statera.metrics.judged import JudgedMean
from statera.scorers.contains import Contains
from statera.store.runstore import RunStore
from tests.judges_made import stored

HAS = Contains(name="has", any=("x",))


def test_added_scorers_bring_their_usual_metrics(store: RunStore) -> None:
    info = remember(store, stored(store, ["x"]), {"open": [HAS]})
    assert [s.metric for s in stored_scorers(info)["open"]] == ["judged", "has"]
    assert {m.name for m in stored_metrics(info)["open"]} >= {"has", "has_given_answer"}
    assert store.find(info.id) == info


def test_metrics_may_be_stated_and_the_same_name_is_replaced(store: RunStore) -> None:
    first = Judged(judge="quality", run="1")
    second = Judged(judge="quality", run="2")
    info = stored(store, ["x"])
    for judged in (first, second):
        metrics = {"open": [JudgedMean(score="quality", low=1, high=5)]}
        info = remember(store, info, {"open": [judged]}, metrics)
    assert stored_scorers(info)["open"][-1] == second
    assert [m.name for m in stored_metrics(info)["open"]].count("quality") == 1
