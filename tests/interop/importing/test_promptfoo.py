import json
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.interop.importing.imported import Log, Row, Wanted
from statera.interop.importing.promptfoo import logs
from statera.records.requests import Chat
from statera.records.responses import Usage
from tests.interop.importing import made

RESULTS = [
    made.promptfoo_result(1, passed=True),
    made.promptfoo_result(1, passed=False, prompt=1),
    made.promptfoo_result(2, passed=False),
    made.promptfoo_error(2, prompt=1),
]


def _logs(path: Path, wanted: Wanted | None = None) -> list[Log]:
    return list(logs([path], wanted or Wanted()))


def _row(path: Path, result: made.Object) -> Row:
    (log,) = _logs(made.promptfoo_json(path, [result]))
    (row,) = log.rows
    return row


def test_each_provider_and_prompt_is_a_run(tmp_path: Path) -> None:
    first, second = _logs(made.promptfoo_json(tmp_path / "a.json", RESULTS))
    assert (first.tool, first.version, first.created) == ("promptfoo", "0.123.1", 1767323045.0)
    assert first.system.model == second.system.model == "openai:chat:m-3"
    assert first.system.sampling == {"max_tokens": 30, "temperature": 0}
    assert (first.system.body, second.system.body) == (
        {"prompt": "prompt 0"},
        {"prompt": "prompt 1"},
    )
    assert first.suite == second.suite == "say_it"
    assert first.facts == second.facts
    assert [len(list(log.rows)) for log in (first, second)] == [2, 2]


def test_the_same_test_is_the_same_item_under_every_prompt(tmp_path: Path) -> None:
    path = made.promptfoo_json(tmp_path / "a.json", RESULTS)
    first, second = ([row.sample for row in log.rows] for log in _logs(path))
    assert first == second
    assert first[0].id != first[1].id


def test_a_result(tmp_path: Path) -> None:
    row = _row(tmp_path / "a.json", made.promptfoo_result(7, passed=True))
    assert (row.sample.input, row.sample.reference) == ('{"n":7}', "7")
    (exchange,) = row.exchanges
    assert isinstance(exchange.request, Chat)
    assert exchange.request.messages[0].content == "Say 7, 0"
    said = exchange.response
    assert (said.text, said.finish, said.seconds, said.cost) == ("I say 7", "stop", 0.12, 0.001)
    assert said.usage == Usage(prompt_tokens=5, completion_tokens=3)
    assert {score.metric: score.value for score in row.scores} == {
        "pass": 1.0,
        "score": 1.0,
        "tone": 0.5,
    }


def test_a_failed_test_is_wrong_and_an_error_is_none(tmp_path: Path) -> None:
    failed = _row(tmp_path / "a.json", made.promptfoo_result(7, passed=False)).scores
    assert [(s.metric, s.outcome, s.value) for s in failed[:2]] == [
        ("pass", "wrong", 0.0),
        ("score", "wrong", 0.25),
    ]
    assert failed[0].why == "Expected output to contain"
    row = _row(tmp_path / "b.json", made.promptfoo_error(7))
    assert {score.outcome for score in row.scores} == {"infra_error"}
    failure = row.exchanges[0].response.failure
    assert failure is not None
    assert failure.message == "API call error: reset"


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        ({"output": "no", "finishReason": "length"}, "truncated"),
        ({"output": "no", "finishReason": "content_filter"}, "refused"),
        ({"output": "no", "isRefusal": True}, "refused"),
        ({"output": "no", "guardrails": {"flagged": True}}, "refused"),
        ({"output": ""}, "unparsed"),
        ({"output": {"a": 1}}, "wrong"),
    ],
)
def test_wrong_is_told_apart(tmp_path: Path, response: made.Object, outcome: str) -> None:
    result = made.promptfoo_result(7, passed=False, response=response)
    assert _row(tmp_path / "a.json", result).scores[0].outcome == outcome


def test_an_evaluation_that_gave_up_says_so(tmp_path: Path) -> None:
    path = made.promptfoo_json(tmp_path / "a.json", RESULTS)
    assert [log.stopped for log in _logs(path)] == ["", ""]
    found = json.loads(path.read_text())
    found["config"]["tests"] = [{"vars": {"n": n}} for n in range(3)]
    path = made.document(tmp_path / "a.json", found)
    told = "promptfoo's file has 2 results for 3 tests"
    assert [log.stopped for log in _logs(path)] == [told, told]


def test_lines_give_the_same_rows(tmp_path: Path) -> None:
    whole = _logs(made.promptfoo_json(tmp_path / "a.json", RESULTS))
    lines = _logs(made.jsonl(tmp_path / "a.jsonl", RESULTS))
    for one, other in zip(whole, lines, strict=True):
        assert [row._replace(where="", task="") for row in one.rows] == [
            row._replace(where="", task="") for row in other.rows
        ]


def test_a_log_without_finish_reasons_says_that_it_cannot_tell(tmp_path: Path) -> None:
    silent = made.promptfoo_result(1, passed=True, response={"output": "1"})
    assert "truncated" in _logs(made.promptfoo_json(tmp_path / "a.json", [silent]))[0].blind
    assert "truncated" not in _logs(made.promptfoo_json(tmp_path / "b.json", RESULTS))[0].blind


def test_a_described_test_is_named(tmp_path: Path) -> None:
    case = {"vars": {"q": "Why?"}, "description": "the why", "metadata": {"category": "odd"}}
    result = made.promptfoo_result(1, passed=True, testCase=case, vars={"q": "Why?"})
    sample = _row(tmp_path / "a.json", result).sample
    assert sample.id.startswith("the_why-")
    assert (sample.input, sample.category) == ("Why?", "odd")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"evalId": "x"}, "'results' is missing"),
        ({"results": {"results": [3]}}, "result 1: no result with 'success'"),
        ({"results": {"results": [{"success": "yes"}]}}, "result 1: no result with 'success'"),
    ],
)
def test_what_is_no_output_is_told(tmp_path: Path, value: object, told: str) -> None:
    with pytest.raises(DeclarationError, match=told):
        _logs(made.document(tmp_path / "a.json", value))
