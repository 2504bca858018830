import numpy as np
import pytest

from statera.errors import DeclarationError
from statera.gate.outlook import Assumptions, seen, stated
from statera.records.scores import Outcome
from tests.analysis.made import frame
from tests.gate.made import items, pair_counts, paired, rules, single

R: tuple[Outcome, ...] = ("right",)
W: tuple[Outcome, ...] = ("wrong",)
MIN = {"metric": "t/accuracy", "min": 0.5}
THAN = {"metric": "t/accuracy", "than": "baseline", "margin": 0.02}


def of_items(
    counts: dict[str, list[tuple[int, tuple[Outcome, ...]]]], *stated: object
) -> Assumptions:
    return seen(rules(*(stated or (MIN,))), single(frame(items(counts))))  # type: ignore[arg-type]


def test_a_pilot_of_one_epoch_shows_the_spread_of_items() -> None:
    found = of_items({"a": [(80, R), (20, W)]})
    (rule,) = found.rules
    assert rule.value == pytest.approx(0.8)
    assert rule.between == pytest.approx(0.16 * 100 / 99)
    assert (rule.within, rule.counted, rule.share, found.epochs) == (None, True, 1.0, (1,))


def test_epochs_split_the_variance() -> None:
    """Half of the items are always right, half are right every second time: b 1/16, w 1/4 / 2."""
    found = of_items({"a": [(100, ("right",) * 4), (100, ("right", "wrong") * 2)]})
    (rule,) = found.rules
    assert rule.within == pytest.approx(0.5 * 0.25 * 4 / 3)
    assert rule.variance(4) == pytest.approx(0.0625 * 200 / 199)
    assert rule.variance(1) > rule.variance(16)
    assert 8 in found.epochs


def test_pairs_show_the_spread_of_differences_and_never_none_at_all() -> None:
    found = seen(rules(), paired(*pair_counts(180, 10, 10)))
    assert found.rules[0].between == pytest.approx(0.1, rel=0.01)
    assert found.runs == 2
    same = seen(rules(), paired(*pair_counts(200, 0, 0)))
    assert same.rules[0].between == 1 / 200


def test_without_a_base_the_stated_discordance_is_supposed() -> None:
    found = seen(rules(), single(frame(items({"a": [(50, R)]})), base={}), discordance=0.3)
    assert (found.rules[0].between, found.rules[0].value) == (0.3, 0.0)


def test_categories_are_parts_and_hang_together_with_the_whole() -> None:
    counts = {"a": [(30, R), (30, W)], "b": [(20, R), (20, W)]}
    found = of_items(counts, MIN, MIN | {"metric": "t/*/accuracy"})
    assert [rule.share for rule in found.rules] == [1.0, 0.6, 0.4]
    assert found.correlation[1, 2] == pytest.approx(0.0)
    assert found.correlation[0, 1] == pytest.approx(np.sqrt(0.6), rel=0.01)
    assert np.diag(found.correlation).tolist() == [1.0, 1.0, 1.0]


def test_clusters_inflate() -> None:
    made = frame(items({"a": [(50, R), (50, W)]}))
    made._clusters = type(made._clusters)("q", [place // 2 for place in range(100)])
    assert seen(rules(MIN), single(made)).rules[0].effect == pytest.approx(2.0)


def test_what_nothing_is_known_of_is_marked() -> None:
    evidence = single(frame(items({"a": [(9, R)]})), declared={"t": frozenset({"b"})})
    found = seen(rules(MIN | {"metric": "t/b/accuracy"}), evidence)
    assert not found.rules[0].known


def test_what_is_stated_without_a_pilot() -> None:
    refused = {"metric": "t/refused", "max": 0.05}
    found = stated(rules(THAN, MIN, refused), {"t/accuracy": 0.8}, discordance=0.2)
    assert [(rule.value, rule.between) for rule in found.rules] == [
        (0.0, 0.2),
        (0.8, pytest.approx(0.16)),
        (0.0, 0.0),
    ]
    assert found.requests(100, 2) == 400
    assert found.cost(100, 2) is None


@pytest.mark.parametrize(
    ("rule", "values", "told"),
    [
        (MIN, {}, "state its true value, --value t/accuracy=0.9"),
        (MIN, {"t/accuracy": 2.0}, "a share lies between 0 and 1"),
        (MIN | {"metric": "t/*/accuracy"}, {}, "is known with --pilot RUN"),
    ],
)
def test_what_is_stated_wrong(rule: dict[str, object], values: dict[str, float], told: str) -> None:
    with pytest.raises(DeclarationError, match=told):
        stated(rules(rule), values)
    with pytest.raises(DeclarationError, match="--discordance"):
        stated(rules(rule), values, discordance=0)


def test_a_pilot_shows_nothing_of_what_its_log_cannot_tell() -> None:
    pilot = frame(items({"a": [(90, ("right",)), (10, ("wrong",))]}), blind=["refused"])
    shares = [{"metric": f"t/{name}", "max": 0.05} for name in ("refused", "truncated")]
    known = [rule.known for rule in seen(rules(*shares), single(pilot)).rules]
    assert known == [False, True]
