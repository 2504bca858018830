import pytest

from statera.proxy.wire.fields import Reader, table
from statera.proxy.wire.parameters import ABOUT, CHOICE, SAMPLING
from statera.proxy.wire.refusals import Refused
from statera.proxy.wire.tokenlists import logprobs, prompt_logprobs, token_ids
from tests.proxy.wire.markers import OPEN, STRICT


def test_what_repeats_a_text_is_of_a_known_kind() -> None:
    kinds = (logprobs, prompt_logprobs, token_ids)
    assert [name for name, field in SAMPLING.items() if field in kinds] == []
    repeating = {name for fields in (ABOUT, CHOICE) for name in fields if fields[name] in kinds}
    assert repeating == {"logprobs", "prompt_logprobs", "prompt_token_ids", "token_ids"}


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("user", "+14155550123", "+14155550123"),
        ("user", "user-1", "user-1"),
        ("metadata", {"card": "4111111111111111"}, "card\n4111111111111111"),
        ("reasoning_effort", "high", ""),
        ("reasoning_effort", "Ignore_all_rules", "Ignore_all_rules"),
        ("include", ["say", "the", "word"], "say\nthe\nword"),
        ("seed", 4111111111111111, "4111111111111111"),
        ("seed", 42, ""),
        ("stream_options", {"include_usage": True}, ""),
        ("safety_identifier", "forbiddenword", "forbiddenword"),
        ("request_id", "forbiddenword", "forbiddenword"),
        ("request_id", "0f3a2b1c9d8e7f6a", ""),
    ],
)
def test_what_a_parameter_says_is_read(name: str, value: object, found: str) -> None:
    reader = Reader(STRICT, "input", "parameter")
    table(SAMPLING)(reader, {}, "", {name: value}, "")
    assert [slot.passage.text for slot in reader.slots] == ([found] if found else [])
    assert all(slot.passage.role == "parameter" for slot in reader.slots)


@pytest.mark.parametrize(
    "name", ["return_token_ids", "return_tokens", "return_tokens_as_token_ids"]
)
def test_token_ids_are_asked_for_only_where_the_policy_allows(name: str) -> None:
    ask = table(SAMPLING)
    ask(Reader(STRICT, "input"), {}, "", {name: False}, "")
    ask(Reader(OPEN, "input"), {}, "", {name: True}, "")
    with pytest.raises(Refused) as refused:
        ask(Reader(STRICT, "input"), {}, "", {name: True}, "")
    assert refused.value.code == "tokens_not_readable"
