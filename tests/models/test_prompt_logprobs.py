import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.models.prompt_logprobs import (
    EchoChoice,
    EchoReply,
    Misaligned,
    TokenLogprobs,
    begin,
    begin_by_offset,
    echoed,
    prompt_counts,
    score,
    split,
)
from statera.records.responses import Usage


def choice(tokens: list[str], text: str | None = None, index: int = 0) -> EchoChoice:
    values: list[float | None] = [None, *(-float(i) for i in range(1, len(tokens)))]
    tops = [{token: value} for token, value in zip(tokens, values, strict=True)]
    logprobs = TokenLogprobs(tokens=tokens, token_logprobs=values, top_logprobs=list(tops))
    return EchoChoice(
        text="".join(tokens) if text is None else text, index=index, logprobs=logprobs
    )


@pytest.mark.parametrize(
    ("context", "continuation", "parts"),
    [
        ("a b", " c", ("a b", " c")),
        ("a b ", "c", ("a b", " c")),
        ("a\n\n", "b", ("a", "\n\nb")),
        ("", "b", ("", "b")),
        (" ", "b", ("", " b")),
    ],
)
def test_trailing_space_moves(context: str, continuation: str, parts: tuple[str, str]) -> None:
    assert split(context, continuation) == parts


@given(st.text(), st.text())
def test_splitting_keeps_the_text(context: str, continuation: str) -> None:
    kept, moved = split(context, continuation)
    assert kept + moved == context + continuation
    assert kept == kept.rstrip()


@pytest.mark.parametrize(
    ("tokens", "continuation", "index"),
    [
        (["The", " sky"], " sky", 1),
        (["a", " b", " c"], " b c", 1),
        (["Wh", "o said"], "id", None),
        (["x", "\ufffd", "\ufffd"], "é", None),
        (["x", "", "é"], "é", None),
        (["x", "\ufffd", "é"], "é", None),
        (["x"], "", None),
        ([], "x", None),
        (["so"], "so", 0),
    ],
)
def test_where_the_continuation_begins(
    tokens: list[str], continuation: str, index: int | None
) -> None:
    assert begin(tokens, continuation) == index


@given(
    st.lists(st.text("ab ", min_size=1, max_size=3), min_size=1),
    st.lists(st.text("ab ", min_size=1, max_size=3), min_size=1),
)
def test_a_boundary_between_tokens_is_found(context: list[str], continuation: list[str]) -> None:
    assert begin(context + continuation, "".join(continuation)) == len(context)


@pytest.mark.parametrize(
    ("tokens", "text", "limit", "usage", "count"),
    [
        (["a", " b"], "a b", 0, None, 2),
        (["<s>", "a", " b"], "a b", 0, None, 3),
        (["a", " b", " c"], "a b c", 1, None, 2),
        (["a", " b"], "a b c", 1, None, 2),
        (["a", " b", ""], "a b", 1, None, 2),
        (["a", " b", "</s>"], "a b", 1, None, 2),
        (["a", " b"], "a b", 1, None, 2),
        (["?", " b", " c"], "a b c", 1, Usage(prompt_tokens=2), 2),
        (["?", " b"], "a b c", 1, Usage(prompt_tokens=2), 2),
        (["?", " b"], "a b", 0, Usage(prompt_tokens=2), 2),
    ],
)
def test_how_many_tokens_are_the_prompts(
    tokens: list[str], text: str, limit: int, usage: Usage | None, count: int
) -> None:
    one = choice(tokens, text)
    assert prompt_counts(EchoReply([one], usage), [one], ["a b"], limit) == [count]


@pytest.mark.parametrize("usage", [None, Usage(), Usage(prompt_tokens=7)])
def test_a_count_that_cannot_be_settled_is_refused(usage: Usage | None) -> None:
    one = choice(["?", " b"], "a b")
    with pytest.raises(Misaligned, match="do not spell"):
        prompt_counts(EchoReply([one], usage), [one], ["a b"], 1)


def test_choices_come_back_in_the_order_of_the_prompts() -> None:
    reply = EchoReply([choice(["x", "b"], index=1), choice(["x", "a"], index=0)])
    assert [one.text for one in echoed(reply, ["xa", "xb"])] == ["xa", "xb"]
    with pytest.raises(Misaligned, match="2 choices came back for 1"):
        echoed(reply, ["xa"])


def test_the_sum_and_its_limits() -> None:
    one = choice(["a", " b", " c"])
    found = score(one, 1, 3)
    assert (found.logprob, found.greedy, found.tokens) == (-3.0, True, 2)
    with pytest.raises(Misaligned, match="context is empty"):
        score(one, 0, 3)
    with pytest.raises(Misaligned, match="no tokens"):
        score(one, 3, 3)


def test_without_the_likeliest_tokens_nothing_is_called_greedy() -> None:
    bare = TokenLogprobs(tokens=["a", "b"], token_logprobs=[None, -0.1])
    assert not score(EchoChoice(text="ab", logprobs=bare), 1, 2).greedy


def test_offsets_settle_a_boundary_only_where_one_is_exactly_there() -> None:
    logprobs = TokenLogprobs(
        tokens=["a", "", "é"], token_logprobs=[None, -1.0, -1.0], text_offset=[0, 1, 1]
    )
    one = EchoChoice(text="aé", logprobs=logprobs)
    assert begin_by_offset(one, 3, 1) == 1
    assert begin_by_offset(one, 3, 2) is None
    assert begin_by_offset(choice(["a"]), 1, 0) is None
