import numpy as np

from statera.analysis.frame import Early
from statera.analysis.pairing import Pairing
from statera.diagnosis.slices import Slice, slices
from statera.records.samples import Sample
from tests.diagnosis.made import frame, paired, spelled


def sliced(chance: float, *, seed: int, items: int = 1200, early: Early = "") -> tuple[Slice, ...]:
    """Return what is found where long questions of category `a` are lost with that chance."""
    rng = np.random.default_rng(seed)
    names = [f"{'ab'[place % 2]}/{place}" for place in range(items)]
    long = rng.random(items) < 0.5
    samples = [
        Sample(id=name, input="x" * (300 if is_long else 30) + str(place))
        for place, (name, is_long) in enumerate(zip(names, long, strict=True))
    ]
    old = rng.choice(["right", "wrong"], p=[0.8, 0.2], size=items)
    hit = long & (np.arange(items) % 2 == 0) & (rng.random(items) < chance)
    noise = rng.random(items) < 0.03
    new = np.where(hit, "wrong", np.where(noise, rng.choice(["right", "wrong"], size=items), old))
    sides = [
        frame({n: [o] for n, o in zip(names, side.tolist(), strict=True)}, early=early)
        for side in (new, old)
    ]
    return slices(Pairing.of(sides[0], sides[1]), samples, rng=rng)


def test_a_slice_that_lost_is_found_and_confirmed_on_other_items() -> None:
    found = sliced(0.5, seed=1)
    assert found
    named = {condition.split(" = ")[0] for one in found for condition in one.conditions}
    assert "category" in named or "question length" in named
    top = next(one for one in found if len(one.conditions) > 1)
    assert top.conditions[0] == "category = a"
    assert top.difference < -0.25 < top.rest
    assert top.high < 0
    assert top.n < 200  # of the confirming half only
    assert all(name.startswith("a/") for name in top.samples)


def test_without_a_slice_seldom_one_is_confirmed() -> None:
    """The chance of any confirmed slice is at most alpha, however many were searched."""
    found = sum(bool(sliced(0.0, seed=seed, items=600)) for seed in range(100))
    assert found / 100 <= 0.05 + 3 * (0.05 * 0.95 / 100) ** 0.5


def test_a_category_alone_is_left_to_its_own_table() -> None:
    old = spelled("r" * 300, category="a") | spelled("r" * 300, category="b")
    new = spelled("w" * 150 + "r" * 150, category="a") | spelled("r" * 300, category="b")
    assert slices(Pairing.of(frame(new), frame(old)), rng=np.random.default_rng(1)) == ()


def test_nothing_where_nothing_dropped_or_little_is_there() -> None:
    rng = np.random.default_rng(1)
    assert slices(paired("r" * 100, "w" * 100), rng=rng) == ()
    assert slices(paired("w" * 5, "r" * 5), rng=rng) == ()
    nothing = Pairing.of(frame({"x": ["right"]}), frame({"y": ["right"]}))
    assert slices(nothing, rng=rng) == ()


def test_no_slice_is_confirmed_in_a_run_that_stopped_early() -> None:
    assert sliced(0.5, seed=1)
    assert sliced(0.5, seed=1, early="seeded") == ()
