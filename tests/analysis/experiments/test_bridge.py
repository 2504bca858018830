import numpy as np
import pytest
from msgspec.structs import replace

from statera.analysis.experiments.bridge import Allowed, bridge
from statera.interop.pastexperiments import PastExperiment


def _pairs(slope: float, metric: str, count: int = 9, noise: float = 0.004) -> list[PastExperiment]:
    draw = np.random.default_rng(4)
    gains = draw.normal(0, 0.05, count)
    return [
        PastExperiment(
            experiment=f"e{number}", metric=metric, offline=gain, offline_error=0.005,
            online=slope * gain + draw.normal(0, noise), online_error=0.004,
        )
        for number, gain in enumerate(gains)
    ]  # fmt: skip


def test_a_metric_that_predicts_and_one_that_misleads_are_told_apart() -> None:
    found = bridge([*_pairs(0.6, "good"), *_pairs(-0.6, "bad"), *_pairs(0.0, "idle", noise=0.03)])
    by = {one.metric: one for one in found.metrics}
    assert by["good"].verdict == "predicts"
    assert by["good"].slope.value == pytest.approx(0.6, abs=0.1)
    assert by["good"].agreement.value is not None
    assert by["good"].agreement.value > 0.8
    assert by["bad"].verdict == "does not predict"
    assert by["idle"].verdict == "not known"
    assert "do not tell" in by["idle"].told


def test_few_experiments_are_no_evidence() -> None:
    one = bridge(_pairs(0.6, "good", count=3)).metrics[0]
    assert one.verdict == "not known"
    assert one.told == "3 of the 5 experiments that a slope needs"
    assert one.agreement.n == 3


def test_what_gates_allowed_is_kept_beside() -> None:
    allowed = Allowed(experiment="e", arm="warm", ruling="ab" * 32, gate="pass", online="worse")
    assert bridge([], [allowed]).allowed == (allowed,)


def test_arms_that_share_a_base_are_one_experiment() -> None:
    """Two bases that happen to differ make any number of arms lie on one line."""
    pairs = [
        replace(pair, experiment=f"e{number % 2}", arm=str(number), offline_error=0.004)
        for number, pair in enumerate(_pairs(0.6, "good", count=8))
    ]
    (one,) = bridge(pairs).metrics
    assert (one.n, one.agreement.n, one.verdict) == (2, 2, "not known")


def test_outcomes_in_other_units_are_lines_of_their_own() -> None:
    pairs = _pairs(0.6, "good")
    seconds = [replace(pair, outcome="latency", online=9 * pair.online) for pair in pairs]
    found = bridge([*pairs, *seconds]).metrics
    assert [one.outcome for one in found] == ["", "latency"]
    assert found[0] == bridge(pairs).metrics[0]
