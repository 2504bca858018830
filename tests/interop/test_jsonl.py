import json
from typing import Any

from statera.interop import jsonl
from statera.records.responses import Usage
from tests.interop import made

FIELDS = {
    "sample_id",
    "epoch",
    "outcome",
    "reply",
    "extracted",
    "scores",
    "outcomes",
    "loglikelihoods",
    "usage",
    "task",
    "category",
    "cluster",
    "finish",
    "failure",
    "seconds",
    "attempts",
    "cost",
    "key",
    "request",
}


def _read(*stored: Any) -> list[dict[str, Any]]:
    data = b"".join(jsonl.lines(stored))
    assert data.count(b"\n") == len(stored)
    return [json.loads(line) for line in data.splitlines()]


def test_a_line_holds_what_a_reader_needs() -> None:
    (line,) = _read(made.right())
    assert line.keys() >= FIELDS
    assert next(iter(line)) == "schema"
    assert line["schema"] == 1
    assert (line["task"], line["sample_id"], line["epoch"]) == ("mmlu", "mmlu/test/1", 0)
    assert line["outcome"] == "right"
    assert line["reply"] == 'Das ist "B",\nsicher — 漢'
    assert line["extracted"] == "B"
    assert line["scores"] == {"accuracy": 1.0, "strict": 0.25}
    assert line["outcomes"] == {"accuracy": "right", "strict": "wrong"}
    assert line["spans"] == {"accuracy": [9, 10]}
    assert line["flags"] == {"strict": ["hedged"]}
    assert line["usage"] == {"prompt_tokens": 20, "completion_tokens": 1}
    assert (line["category"], line["group"], line["cluster"]) == ("odd", "g", "twins")
    assert (line["finish"], line["failure"], line["cost"]) == ("stop", None, 1e-5)
    assert line["request"]["type"] == "chat"
    assert line["loglikelihoods"] == []
    assert line["earlier"] == []


def test_absent_is_not_zero() -> None:
    refused, broken, ungraded = _read(made.refused(), made.broken(), made.ungraded())
    assert refused["scores"] == {"accuracy": None}
    assert refused["why"] == {"accuracy": "content filter"}
    assert refused["failure"]["kind"] == "refused"
    assert (refused["reply"], refused["usage"], refused["cost"]) == (None, None, None)
    assert (broken["outcome"], broken["epoch"]) == ("infra_error", 1)
    assert (ungraded["outcome"], ungraded["scores"]) == (None, {})


def test_log_likelihoods_are_sums_by_choice() -> None:
    (line,) = _read(made.likely())
    assert line["loglikelihoods"] == [-1.5, None, -0.25]
    assert line["reply"] is None
    assert line["request"]["type"] == "likelihood"


def test_earlier_turns_are_kept() -> None:
    (line,) = _read(made.spoken())
    assert line["reply"] == "B"
    assert [turn["response"]["text"] for turn in line["earlier"]] == ["A?"]


def test_lines_are_made_one_at_a_time() -> None:
    taken = []

    def source() -> Any:
        for one in made.every():
            taken.append(one)
            yield one

    lines = jsonl.lines(source())
    next(lines)
    assert len(taken) == 1
    assert jsonl.line(made.right()).usage == Usage(prompt_tokens=20, completion_tokens=1)
