import numpy as np
import pytest

from statera.analysis.experiments.split import ratio, shares
from statera.analysis.experiments.units import chosen
from statera.records.live import Aside
from tests.analysis.experiments.made import codes, design, drawn, units

RAMP = [
    {"at": "2026-10-01T00:00:00Z", "traffic": 0.5, "weights": {"base": 0.9, "warm": 0.1}},
    {"at": "2026-10-02T00:00:00Z", "traffic": 1.0},
]


def test_shares_by_slice() -> None:
    assert shares(design()) == pytest.approx(np.array([[0.5, 0.5]]))
    assert shares(design(ramp=RAMP)) == pytest.approx(np.array([[0.9, 0.1], [0.5, 0.5]]))
    only = [{"at": "2026-10-01T00:00:00Z", "traffic": 0.5, "weights": {"base": 1.0}}]
    assert shares(design(ramp=only)) == pytest.approx(np.array([[1.0, 0.0]]))


def test_a_split_as_designed_passes_and_is_counted() -> None:
    found = ratio(design(), drawn(1, 5_000), Aside())
    assert not found.failed
    assert found.causes == ()
    assert sum(found.seen.values()) == 5_000
    assert found.expected == pytest.approx({"base": 2_500.0, "warm": 2_500.0})


def test_each_slice_has_its_own_weights() -> None:
    rng = np.random.default_rng(2)
    part = np.repeat([0, 1], 2_000)
    arm = (rng.random(4_000) < np.where(part == 0, 0.1, 0.5)).astype(int)
    found = ratio(design(ramp=RAMP), units(arm, {}, slice=part), Aside())
    assert not found.failed
    assert set(found.by) == {"slice=0", "slice=1"}
    swapped = ratio(design(ramp=RAMP), units(arm, {}, slice=1 - part), Aside())
    assert swapped.failed


def test_a_planted_loss_is_found_where_it_sits() -> None:
    rng = np.random.default_rng(3)
    found = drawn(4, 12_000)
    platform = rng.integers(0, 3, 12_000)
    found = found._replace(segments={"platform": codes(platform, ("ios", "android", "other"))})
    lost = (found.arm == 1) & (platform == 0) & (rng.random(12_000) < 0.3)
    checked = ratio(design(), chosen(found, ~lost), Aside())
    assert checked.failed
    assert checked.p < 0.001
    assert "platform=ios" in checked.causes[0]
    assert "android" not in checked.causes[0]
    assert checked.by["platform=other"] > 0.01


def test_without_detail_causes_are_still_looked_for() -> None:
    arm = np.arange(3_000) % 3 // 2
    found = units(arm, {}, segments={"platform": codes(np.zeros(3_000), ("ios", "other"))})
    assert ratio(design(), found, Aside()).by.keys() == {"platform=ios"}


def test_no_units_fail_no_check() -> None:
    found = ratio(design(), units([], {}), Aside())
    assert (found.p, found.failed) == (1.0, False)


def test_two_faults_that_cancel_void_the_whole() -> None:
    platform = np.arange(6_000) % 2
    arm = (np.random.default_rng(5).random(6_000) < np.where(platform, 0.4, 0.6)).astype(int)
    found = units(arm, {}, segments={"platform": codes(platform, ("ios", "other"))})
    checked = ratio(design(), found, Aside())
    assert checked.failed
    assert checked.p == min(1.0, 4 * min(checked.by.values()))
    alone = ratio(design(), units(arm, {}), Aside())
    assert not alone.failed


def test_parts_cost_half_of_alpha_and_hold_it() -> None:
    voided = 0
    for seed in range(150):
        draw = np.random.default_rng(seed)
        segments = {"device": codes(draw.integers(0, 5, 400), tuple("abcde"))}
        found = units(draw.integers(0, 2, 400), {}, segments=segments)
        voided += ratio(design(), found, Aside()).p < 0.05
    assert voided <= 14  # P(more than 14 of 150 at 5 %) = 0.01
