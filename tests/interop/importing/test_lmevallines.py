from typing import Any

import pytest

from statera.errors import DeclarationError
from statera.interop.importing.imported import Row
from statera.interop.importing.lmevallines import Lines, Part
from statera.records.requests import Chat, Complete, Likelihood, Sampling
from tests.interop.importing import made


def _row(line: dict[str, Any], *, chat: bool = False, skipped: dict[str, str] | None = None) -> Row:
    found = {} if skipped is None else skipped
    return Lines("sums", Part("sums"), chat, set(), found).row("a.jsonl, line 1", line)


def test_a_generation() -> None:
    row = _row(made.lm_line(3, value=1))
    assert (row.sample.id, row.sample.input) == ("sums/3", "What is 3 + 1?")
    assert row.sample.reference == "4"
    assert row.sample.fields["answer"] == "so\n#### 4"
    (exchange,) = row.exchanges
    assert isinstance(exchange.request, Complete)
    assert exchange.request.prompt == "Q: What is 3 + 1?\nA:"
    assert exchange.request.sampling.max_tokens == 9
    assert exchange.request.sampling.temperature == 0
    assert exchange.response.text == "It is 4"
    (score,) = row.scores
    assert (score.metric, score.outcome, score.extracted) == ("strict", "right", "4")


@pytest.mark.parametrize("read", ["[invalid]", "", ["[invalid]"]])
def test_what_the_filter_could_not_read_is_unparsed(read: Any) -> None:
    (score,) = _row(made.lm_line(3, value=0, filtered_resps=[read])).scores
    assert (score.outcome, score.value) == ("unparsed", 0.0)
    assert score.why == "strict-match found nothing"


def test_what_it_read_is_wrong() -> None:
    (score,) = _row(made.lm_line(3, value=0, filtered_resps=["7"])).scores
    assert (score.outcome, score.extracted) == ("wrong", "7")


def test_an_empty_reply_is_unparsed() -> None:
    line = made.lm_line(3, value=0, resps=[[""]], filtered_resps=["x"])
    assert _row(line).scores[0].why == "empty reply"


@pytest.mark.parametrize(
    ("chosen", "metric"),
    [
        ("none", "exact_match"),
        ("strict-match", "strict"),
        ("flexible-extract", "flexible"),
        ("remove whitespace", "exact_match_remove_whitespace"),
    ],
)
def test_each_filter_is_a_metric(chosen: str, metric: str) -> None:
    assert _row(made.lm_line(3, value=1, chosen=chosen)).scores[0].metric == metric


def test_a_choice_by_log_likelihood() -> None:
    skipped: dict[str, str] = {}
    row = _row(made.lm_choice(0, right=True), skipped=skipped)
    assert (row.sample.choices, row.sample.answer, row.sample.reference) == (("A", "B"), 1, "B")
    (exchange,) = row.exchanges
    assert exchange.request == Likelihood(context="Which, 0?\nAnswer:", continuations=(" A", " B"))
    assert [part.logprob for part in exchange.response.likelihoods] == [-2.5, -0.5]
    assert [part.greedy for part in exchange.response.likelihoods] == [False, True]
    assert {score.metric: score.value for score in row.scores} == {"acc": 1.0, "acc_norm": 1.0}
    assert skipped == {"likelihood": "it is no number for each item"}


def test_contexts_that_differ_go_into_the_continuations() -> None:
    line = made.lm_choice(0, right=True)
    for n, argument in enumerate(line["arguments"].values()):
        argument["arg_0"] = f"context {n}"
    request = _row(line).exchanges[0].request
    assert request == Likelihood(context="", continuations=("context 0 A", "context 1 B"))


def test_older_lines_list_their_arguments_and_name_no_filter() -> None:
    line = made.lm_line(3, value=1, arguments=[["Q:", {"until": ["\n"]}]])
    del line["filter"], line["metrics"]
    row = _row(line)
    assert row.scores[0].metric == "exact_match"
    assert row.exchanges[0].request == Complete(
        prompt="Q:", sampling=Sampling(stop=("\n",), temperature=None)
    )
    numbers = made.lm_choice(0, right=True) | {"resps": [[[-2.5, False]], [[-0.5, True]]]}
    assert [p.greedy for p in _row(numbers).exchanges[0].response.likelihoods] == [False, True]


def test_a_chat_is_its_messages() -> None:
    asked = '[{"role": "user", "content": "Why?"}]'
    line = made.lm_line(3, value=1, arguments=[[[asked], {}]])
    request = _row(line, chat=True).exchanges[0].request
    assert isinstance(request, Chat)
    assert request.messages[0].content == "Why?"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"doc_id": None}, "'doc_id' is missing"),
        ({"arguments": []}, "'arguments' is missing"),
        ({"arguments": 3}, "'arguments' is missing"),
        ({"resps": "x"}, "'resps'"),
        ({"resps": [[]]}, "'resps' holds no reply"),
    ],
)
def test_what_a_line_lacks_is_told(change: dict[str, Any], told: str) -> None:
    with pytest.raises(DeclarationError, match=rf"a\.jsonl, line 1: {told}"):
        _row(made.lm_line(3, value=1) | change)


@pytest.mark.parametrize("resps", [[[["x", "True"]], [["-1", "False"]]], [[[]], [[]]]])
def test_a_log_likelihood_must_be_a_number(resps: Any) -> None:
    with pytest.raises(DeclarationError, match="'resps' holds no log-likelihood"):
        _row(made.lm_choice(0, right=True) | {"resps": resps})
