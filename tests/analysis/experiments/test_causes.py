from statera.analysis.experiments.causes import NONE, causes
from statera.records.live import Aside

SEEN = {"base": 10_000, "warm": 9_000}


def test_nothing_known_is_said() -> None:
    assert causes(Aside(), SEEN, {}, alpha=0.001) == (NONE,)
    few = Aside(crossed={"warm": 3}, excluded={"no unit": 5}, designs={"a": 1})
    assert causes(few, SEEN, {}, alpha=0.001) == (NONE,)


def test_each_kind_of_loss_is_told_apart() -> None:
    aside = Aside(
        faults={"base": 4, "warm": 700},
        exposures={"base": 20_000, "warm": 18_000},
        crossed={"warm": 400},
        stopped={"base": 900},
        excluded={"no unit": 1_000, "bot": 50},
        designs={"a": 5, "b": 6},
    )
    by = {"slice=0": 0.5, "slice=1": 1e-9, "platform=ios": 1e-9, "platform=other": 1e-9}
    where, faults, crossed, stopped, excluded, edited = causes(aside, SEEN, by, alpha=0.001)
    assert where == "it sits in slice=1 (p 1e-09), not in the other values"
    assert faults == "faults sit on one side: 3.89% of the requests of 'warm', 0.02% of 'base'"
    assert crossed.endswith("0 of 'base', 400 of 'warm'")
    assert stopped.endswith("900 of 'base', 0 of 'warm'")
    assert excluded.endswith("bot 50, no unit 1,000")
    assert "2 versions" in edited


def test_the_same_faults_on_both_sides_are_no_cause() -> None:
    aside = Aside(faults={"base": 90, "warm": 100}, exposures={"base": 9_000, "warm": 9_100})
    assert causes(aside, SEEN, {}, alpha=0.001) == (NONE,)
    assert causes(Aside(exposures={"base": 5, "warm": 5}), SEEN, {}, alpha=0.001) == (NONE,)
