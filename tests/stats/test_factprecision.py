"""FActScore's figures over its own human labels, with either denominator; F1@K by hand."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.stats.factprecision import Facts, f1_at, fact_precision, of_all, of_relevant
from statera.stats.means import mean
from statera.stats.results import Items
from tests.shared_data import shared

COUNTS = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))


def labelled(model: str) -> list[Facts]:
    path = shared("data", "alignment", "factuality", f"factscore_human_{model}.jsonl")
    replies = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        said = [label for sentence in row["sentences"] for _, label in sentence["facts"]]
        supported, unsupported, irrelevant = (said.count(one) for one in ("S", "NS", "IR"))
        replies.append(Facts(supported, unsupported, irrelevant, row["abstained"]))
    return replies


@pytest.mark.parametrize(
    ("model", "of_everything", "relevant", "answered"),
    [("ChatGPT", 58.3, 62.3, 157), ("InstructGPT", 42.6, 47.4, 182)],
)
def test_the_published_figures(
    model: str, of_everything: float, relevant: float, answered: int
) -> None:
    replies = labelled(model)
    assert len(replies) == 183
    found = fact_precision(replies, k=32)
    assert round(100 * (found.of_all.value or 0), 1) == of_everything
    assert round(100 * (found.of_relevant.value or 0), 1) == relevant
    assert found.of_all.n == answered
    assert found.abstained.value == pytest.approx(1 - answered / 183)
    assert found.facts is not None
    assert found.facts > 20


def test_the_rate_of_hallucination_in_human_labels() -> None:
    path = shared("data", "alignment", "factuality", "halueval_general_a.jsonl")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    marked = [float(row["hallucination"]) for row in rows]
    found = mean(Items(marked, range(len(rows)), [0] * len(rows), [1] * len(rows)))
    assert found.n == 1000
    assert found.value == pytest.approx(0.214)
    assert found.low is not None
    assert found.low < 0.214


def test_one_reply() -> None:
    facts = Facts(6, 2, 2)
    assert of_all(facts) == 0.6
    assert of_relevant(facts) == 0.75
    assert f1_at(facts, 6) == pytest.approx(2 * 0.75 / 1.75)
    assert f1_at(facts, 12) == pytest.approx(0.6)
    assert f1_at(Facts(0, 3, 0), 5) == 0.0
    assert of_all(Facts()) == 0.0
    assert of_relevant(Facts(0, 0, 4)) is None
    with pytest.raises(ValueError, match="K is at least 1"):
        f1_at(facts, 0)


@given(st.lists(COUNTS, min_size=1, max_size=12), st.integers(1, 50))
def test_shares_stay_shares_and_more_to_find_never_helps(
    rows: list[tuple[int, int, int]], k: int
) -> None:
    found = fact_precision([Facts(*row) for row in rows], k=k)
    for figure in (found.of_all, found.of_relevant, found.f1, found.abstained):
        assert figure.value is None or 0 <= figure.value <= 1
    assert all(f1_at(Facts(*row), k + 1) <= f1_at(Facts(*row), k) for row in rows)


def test_saying_little_wins_precision_and_loses_f1() -> None:
    terse, full = [Facts(1, 0, 0)] * 10, [Facts(18, 2, 0)] * 10
    short, long = fact_precision(terse, k=20), fact_precision(full, k=20)
    assert (short.of_all.value or 0) > (long.of_all.value or 0)
    assert (short.f1.value or 0) < (long.f1.value or 0)
    assert (short.facts, long.facts) == (1.0, 20.0)


def test_abstentions_are_counted_beside_it_and_zero_in_f1() -> None:
    found = fact_precision([Facts(4, 0, 0), Facts(abstained=True)], k=4, clusters=["a", "b"])
    assert (found.of_all.value, found.f1.value, found.abstained.value) == (1.0, 0.5, 0.5)
    none = fact_precision([Facts(abstained=True)], k=4)
    assert (none.of_all.value, none.facts) == (None, None)
    with pytest.raises(ValueError, match="1 clusters for 2 replies"):
        fact_precision([Facts(), Facts()], k=1, clusters=["a"])
