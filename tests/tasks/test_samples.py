import json
from pathlib import Path
from typing import Any

import pytest

from statera.errors import DeclarationError
from statera.records.samples import Sample
from statera.tasks.samples import Needs, Reader, SampleColumns

NOTHING = Needs(reference=False, tests=False)
ROWS = [
    {"q": "1+1?", "options": ["1", "2", "3"], "right": "2", "index": 1, "topic": "sums", "n": 7},
    {"q": "2+2?", "options": ["4", "5", "6"], "right": "4", "index": 0, "topic": None, "n": 8},
]


def _samples(
    folder: Path, rows: list[dict[str, Any]], needs: Needs = NOTHING, **columns: Any
) -> tuple[Sample, ...]:
    path = folder / "data.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    declared = SampleColumns(**{"prompt": "{{ q }}", **columns})
    return Reader(declared, task="sums", source="t.yaml", needs=needs).samples(path)


def test_a_row_becomes_a_sample(tmp_path: Path) -> None:
    first, second = _samples(
        tmp_path,
        ROWS,
        prompt="{{ q }}\n{{ lettered }}",
        choices="options",
        answer="index",
        category="topic",
        cluster="{{ topic }}-{{ n // 5 }}",
        severity="n",
    )
    assert first.id == "sums/data/0"
    assert first.input == "1+1?\nA. 1\nB. 2\nC. 3"
    assert (first.choices, first.answer, first.reference) == (("1", "2", "3"), 1, "2")
    assert (first.category, second.category) == ("sums", None)
    assert (first.cluster, first.severity) == ("sums-1", "7")
    assert first.fields == ROWS[0]


@pytest.mark.parametrize("answer", ["1", "B", "b", " b ", 1])
def test_an_answer_is_an_index_or_a_letter(tmp_path: Path, answer: object) -> None:
    row = {**ROWS[0], "index": answer}
    (found,) = _samples(tmp_path, [row], choices="options", answer="index")
    assert (found.answer, found.reference) == (1, "2")


def test_a_reference_is_the_text_of_a_choice_even_when_it_looks_like_an_index(
    tmp_path: Path,
) -> None:
    found = _samples(tmp_path, ROWS, choices="options", reference="right")
    assert [sample.answer for sample in found] == [1, 0]


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        (("yes", "no"), ("yes", "no")),
        (("right", "topic"), ("2", "sums")),
        (("{{ n }}", "q"), ("7", "1+1?")),
        ("options", ("1", "2", "3")),
    ],
)
def test_choices_are_a_list_a_column_or_literals(
    tmp_path: Path, choices: Any, expected: tuple[str, ...]
) -> None:
    rows = [{**ROWS[0], "index": 0}]
    assert _samples(tmp_path, rows, choices=choices, answer="index")[0].choices == expected


def test_references_may_be_several(tmp_path: Path) -> None:
    found = _samples(tmp_path, ROWS, reference="right", references=["topic", "n"], prompt="q")[0]
    assert found.accepted == ("2", "sums", "7")


def test_an_id_column_names_the_samples(tmp_path: Path) -> None:
    assert [s.id for s in _samples(tmp_path, ROWS, id="q")] == ["1+1?", "2+2?"]


@pytest.mark.parametrize(
    ("change", "columns", "message"),
    [
        (
            {"right": "9"},
            {"choices": "options", "reference": "right"},
            "line 2: reference '9' is not among the choices. Allowed: 4, 5, 6",
        ),
        ({"right": None}, {"choices": "options", "reference": "right"}, "is not among the choices"),
        (
            {"index": 3},
            {"choices": "options", "answer": "index"},
            "line 2: answer '3' is neither an index (0 to 2) nor a letter (A to C)",
        ),
        ({"index": -1}, {"choices": "options", "answer": "index"}, "answer '-1' is neither"),
        ({"index": True}, {"choices": "options", "answer": "index"}, "answer 'True' is neither"),
        (
            {"options": ["4"]},
            {"choices": "options", "answer": "index"},
            "1 choices. Allowed: 2 to 26",
        ),
        ({"options": ["4", "4"]}, {"choices": "options", "answer": "index"}, "'4' is there twice"),
        ({"options": ["4", ""]}, {"choices": "options", "answer": "index"}, "is empty"),
        ({"options": 4}, {"choices": "options", "answer": "index"}, "expected a list, got int"),
        (
            {"options": "4|5"},
            {"choices": "options", "answer": "index"},
            'a list like ["yes", "no"]',
        ),
        ({"q": " "}, {}, "line 2: the prompt is empty"),
        ({"n": 7}, {"id": "n"}, "line 2: id '7' is already on line 1"),
        ({"n": None}, {"id": "n"}, "line 2: the id is empty"),
        ({}, {"category": "topics"}, "t.yaml: category: no column 'topics' in"),
        (
            {},
            {"choices": ["right", "rong"], "answer": "index"},
            "t.yaml: choices[1]: no column 'rong'",
        ),
        ({}, {"answer": "index"}, "t.yaml: answer: needs `choices`"),
        ({}, {"choices": "options"}, "t.yaml: choices: say which is right"),
        (
            {},
            {"choices": "options", "answer": "index", "reference": "right"},
            "t.yaml: give `answer` or `reference`, not both",
        ),
    ],
)
def test_what_is_wrong_in_a_row_is_one_line_with_its_place(
    tmp_path: Path, change: dict[str, Any], columns: dict[str, Any], message: str
) -> None:
    with pytest.raises(DeclarationError) as caught:
        _samples(tmp_path, [ROWS[0], {**ROWS[1], **change}], **columns)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_rows_at_all_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"data\.jsonl: the data set is empty"):
        _samples(tmp_path, [])


def test_what_the_scorers_need_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="line 2: the reference is empty"):
        _samples(tmp_path, ROWS, Needs(reference=True, tests=False), reference="topic")
    with pytest.raises(DeclarationError, match="line 1: the column 'test' is empty"):
        _samples(tmp_path, ROWS, Needs(reference=False, tests=True))
    with pytest.raises(
        DeclarationError, match=r"line 1: the reference 'sums' is no number, and a scorer compares"
    ):
        _samples(tmp_path, ROWS, Needs(reference=True, tests=False, number=True), reference="topic")
    with pytest.raises(
        DeclarationError, match=r"t.yaml: category: .*line 1: expected a text, got a"
    ):
        _samples(tmp_path, ROWS, category="options")


def test_a_list_in_a_csv_cell_is_json(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text('q,options,index\nWhy?,"[""a"", ""b""]",1\n', encoding="utf-8")
    declared = SampleColumns(prompt="{{ q }}", choices="options", answer="index")
    (found,) = Reader(declared, task="t", source="t.yaml", needs=NOTHING).samples(path)
    assert (found.choices, found.answer) == (("a", "b"), 1)
