import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.errors import DeclarationError
from statera.interop.labels import (
    Label,
    appending,
    read_entries,
    read_labels,
    standing,
    write_label,
)


def csv_of(folder: Path, text: str) -> Path:
    path = folder / "people.csv"
    path.write_text(text, encoding="utf-8")
    return path


def jsonl_of(folder: Path, *lines: str) -> Path:
    path = folder / "people.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_a_csv_is_read_with_its_places_and_other_columns_are_ignored(tmp_path: Path) -> None:
    path = csv_of(
        tmp_path,
        "\ufeffid,label,note,labeller,epoch,probability,criterion,task\n"
        'q1,4,"two\nlines",ana,,0.25,tone,support\n'
        "q1, 5 ,,ben,1,1,,\n",
    )
    assert read_labels(path) == [
        Label(
            id="q1",
            label="4",
            task="support",
            labeller="ana",
            probability=0.25,
            criterion="tone",
            where=f"{path}, line 3",
        ),
        Label(
            id="q1", label="5", epoch=1, labeller="ben", probability=1.0, where=f"{path}, line 4"
        ),
    ]


def test_json_lines_may_hold_numbers_and_booleans(tmp_path: Path) -> None:
    path = jsonl_of(
        tmp_path,
        '{"id": 7, "label": 4, "seconds": 2.5, "extra": [1]}',
        "",
        '{"id": "8", "label": 4.0}',
        '{"id": "9", "label": true, "probability": 0.5}',
    )
    found = read_labels(path)
    assert [(x.id, x.label, x.seconds, x.probability) for x in found] == [
        ("7", "4", 2.5, None),
        ("8", "4", None, None),
        ("9", "yes", None, 0.5),
    ]
    assert found[1].where.endswith("line 3")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,lable\nq1,4\n", "line 1: column 'label' is missing. Did you mean 'lable'?"),
        ("sample,label\nq1,4\n", "line 1: column 'id' is missing. Found: sample, label"),
        ("", "line 1: column 'id' is missing. The file is empty"),
        ("id,label,labeler\nq1,4,ana\n", "line 1: 'labeler' is unknown. Did you mean 'labeller'?"),
        ("id,label,label\nq1,4,5\n", "line 1: column 'label' is there twice"),
        ("id,label\nq1,4\nq2,\n", "line 3: 'label' is empty"),
        ("id,label\n,4\n", "line 2: 'id' is empty"),
        ("id,label\nq1,4,5\n", "line 2: 3 cells for 2 columns"),
        ("id,label,epoch\nq1,4,-1\n", "line 2: epoch '-1' is no whole number from 0 on"),
        ("id,label,probability\nq1,4,0\n", "line 2: probability '0' is no number above 0"),
        ("id,label,probability\nq1,4,1.2\n", "line 2: probability '1.2'"),
        ("id,label,probability\nq1,4,nan\n", "line 2: probability 'nan'"),
        ("id,label,probability\nq1,4,half\n", "line 2: probability 'half'"),
        (
            "id,label,labeller\nq1,4,ana\nq2,3,ana\nq1,4,ana\n",
            "line 4: 'q1' is labelled a second time by 'ana'; first in ",
        ),
        ("id,label\nq1,4\nq1,4\n", "line 3: 'q1' is labelled a second time, and no labeller"),
    ],
)
def test_what_is_wrong_in_a_csv_is_one_line(tmp_path: Path, text: str, told: str) -> None:
    path = csv_of(tmp_path, text)
    with pytest.raises(DeclarationError) as error:
        read_labels(path)
    assert str(error.value).startswith(f"{path}, {told}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"id": "q1", "labl": "4"}', "line 1: 'labl' is unknown. Did you mean 'label'?"),
        ('{"id": "q1", "l": "4"}', "line 1: 'label' is missing."),
        ('{"id": "q1", "label": ["4"]}', "line 1: 'label' is neither text nor a number"),
        ('{"id": "q1", "label": "4", "mark": "skp"}', "line 1: unknown mark 'skp'."),
        ('{"id": "q1", "label": "4", "probability": true}', "line 1: probability 'True'"),
        ('{"id": "q1"', "line 1: "),
    ],
)
def test_what_is_wrong_in_json_lines_is_one_line(tmp_path: Path, line: str, told: str) -> None:
    path = jsonl_of(tmp_path, line)
    with pytest.raises(DeclarationError) as error:
        read_labels(path)
    assert str(error.value).startswith(f"{path}, {told}")


def test_what_was_written_is_read_and_undone_labels_do_not_stand(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    first = Label(id="q1", label="4", task="t", labeller="ana", probability=0.1, where="elsewhere")
    for label in (
        first,
        Label(id="q2", task="t", labeller="ana", mark="skip"),
        Label(id="q1", task="t", labeller="ana", mark="undo"),
        Label(id="q1", label="5", task="t", labeller="ana"),
        Label(id="q1", label="4", task="t", labeller="ben"),
    ):
        write_label(path, label)
    assert [(x.labeller, x.id, x.label) for x in read_labels(path)] == [
        ("ana", "q1", "5"),
        ("ben", "q1", "4"),
    ]
    assert [entry.mark for entry in read_entries(path)].count("skip") == 1
    assert b"elsewhere" not in path.read_bytes()


def test_a_page_has_its_file_for_itself_and_takes_a_torn_line_away(tmp_path: Path) -> None:
    path = tmp_path / "new" / "labels.jsonl"
    with appending(path) as write:
        write(Label(id="q1", label="4"))
        with pytest.raises(DeclarationError, match="another labelling page"), appending(path):
            pass
    with path.open("ab") as file:
        file.write(b'{"id":"q2","lab')
    with appending(path) as write:
        write(Label(id="q3", label="5"))
    assert [x.id for x in read_labels(path)] == ["q1", "q3"]


def test_a_whole_last_line_without_its_end_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text('{"id":"q1","label":"4"}\n{"id":"q2","label":"5"}')
    with appending(path) as write:
        write(Label(id="q3", label="5"))
    assert [x.id for x in read_labels(path)] == ["q1", "q2", "q3"]


def test_a_page_without_a_label_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    with appending(path):
        assert path.is_file()
    assert not path.exists()
    with appending(path):
        path.unlink()  # somebody else took it away


def test_a_page_appends_to_json_lines_that_can_be_written_only(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"NAME\.jsonl"), appending(tmp_path / "x.csv"):
        pass
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(DeclarationError, match="cannot be written"),
        appending(tmp_path / "file" / "x.jsonl"),
    ):
        pass


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.sampled_from("12"))),
)
def test_the_last_act_on_a_thing_is_the_one_that_stands(acts: list[tuple[str, str, str]]) -> None:
    entries, expected = [], {}
    for labeller, name, label in acts:
        if (labeller, name) in expected:
            entries.append(Label(id=name, labeller=labeller, mark="undo"))
        entries.append(Label(id=name, labeller=labeller, label=label))
        expected[labeller, name] = label
    assert {(x.labeller, x.id): x.label for x in standing(entries)} == expected


def test_nothing_is_lost_where_a_disk_takes_little_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:5]))
    write_label(tmp_path / "x.jsonl", Label(id="q1", label="4", labeller="ana"))
    monkeypatch.undo()
    assert read_labels(tmp_path / "x.jsonl")[0].labeller == "ana"
