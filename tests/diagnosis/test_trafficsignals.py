from dataclasses import replace

import numpy as np
import pytest

from statera.diagnosis.trafficsignals import measured, signals_of
from tests.traffic_made import Week, traffic


def test_every_kind_is_measured_and_unknown_times_are_left_out() -> None:
    made, after = traffic(Week(), Week(), users=300)
    cells = made.facts["country"].codes
    kinds = [one.kind for one in measured(made, after, cells)]
    assert kinds == [
        "failed",
        "slow",
        "truncated",
        "refused",
        "unparsed",
        "right",
        "quality",
        "harm",
    ]
    untimed = replace(made, seconds=np.full(len(made), np.nan))
    assert "slow" not in [one.kind for one in measured(untimed, after, cells)]


def test_a_signal_that_one_side_lacks_is_told() -> None:
    made, after = traffic(Week(), Week(), users=100)
    tone = np.where(after, np.nan, made.values["tone"])
    made = replace(made, values={**made.values, "tone": tone})
    found = measured(made, after, made.facts["country"].codes)
    (lost,) = [one for one in found if one.kind == "quality"]
    assert (lost.found, lost.why) == (None, "no request with it on both sides")
    assert "quality" not in [one.kind for one in signals_of(found, margin=0.05, alpha=0.05)]


def test_states_and_what_it_would_take() -> None:
    made, after = traffic(Week(), Week(right=0.7), users=1000)
    found = measured(made, after, made.facts["country"].codes)
    named = {one.kind: one for one in signals_of(found, margin=0.02, alpha=0.05)}
    right = named["right"]
    assert (right.state, right.worse, right.better) == ("down", True, False)
    assert right.difference == pytest.approx(right.candidate - right.base)
    assert named["failed"].state == "same"
    quality = named["quality"]
    assert quality.state == "undetermined"
    assert (quality.needed or 0) > min(quality.n)
    assert (quality.low or 0) < quality.difference < (quality.high or 0)
