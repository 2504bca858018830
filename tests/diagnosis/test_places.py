import msgspec
import numpy as np
import pytest

from statera.analysis.comparison import ComparisonRow, compared
from statera.analysis.pairing import Pairing
from statera.diagnosis.places import places, to_read
from statera.diagnosis.scopes import Terms
from statera.records.scores import Outcome
from tests.diagnosis.made import frame, spelled


def two(lost: dict[str, int], items: int = 100) -> tuple[Pairing, tuple[ComparisonRow, ...]]:
    """Return two runs whose candidate loses that many of the items of each category."""
    new: dict[str, list[Outcome]] = {}
    old: dict[str, list[Outcome]] = {}
    for name, count in lost.items():
        old |= spelled("r" * 80 + "w" * (items - 80), category=name)
        new |= spelled("w" * count + "r" * (80 - count) + "w" * (items - 80), category=name)
    pairing = Pairing.of(frame(new), frame(old))
    return pairing, compared([pairing], rng=np.random.default_rng(1))


def test_categories_that_lost_are_found_and_named_with_samples_to_read() -> None:
    pairing, rows = two({"a": 0, "b": 30, "c": 1, "d": 12})
    found = places(rows, [pairing], Terms(), moved=True)
    assert [place.category for place in found] == ["b", "d"]
    assert found[0].difference == pytest.approx(-0.3)
    assert found[0].n == 100
    assert found[0].samples == ("b/00000", "b/00001", "b/00002", "b/00003", "b/00004")
    assert not found[0].safety


def test_safety_categories_come_first_and_are_adjusted_by_holm_among_themselves() -> None:
    pairing, rows = two({"a": 30, "b": 8, "c": 0, "d": 0})
    terms = Terms(safety=("b", "c"))
    found = places(rows, [pairing], terms, moved=True)
    assert [(place.category, place.safety) for place in found] == [("b", True), ("a", False)]
    raw = next(row.p for row in rows if row.category == "b" and row.metric == "t/accuracy")
    assert raw is not None
    assert found[0].p_adjusted == 2 * raw


def test_a_safety_category_needs_surer_evidence_than_a_search() -> None:
    """A p of 0.07 is enough for a search among one, not for a claim."""
    pairing, rows = two({"a": 5})
    rows = tuple(msgspec.structs.replace(row, p=0.07) for row in rows)
    assert [place.category for place in places(rows, [pairing], Terms(), moved=True)] == ["a"]
    assert places(rows, [pairing], Terms(safety=("a",)), moved=True) == ()


def test_a_search_is_held_to_alpha_where_no_signal_moved() -> None:
    pairing, rows = two({"a": 5})
    rows = tuple(msgspec.structs.replace(row, p=0.07) for row in rows)
    assert places(rows, [pairing], Terms(), moved=False) == ()
    assert places(rows, [pairing], Terms(alpha=0.08), moved=False)


def test_equal_categories_of_several_tasks_are_seldom_found_different() -> None:
    """Where nothing changed the chance of any place is alpha, and not alpha a task."""
    found = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        pairings = [_equal(f"t{number}", rng) for number in range(4)]
        rows = compared(pairings, rng=rng)
        found += bool(places(rows, pairings, Terms(), moved=False))
    assert found / 60 <= 0.05 + 3 * (0.05 * 0.95 / 60) ** 0.5


def _equal(task: str, rng: np.random.Generator) -> Pairing:
    sides = []
    for _ in range(2):
        letters = rng.choice(list("rw"), p=[0.7, 0.3], size=(8, 40))
        items = [spelled("".join(row), category=f"c{i}") for i, row in enumerate(letters)]
        sides.append(frame({name: o for part in items for name, o in part.items()}, task=task))
    return Pairing.of(sides[0], sides[1])


def test_the_samples_to_read_are_those_that_lost_most() -> None:
    pairing, _ = two({"a": 3})
    found = to_read([pairing], most=2)
    assert [(one.sample_id, one.base, one.candidate) for one in found] == [
        ("a/00000", 1.0, 0.0),
        ("a/00001", 1.0, 0.0),
    ]
