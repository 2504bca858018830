"""The one decision: which outcome a trial gets."""

import pytest

from statera.records.responses import Failure, Response
from statera.records.scores import Reading
from statera.scorers.outcomes import broken, decide, whole_reply

READ = Reading(value="B", span=(0, 1), why="last line")
UNREAD = Reading(value=None, why="no answer found")
REFUSAL = "I'm sorry, but I can't help with that."
INFRA = Failure(kind="infra", message="reset")


@pytest.mark.parametrize(
    ("response", "reading", "right", "outcome", "flags"),
    [
        (Response(text="B", finish="stop"), READ, True, "right", ()),
        (Response(text="B", finish="stop"), READ, False, "wrong", ()),
        (Response(text="B", finish="length"), READ, True, "right", ("cut_off",)),
        (Response(text="I'm not sure, but B", finish="stop"), READ, True, "right", ("hedged",)),
        (
            Response(text="I'm not sure, but B", finish="length"),
            READ,
            False,
            "wrong",
            ("cut_off", "hedged"),
        ),
        (Response(text="so", finish="length"), UNREAD, False, "truncated", ()),
        (Response(text=REFUSAL, finish="length"), UNREAD, False, "truncated", ()),
        (Response(text=REFUSAL, finish="stop"), UNREAD, False, "refused", ()),
        (Response(text="", refusal="no", finish="stop"), UNREAD, False, "refused", ()),
        (Response(text="", finish="content_filter"), UNREAD, False, "refused", ()),
        (Response(text="hm", finish="stop"), UNREAD, False, "unparsed", ()),
        (Response(text="", finish="stop"), UNREAD, False, "unparsed", ()),
        (Response(text="", finish=None), UNREAD, False, "unparsed", ()),
        (Response(text=None, finish="stop"), UNREAD, False, "unparsed", ()),
        (Response(text=None, reasoning="…", finish="length"), UNREAD, False, "truncated", ()),
        (Response(text=None, finish=None), UNREAD, False, "infra_error", ()),
        (Response(failure=INFRA), UNREAD, False, "infra_error", ()),
        (Response(text="B", failure=INFRA), READ, True, "infra_error", ()),
        (Response(failure=Failure(kind="refused", message="filter")), UNREAD, False, "refused", ()),
        (
            Response(failure=Failure(kind="truncated", message="too long")),
            UNREAD,
            False,
            "truncated",
            (),
        ),
    ],
)
def test_the_order_of_outcomes(
    response: Response, reading: Reading, right: bool, outcome: str, flags: tuple[str, ...]
) -> None:
    decision = decide(response, reading, right)
    assert (decision.outcome, decision.flags) == (outcome, flags)
    assert bool(decision.why) == (outcome not in ("right", "wrong"))


def test_the_servers_own_words_are_the_reason() -> None:
    failed = Response(failure=Failure(kind="truncated", message="over the context length"))
    assert decide(failed, UNREAD, False).why == "over the context length"


@pytest.mark.parametrize(
    ("text", "finish", "passed", "answered"),
    [
        ("no", "stop", False, True),
        ("no", "length", False, False),
        ("no", "length", True, True),
        (REFUSAL, "stop", False, False),
        (REFUSAL, "stop", True, True),
        ("", "stop", True, False),
    ],
)
def test_a_whole_reply_is_an_answer_unless_it_failed_for_being_none(
    text: str, finish: str, passed: bool, answered: bool
) -> None:
    reading = whole_reply(Response(text=text, finish=finish), passed)
    assert (reading.value is not None) is answered


def test_a_tool_call_is_a_reply() -> None:
    assert not broken(Response(tool_calls=({"name": "f"},)))
