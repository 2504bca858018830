from pathlib import Path
from typing import Any

import pytest

from statera.errors import DeclarationError
from statera.interop.importing.imported import Log, Row, Wanted
from statera.interop.importing.tabular import table_logs
from tests.interop.importing.made import jsonl

ALL = (
    "id,correct,score,category,cluster,epoch,prompt,reference,choices,reply,outcome\n"
    'q1,1,0.75,odd,twins,2,"Why, ""so""?",B,no|yes,"B,\nsurely",right\n'
)


def _csv(path: Path, text: str, wanted: Wanted | None = None) -> Log:
    file = path / "support.csv"
    file.write_text(text, encoding="utf-8")
    (log,) = table_logs([file], wanted or Wanted())
    return log


def _rows(path: Path, text: str) -> list[Row]:
    return list(_csv(path, text).rows)


def test_every_column(tmp_path: Path) -> None:
    log = _csv(tmp_path, ALL)
    (row,) = log.rows
    assert (log.suite, row.task, row.epoch, row.where) == (
        "support",
        "support",
        2,
        f"{tmp_path / 'support.csv'}, line 3",
    )
    sample = row.sample
    assert (sample.id, sample.input, sample.category, sample.cluster) == (
        "q1",
        'Why, "so"?',
        "odd",
        "twins",
    )
    assert (sample.choices, sample.reference, sample.answer) == (("no", "yes"), "B", 1)
    assert row.exchanges[0].response.text == "B,\nsurely"
    assert [(s.metric, s.value, s.outcome) for s in row.scores] == [
        ("accuracy", 1.0, "right"),
        ("score", 0.75, "right"),
    ]


def test_few_columns(tmp_path: Path) -> None:
    first, second = _rows(tmp_path, "id,correct\nq1,TRUE\nq2,0\n")
    assert [s.outcome for s in (*first.scores, *second.scores)] == ["right", "wrong"]
    assert first.exchanges[0].response.text is None
    assert first.epoch is None


def test_lines_give_the_same(tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [
        {"id": "q1", "correct": True, "choices": ["a", "b"], "reference": "b"},
        {"id": "q2", "score": 0.5, "reply": None, "epoch": 1},
        {"id": 3, "outcome": "truncated"},
    ]
    (log,) = table_logs([jsonl(tmp_path / "a.jsonl", lines)], Wanted("mine", "my model"))
    first, second, third = log.rows
    assert (log.system.model, first.task) == ("my model", "mine")
    assert (first.sample.answer, first.scores[0].value) == (1, 1.0)
    assert (second.scores[0].metric, second.epoch) == ("score", 1)
    assert (third.sample.id, third.scores[0].outcome) == ("3", "truncated")


@pytest.mark.parametrize(
    ("outcome", "told"),
    [("refused", "refused"), ("unparsed", "unparsed"), ("infra_error", "infra_error")],
)
def test_an_outcome_alone_is_enough(tmp_path: Path, outcome: str, told: str) -> None:
    (row,) = _rows(tmp_path, f"id,outcome\nq1,{outcome}\n")
    assert [(s.metric, s.outcome) for s in row.scores] == [("accuracy", told)]


def test_an_empty_reply_that_is_not_right_is_unparsed(tmp_path: Path) -> None:
    first, second = _rows(tmp_path, "id,correct,reply\nq1,0,\nq2,1,\n")
    assert (first.scores[0].outcome, first.scores[0].why) == ("unparsed", "empty reply")
    assert second.scores[0].outcome == "right"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,corect\nq1,1\n", "line 1: unknown column 'corect'. Did you mean 'correct'?"),
        ("id,id,correct\nq,q,1\n", "line 1: column 'id' is there twice"),
        ("correct\n1\n", "line 1: column 'id' is missing"),
        ("id,reply\nq,x\n", "line 1: one column of correct, score, outcome must be there"),
        ("", "line 1: column 'id' is missing"),
        ("id,correct\nq1,1\nq2,maybe\n", "line 3: correct 'maybe'. Allowed: 0, 1, true, false"),
        ("id,correct\nq1,1,2\n", "line 2: 3 cells for 2 columns"),
        ("id,score\nq1,1.5\n", "line 2: score '1.5' is no number in"),
        ("id,score\nq1,nan\n", "line 2: score 'nan' is no number in"),
        ("id,outcome\nq1,refusd\n", "line 2: outcome 'refusd'. Did you mean 'refused'?"),
        ("id,correct,outcome\nq1,1,refused\n", "line 2: correct is 1, but outcome is 'refused'"),
        ("id,correct,epoch\nq1,1,one\n", "line 2: epoch 'one' is no whole number"),
        ("id,correct\n,1\n", "line 2: 'id' is empty"),
        ("id,correct\nq1,\n", "line 2: none of correct, score, outcome is stated"),
        ("id,correct,choices\nq1,1,[a\n", "line 2: 'choices' is no JSON list"),
        ('id,correct\n"q1,1\n', "line 2: unexpected end of data"),
    ],
)
def test_a_broken_table_is_told_by_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        _rows(tmp_path, text)
    assert f"support.csv, {told}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbfid,correct\nq1,1\n\xff,1\n")
    (log,) = table_logs([tmp_path / "a.csv"], Wanted())
    with pytest.raises(DeclarationError, match=r"a\.csv, line 3: not UTF-8 at byte 0"):
        list(log.rows)


def test_an_unknown_member_of_a_line_is_told(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.jsonl", [{"id": 1, "correct": 1}, {"id": 2, "correct": 1, "x": 2}])
    with pytest.raises(DeclarationError, match=r"a\.jsonl, line 2: unknown column 'x'"):
        list(table_logs([path], Wanted()))


@pytest.mark.parametrize(
    ("text", "blind"),
    [
        ("id,correct\na,1\n", 4),
        ("id,outcome\na,right\nb,wrong\n", 0),
        ("id,correct,outcome\na,1,\nb,0,refused\n", 4),
    ],
)
def test_a_table_that_states_every_outcome_can_tell_them(
    tmp_path: Path, text: str, blind: int
) -> None:
    log = _csv(tmp_path, text)
    assert len(log.blind) == 4
    assert len(list(log.rows))
    assert len(log.blind) == blind


def test_a_row_may_be_critical(tmp_path: Path) -> None:
    first, second = _rows(tmp_path, "id,correct,severity\nq1,1,critical\nq2,0,\n")
    assert (first.sample.severity, second.sample.severity) == ("critical", None)
