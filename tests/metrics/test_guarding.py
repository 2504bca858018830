import msgspec

from statera.metrics.catalogue import AnyMetric
from statera.metrics.guarding import FalsePositiveRate, Recall
from statera.records.scores import Score


def test_a_text_counts_the_repeats_that_flagged_it_and_none_without_a_check() -> None:
    flagged = Score(metric="recall", value=1.0, outcome="right")
    missed = Score(metric="recall", value=0.0, outcome="wrong")
    failed = Score(metric="recall", value=None, outcome="infra_error")
    recall = Recall(score="recall")
    assert recall.item([flagged, missed, failed]) == (0.5, 2)
    assert recall.item([failed]) is None
    assert recall.item([]) is None


def test_less_is_better_of_false_positives_alone_and_both_are_stored() -> None:
    for metric, better in ((Recall, True), (FalsePositiveRate, False)):
        made = metric(score="bombs_rate")
        assert (made.name, made.higher_is_better) == ("bombs_rate", better)
        assert msgspec.convert(msgspec.to_builtins(made), AnyMetric) == made
