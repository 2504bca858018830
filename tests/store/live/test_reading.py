import msgspec

from statera.records.live import Excluded, Fact
from statera.store.live.opening import LiveStore
from statera.store.live.wanted import Wanted, WantedOutcome
from tests.store.live.made import DAY, SOLVED, answer, exposure, said, scored, wants

EVENT = WantedOutcome("event", "feedback", DAY, 0.0, 1.0)
TOTAL = WantedOutcome("total", "feedback", DAY)


def answers(window: float = 0.0) -> WantedOutcome:
    return WantedOutcome("mean", "answer", window, 0.0)


def test_units_are_in_the_order_of_their_first_exposures(live: LiveStore) -> None:
    live.write([
        exposure(1, 30, "warm", at=5.0, slice=1), exposure(2, 20, at=2.0), exposure(3, 20, at=9.0),
        exposure(-4, -10, at=2.0), exposure(5, 40, at=1.0, experiment="other"),
    ])  # fmt: skip
    found = live.units(wants())
    assert found.unit.tolist() == [-10, 20, 30]
    assert found.arm.tolist() == [0, 0, 1]
    assert found.slice.tolist() == [0, 0, 1]
    assert found.first.tolist() == [2.0, 2.0, 5.0]
    assert found.exposures.tolist() == [1, 2, 1]
    assert found.cluster.tolist() == found.unit.tolist()
    assert found.answered.tolist() == [False, False, False]
    assert found.aside.exposures == {"base": 3, "warm": 1}


def test_an_empty_store_has_no_units(live: LiveStore) -> None:
    live.write([said(1, 1), answer(2), scored(2, 0.5)])
    given = wants(
        solved=SOLVED, latency=answers(), tone=WantedOutcome("mean", "score", DAY), bad=EVENT
    )
    found = live.units(given)
    assert len(found.unit) == 0
    assert all(len(part) == 0 for sums in found.outcomes.values() for part in sums)
    assert found.aside.unknown == {"solved": 1}


def test_reports_count_in_the_window_and_are_late_after_it(live: LiveStore) -> None:
    live.write([exposure(1, 10, at=100.0), exposure(2, 10, at=200.0), exposure(3, 11, at=300.0)])
    live.write([
        said(1, 1, 1.0, at=100.0 + DAY), said(2, 2, 0.0, at=100.5 + DAY), said(3, 2, 1.0, at=99.0),
        said(4, 3, 0.0, at=301.0), said(5, 3, 5.0, at=302.0),
    ])  # fmt: skip
    found = live.units(wants())
    solved = found.outcomes["solved"]
    assert solved.total.tolist() == [2.0, 0.0]
    assert solved.number.tolist() == [2, 1]
    assert (solved.late.tolist(), solved.late_number.tolist()) == ([0.0, 0.0], [1, 0])
    assert found.aside.out_of_bounds == {"solved": 1}


def test_a_mean_takes_the_last_word_an_event_any_a_total_all(live: LiveStore) -> None:
    live.write([exposure(1, 10, at=0.0), exposure(2, 10, at=1.0), exposure(3, 11, at=2.0)])
    reports: list[Fact] = []
    for number, name in enumerate(("mean", "event", "total")):
        reports += [
            said(10 * number + 1, 1, 1.0, at=5.0, outcome=name),
            said(10 * number + 2, 1, 0.0, at=6.0, outcome=name),
            said(10 * number + 3, 2, 1.0, at=7.0, outcome=name),
            said(10 * number + 4, 1, 1.0, at=8.0 + DAY, outcome=name),
        ]
    live.write(reports)
    found = live.units(wants(mean=SOLVED, event=EVENT, total=TOTAL)).outcomes
    assert {name: (one.total.tolist(), one.number.tolist()) for name, one in found.items()} == {
        "mean": ([1.0, 0.0], [2, 0]),
        "event": ([1.0, 0.0], [2, 0]),
        "total": ([2.0, 0.0], [3, 0]),
    }
    assert [one.late.tolist() for one in found.values()] == [[1.0, 0.0]] * 3


def test_what_is_unknown_is_counted_and_joined_when_the_exposure_comes(live: LiveStore) -> None:
    live.write([exposure(1, 10), said(1, 2, at=70.0), said(2, None, response=5, at=80.0)])
    before = live.units(wants())
    assert before.aside.unknown == {"solved": 2}
    live.write([exposure(2, 11, at=60.0), answer(1, response=5)])
    after = live.units(wants())
    assert after.aside.unknown == {}
    assert after.outcomes["solved"].number.tolist() == [1, 1]


def test_reports_on_known_answers_outside_the_experiment_are_not_unknown(live: LiveStore) -> None:
    live.write([exposure(1, 10), exposure(2, 12, experiment="other"), answer(3, response=6)])
    live.write([said(1, 2), said(2, 3), said(3, None, response=6)])
    found = live.units(wants())
    assert found.aside.unknown == {}
    assert found.outcomes["solved"].number.tolist() == [0]


def test_crossed_overridden_stopped_and_foreign_are_aside(live: LiveStore) -> None:
    live.write([
        exposure(1, 10, "base", at=1.0), exposure(2, 10, "warm", at=2.0), exposure(3, 11, "warm"),
        exposure(4, 12, "warm", entry="override"), exposure(5, 13, entry="stopped"),
        exposure(6, 14, "gone"), said(1, 1), said(2, 4), said(3, 5), said(4, 3),
        answer(3, fault=True), answer(4, fault=True), answer(1, fault=True),
        Excluded(id=1, experiment="tone", at=1.0, reason="no unit"),
    ])  # fmt: skip
    found = live.units(wants())
    assert found.unit.tolist() == [11]
    aside = found.aside
    assert aside.crossed == {"base": 1}
    assert aside.overridden == {"warm": 1}
    assert aside.stopped == {"base": 1}
    assert aside.excluded == {"no unit": 1, "an arm that the design does not have": 1}
    assert aside.exposures == {"base": 1, "warm": 2}
    assert aside.faults == {"base": 1, "warm": 1}
    assert aside.out_of_time == {"solved": 3}


def test_history_is_what_was_said_of_other_experiments_before(live: LiveStore) -> None:
    live.write([
        exposure(1, 10, at=1000.0), exposure(2, 10, at=500.0, experiment="past"),
        exposure(3, 10, at=700.0, experiment="past"), exposure(4, 77, at=700.0, experiment="past"),
        exposure(5, 10, at=1500.0, experiment="past"),
        said(1, 2, 1.0, at=950.0), said(2, 2, 0.0, at=960.0), said(3, 3, 1.0, at=800.0),
        said(4, 3, 1.0, at=1100.0), said(5, 5, 1.0, at=1600.0), said(6, 1, 1.0, at=1200.0),
        said(7, 2, 1.0, at=10.0), answer(3, at=701.0, seconds=4.0), answer(1, at=1001.0, seconds=2),
    ])  # fmt: skip
    without = wants(solved=SOLVED, latency=answers())
    given = Wanted(experiment="tone", arms=without.arms, outcomes=without.outcomes, history=600.0)
    solved, latency = live.units(given).outcomes.values()
    assert (solved.before.tolist(), solved.before_number.tolist()) == ([1.0], [2])
    assert (solved.total.tolist(), solved.number.tolist()) == ([1.0], [1])
    assert (latency.before.tolist(), latency.total.tolist()) == ([4.0], [2.0])
    assert live.units(without).outcomes["solved"].before_number.tolist() == [0]


def test_answers_tell_latency_cost_errors_blocks_and_refusals(live: LiveStore) -> None:
    live.write([
        exposure(1, 10), exposure(2, 10, at=1.0), exposure(3, 11, at=2.0), exposure(4, 12, at=3.0),
        exposure(5, 13, at=4.0),
        answer(1, seconds=2.0, first=0.5, output_tokens=7, cost=0.25, refused=0.75),
        answer(2, seconds=4.0, status=500), answer(3, status=400, guarded_input="block"),
        answer(4, status=503, guarded_output="unavailable"),
        answer(1, shadow=True, seconds=9.0),
    ])  # fmt: skip
    names = ("latency", "first_token", "tokens", "cost", "error", "blocked", "refusal")
    found = live.units(wants(**dict.fromkeys(names, answers())))
    assert found.answered.tolist() == [True, True, True, False]
    total = {name: one.total.tolist() for name, one in found.outcomes.items()}
    assert total["latency"] == [2.0, 0.0, 0.0, 0.0]
    assert total["first_token"] == [0.5, 0.0, 0.0, 0.0]
    assert total["tokens"] == [7.0, 0.0, 0.0, 0.0]
    assert total["cost"] == [0.25, 0.0, 0.0, 0.0]
    assert total["error"] == [0.0, 0.0, 1.0, 0.0]
    assert total["blocked"] == [0.0, 1.0, 0.0, 0.0]
    assert total["refusal"] == [0.75, 0.0, 0.0, 0.0]
    assert found.outcomes["latency"].number.tolist() == [1, 0, 0, 0]
    assert found.outcomes["error"].number.tolist() == [1, 1, 1, 0]
    wide = live.units(wants(latency=answers(DAY), error=answers(DAY))).outcomes
    assert wide["latency"].total.tolist() == [6.0, 0.0, 0.0, 0.0]
    assert wide["error"].total.tolist() == [1.0, 0.0, 1.0, 0.0]
    shadow = Wanted(
        experiment="tone", arms=("base", "warm"), outcomes={"latency": answers()}, shadow=True
    )
    assert live.units(shadow).outcomes["latency"].total.tolist() == [9.0, 0.0, 0.0, 0.0]


def test_online_scores_take_the_newest_version(live: LiveStore) -> None:
    live.write([
        exposure(1, 10), scored(1, 0.25, at=2.0, version="1"), scored(1, 0.75, at=3.0, version="2"),
        scored(1, 0.5, shadow=True),
    ])  # fmt: skip
    for window in (0.0, DAY):
        tone = live.units(wants(tone=WantedOutcome("mean", "score", window))).outcomes["tone"]
        assert (tone.total.tolist(), tone.number.tolist()) == ([0.75], [1])


def test_segments_clusters_and_designs_are_of_the_first_exposure(live: LiveStore) -> None:
    live.write([
        exposure(1, 10, segments={"language": "de", "plan": "free"}, design="d1", cluster=5),
        exposure(2, 10, at=9.0, segments={"language": "en"}, design="d2", cluster=6),
        exposure(3, 11, at=1.0, segments={"language": "fr"}, design="d2"),
    ])  # fmt: skip
    given = Wanted(
        experiment="tone", arms=("base", "warm"), outcomes={"solved": SOLVED}, clustered=True,
        segments={"language": ("en", "de"), "plan": ("free", "paid")},
    )  # fmt: skip
    found = live.units(given)
    assert {name: codes.tolist() for name, codes in found.segments.items()} == {
        "language": [1, -1], "plan": [0, -1],
    }  # fmt: skip
    assert found.cluster.tolist() == [5, 11]
    assert found.aside.designs == {"d1": 1, "d2": 2}


def test_an_answer_that_never_came_is_an_error(live: LiveStore) -> None:
    """The last exposure may still be answered; an override is in nothing."""
    live.write([
        exposure(1, 10), exposure(2, 11, at=1.0), exposure(3, 12, at=2.0, entry="override"),
        exposure(4, 13, at=2000.0), exposure(5, 14, at=2001.0), answer(1), answer(4, at=2002.0),
    ])  # fmt: skip
    found = live.units(wants(error=answers(), latency=answers()))
    assert found.outcomes["error"].total.tolist() == [0, 1, 0, 0]
    assert found.outcomes["error"].number.tolist() == [1, 1, 1, 0]
    assert found.outcomes["latency"].number.tolist() == [0, 0, 0, 0]
    shadow = msgspec.structs.replace(wants(error=answers()), shadow=True)
    assert live.units(shadow).outcomes["error"].number.sum() == 0


def test_without_any_answer_nothing_is_an_error(live: LiveStore) -> None:
    live.write([exposure(1, 10), exposure(2, 11, at=5000.0)])
    assert live.units(wants(error=answers())).outcomes["error"].number.sum() == 0
