"""What an arm changes in a request, API by API, and nothing else."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.experiment.rewriting import (
    Body,
    Change,
    Where,
    as_copy,
    has_effects,
    rewritten,
    takes_prompt,
)

USER = {"role": "user", "content": "hi"}
SYSTEM = {"role": "system", "content": "own"}
DEVELOPER = {"role": "developer", "content": "own"}
LATER = {"role": "system", "content": "later"}
P = "prompt"


def ours(role: str = "system") -> Body:
    return {"role": role, "content": P}


@pytest.mark.parametrize(
    ("messages", "place", "becomes"),
    [
        ([USER], "replace", [ours(), USER]),
        ([SYSTEM, USER, LATER], "replace", [ours(), USER]),
        ([DEVELOPER, USER], "replace", [ours("developer"), USER]),
        ([SYSTEM, USER], "before", [ours(), SYSTEM, USER]),
        ([SYSTEM, DEVELOPER, USER, LATER], "after", [SYSTEM, DEVELOPER, ours(), USER, LATER]),
        ([USER], "after", [ours(), USER]),
        ([], "after", [ours()]),
    ],
)
def test_a_chat(messages: list[Body], place: Where, becomes: list[Body]) -> None:
    body = {"model": "m", "messages": messages}
    assert takes_prompt("chat", body)
    found = rewritten("chat", body, Change(prompt=P, place=place))
    assert found == {"model": "m", "messages": becomes}


@pytest.mark.parametrize(
    ("body", "place", "becomes"),
    [
        ({"input": "hi"}, "before", {"instructions": P, "input": "hi"}),
        ({"instructions": "own"}, "replace", {"instructions": P}),
        ({"instructions": "own"}, "before", {"instructions": f"{P}\n\nown"}),
        ({"instructions": "own"}, "after", {"instructions": f"own\n\n{P}"}),
        ({"input": [SYSTEM, USER]}, "replace", {"instructions": P, "input": [USER]}),
        ({"input": [SYSTEM, USER]}, "after", {"input": [SYSTEM, ours(), USER]}),
        ({"input": [USER]}, "after", {"instructions": P, "input": [USER]}),
        ({"instructions": [SYSTEM]}, "before", {"instructions": [ours(), SYSTEM]}),
    ],
)
def test_responses(body: Body, place: Where, becomes: Body) -> None:
    assert takes_prompt("responses", body)
    assert rewritten("responses", body, Change(prompt=P, place=place)) == becomes


BLOCK = {"type": "text", "text": "own"}
OURS = {"type": "text", "text": P}


@pytest.mark.parametrize(
    ("body", "place", "becomes"),
    [
        ({"messages": [USER]}, "after", {"system": P, "messages": [USER]}),
        ({"messages": [SYSTEM, USER]}, "replace", {"system": P, "messages": [USER]}),
        ({"system": "own"}, "after", {"system": f"own\n\n{P}"}),
        ({"system": [BLOCK]}, "before", {"system": [OURS, BLOCK]}),
        ({"system": [BLOCK]}, "after", {"system": [BLOCK, OURS]}),
    ],
)
def test_messages(body: Body, place: Where, becomes: Body) -> None:
    assert takes_prompt("messages", body)
    assert rewritten("messages", body, Change(prompt=P, place=place)) == becomes


def test_completions_have_one_place_only() -> None:
    for place in ("replace", "before", "after"):
        change = Change(prompt=P, place=place)
        assert rewritten("completions", {"prompt": "a"}, change) == {"prompt": f"{P}\n\na"}
    many = rewritten("completions", {"prompt": ["a", "b"]}, Change(prompt=P))
    assert many == {"prompt": [f"{P}\n\na", f"{P}\n\nb"]}


@pytest.mark.parametrize(
    ("api", "body"),
    [
        ("embeddings", {"input": "a"}),
        ("completions", {"prompt": [1, 2]}),
        ("completions", {"prompt": []}),
        ("completions", {"prompt_embeds": "AA=="}),
        ("responses", {"input": "a", "prompt": {"id": "p"}}),
        ("responses", {"instructions": 5}),
        ("chat", {}),
        ("messages", {"system": {"text": "a"}}),
    ],
)
def test_where_a_prompt_has_no_place(api: str, body: Body) -> None:
    assert not takes_prompt(api, body)


def test_parameters_are_set_and_taken_out() -> None:
    body = {"model": "m", "seed": 1, "top_p": 0.5}
    change = Change(model="n", parameters={"temperature": 0.1, "seed": None, "stop": None})
    assert rewritten("chat", body, change) == {"model": "n", "top_p": 0.5, "temperature": 0.1}
    assert not change.is_none
    assert Change().is_none


_content = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
_names = ("messages", "input", "instructions", "system", "prompt", "model", "seed", "tools")


@given(
    body=st.dictionaries(st.sampled_from(_names), _content),
    api=st.sampled_from(("chat", "responses", "messages", "completions", "embeddings")),
    place=st.sampled_from(("replace", "before", "after")),
)
def test_the_clients_body_is_never_changed(body: Body, api: str, place: Where) -> None:
    before = copy.deepcopy(body)
    prompt = P if takes_prompt(api, body) else ""
    found = rewritten(api, body, Change("n", prompt, place, {"seed": None, "temperature": 0}))
    assert body == before
    assert found["model"] == "n"
    assert (P in str(found)) == (bool(prompt) or P in str(body))
    as_copy(api, body)
    has_effects(body)
    assert body == before


def test_a_copy_is_whole_and_kept_by_nobody() -> None:
    body: Body = {"stream": True, "stream_options": {"include_usage": True}, "store": True}
    assert as_copy("chat", body) == {"stream": False, "store": False}
    assert as_copy("chat", {"model": "m"}) == {"model": "m"}
    assert as_copy("responses", {"input": "a"}) == {"input": "a", "store": False}


@pytest.mark.parametrize(
    ("more", "effects"),
    [
        ({}, False),
        ({"tools": [{"type": "function", "function": {}}]}, False),
        ({"tools": [{"type": "mcp"}]}, True),
        ({"tools": [{"type": "code_interpreter"}]}, True),
        ({"mcp_servers": [{"url": "https://x"}]}, True),
        ({"background": True}, True),
        ({"conversation": "conv_1"}, True),
        ({"container": {"id": "c"}}, True),
        ({"background": False, "tools": None}, False),
    ],
)
def test_what_does_something_twice_is_told(more: dict[str, Any], effects: bool) -> None:
    assert has_effects({"model": "m", **more}) == effects
