"""Self-preference: recorded judges, planted preference and leniency, coverage, refusals."""

import csv
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from statera.stats.selfpreference import (
    ONE_FAMILY,
    FamilyVerdicts,
    SelfPreference,
    self_preference,
    table_self_preference,
    two_way_residuals,
)
from statera.stats.winrate import UNPARSED
from tests.shared_data import shared


def family(name: str) -> str:
    return next((f for f in ("claude", "mistral") if name.startswith(f)), "gpt")


def recorded() -> tuple[np.ndarray, list[str], list[str]]:
    path = shared("data", "judge", "self_preference", "judge_by_model.csv")
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    judges = list(dict.fromkeys(row["judge"] for row in rows))
    models = list(dict.fromkeys(row["model"] for row in rows))
    rates = {(r["judge"], r["model"]): float(r["discrete_win_rate"]) / 100 for r in rows}
    table = np.array([[rates[judge, model] for model in models] for judge in judges])
    return table, [family(name) for name in judges], [family(name) for name in models]


@pytest.mark.parametrize(("judge", "value"), [("claude", 0.231), ("mistral", 0.052)])
def test_recorded_judges_of_themselves(judge: str, value: float) -> None:
    table, judges, families = recorded()
    told = table_self_preference(table, judges, families, judge=judge)
    assert told.value == pytest.approx(value, abs=5e-4)
    assert (told.scale, told.low, told.high) == ("log odds", None, None)
    assert told.method == "two-way residual of rates without their items"
    assert "no interval" in str(told)


def test_two_way_residuals_by_hand() -> None:
    # log odds 0 and 1 in the rows, 0 and 2 in the columns, and 0.5 more in one corner
    odds = np.array([[0.0, 2.0], [1.0, 3.5]])
    assert two_way_residuals(1 / (1 + np.exp(-odds))) == pytest.approx(
        np.array([[0.125, -0.125], [-0.125, 0.125]])
    )


@given(some.integers(0, 2**32))
def test_leniency_and_quality_leave_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    odds = rng.normal(size=(4, 1)) + rng.normal(size=(1, 6))
    table = 1 / (1 + np.exp(-odds))
    assert np.abs(two_way_residuals(table)).max() < 1e-9
    names = ["a", "b", "c", "d"]
    told = table_self_preference(table, names, ["a", *names, "e"], judge="a")
    assert told.value == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("rates", "judges", "families", "why"),
    [
        ([[0.5, 0.6]], ["a"], ["a", "b"], ONE_FAMILY),
        ([[0.5], [0.6]], ["b", "c"], ["a"], "the judge has no verdicts"),
        ([[0.5], [0.6]], ["a", "b"], ["b"], "no candidate of the judge's own family"),
        ([[0.5], [0.6]], ["a", "b"], ["a"], "no candidate of other families to compare with"),
        ([[0.5, 1], [0.6, 0.9]], ["a", "b"], ["a", "b"], "a rate of 0 or 1 has no log odds"),
    ],
)
def test_a_table_that_cannot_tell_says_why(
    rates: list[list[float]], judges: list[str], families: list[str], why: str
) -> None:
    told = table_self_preference(rates, judges, families, judge="a")
    assert (told.value, told.method) == (None, why)


def simulated(
    rng: np.random.Generator,
    *,
    prefers: float,
    lenient: float = 0.0,
    items: int = 80,
    families: Sequence[str] = ("own", "other", "third"),
    bases: Sequence[str] | None = None,
) -> FamilyVerdicts:
    """Return verdicts of judges `own` and `people` on candidates of these families.

    Where the base is of the family, the preference goes to it. Qualities differ; two candidates of
    one item share its luck.
    """
    rows = []
    for item in range(items):
        luck = rng.normal(0, 0.1)
        for place, name in enumerate(families):
            base = "base" if bases is None else bases[place]
            sign = (name == "own") - (base == "own")
            chance = 0.4 + 0.1 * (name == "own") + luck
            for judge, more in (("own", sign * prefers + lenient), ("people", 0.0)):
                value = float(rng.random() < min(1, max(0, chance + more)))
                rows.append((value, judge, f"{item}/{place}", name, item, base))
    values, judges, pairs, own, names, against = zip(*rows, strict=True)
    return FamilyVerdicts(values, judges, pairs, own, names, against)


def test_the_two_brackets_by_hand() -> None:
    # own family: judge 1, 1, 0.5 of 3, others 0, 1, 0 -> gaps 1, 0, 0.5
    # other family: judge 1, 0, 0, the two others together 0.5, 0, 0.5 -> gaps 0.5, 0, -0.5
    rows = [(item, "own", value) for item, value in enumerate([1, 1, 0.5])]
    rows += [(item, "other", value) for item, value in enumerate([1, 0, 0])]
    people = {"own": [0.0, 1.0, 0.0], "other": [1.0, 0.0, 1.0]}
    second = {"own": [0.0, 1.0, 0.0], "other": [0.0, 0.0, 0.0]}
    every: list[tuple[float, str, str, str, int]] = []
    for item, name, value in rows:
        pair = f"{item} {name}"
        every.append((value, "j", pair, name, item))
        every.append((people[name][item], "people", pair, name, item))
        every.append((second[name][item], "third", pair, name, item))
    values, judges, pairs, names, items = zip(*every, strict=True)
    families = ["j" if name == "own" else name for name in names]
    told = self_preference(FamilyVerdicts(values, judges, pairs, families, items), judge="j")
    assert told.own is not None
    assert told.others is not None
    assert told.own.value == pytest.approx(0.5)
    assert told.others.value == pytest.approx(0.0, abs=1e-12)
    assert told.value == pytest.approx(0.5)
    assert (told.n, told.clusters, told.own_pairs, told.other_pairs) == (6, 3, 3, 3)
    assert told.families == ("people", "third")
    assert told.low is None
    assert "fewer than 8 clusters" in told.method


def test_preference_is_found_and_leniency_is_not_taken_for_it() -> None:
    rng = np.random.default_rng(1)
    lenient = self_preference(simulated(rng, prefers=0, lenient=0.2, items=600), judge="own")
    assert lenient.own is not None
    assert lenient.own.low is not None
    assert lenient.own.low > 0.05
    assert lenient.low is not None
    assert lenient.high is not None
    assert lenient.low < 0 < lenient.high
    partial = self_preference(simulated(rng, prefers=0.2, items=600), judge="own")
    assert partial.low is not None
    assert partial.low > 0
    assert partial.p is not None
    assert partial.p < 0.01
    assert str(partial).startswith("own: +0.")


def covers(told: SelfPreference, true: float) -> bool:
    assert told.low is not None
    assert told.high is not None
    return told.low <= true <= told.high


@pytest.mark.parametrize(
    ("prefers", "lenient", "families", "bases"),
    [
        (0.0, 0.1, ("own", "other", "third"), None),
        (0.2, 0.0, ("own", "own", "other"), None),
        (0.2, 0.1, ("own", "other", "third"), ("b", "own", "b")),
        (0.2, 0.1, ("own", "other"), ("b", "own")),
    ],
)
def test_the_interval_covers(
    prefers: float, lenient: float, families: tuple[str, ...], bases: tuple[str, ...] | None
) -> None:
    rng, draws, hits = np.random.default_rng(2), 200, 0
    for _ in range(draws):
        seen = simulated(
            rng, prefers=prefers, lenient=lenient, items=50, families=families, bases=bases
        )
        hits += covers(self_preference(seen, judge="own"), prefers)
    assert abs(hits / draws - 0.95) < 0.015 + 3 * math.sqrt(0.95 * 0.05 / draws)


def test_a_base_of_the_family_counts_the_other_way_round() -> None:
    rng = np.random.default_rng(3)
    seen = simulated(rng, prefers=0.2, items=800, families=("x", "y"), bases=("own", "b"))
    told = self_preference(seen, judge="own")
    assert covers(told, 0.2)
    assert told.low is not None
    assert told.low > 0
    assert told.own is not None
    assert told.own.value is not None
    assert told.own.value > 0.1


def test_a_pair_within_the_family_is_left_out() -> None:
    rng = np.random.default_rng(4)
    three, bases = ("own", "own", "other"), ("own", "b", "b")
    seen = simulated(rng, prefers=0.2, families=three, bases=bases)
    told = self_preference(seen, judge="own")
    assert (told.own_pairs, told.other_pairs) == (80, 80)


def test_pairs_that_only_one_side_judged_are_left_out() -> None:
    seen = simulated(np.random.default_rng(5), prefers=0.2)
    values = np.asarray(seen.values, float).copy()
    values[1::12] = UNPARSED  # people on a third of the own family's pairs or fewer
    told = self_preference(seen._replace(values=values), judge="own")
    assert told.n == 240 - len(values[1::12])


def test_judges_that_all_agree_have_no_preference() -> None:
    seen = simulated(np.random.default_rng(6), prefers=0.0)
    values = np.repeat(np.asarray(seen.values, float)[::2], 2)
    told = self_preference(seen._replace(values=values), judge="own")
    assert told.value == 0
    assert told.p == 1.0
    both = seen._replace(
        values=values, bases=["own" if f == "third" else "b" for f in seen.families]
    )
    flat = self_preference(both, judge="own")
    assert flat.value == pytest.approx(0, abs=1e-12)
    assert flat.method == "gap along the sign of the family, no spread of the gaps"
    assert flat.low is None


def test_few_items_have_no_interval() -> None:
    seen = simulated(np.random.default_rng(8), prefers=0.0, items=5, bases=("b", "own", "b"))
    told = self_preference(seen, judge="own")
    assert told.value is not None
    assert told.low is None
    assert told.method == "gap along the sign of the family, fewer than 8 clusters"


@pytest.mark.parametrize(
    ("judges", "families", "why"),
    [
        (["own"] * 4, ["own", "other"] * 2, ONE_FAMILY),
        (["x", "y"] * 2, ["own", "other"] * 2, "the judge has no verdicts"),
        (["own", "x"] * 2, ["own", "other"] * 2, "no pair was judged by this judge and by another"),
        (["own", "own", "x", "x"], ["other", "third"] * 2, "no pair of the judge's own family"),
        (["own", "own", "x", "x"], ["own"] * 4, "no pair of other families to compare with"),
    ],
)
def test_what_cannot_be_told_says_why(judges: list[str], families: list[str], why: str) -> None:
    told = self_preference(
        FamilyVerdicts([1, 0, 0, 1], judges, [0, 1] * 2, families, [0] * 4), judge="own"
    )
    assert (told.value, told.low, told.high) == (None, None, None)
    assert told.method.startswith(why)
    assert str(told).startswith("own: cannot be told (")


def test_the_gap_on_its_own_is_still_there_without_others() -> None:
    seen = simulated(np.random.default_rng(7), prefers=0.3, families=("own",))
    told = self_preference(seen, judge="own")
    assert told.value is None
    assert told.others is None
    assert told.own is not None
    assert told.own.low is not None
    assert told.own.low > 0


@given(some.integers(0, 2**32))
def test_the_order_of_verdicts_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    seen = simulated(rng, prefers=0.1, items=12)
    mixed = rng.permutation(len(seen.judges)).tolist()
    values, pairs, items = (
        np.asarray(part)[mixed] for part in (seen.values, seen.pairs, seen.items)
    )
    judges, families = ([part[at] for at in mixed] for part in (seen.judges, seen.families))
    other = FamilyVerdicts(values, judges, pairs, families, items)
    one, two = self_preference(seen, judge="own"), self_preference(other, judge="own")
    assert one.method == two.method
    assert (one.value, one.low, one.high) == pytest.approx((two.value, two.low, two.high))


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a value lies in \[0, 1\]"):
        self_preference(FamilyVerdicts([2], ["a"], [0], ["a"], [0]), judge="a")
    with pytest.raises(ValueError, match="parts of one length"):
        self_preference(FamilyVerdicts([1, 1], ["a"], [0], ["a"], [0]), judge="a")
    with pytest.raises(ValueError, match="a pair has one item and two families"):
        self_preference(FamilyVerdicts([1, 1], ["a", "b"], [0, 0], ["a", "b"], [0, 0]), judge="a")
    with pytest.raises(ValueError, match="a level lies in"):
        self_preference(FamilyVerdicts([1], ["a"], [0], ["a"], [0]), judge="a", level=2)
    with pytest.raises(ValueError, match="1 judges and 1 candidates"):
        table_self_preference([[0.5, 0.5]], ["a"], ["a"], judge="a")
    with pytest.raises(ValueError, match="all inside"):
        two_way_residuals([[0.0, 0.5]])


def test_judges_that_agree_everywhere_show_no_preference_with_an_interval() -> None:
    values, pairs = [1.0, 0.0] * 20, list(range(40))
    told = self_preference(
        FamilyVerdicts(
            values * 2, ["a"] * 40 + ["b"] * 40, pairs * 2, ["a"] * 80, pairs * 2, ["c"] * 80
        ),
        judge="a",
    )
    assert told.own is not None
    assert told.own.value == 0.0
    assert told.own.low is not None
    assert told.own.high is not None
    assert -0.3 < told.own.low < 0.0 < told.own.high < 0.3
    assert told.own.method.startswith("no item differs: ")
