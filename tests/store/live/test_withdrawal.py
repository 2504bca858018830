from statera.records.live import Answered, Excluded, Exposure, Feedback
from statera.store.live.opening import LiveStore
from statera.store.live.wanted import Wanted, WantedOutcome

WANTED = Wanted(
    experiment="tone",
    arms=("base", "warm"),
    outcomes={"solved": WantedOutcome("mean", "feedback", 100.0, 0.0, 1.0)},
)


def facts(unit: int, decision: int) -> list[Exposure | Answered | Feedback]:
    return [
        Exposure(decision=decision, experiment="tone", unit=unit, arm="warm", slice=0, at=10.0),
        Answered(decision=decision, at=11.0, arm="warm", response=decision * 10),
        Feedback(id=decision, at=12.0, outcome="solved", value=1.0, decision=decision),
        Feedback(id=-decision, at=13.0, outcome="solved", value=0.0, response=decision * 10),
    ]


def test_all_facts_of_a_unit_go_and_that_it_withdrew_is_counted(live: LiveStore) -> None:
    live.write([*facts(7, 1), *facts(7, 2), *facts(8, 3)])
    left = Excluded(id=5, experiment="tone", at=20.0, reason="withdrew, warm")
    assert live.withdraw("tone", 7, left) == 2
    found = live.units(WANTED)
    assert found.unit.tolist() == [8]
    assert found.outcomes["solved"].number.tolist() == [1]
    assert found.aside.excluded == {"withdrew, warm": 1}
    assert found.aside.unknown == {}
    assert live.withdraw("tone", 7, left) == 0
    assert live.units(WANTED).aside.excluded == {"withdrew, warm": 1}
