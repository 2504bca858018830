import pytest

from statera.records.responses import Response, Usage
from statera.records.scores import Score
from statera.store.content import content
from tests.store.made import asked, failure, reply, score, trial

PLAIN = [(trial(1), (score(),))]


@pytest.mark.parametrize(
    "same",
    [
        Response(text="B", finish="stop"),
        reply("B", attempts=3, notes=("asked again",), first_token_seconds=0.1),
        Response(text="B", finish="stop", usage=Usage(cached_tokens=9), seconds=9.0, cost=None),
        reply("B", fingerprint="fp_2", model="m-2024"),
    ],
)
def test_how_it_went_is_no_content(same: Response) -> None:
    assert content([(trial(1, response=same), (score(),))]) == content(PLAIN)


@pytest.mark.parametrize(
    ("said", "graded"),
    [
        (reply("C"), score()),
        (reply("B", reasoning="hm"), score()),
        (reply("B", refusal="no"), score()),
        (Response(text="B", finish="length"), score()),
        (failure("refused"), score()),
        (reply(), score("wrong")),
        (reply(), score(value=0.5)),
        (reply(), score(metric="strict")),
    ],
)
def test_what_was_said_and_scored_is(said: Response, graded: Score) -> None:
    assert content([(trial(1, response=said), (graded,))]) != content(PLAIN)


def test_what_was_asked_is() -> None:
    assert asked(1) != asked(2)
    assert content([(trial(2), (score(),))]) != content(PLAIN)
    assert content([(trial(1, epoch=1), (score(),))]) != content(PLAIN)


def test_the_kind_of_a_failure_is_content_and_its_words_are_not() -> None:
    again = Response(failure=failure().failure, seconds=3.0, attempts=5)
    assert content([(trial(1, response=again), ())]) == content(
        [(trial(1, response=failure()), ())]
    )
    refused = content([(trial(1, response=failure("refused")), ())])
    assert refused != content([(trial(1, response=failure("truncated")), ())])


def test_scores_in_another_order_are_the_same_content() -> None:
    two = (score(metric="a"), score(metric="b"))
    assert content([(trial(1), two)]) == content([(trial(1), two[::-1])])


def test_trials_do_not_run_together() -> None:
    both = content([(trial(1), ()), (trial(2), ())])
    assert both != content([(trial(2), ()), (trial(1), ())])
    assert content([]) != both
