import asyncio
from typing import Any

import pytest

from statera.proxy.answers import (
    decision_headers,
    deliver,
    failure_of,
    json_answer,
    worst,
)
from statera.proxy.wire.api import Failure
from statera.records.guarding import Outcome


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("allow", "redact", "redact"),
        ("bypassed", "redact", "bypassed"),
        ("block", "unavailable", "block"),
        ("allow", "allow", "allow"),
    ],
)
def test_the_graver_outcome_counts(first: Outcome, second: Outcome, found: Outcome) -> None:
    assert worst(first, second) == worst(second, first) == found


def test_a_check_that_failed_shows_as_no_decision() -> None:
    assert dict(decision_headers("block", "1", "p")) == {
        b"x-statera-decision": b"block",
        b"x-statera-decision-id": b"1",
        b"x-statera-policy": b"p",
    }
    assert b"x-statera-decision" not in dict(decision_headers("unavailable", "1", "p"))


def test_an_answer_is_delivered_with_its_length_and_without_its_body_to_head() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    answer = json_answer(503, failure_of(Failure(503, "x", "y")), retry_after=2)
    asyncio.run(deliver(send, answer))
    asyncio.run(deliver(send, answer, bare=True))
    assert dict(sent[0]["headers"])[b"content-length"] == b"%d" % len(answer.body)
    assert dict(sent[0]["headers"])[b"retry-after"] == b"2"
    assert [sent[1]["body"], sent[3]["body"]] == [answer.body, b""]
