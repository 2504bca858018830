import msgspec

from statera.metrics.catalogue import AnyMetric, default_metrics, expand, with_repeats
from statera.metrics.means import Accuracy, GivenAnswer, Macro, MeanScore
from statera.metrics.passk import GPass, PassAt, PassHat, WorstOf
from statera.metrics.rates import Rate
from statera.metrics.repeats import REPLY
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
    assert [m.name for m in found][:4] == ["pass", "pass@1", "pass@2", "pass@3"]
    many = [m.name for m in expand([PassAt(score="pass", k=1)], 60)]
    assert many[9:13] == ["pass@10", "pass@25", "pass@50", "pass@60"]
    assert many[-5:] == ["pass^50", "pass^60", "tar_answer@60", "flips@60", "tar_text@60"]


def test_pass_hat_is_written_out_like_pass_at_and_a_share_of_tries_is_not() -> None:
    asked: list[Metric] = [
        PassHat(score="pass", k=1),
        GPass(score="pass", k=2, tau=0.5),
        WorstOf(score="f1", k=2),
    ]
    names = [m.name for m in expand(asked, 3)]
    assert names[:5] == ["pass^1", "pass^2", "pass^3", "g_pass@2(0.5)", "worst@2"]
    assert names[5:] == ["pass@3", "tar_answer@3", "flips@3", "tar_text@3"]


def test_several_epochs_tell_of_repeats_unasked() -> None:
    asked: list[Metric] = [
        Accuracy(score="strict"),
        GivenAnswer(score="strict"),
        MeanScore(score="f1"),
    ]
    assert expand(asked, 1) == tuple(asked)
    found = expand(asked, 4)[3:]
    names = ["pass@4", "pass^4", "tar_answer@4", "flips@4", "worst@4", "tar_text@4"]
    assert [m.name for m in found] == names
    assert [m.score for m in found] == ["strict"] * 4 + ["f1", REPLY]
    counters = ["pass^4", "pass@4", "strict", "strict", "f1", "strict"]
    assert [m.counter for m in found] == counters
    graded = [m.name for m in expand([MeanScore(score="judged")], 2)]
    assert graded == ["judged", "worst@2", "tar_text@2"]
    assert with_repeats([], 3) == ()


def test_what_repeats_say_is_added_once_for_each_number_of_epochs() -> None:
    three = expand([Accuracy(score="a")], 3)
    assert with_repeats(three, 3) == three
    assert [m.name for m in with_repeats(three, 5)][6:] == [
        "pass@5",
        "pass^5",
        "tar_answer@5",
        "flips@5",
        "tar_text@5",
    ]


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
        *with_repeats([Accuracy(score="a")], 3),  # type: ignore[list-item]
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


def test_a_scorer_that_says_which_way_is_better_has_a_rate_either_way() -> None:
    class Turn(Scored):
        better: str = "higher"
        lowest: float = 1.0
        highest: float = 5.0

    (found,) = default_metrics([Turn("turn", True)])  # type: ignore[list-item]
    assert found == Rate(score="turn", better="higher", low=1.0, high=5.0)
