import pytest

from statera.records.responses import Response
from statera.records.scores import UNDRAWN
from statera.scorers.arms import FirstAnswer, contrast, event, graded, silent, text_at
from statera.scorers.choice_or_number import ChoiceOrNumber
from tests.scorers.conversations import BROKEN, SUM, conversation

READS = ChoiceOrNumber()


def test_the_first_answer_counts_whatever_follows() -> None:
    assert FirstAnswer().score(SUM, conversation("5", "6", "7")).outcome == "right"
    assert FirstAnswer().score(SUM, conversation("6", "5")).outcome == "wrong"
    assert FirstAnswer().score(SUM, conversation(BROKEN)).outcome == "infra_error"
    assert FirstAnswer().score(SUM, conversation("5", BROKEN)).value == 1.0


def test_an_arm_that_was_not_asked_lacks_nothing_and_one_lost_to_plumbing_does() -> None:
    unasked = graded(READS, SUM, conversation("5"), 1)
    assert (unasked.value, unasked.flags) == (None, (UNDRAWN,))
    lost = graded(READS, SUM, conversation("5", BROKEN), 2)
    assert (lost.outcome, lost.why, lost.flags) == ("infra_error", "reset", ())


@pytest.mark.parametrize("good", [True, False])
def test_an_event_is_right_or_wrong_by_what_is_good(good: bool) -> None:
    read = graded(READS, SUM, conversation("5"), 0)
    happened, absent = (event("m", one, read, good=good) for one in (True, False))
    assert (happened.value, absent.value) == (1.0, 0.0)
    assert (happened.outcome == "right", absent.outcome == "right") == (good, not good)


@pytest.mark.parametrize(
    ("value", "better", "outcome"),
    [(1.0, -1, "wrong"), (0.0, -1, "right"), (-1.0, -1, "right"), (-1.0, 1, "wrong")],
)
def test_a_contrast_is_wrong_on_the_worse_side_only(
    value: float, better: int, outcome: str
) -> None:
    assert contrast("m", value, better=better, why="").outcome == outcome


def test_a_response_without_text_is_told_apart() -> None:
    assert silent("m", Response(text="x", finish="stop")) is None
    for response, outcome in (
        (BROKEN, "infra_error"),
        (Response(text="", finish="stop"), "unparsed"),
        (Response(text="", finish="length"), "truncated"),
    ):
        found = silent("m", response)
        assert found is not None
        assert (found.value, found.outcome) == (None, outcome)


def test_no_exchange_says_nothing() -> None:
    assert text_at(conversation("a"), 1) == ""
