from typing import Any

import pytest

from statera.guard.policy import Policy
from statera.proxy.wire.fields import Reader, text
from statera.proxy.wire.refusals import Refused
from statera.proxy.wire.slots import write
from statera.proxy.wire.tokenlists import compare, logprobs, prompt_logprobs, token_ids, tokens
from statera.records.guarding import Edit
from tests.proxy.wire.markers import OPEN, STRICT

PLACE = "choices[0].logprobs"


def lines(value: Any, said: str = "", policy: Policy = STRICT, field: Any = logprobs) -> list[str]:
    """Return what of the tokens is read beside `said`."""
    reader = Reader(policy, "output", "assistant")
    if said:
        text(reader, {"text": said}, "text", said, "choices[0].text")
    field(reader, {"logprobs": value}, "logprobs", value, PLACE)
    return [slot.passage.text for slot in compare(reader)]


def entry(token: str, *others: str, **more: Any) -> dict[str, Any]:
    top = [{"token": one, "logprob": -1.5, "bytes": list(one.encode())} for one in others]
    return {"token": token, "logprob": -0.1, "bytes": list(token.encode()), **more} | (
        {"top_logprobs": top} if top else {}
    )


def cut(word: str) -> list[dict[str, Any]]:
    """Return a token for every byte, as servers have them of a character that is cut."""
    return [{"token": "�", "logprob": -0.1, "bytes": [one]} for one in word.encode()]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"content": [entry("Par"), entry("is")]}, []),
        ({"content": [entry("Par"), entry("is"), entry("<|im_end|>")]}, []),
        ({"content": [entry("Par"), entry("is"), entry("</s>")]}, []),
        ({"content": [entry("Par"), entry("is"), entry("<b>")]}, ["Paris<b>"]),
        ({"content": [entry("Par"), entry("is"), entry("<|bomb|>")]}, ["Paris<|bomb|>"]),
        ({"content": [], "refusal": None}, []),
        ({"content": [entry("Par")]}, ["Par"]),
        ({"content": [entry("Par", "Par", "R"), entry("is", "is", "ome")]}, ["Rome"]),
        ([entry("Par", "R"), entry("is", "ome", "x")], ["Rome", "x"]),
        ([entry("Par"), entry("is", bytes=list(b"no"))], ["no"]),
        ([{"id": 7, "token": "Paris", "logprob": -0.1, "top_probs": [entry("Rome")]}], ["Rome"]),
        ({"tokens": ["Par", "is"], "token_logprobs": [None, -0.1], "text_offset": [0, 3]}, []),
        ({"tokens": ["Par", "is"], "top_logprobs": [None, {"is": -1, "ty": -2}]}, ["ty"]),
        ({"tokens": None, "top_logprobs": [{"Rome": -1}]}, ["Rome"]),
    ],
)
def test_tokens_that_are_the_text_are_not_read_twice(value: Any, found: list[str]) -> None:
    assert lines(value, "Paris") == found


def test_characters_that_are_cut_are_whole_again() -> None:
    assert lines(cut("日本"), "日本") == []
    assert lines(cut("日本"), "hello") == ["日本"]


def test_tokens_of_the_prompt_are_read() -> None:
    value = [
        None,
        {"1": {"decoded_token": "be", "logprob": -1.0, "rank": 1}},
        {"2": {"decoded_token": " kind"}, "3": {"decoded_token": " good", "logprob": None}},
    ]
    assert lines(value, "be kind?", field=prompt_logprobs) == ["be kind", " good"]


SHAPES: list[Any] = [
    "a free text",
    5,
    {"what": "ever"},
    {"content": "a text"},
    {"content": ["a text"]},
    {"content": [{"token": 5}]},
    {"content": [{"token": "a", "note": "b"}]},
    {"content": [{"token": "a", "logprob": "b"}]},
    {"content": [{"token": "a", "logprob": 4111111111111111}]},
    {"content": [{"token": "a", "bytes": "b"}]},
    {"content": [{"token": "a", "bytes": [256]}]},
    {"content": [{"token": "a", "bytes": [True]}]},
    {"content": [{"token": "a", "top_logprobs": "b"}]},
    {"content": [{"token": "a", "top_logprobs": ["b"]}]},
    {"content": [{"token": "a", "top_logprobs": [{"token": "a", "top_logprobs": []}]}]},
    {"content": [{"token": "a", "decoded_token": "b"}]},
    [{"5": {"decoded_token": "a", "top_logprobs": [{"token": "b"}]}}],
    {"tokens": "a text"},
    {"tokens": [5]},
    {"tokens": ["a"], "top_logprobs": ["b"]},
    {"tokens": ["a"], "top_logprobs": [{"b": "c"}]},
    {"tokens": ["a"], "text_offset": ["b"]},
    {"tokens": ["a"], "token_logprobs": "b"},
]


@pytest.mark.parametrize("value", SHAPES)
@pytest.mark.parametrize("field", [logprobs, prompt_logprobs])
def test_other_shapes_are_refused_or_read_whole(value: Any, field: Any) -> None:
    with pytest.raises(Refused):
        lines(value, field=field)
    assert lines(value, policy=OPEN, field=field) == []


def test_an_open_policy_reads_other_shapes() -> None:
    reader = Reader(OPEN, "output")
    logprobs(reader, {"x": {"why": "a text"}}, "x", {"why": "a text"}, "x")
    assert [slot.passage.text for slot in reader.slots] == ["why\na text"]


def test_an_edit_of_tokens_withholds_them() -> None:
    choice = {"logprobs": [entry("Rome")]}
    reader = Reader(STRICT, "output")
    logprobs(reader, choice, "logprobs", choice["logprobs"], PLACE)
    assert write(list(compare(reader)), [Edit(0, 0, 4, "[CITY]")])
    assert choice == {"logprobs": None}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (tokens, [1, 2]),
        (tokens, True),
        (token_ids, [1, 2]),
        (logprobs, {"tokens": ["token_id:12"]}),
        (logprobs, [entry("a", "token_id:12")]),
    ],
)
def test_token_ids_pass_only_where_the_policy_allows(field: Any, value: Any) -> None:
    body = {"x": value}
    field(Reader(OPEN, "output"), body, "x", value, "choices[0].x")
    with pytest.raises(Refused) as refused:
        field(Reader(STRICT, "output"), body, "x", value, "choices[0].x")
    assert refused.value.code == "tokens_not_readable"


@pytest.mark.parametrize("value", ["a free text", ["1"], [True], {"a": 1}])
def test_what_is_no_list_of_ids_is_refused(value: Any) -> None:
    for policy in (STRICT, OPEN):
        with pytest.raises(Refused) as refused:
            token_ids(Reader(policy, "output"), {"x": value}, "x", value, "x")
        assert refused.value.code == "invalid_request"


def test_no_token_ids_are_nothing() -> None:
    token_ids(Reader(STRICT, "output"), {"x": []}, "x", [], "x")
    tokens(Reader(STRICT, "output"), {"x": False}, "x", False, "x")
