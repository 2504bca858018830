from statera.metrics.outcomes import OutcomeShare
from statera.records.scores import Outcome, Score


def scores(*outcomes: Outcome) -> list[Score]:
    return [Score(metric="m", value=None, outcome=outcome) for outcome in outcomes]


def test_a_share_leaves_infrastructure_errors_out() -> None:
    refused = OutcomeShare(score="m", outcome="refused")
    assert refused.item(scores("refused", "right", "infra_error")) == (0.5, 2)
    assert refused.item(scores("infra_error")) is None
    assert refused.name == "refused"
    assert not refused.higher_is_better


def test_the_share_of_infrastructure_errors_counts_all() -> None:
    failed = OutcomeShare(score="m", outcome="infra_error")
    assert failed.item(scores("refused", "right", "infra_error", "infra_error")) == (0.5, 4)
    assert failed.item([]) is None
