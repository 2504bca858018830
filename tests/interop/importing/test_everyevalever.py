import json
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.interop import everyevalever
from statera.interop.importing.everyevalever import logs
from statera.interop.importing.imported import Log, Wanted
from statera.store.rows import Stored
from tests.interop import made
from tests.interop.importing.made import Object, document, jsonl


def _ours(folder: Path, *stored: Stored) -> Path:
    (folder / "e.json").write_bytes(everyevalever.aggregate(made.INFO, made.ROWS))
    path = folder / "e.jsonl"
    path.write_bytes(b"".join(everyevalever.instances(made.INFO, stored)))
    return path


def _only(path: Path, wanted: Wanted | None = None) -> Log:
    (log,) = logs([path], wanted or Wanted())
    return log


def _instance(name: str, score: float, **more: object) -> Object:
    """A line as another tool would write it: nothing but what the schema demands."""
    return {
        "schema_version": "0.2.2",
        "evaluation_id": "x/1",
        "model_id": "org/m",
        "evaluation_name": "Big Bench",
        "sample_id": name,
        "interaction_type": "single_turn",
        "input": {"raw": "Which?", "reference": "B", "choices": ["A", "B"]},
        "output": {"raw": ["B"]},
        "evaluation": {"score": score, "is_correct": score == 1.0},
    } | more


def test_our_own_export_comes_back(tmp_path: Path) -> None:
    log = _only(_ours(tmp_path, made.right(), made.refused(), made.likely(), made.spoken()))
    assert (log.tool, log.version, log.blind) == ("statera", "0.1.0", ())
    assert log.system.model == "org/model-1b"
    assert log.system.sampling == {"temperature": 0.5, "max_tokens": 64}
    rows = list(log.rows)
    assert [
        (r.sample.id, r.epoch, [(s.metric, s.value, s.outcome) for s in r.scores]) for r in rows
    ] == [
        ("mmlu/test/1", 0, [("accuracy", 1.0, "right")]),
        ("mmlu/test/1", 0, [("strict", 0.25, "wrong")]),
        ("mmlu/test/2", 0, [("accuracy", None, "refused")]),
        ("mmlu/test/5", 0, [("accuracy", 1.0, "right")]),
        ("mmlu/test/5", 0, [("accuracy", 1.0, "right")]),
    ]
    assert {row.task for row in rows} == {"mmlu"}
    assert rows[0].sample.cluster == "twins"
    assert rows[0].exchanges[0].response.text == made.right().trial.response.text
    assert [p.logprob for p in rows[3].exchanges[0].response.likelihoods] == [
        -1.5,
        float("-inf"),
        -0.25,
    ]
    assert rows[4].exchanges[0].response.text == "B"


def test_another_tools_lines(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.jsonl", [_instance("q1", 1.0), _instance("q2", 0.0)])
    log = _only(path)
    first, second = log.rows
    assert (log.tool, log.system.model) == ("eee", "org/m")
    assert (first.task, first.epoch) == ("Big_Bench", None)
    assert (first.sample.choices, first.sample.answer) == (("A", "B"), 1)
    assert [(s.metric, s.outcome) for s in first.scores] == [("score", "right")]
    assert second.scores[0].outcome == "wrong"


def test_an_error_is_plumbing(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.jsonl", [_instance("q1", 0.0, error="reset")])
    (row,) = _only(path).rows
    assert (row.scores[0].outcome, row.scores[0].why) == ("infra_error", "reset")


def test_what_is_better_when_less_is_left_out(tmp_path: Path) -> None:
    config = {"lower_is_better": True}
    about = {
        "schema_version": "0.2.2",
        "evaluation_id": "x/1",
        "model_info": {"id": "org/known"},
        "evaluation_results": [{"evaluation_name": "Big Bench", "metric_config": config}],
    }
    document(tmp_path / "a.json", about)
    log = _only(jsonl(tmp_path / "a.jsonl", [_instance("q1", 1.0)]))
    assert list(log.rows) == []
    assert log.system.model == "org/known"
    assert log.notes == ["Big Bench is left out: less is better"]


def test_an_aggregate_alone_holds_no_items(tmp_path: Path) -> None:
    _ours(tmp_path, made.right())
    with pytest.raises(DeclarationError, match="an aggregate holds no items"):
        list(logs([tmp_path / "e.json"], Wanted()))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (_instance("", 1.0), "'sample_id' is missing"),
        (_instance("q", 1.0, evaluation={"score": "high"}), "'evaluation.score' is missing"),
    ],
)
def test_what_a_line_lacks_is_told(tmp_path: Path, line: Object, told: str) -> None:
    path = jsonl(tmp_path / "a.jsonl", [_instance("q1", 1.0), line])
    with pytest.raises(DeclarationError, match=rf"a\.jsonl, line 2: {told}"):
        list(_only(path).rows)


def test_a_value_that_was_absent_stays_absent(tmp_path: Path) -> None:
    path = _ours(tmp_path, made.refused())
    assert json.loads(path.read_text())["evaluation"]["score"] == 0.0
    (row,) = _only(path).rows
    assert row.scores[0].value is None
