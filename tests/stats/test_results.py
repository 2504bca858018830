import msgspec

from statera.stats.results import Bounds, Difference, Estimate


def test_prints_itself() -> None:
    whole = Estimate(value=0.82, low=0.784, high=0.851, level=0.95, method="W", n=500, clusters=500)
    assert str(whole) == "0.820 [0.784, 0.851] 95 %, 500 items"
    bare = Estimate(value=0.5, low=None, high=None, level=0.95, method="few", n=3, clusters=3)
    assert str(bare) == "0.500 (no interval: few), 3 items"
    none = Estimate(value=None, low=None, high=None, level=0.95, method="no items", n=0, clusters=0)
    assert str(none) == "no estimate (no items)"


def test_a_difference_prints_itself() -> None:
    whole = Difference(
        value=0.02,
        low=-0.012,
        high=0.052,
        level=0.95,
        method="Tango",
        source="",
        n=500,
        clusters=500,
        candidate=0.82,
        base=0.80,
        p=0.2212,
        test="McNemar mid-p",
        wins=40,
        losses=30,
        ties=430,
    )
    assert str(whole) == "+0.020 [-0.012, +0.052] 95 %, 500 items, p 0.22"
    unpaired = msgspec.structs.replace(whole, paired=False, p=None)
    assert str(unpaired) == "+0.020 [-0.012, +0.052] 95 %, 500 items, unpaired"
    bare = msgspec.structs.replace(whole, low=None, high=None, method="fewer than 8 clusters")
    assert str(bare) == "+0.020 (no interval: fewer than 8 clusters), 500 items"
    none = msgspec.structs.replace(whole, value=None, method="no items")
    assert str(none) == "no difference (no items)"


def test_bounds_print_themselves() -> None:
    whole = Bounds(
        value=0.0,
        lower=0.0,
        upper=0.00997,
        alpha=0.05,
        limit=0.01,
        p_above=1.0,
        p_below=0.0495,
        method="Clopper-Pearson",
        source="",
        n=299,
        clusters=299,
    )
    assert str(whole) == "0.000, at least 0.000 and at most 0.010, each 95 %, 299 items"
    bare = msgspec.structs.replace(whole, lower=None, upper=None, method="one cluster")
    assert str(bare) == "0.000 (no bound: one cluster), 299 items"
    none = msgspec.structs.replace(whole, value=None, method="no items")
    assert str(none) == "no estimate (no items)"
