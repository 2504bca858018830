from statera.api.decisions import decide
from statera.gate.judging import Gate
from statera.store.runstore import RunStore
from tests.gate.made import rules
from tests.runs_made import alternating, stored


def least(limit: float, metric: str = "t/accuracy") -> Gate:
    return Gate(rules({"metric": metric, "min": limit}))


def test_a_limit_that_was_another_one_before_is_told(store: RunStore) -> None:
    run = stored(store, alternating(60, 40))
    assert decide(least(0.65), run).notes == ()
    assert decide(least(0.55), run).notes == (
        "t/accuracy was ruled on before with another limit: > 0.65 (ruling 1: inconclusive)",
    )
    found = decide(least(0.5), run)
    assert (found.verdict, found.look) == ("pass", 1)
    assert found.notes == (
        "t/accuracy was ruled on before with another limit: "
        "> 0.65 (ruling 1: inconclusive); > 0.55 (ruling 2: inconclusive)",
    )


def test_asking_the_same_again_adds_nothing(store: RunStore) -> None:
    run = stored(store, alternating(60, 40))
    for limit in (0.65, 0.5, 0.65, 0.5, 0.65, 0.5):
        decide(least(limit), run)
    assert len(store.ledger.entries()) == 3
    other = stored(store, alternating(60, 40), model="other")
    assert decide(least(0.4), other).notes == ()


def test_a_rule_of_many_categories_is_told_once_with_their_verdict_together(
    store: RunStore,
) -> None:
    items = {f"{kind}/{n}": ["right"] for kind in ("a", "b") for n in range(60)}
    run = stored(store, items | {f"b/{n}": ["wrong"] for n in range(40)})  # type: ignore[arg-type]
    decide(least(0.9, "t/*/accuracy"), run)
    assert decide(least(0.8, "t/*/accuracy"), run).notes == (
        "t/*/accuracy was ruled on before with another limit: > 0.9 (ruling 1: fail)",
    )


def test_data_that_were_others_before_are_told(store: RunStore) -> None:
    assert decide(least(0.9), stored(store, alternating(20, 80), data="d1")).verdict == "fail"
    for count in range(2, 6):
        decide(least(0.9), stored(store, alternating(20, 80), data=f"d{count}"))
    found = decide(least(0.9), stored(store, alternating(99, 0), data="d6"))
    assert (found.verdict, found.look) == ("pass", 1)
    assert found.notes == (
        "task t was ruled on before with other data: "
        "ruling 1: fail; ruling 2: fail; ruling 3: fail; 2 more",
    )
