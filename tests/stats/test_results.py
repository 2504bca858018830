from statera.stats.results import Estimate


def test_prints_itself() -> None:
    whole = Estimate(value=0.82, low=0.784, high=0.851, level=0.95, method="W", n=500, clusters=500)
    assert str(whole) == "0.820 [0.784, 0.851] 95 %, 500 items"
    bare = Estimate(value=0.5, low=None, high=None, level=0.95, method="few", n=3, clusters=3)
    assert str(bare) == "0.500 (no interval: few), 3 items"
    none = Estimate(value=None, low=None, high=None, level=0.95, method="no items", n=0, clusters=0)
    assert str(none) == "no estimate (no items)"
