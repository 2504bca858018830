import pytest

from statera.stats.labelplan import Labelling
from statera.stats.labelsplit import Costs, split

KNOWN = Labelling(variance=0.1, explained=0.6, items=1000)


def test_the_best_split_by_hand() -> None:
    """The share sqrt(0.4 / 0.6 * 0.004) is 0.0516; 100 / (0.002 + 0.5 * 0.0516) items."""
    found = split(KNOWN, 100.0, Costs(judgement=0.002, label=0.5))
    assert (found.judged, found.labelled, found.labels_alone) == (3594, 185, 200)
    assert found.error == pytest.approx((0.1 / 185 * (1 - (1 - 185 / 3594) * 0.6)) ** 0.5)
    assert found.alone == pytest.approx((0.1 / 200) ** 0.5)
    assert str(found).endswith("200 labels alone: 0.0224")


def test_no_other_split_of_the_money_is_better() -> None:
    costs = Costs(judgement=0.01, label=0.3)
    best = split(KNOWN, 300.0, costs)
    for judged in range(500, 20_000, 250):
        labels = int((300.0 - judged * costs.judgement) / costs.label)
        if 0 < labels <= judged:
            assert KNOWN._replace(items=judged).error(labels) >= best.error * 0.999


def test_a_judge_that_costs_as_much_as_labels_is_not_asked() -> None:
    found = split(KNOWN, 100.0, Costs(judgement=0.5, label=0.5))
    assert (found.judged, found.labelled) == (0, 200)
    assert found.error == found.alone


def test_a_judge_that_explains_nothing_is_not_asked() -> None:
    assert split(KNOWN.alone, 100.0, Costs(0.001, 0.5)).judged == 0


def test_only_so_many_items_exist() -> None:
    found = split(KNOWN, 100.0, Costs(0.002, 0.5), most=500)
    assert (found.judged, found.labelled) == (500, 198)
    rich = split(KNOWN, 10_000.0, Costs(0.002, 0.5), most=500)
    assert rich.labelled == rich.labels_alone == 500


def test_a_budget_below_a_label_buys_nothing() -> None:
    found = split(KNOWN, 0.1, Costs(0.002, 0.5))
    assert found.error == float("inf")


@pytest.mark.parametrize("bad", [(0.0, Costs(1, 1)), (1.0, Costs(0, 1)), (1.0, Costs(1, 0))])
def test_what_costs_nothing_is_refused(bad: tuple[float, Costs]) -> None:
    with pytest.raises(ValueError, match="a budget and costs lie above 0"):
        split(KNOWN, *bad)
