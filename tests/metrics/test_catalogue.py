import msgspec

from statera.metrics.catalogue import AnyMetric, default_metrics, expand
from statera.metrics.means import Accuracy, GivenAnswer, Macro, MeanScore
from statera.metrics.passk import GPass, PassAt, PassHat, WorstOf
from statera.metrics.rates import Rate
from statera.protocols import Metric


class Scored(msgspec.Struct):
    metric: str
    graded: bool
    version: str = "1"


def test_defaults_show_both_denominators() -> None:
    found = default_metrics([Scored("accuracy", False), Scored("f1", True)])  # type: ignore[list-item]
    assert [m.name for m in found] == ["accuracy", "accuracy_given_answer", "f1"]


def test_pass_at_is_written_out_for_the_epochs() -> None:
    found = expand([Accuracy(score="pass"), PassAt(score="pass", k=1)], 3)
    assert [m.name for m in found] == ["pass", "pass@1", "pass@2", "pass@3"]
    many = [m.name for m in expand([PassAt(score="pass", k=1)], 60)]
    assert many[9:] == ["pass@10", "pass@25", "pass@50", "pass@60"]


def test_pass_hat_is_written_out_like_pass_at_and_a_share_of_tries_is_not() -> None:
    asked: list[Metric] = [
        PassHat(score="pass", k=1),
        GPass(score="pass", k=2, tau=0.5),
        WorstOf(score="f1", k=2),
    ]
    names = [m.name for m in expand(asked, 3)]
    assert names == ["pass^1", "pass^2", "pass^3", "g_pass@2(0.5)", "worst@2"]


def test_metrics_survive_the_store() -> None:
    metrics: list[AnyMetric] = [
        Accuracy(score="a"),
        GivenAnswer(score="a"),
        MeanScore(score="f"),
        Macro(score="a"),
        PassAt(score="p", k=2),
        PassHat(score="p", k=2),
        GPass(score="p", k=4, tau=0.75),
        WorstOf(score="f", k=3),
    ]
    stored = msgspec.to_builtins(metrics)
    assert msgspec.convert(stored, list[AnyMetric]) == metrics


def test_a_scorer_that_says_less_is_better_has_a_rate() -> None:
    class Bad(Scored):
        better: str = "lower"

    class Contrast(Bad):
        lowest: float = -1.0

    found = default_metrics([Bad("leak", False), Contrast("gap", True)])  # type: ignore[list-item]
    assert [type(metric) for metric in found] == [Rate, Rate]
    assert [metric.higher_is_better for metric in found] == [False, False]
    assert [metric.bounds for metric in found] == [(0.0, 1.0), (-1.0, 1.0)]
