import pytest

from statera.metrics.means import Accuracy, GivenAnswer, Macro, MeanScore
from statera.records.scores import Outcome, Score
from statera.stats.results import ItemValue


def scores(*outcomes: Outcome) -> list[Score]:
    values = {"right": 1.0, "wrong": 0.0}
    return [Score(metric="accuracy", value=values.get(o), outcome=o) for o in outcomes]


@pytest.mark.parametrize(
    ("outcomes", "accuracy", "given"),
    [
        (("right",), 1.0, 1.0),
        (("wrong",), 0.0, 0.0),
        (("refused",), 0.0, None),
        (("unparsed", "right"), 0.5, 1.0),
        (("truncated", "wrong", "right"), pytest.approx(1 / 3), 0.5),
        (("infra_error", "right"), 1.0, 1.0),
        (("infra_error",), None, None),
        ((), None, None),
    ],
)
def test_denominators(
    outcomes: tuple[Outcome, ...], accuracy: float | None, given: float | None
) -> None:
    found = scores(*outcomes)
    for metric, expected in ((Accuracy, accuracy), (GivenAnswer, given)):
        item = metric(score="accuracy").item(found)
        assert (item and item.value) == expected


def test_an_item_weighs_as_many_trials_as_it_has() -> None:
    found = scores("right", "wrong", "unparsed", "infra_error")
    accuracy, given = Accuracy(score="accuracy"), GivenAnswer(score="accuracy")
    assert accuracy.item(found) == ItemValue(1 / 3, 3)
    assert given.item(found) == ItemValue(0.5, 2)


def test_a_missing_value_is_left_out_of_a_mean() -> None:
    found = [
        Score(metric="f1", value=0.5, outcome="wrong"),
        Score(metric="f1", value=None, outcome="unparsed"),
    ]
    assert MeanScore(score="f1").item(found) == (0.5, 1)
    assert MeanScore(score="f1").item(found[1:]) is None


def test_names_say_which_denominator() -> None:
    assert Accuracy(score="strict").name == "strict"
    assert GivenAnswer(score="strict").name == "strict_given_answer"
    assert Macro(score="accuracy").name == "accuracy_macro"
    assert not Macro(score="accuracy").by_category
