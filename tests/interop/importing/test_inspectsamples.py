import math
from typing import Any

import pytest

from statera.errors import DeclarationError
from statera.interop.importing.imported import Row
from statera.interop.importing.inspectsamples import row
from statera.records.requests import Chat, Message
from statera.records.responses import Usage
from statera.records.scores import Outcome
from tests.interop.importing import made


def _row(found: dict[str, Any], skipped: set[str] | None = None) -> Row:
    return row("a.eval, x", found, "t", {"max_tokens": 40}, set() if skipped is None else skipped)


def test_a_sample_with_all_that_was_said() -> None:
    found = _row(made.inspect_sample("a", epoch=3))
    assert (found.sample.id, found.epoch, found.started) == ("a", 2, 1767323045.0)
    assert (found.sample.input, found.sample.reference) == ("What, a?", "42")
    assert found.sample.category == "odd"
    (exchange,) = found.exchanges
    assert isinstance(exchange.request, Chat)
    assert exchange.request.messages == (
        Message("system", "Be brief."),
        Message("user", "What, a?"),
    )
    assert exchange.request.sampling.max_tokens == 40
    said = exchange.response
    assert (said.text, said.finish, said.model, said.seconds) == ("42", "stop", "m-2-served", 0.5)
    assert said.usage == Usage(prompt_tokens=9, completion_tokens=1)


@pytest.mark.parametrize(
    ("value", "number", "outcome"),
    [
        ("C", 1.0, "right"),
        ("I", 0.0, "wrong"),
        ("P", 0.5, "right"),
        ("N", 0.0, "unparsed"),
        (True, 1.0, "right"),
        (0.25, 0.25, "wrong"),
        ("0.75", 0.75, "right"),
        ("no", 0.0, "wrong"),
        (math.nan, None, "infra_error"),
        (None, None, "infra_error"),
    ],
)
def test_values_as_inspect_reads_them(value: Any, number: float | None, outcome: Outcome) -> None:
    (score,) = _row(made.inspect_sample("a", value=value)).scores
    assert (score.value, score.outcome) == (number, outcome)


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        (made.stopped("max_tokens"), "truncated"),
        (made.stopped("model_length"), "truncated"),
        (made.stopped("content_filter"), "refused"),
        (made.stopped("stop", ""), "unparsed"),
        (made.stopped("stop"), "wrong"),
        ({"limit": {"type": "time", "limit": 60}}, "truncated"),
    ],
)
def test_wrong_is_told_apart_by_how_the_reply_ended(more: dict[str, Any], outcome: Outcome) -> None:
    (score,) = _row(made.inspect_sample("a", value="I", **more)).scores
    assert score.outcome == outcome


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        ("invalid_response_format", "unparsed"),
        ("refusal", "refused"),
        ("no_response", "wrong"),
        ("something new", "wrong"),
    ],
)
def test_a_scorers_reason_counts(reason: str, outcome: Outcome) -> None:
    scores = {"choice": {"value": "I", "answer": "", "reason": reason}}
    (score,) = _row(made.inspect_sample("a", scores=scores)).scores
    assert (score.outcome, score.why) == (outcome, reason)


def test_an_error_is_plumbing_unless_it_was_scored() -> None:
    failed = made.inspect_sample("a", error={"message": "boom\n at x"}, scores={}, output={})
    found = _row(failed)
    assert found.scores == ()
    assert found.exchanges[0].response.failure is not None
    assert found.exchanges[0].response.failure.message == "boom"
    assert found.exchanges[0].response.text is None
    scored = _row(made.inspect_sample("a", error={"message": "boom"}))
    assert scored.scores[0].outcome == "right"


def test_a_scorer_with_several_values_makes_several_metrics() -> None:
    scores = {
        "match": {"value": "C"},
        "tone": {"value": {"calm": 1, "match": 0, "colour": "blue"}},
        "style": {"value": {"calm": 0.5, "kind": [1, 2]}},
    }
    skipped: set[str] = set()
    found = _row(made.inspect_sample("a", scores=scores), skipped)
    assert {score.metric: score.value for score in found.scores} == {
        "match": 1.0,
        "tone_calm": 1.0,
        "tone_match": 0.0,
        "style_calm": 0.5,
    }
    assert skipped == {"colour", "kind"}


def test_choices_and_a_letter() -> None:
    found = _row(made.inspect_sample(1, choices=["x", "y", "z"], target="C")).sample
    assert (found.choices, found.answer, found.reference) == (("x", "y", "z"), 2, "z")
    several = _row(made.inspect_sample(1, target=["two", "2"])).sample
    assert several.accepted == ("two", "2")


def test_messages_as_input_and_parts_as_reply() -> None:
    parts = [{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": "42"}]
    said = {"role": "assistant", "content": parts}
    asked = [{"role": "user", "content": "Why?"}]
    output = {"choices": [{"message": said, "stop_reason": "stop"}]}
    found = _row(made.inspect_sample(1, input=asked, messages=[*asked, said], output=output))
    assert found.sample.input == "Why?"
    assert (found.exchanges[0].response.text, found.exchanges[0].response.reasoning) == ("42", "hm")


def test_texts_that_are_kept_apart_come_back() -> None:
    said = {"role": "assistant", "content": "attachment://b"}
    output = {"choices": [{"message": said, "stop_reason": "stop"}]}
    more: dict[str, Any] = {
        "attachments": {"a": "long question", "b": "long reply"},
        "input": "attachment://a",
        "messages": [{"role": "user", "content": "attachment://a"}, said],
        "output": output,
        "target": ["attachment://gone", "2"],
    }
    found = _row(made.inspect_sample(1, **more))
    assert found.sample.input == "long question"
    assert found.exchanges[0].response.text == "long reply"
    assert found.sample.accepted == ("attachment://gone", "2")


@pytest.mark.parametrize(("change", "told"), [({"id": None}, "'id'"), ({"epoch": 0}, "'epoch'")])
def test_what_a_sample_lacks_is_told(change: dict[str, Any], told: str) -> None:
    with pytest.raises(DeclarationError, match=rf"a\.eval, x: {told}"):
        _row(made.inspect_sample("a") | change)
