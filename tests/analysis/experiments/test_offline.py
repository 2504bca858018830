import numpy as np

from statera.analysis.experiments.offline import offline_view
from statera.stats.offpolicy import Logged


def _log(told: float = 1.0, rows: int = 2000) -> Logged:
    draw = np.random.default_rng(3)
    x = draw.integers(0, 2, rows)
    action = (draw.random(rows) < 0.5).astype(int)
    reward = (draw.random(rows) < 0.3 + 0.2 * x * action).astype(float)
    target = np.stack([1 - x, x], axis=1).astype(float)
    propensity = np.full(rows, 0.5 * told)
    return Logged(action, propensity, reward, target, x[:, None].astype(float), np.arange(rows))


def _cells(log: Logged) -> np.ndarray:
    return log.context[:, 0].astype(int)


def test_a_log_that_overlaps_gives_numbers_and_no_warning() -> None:
    log = _log()
    view = offline_view("mobile", log, _cells(log), ("base", "warm"))
    assert view.warnings == ()
    assert view.values["dr"].low is not None
    assert abs(sum(view.shares.values()) - 1) < 1e-9
    assert view.taken["warm"] == np.mean(log.action)
    gain = view.gains["dr"]
    assert gain.low is not None
    assert gain.low > 0


def test_each_fault_has_its_warning() -> None:
    log = _log(told=0.7)
    told = offline_view("p", log, _cells(log), ("base", "warm")).warnings
    assert any("should be 1" in line for line in told)
    log = _log()
    kept = ~((log.context[:, 0] == 1) & (log.action == 1))
    cut = Logged(*[part[kept] for part in log])
    told = offline_view("p", cut, _cells(cut), ("base", "warm")).warnings
    assert any("never made in a like context" in line for line in told)
    small = Logged(*[part[:40] for part in _log()])
    told = offline_view("p", small, _cells(small), ("base", "warm")).warnings
    assert any("too little overlap" in line for line in told)
