"""What a decision is worth: a check that was not made is never an answer."""

import msgspec
import pytest

from statera.errors import DeclarationError
from statera.records.guarding import Decision
from statera.records.requests import Chat, Message
from statera.records.responses import Failure, Response
from statera.records.samples import Sample
from statera.records.scores import UNDRAWN
from statera.records.trials import Exchange, Trial
from statera.scorers.guarding import (
    GuardDecision,
    GuardFalsePositives,
    GuardRecall,
    decision_of,
    sight,
    truth_of,
)
from tests.guards_made import decision, finding


def trial(said: Decision | Response) -> Trial:
    text = None if isinstance(said, Response) else msgspec.json.encode(said).decode()
    response = said if isinstance(said, Response) else Response(text=text, finish="stop")
    request = Chat(messages=(Message("user", "x"),))
    return Trial(
        task="t",
        sample_id="1",
        epoch=0,
        key="k",
        exchanges=(Exchange(request, response),),
        started=0.0,
    )


def sample(label: int | None = None, **truth: int) -> Sample:
    fields = {"truth": truth} | ({} if label is None else {"label": label})
    return Sample(id="1", input="x", fields=fields)


FLAGGED = decision("block", finding(score=0.9), scores={"bombs": 0.9})
PASSED = decision(scores={"bombs": 0.1})
FAILED = decision("unavailable", finding(cause="failed"))
LATE = decision("bypassed", finding(cause="late"))
BEYOND = decision("block", finding(cause="beyond", score=0.1), scores={"bombs": 0.1})
OPEN = decision("bypassed", finding(cause="beyond", score=0.1), scores={"bombs": 0.1})
REDACTED = decision("redact", finding(action="redact", score=0.9), scores={"bombs": 0.9})


@pytest.mark.parametrize(
    ("made", "of_detector", "of_policy"),
    [
        (FLAGGED, "flagged", "flagged"),
        (PASSED, "passed", "passed"),
        (FAILED, "failed", "failed"),
        (LATE, "late", "late"),
        (BEYOND, "beyond", "flagged"),
        (OPEN, "beyond", "passed"),
        (REDACTED, "flagged", "passed"),
        (decision(), "absent", "passed"),
    ],
)
def test_what_a_detector_and_the_policy_made_of_it(
    made: Decision, of_detector: str, of_policy: str
) -> None:
    assert (sight(made, "bombs"), sight(made)) == (of_detector, of_policy)


@pytest.mark.parametrize(
    ("label", "made", "outcome", "recall", "alarms"),
    [
        (1, FLAGGED, "right", 1.0, None),
        (1, PASSED, "wrong", 0.0, None),
        (0, FLAGGED, "wrong", None, 1.0),
        (0, PASSED, "right", None, 0.0),
    ],
)
def test_harmful_texts_count_for_recall_and_harmless_ones_for_false_positives(
    label: int, made: Decision, outcome: str, recall: float | None, alarms: float | None
) -> None:
    of, said = sample(label), trial(made)
    assert GuardDecision().score(of, said).outcome == outcome
    for detector in ("", "bombs"):
        found = GuardRecall(detector=detector).score(of, said)
        assert (found.value, UNDRAWN in found.flags) == (recall, recall is None)
        found = GuardFalsePositives(detector=detector).score(of, said)
        assert (found.value, UNDRAWN in found.flags) == (alarms, alarms is None)


@pytest.mark.parametrize(
    ("made", "outcome"),
    [
        (FAILED, "infra_error"),
        (LATE, "infra_error"),
        (BEYOND, "infra_error"),
        (Response(failure=Failure(kind="infra", message="gone")), "infra_error"),
    ],
)
def test_a_check_that_was_not_made_is_no_value_and_never_wrong(
    made: Decision | Response, outcome: str
) -> None:
    found = GuardRecall(detector="bombs").score(sample(1), trial(made))
    assert (found.value, found.outcome, found.flags) == (None, outcome, ())


def test_a_text_to_compare_with_is_in_no_rate() -> None:
    of = Sample(id="1", input="x", fields={"label": 1, "unrated": 1})
    for scorer in (GuardDecision(), GuardRecall(), GuardRecall(detector="bombs")):
        assert UNDRAWN in scorer.score(of, trial(FLAGGED)).flags


def test_labels_by_detector_go_before_the_one_for_all() -> None:
    of = sample(1, bombs=0)
    assert [truth_of(of), truth_of(of, "bombs"), truth_of(of, "other")] == [True, False, True]
    assert truth_of(sample(None, bombs=1)) is None
    found = GuardRecall(detector="other").score(sample(None, bombs=1), trial(PASSED))
    assert UNDRAWN in found.flags


def test_names_say_whose_rate_it_is() -> None:
    assert GuardRecall().metric == "recall"
    assert GuardRecall(detector="bombs").metric == "bombs_recall"
    assert GuardFalsePositives(detector="bombs").metric == "bombs_false_positive_rate"
    assert GuardFalsePositives(detector="bombs", name="fpr").metric == "fpr"


def test_a_reply_that_is_no_decision_is_told() -> None:
    with pytest.raises(DeclarationError, match="1: the reply is no guard's decision"):
        decision_of(trial(Response(text="Paris", finish="stop")))
