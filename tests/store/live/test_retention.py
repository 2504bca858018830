from statera.records.live import Excluded, Occurrence
from statera.store.live.opening import LiveStore
from statera.store.live.wanted import Wanted
from tests.store.live.made import SOLVED, answer, exposure, said, scored, wants


def ended(name: str, at: float, kind: str = "ended") -> Occurrence:
    return Occurrence(id=hash((name, at)), experiment=name, at=at, kind=kind, detail="")


def test_what_ended_long_ago_goes_with_all_that_came_of_it(live: LiveStore) -> None:
    live.register("old", "a", "", 1.0)
    live.write([
        exposure(1, 10, experiment="old"), answer(1, response=70), said(1, 1), scored(1, 0.5),
        said(2, None, response=70), ended("old", 50.0),
        Excluded(id=3, experiment="old", at=1.0, reason="no unit"),
        exposure(2, 10), answer(2, response=80), said(4, 2), said(5, None, response=80),
        scored(2, 0.5), exposure(3, 11, experiment="new"), ended("new", 150.0), said(6, 3),
        said(7, 999), said(8, 998, at=200.0),
    ])  # fmt: skip
    counts = live.retain(100.0, 300.0)
    assert counts == {"exposures": 1, "answers": 1, "scores": 1, "feedback": 3, "excluded": 1}
    found = live.units(wants())
    assert found.outcomes["solved"].number.tolist() == [1]
    assert found.answered.tolist() == [True]
    assert found.aside.unknown == {"solved": 1}
    new = Wanted(experiment="new", arms=("base",), outcomes={"solved": SOLVED})
    assert live.units(new).outcomes["solved"].number.tolist() == [1]
    assert [one.digest for one in live.designs("old")] == ["a"]
    last = live.occurrences("old")[-1]
    assert (last.kind, last.at, last.data) == ("retained", 300.0, '{"exposures":1}')
    assert live.state("old") == "ended"
    assert set(live.retain(100.0, 301.0).values()) == {0}
    assert len(live.occurrences("old")) == 2


def test_what_was_taken_up_again_stays(live: LiveStore) -> None:
    live.write([exposure(1, 10), said(1, 1), ended("tone", 5.0), ended("tone", 6.0, "resumed")])
    assert set(live.retain(100.0, 300.0).values()) == {0}
    assert live.units(wants()).outcomes["solved"].number.tolist() == [1]
