import msgspec

from statera.metrics.attacks import UNDERSTOOD, AttackRate
from statera.metrics.catalogue import AnyMetric


def test_it_is_a_rate_that_is_read_back_from_a_stored_run() -> None:
    metric = AttackRate(score="attack_success_base64", opposed="decoded_base64")
    assert (metric.name, metric.counter) == ("attack_success_base64", "decoded_base64")
    assert (metric.higher_is_better, metric.least) == (False, UNDERSTOOD)
    assert msgspec.json.decode(msgspec.json.encode(metric), type=AnyMetric) == metric
