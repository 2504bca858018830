import pytest

from statera.analysis.replies import at_zero, with_replies
from statera.records.requests import Chat, Message, Request, Sampling
from statera.records.responses import Response
from statera.records.scores import Outcome, Score
from statera.records.trials import Exchange, Trial
from statera.store.rows import ReplyRow, ScoreRow
from tests.store.made import likelihoods


def row(sample: str, epoch: int, metric: str = "a", outcome: Outcome = "right") -> ScoreRow:
    score = Score(metric=metric, value=1.0, outcome=outcome, extracted="B")
    return ScoreRow("t", sample, epoch, "kind", None, sample, score)


def test_each_trial_is_followed_by_its_reply() -> None:
    rows = [row("x", 0), row("x", 0, "b"), row("x", 1), row("y", 0, outcome="refused")]
    said = [ReplyRow("t", "x", 0, "1"), ReplyRow("t", "x", 1, "2"), ReplyRow("t", "y", 0, "3")]
    found = list(with_replies(rows, said))
    assert [r.score.metric for r in found] == ["a", "b", "reply", "a", "reply", "a", "reply"]
    replies = [r for r in found if r.score.metric == "reply"]
    assert [(r.sample_id, r.epoch, r.score.extracted) for r in replies] == [
        ("x", 0, "1"),
        ("x", 1, "2"),
        ("y", 0, "3"),
    ]
    assert [r.score.outcome for r in replies] == ["right", "right", "refused"]
    assert {r.category for r in replies} == {"kind"}


def test_trials_without_a_score_are_left_out_and_a_reply_that_is_not_there_has_no_digest() -> None:
    rows = [row("x", 1), row("y", 0, outcome="infra_error")]
    said = [ReplyRow("t", "x", 0, "1"), ReplyRow("t", "x", 1, None), ReplyRow("t", "y", 0, "3")]
    found = [r.score for r in with_replies(rows, said) if r.score.metric == "reply"]
    assert [(score.outcome, score.extracted) for score in found] == [
        ("right", None),
        ("unparsed", "3"),
    ]
    assert [r.score.extracted for r in with_replies(rows[:1], [])][-1] is None


def asked(temperature: float | None) -> Request:
    return Chat(messages=(Message("user", "?"),), sampling=Sampling(temperature=temperature))


ZERO, WARM, SAID = asked(0.0), asked(0.7), Response(text="A")
ADAPTED = Response(text="A", notes=("temperature not accepted",))


@pytest.mark.parametrize(
    ("exchanges", "expected"),
    [
        ([(ZERO, SAID)], True),
        ([(ZERO, SAID), (ZERO, SAID)], True),
        ([(ZERO, SAID), (WARM, SAID)], False),
        ([(asked(None), SAID)], False),
        ([(ZERO, ADAPTED)], False),
        ([(likelihoods(-1.0, -2.0).request, SAID)], False),
    ],
)
def test_the_temperature_is_that_of_all_requests(
    exchanges: list[tuple[Request, Response]], expected: bool
) -> None:
    made = tuple(Exchange(*one) for one in exchanges)
    trial = Trial(task="t", sample_id="x", epoch=0, key="k", exchanges=made, started=0.0)
    assert at_zero(trial) is expected
