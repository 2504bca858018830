import numpy as np
import pytest

from statera.stats.offpolicy import Logged, fitted, gains, overlap, values, weights


def _log(seed: int, *, rows: int = 1500, told: float = 1.0) -> Logged:
    """Action 1 helps where x is 1 alone (.3 to .5); `told` multiplies the logged propensities."""
    draw = np.random.default_rng(seed)
    x = draw.integers(0, 2, rows)
    chance = np.where(x == 1, 0.7, 0.3)
    action = (draw.random(rows) < chance).astype(int)
    reward = (draw.random(rows) < 0.3 + 0.2 * x * action).astype(float)
    propensity = np.where(action == 1, chance, 1 - chance) * told
    target = np.stack([1 - x, x], axis=1).astype(float)
    return Logged(action, propensity, reward, target, x[:, None].astype(float), np.arange(rows))


def test_two_rows_by_hand() -> None:
    log = Logged(
        action=np.array([0, 1]),
        propensity=np.array([0.5, 0.25]),
        reward=np.array([1.0, 2.0]),
        target=np.array([[1.0, 0.0], [0.5, 0.5]]),
        context=np.zeros((2, 0)),
        cluster=np.array([0, 1]),
    )
    assert weights(log).tolist() == [2.0, 2.0]
    found = values(log)
    assert found["ips"].value == pytest.approx((2 * 1 + 2 * 2) / 2)
    assert found["snips"].value == pytest.approx(1.5)
    assert found["ips"].low is None
    assert "worth 2 rows" in found["ips"].method


def test_every_estimator_covers_the_truth() -> None:
    truth, gain = 0.5 * 0.3 + 0.5 * 0.5, 0.5 * 0.2 * 0.3
    covered: dict[str, int] = {}
    for seed in range(60):
        log = _log(seed)
        for name, found in values(log).items():
            assert found.low is not None
            assert found.high is not None
            covered[name] = covered.get(name, 0) + (found.low <= truth <= found.high)
        for name, found in gains(log).items():
            assert found.low is not None
            assert found.high is not None
            covered["+" + name] = covered.get("+" + name, 0) + (found.low <= gain <= found.high)
    assert min(covered.values()) >= 52, covered  # P(< 52 of 60 at 95 %) = 0.006


def test_doubly_robust_forgives_wrong_propensities_and_ips_does_not() -> None:
    truth = 0.4
    found = [values(_log(seed, told=0.7)) for seed in range(10)]
    ips = float(np.mean([one["ips"].value or 0.0 for one in found]))
    dr = float(np.mean([one["dr"].value or 0.0 for one in found]))
    assert abs(ips - truth) > 0.1
    assert abs(dr - truth) < 0.02


def test_overlap_tells_wrong_propensities_and_what_was_never_done() -> None:
    log = _log(1)
    cells = log.context[:, 0].astype(int)
    fine = overlap(log, cells)
    assert abs(fine.off) < 3
    assert fine.unseen == 0
    assert fine.enough
    assert overlap(_log(1, told=0.7), cells).off > 3
    kept = ~((cells == 1) & (log.action == 1))
    cut = Logged(*[part[kept] for part in log])
    assert overlap(cut, cells[kept]).unseen == pytest.approx(np.mean(cells[kept]))


def test_one_row_that_carries_the_weight_gives_no_interval() -> None:
    log = _log(2, rows=400)
    heavy = log._replace(propensity=np.where(np.arange(400) == 0, 1e-4, log.propensity))
    first = heavy.target.copy()
    first[0] = np.eye(2)[heavy.action[0]]
    found = values(heavy._replace(target=first))
    assert found["ips"].low is None
    assert found["ips"].value is not None


def test_the_reward_model_never_saw_the_row_that_it_predicts() -> None:
    log = _log(3, rows=200)
    before = fitted(log)
    moved = log.reward.copy()
    moved[7] = 50.0
    after = fitted(log._replace(reward=moved))
    assert after[7] == pytest.approx(before[7])
    assert not np.allclose(after, before)


def test_rows_of_one_unit_are_no_independent_rows() -> None:
    log = _log(4, rows=600)
    twice = Logged(*[np.concatenate([part, part]) for part in log])
    once, again = values(log)["dr"], values(twice)["dr"]
    assert once.low is not None
    assert again.low is not None
    assert once.high is not None
    assert again.high is not None
    assert again.high - again.low == pytest.approx(once.high - once.low, rel=0.05)
