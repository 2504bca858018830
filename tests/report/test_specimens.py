import msgspec
import pytest

from statera.records.requests import Chat, Message
from statera.records.responses import ContinuationScore, Failure, Response
from statera.records.samples import Sample
from statera.records.scores import Outcome, Score
from statera.records.trials import Exchange, Trial
from statera.report.specimens import EXCERPT, said, specimen
from statera.store.rows import Stored
from tests.report.made import HOSTILE

SAMPLE = Sample(id="t/1", input="What is 1 + 1?", choices=("1", "2"), answer=1)


def trial(outcome: Outcome, text: str, *, epoch: int = 0, sample: Sample = SAMPLE) -> Stored:
    value = {"right": 1.0, "wrong": 0.0}.get(outcome)
    asked = Chat(messages=(Message("user", sample.input),))
    return Stored(
        sample,
        Trial(
            task="t",
            sample_id=sample.id,
            epoch=epoch,
            key="k",
            exchanges=(Exchange(asked, Response(text=text)),),
            started=0.0,
        ),
        (Score(metric="accuracy", value=value, outcome=outcome, extracted=text[:1]),),
    )


def test_both_replies_stand_below_the_question() -> None:
    found = specimen(
        "lost", [("candidate", [trial("wrong", "1")]), ("base", [trial("right", "2")])]
    )
    assert (found.sample_id, found.question, found.choices) == ("t/1", SAMPLE.input, ("1", "2"))
    assert found.reference == "B"
    assert [(r.whose, r.text) for r in found.replies] == [("candidate", "1"), ("base", "2")]
    assert found.replies[0].verdict == "wrong: accuracy, score 0, read “1”"


def test_the_worst_epoch_is_shown_with_the_outcomes_of_all() -> None:
    trials = [trial("right", "2"), trial("wrong", "1", epoch=1), trial("right", "2", epoch=2)]
    (found,) = specimen("lost", [("candidate", trials)]).replies
    assert (found.text, found.epochs) == ("1", "right, wrong, right")
    (found,) = specimen(
        "lost", [("candidate", [trial("right", "2"), trial("unparsed", "?")])]
    ).replies
    assert found.text == "?"


def test_a_run_without_the_sample_has_no_reply() -> None:
    found = specimen("lost", [("candidate", []), ("base", [trial("right", "2")])])
    assert [r.whose for r in found.replies] == ["base"]


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (Response(text=""), "[empty reply]"),
        (Response(text=None, refusal="I will not"), "I will not"),
        (
            Response(failure=Failure(kind="infra", message="timed\x1b[2J out")),
            "[no reply: infra: timed\\x1b[2J out]",
        ),
        (
            Response(likelihoods=(ContinuationScore(logprob=-1.5, greedy=True, tokens=2),)),
            "1: log-likelihood -1.500",
        ),
    ],
)
def test_what_was_said_or_why_nothing_was(response: Response, expected: str) -> None:
    assert said(response, SAMPLE) == expected


def test_references_come_from_the_sample() -> None:
    written = Sample(id="t/2", input="?", reference="Paris", references=("paris",))
    found = specimen("won", [("reply", [trial("right", "Paris", sample=written)])])
    assert found.reference == "Paris | paris"
    bare = Sample(id="t/3", input="?")
    assert specimen("won", [("reply", [trial("right", "x", sample=bare)])]).reference == ""


def test_nothing_hidden_comes_through() -> None:
    odd = Sample(id=HOSTILE, input=HOSTILE, choices=(HOSTILE,), reference=HOSTILE)
    found = specimen("lost", [("reply", [trial("wrong", HOSTILE, sample=odd)])])
    texts = [found.sample_id, found.question, *found.choices, found.reference]
    texts += [found.replies[0].text, found.replies[0].verdict]
    for text in texts:
        assert not set(text) & set("\u202e\u2066\u200b\x1b\x00")


def test_a_trial_that_is_not_graded_yet_says_so() -> None:
    bare = trial("right", "2")._replace(scores=())
    assert specimen("x", [("reply", [bare])]).replies[0].verdict == "not scored"


def test_texts_of_a_sensitive_task_are_cut_to_an_excerpt() -> None:
    long = Sample(id="t/2", input="q" * 500)
    shown = [("reply", [trial("wrong", "z" * 500, sample=long)])]
    found = specimen("wrong", shown, longest=EXCERPT)
    assert found.question == "q" * 120 + "\n… 380 more characters"
    assert found.replies[0].text == "z" * 120 + "\n… 380 more characters"


def test_a_conversation_shows_every_exchange_and_what_else_was_wrong() -> None:
    one = trial("right", "2")
    asked = one.trial.exchanges[0]
    doubt = (*asked.request.messages, Message("assistant", "2"), Message("user", "Sure?"))  # type: ignore[union-attr]
    challenge = Exchange(Chat(messages=doubt), Response(text="Sorry, 1."))
    flip = Score(metric="flip", value=1.0, outcome="wrong", extracted="1")
    shown = one._replace(
        trial=msgspec.structs.replace(one.trial, exchanges=(asked, challenge)),
        scores=(*one.scores, flip),
    )
    (found,) = specimen("lost", [("candidate", [shown])]).replies
    assert found.text == (
        "exchange 1 of 2\nuser> What is 1 + 1?\nreply> 2\n\n"
        "exchange 2 of 2 · goes on from exchange 1\nuser> Sure?\nreply> Sorry, 1."
    )
    assert found.verdict.split(" · ") == [
        "right: accuracy, score 1, read “2”",
        "wrong: flip, score 1, read “1”",
    ]
