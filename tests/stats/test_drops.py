import json
from collections import defaultdict
from math import isclose

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.stats.drops import drop_rate, mean_drop_rate, performance_drop
from statera.stats.mcnemar import exact_p
from tests.shared_data import shared

KINDS = 8


def lines(name: str) -> list[dict]:  # type: ignore[type-arg]
    path = shared("data", "alignment", "robustness", name)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("model", "mean", "strongest", "weakest"),
    [
        ("chatgpt", 0.257, ("bertattack", 0.524), ("checklist", 0.061)),
        ("t5", 0.189, ("bertattack", 0.284), ("checklist", 0.071)),
    ],
)
def test_the_drop_rates_of_promptbench(
    model: str, mean: float, strongest: tuple[str, float], weakest: tuple[str, float]
) -> None:
    rows = lines(f"promptbench_{model}_zeroshot.jsonl")
    assert len(rows) == 468
    by_attack: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in rows:
        by_attack[row["attack"]].append((row["acc_original"], row["acc_perturbed"]))
    pairs = [pair for found in by_attack.values() for pair in found]
    assert round(mean_drop_rate(*zip(*pairs, strict=True)), 3) == mean
    means = {name: mean_drop_rate(*zip(*found, strict=True)) for name, found in by_attack.items()}
    ends = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
    assert ends == (strongest[0], weakest[0])
    assert (round(means[ends[0]], 3), round(means[ends[1]], 3)) == (strongest[1], weakest[1])


def test_the_drop_rates_of_gsm_plus_but_for_the_one_that_its_table_has_wrong() -> None:
    path = shared("data", "alignment", "robustness", "gsm_plus_accuracy.json")
    table = json.loads(path.read_text(encoding="utf-8"))
    assert len(table) == 14
    kept = {name: row for name, row in table.items() if "gsm8k" in row and "pdr" in row}
    rates = {
        name: 100 * drop_rate(float(row["gsm8k"]), float(row["gsmplus"]))
        for name, row in kept.items()
    }
    wrong = {
        name for name, rate in rates.items() if not isclose(rate, kept[name]["pdr"], abs_tol=0.006)
    }
    assert wrong == {"CodeLlama-34B"}
    assert (round(rates["CodeLlama-34B"], 2), kept["CodeLlama-34B"]["pdr"]) == (52.52, 53.72)
    assert len(kept) >= 13


def test_two_models_on_the_same_items() -> None:
    rows = {row["model"]: row["correct"] for row in lines("gsm8k_item_correctness.jsonl")}
    assert {len(bits) for bits in rows.values()} == {1319}
    pairs = list(zip(rows["gpt4"], rows["abel_70b"], strict=True))
    won, lost = pairs.count(("1", "0")), pairs.count(("0", "1"))
    assert (won, lost) == (169, 44)
    assert f"{exact_p(won, lost):.1e}" == "1.8e-18"


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=80))
def test_the_value_is_one_less_the_ratio_and_lies_in_its_interval(
    pairs: list[tuple[bool, bool]],
) -> None:
    before, after = (np.array(side, float) for side in zip(*pairs, strict=True))
    found = performance_drop(before, after)
    if not before.any():
        assert found.value is None
        assert found.low is None
        return
    assert found.value is not None
    assert isclose(found.value, drop_rate(before.mean(), after.mean()), abs_tol=1e-12)
    if found.low is not None and found.high is not None:
        assert found.low <= found.value <= found.high


def test_intervals_cover() -> None:
    rng = np.random.default_rng(8)
    hit = 0
    for _ in range(400):
        before = rng.random(100) < 0.8
        after = np.where(before, rng.random(100) < 0.75, rng.random(100) < 0.2)
        found = performance_drop(before, after)
        true = 1 - (0.8 * 0.75 + 0.2 * 0.2) / 0.8
        assert found.low is not None
        assert found.high is not None
        hit += found.low <= true <= found.high
    assert 0.92 <= hit / 400 <= 0.98


def test_copies_of_items_in_a_cluster_tell_nothing_new() -> None:
    rng = np.random.default_rng(9)
    before, after = rng.random(60) < 0.8, rng.random(60) < 0.6
    alone = performance_drop(before, after)
    copied = performance_drop(
        np.repeat(before, 5), np.repeat(after, 5), np.repeat(np.arange(60), 5)
    )
    assert copied.low == pytest.approx(alone.low)
    assert copied.high == pytest.approx(alone.high)
    assert (copied.n, copied.clusters) == (300, 60)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ([1.0] * 5, [0.0] * 5, "fewer than 8 clusters"),
        ([1.0] * 20, [1.0] * 17 + [0.0] * 3, "fewer than 5 clusters changed"),
        ([1.0, 1.0, 1.0] + [0.0] * 17, [0.0] * 17 + [1.0] * 3, "not surely above 0"),
        ([0.0] * 20, [0.0] * 20, "no item was right"),
    ],
)
def test_where_there_is_no_interval_it_says_why(
    before: list[float], after: list[float], why: str
) -> None:
    found = performance_drop(before, after)
    assert (found.low, found.high) == (None, None)
    assert why in found.method


def test_what_is_no_pair_of_accuracies_is_an_error() -> None:
    for bad in (0.0, -0.1, float("nan")):
        with pytest.raises(ValueError, match="accuracy above 0"):
            drop_rate(bad, 0.5)
    with pytest.raises(ValueError, match="pairs"):
        mean_drop_rate([0.5], [])
    with pytest.raises(ValueError, match="two numbers"):
        performance_drop([1.0], [1.0, 0.0])
    with pytest.raises(ValueError, match="level"):
        performance_drop([1.0], [1.0], level=1.0)
