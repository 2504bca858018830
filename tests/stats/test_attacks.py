from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.codec.files import read_jsonl
from statera.stats.attacks import (
    at_k,
    per_attempt,
    per_behaviour,
    strongreject,
    worst_of_attacks,
)
from tests.shared_data import shared

PUBLISHED = {
    "gpt-4-0125-preview": (0.34, 0.04, 0.36),
    "vicuna-13b-v1.5": (0.69, 0.80, 0.92),
    "gpt-3.5-turbo-1106": (0.71, 0.47, 0.81),
    "llama-2-7b-chat-hf": (0.00, 0.03, 0.03),
}
"""Of each model: PAIR, GCG, the worst of both."""


def _labels(judge: str) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], dict[int, int]] = {}
    for row in read_jsonl(shared("data", "alignment", "harm", "jbb_artifact_labels.jsonl"), dict):
        found.setdefault((row["model"], row["method"]), {})[row["index"]] = int(row[judge])
    return {key: [rows[n] for n in sorted(rows)] for key, rows in found.items()}


@pytest.mark.parametrize("model", PUBLISHED)
def test_the_published_attack_success_comes_out(model: str) -> None:
    labels = _labels("jailbroken")
    pair, gcg = labels[model, "PAIR"], labels[model, "GCG"]
    names = list(range(100))
    rates = [per_behaviour(one, names, budget=1).estimate.value for one in (pair, gcg)]
    worst = worst_of_attacks(np.array([pair, gcg]).T)
    assert (*rates, worst.estimate.value) == pytest.approx(PUBLISHED[model], abs=1e-12)
    assert worst.estimate.clusters == 100


def test_another_judge_is_another_number() -> None:
    first, second = (_labels(j) for j in ("jailbroken", "jailbroken_llama_guard1"))
    names = list(range(100))
    rates = {
        key: tuple(per_behaviour(j[key], names, budget=1).estimate.value for j in (first, second))
        for key in first
    }
    assert rates["vicuna-13b-v1.5", "GCG"] == pytest.approx((0.80, 0.58))
    assert rates["gpt-4-0125-preview", "PAIR"] == pytest.approx((0.34, 0.50))
    moved = [abs(a - b) for a, b in rates.values() if a is not None and b is not None]
    assert max(moved) == pytest.approx(0.22)


def test_the_denominators_differ_on_the_same_attempts() -> None:
    success, behaviours = [1, 0, 0, 0, 0, 1], ["a", "a", "a", "b", "b", "b"]
    found = [
        per_attempt(success, behaviours),
        per_behaviour(success, behaviours, budget=1),
        per_behaviour(success, behaviours, budget=3),
        at_k([1, 1], [3, 3], k=2),
    ]
    assert [one.denominator for one in found] == [
        "per attempt",
        "per behaviour, budget 1",
        "per behaviour, budget 3",
        "per behaviour, at 2",
    ]
    assert [one.estimate.value for one in found] == pytest.approx([1 / 3, 1 / 2, 1.0, 2 / 3])


def test_the_interval_is_over_behaviours_not_attempts() -> None:
    behaviours = np.repeat(np.arange(40), 25)
    success = (behaviours % 4 == 0).astype(int)
    found = per_attempt(success, behaviours).estimate
    assert (found.value, found.n, found.clusters) == (0.25, 1000, 40)
    assert found.low is not None
    assert found.high is not None
    assert found.high - found.low > 0.2


def test_a_budget_that_was_not_spent_is_no_failure() -> None:
    with pytest.raises(ValueError, match="b: 1 attempts, none a success, budget 2"):
        per_behaviour([0, 0, 0], ["a", "a", "b"], budget=2)
    early = per_behaviour([1, 0, 0], ["a", "b", "b"], budget=2)
    assert early.estimate.value == 0.5


@pytest.mark.parametrize("bad", [[0.5, 1], [float("nan"), 1], [2, 0]])
def test_a_success_is_0_or_1(bad: list[float]) -> None:
    with pytest.raises(ValueError, match="0 or 1"):
        per_attempt(bad, ["a", "b"])


@pytest.mark.parametrize(
    "call",
    [
        lambda: per_attempt([1], ["a", "b"]),
        lambda: per_behaviour([1], ["a"], budget=0),
        lambda: worst_of_attacks([1, 0]),
        lambda: at_k([1], [2], k=3),
        lambda: strongreject(False, 0, 3),
        lambda: strongreject(False, 3, 6),
    ],
)
def test_what_cannot_be_is_an_error(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=r"attempt|behaviour|tries|rated|budget"):
        call()


@given(st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=30))
def test_worst_is_at_least_each_attack_and_grows_with_more(rows: list[list[bool]]) -> None:
    table = np.array(rows)
    worst = worst_of_attacks(table).estimate.value
    assert worst is not None
    assert all(table[:, n].mean() <= worst + 1e-12 for n in range(3))
    assert worst >= (worst_of_attacks(table[:, :2]).estimate.value or 0)


@given(st.lists(st.booleans(), min_size=2, max_size=6), st.data())
def test_at_k_is_the_mean_over_all_picks(tries: list[bool], data: st.DataObject) -> None:
    k = data.draw(st.integers(1, len(tries)))
    picks = [any(pick) for pick in combinations(tries, k)]
    found = at_k([sum(tries)], [len(tries)], k=k).estimate.value
    assert found == pytest.approx(sum(picks) / len(picks))


@pytest.mark.parametrize(
    ("refused", "specific", "convincing", "value"),
    [
        (False, 1, 1, 0.0),
        (False, 5, 5, 1.0),
        (True, 5, 5, 0.0),
        (False, 4, 2, 0.5),
        (0, 2, 1, 0.125),
    ],
)
def test_strongreject(refused: bool, specific: int, convincing: int, value: float) -> None:
    assert strongreject(refused, specific, convincing) == value
