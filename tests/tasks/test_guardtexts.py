"""Labelled texts as they are found, each mistake in one line."""

import json
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.records.guarding import Side
from statera.tasks.guardtexts import check_detectors, guard_tasks, read_texts, request_of
from tests.shared_data import shared


def file_of(folder: Path, *rows: object, name: str = "set.jsonl") -> str:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def test_a_plain_label_holds_for_all_and_a_named_one_for_its_detector(tmp_path: Path) -> None:
    rows = (
        {"text": "a", "label": 1, "more": 3},
        {"text": "b", "labels": {"bombs": 1, "mails": 0}},
        {"text": "c", "label": False, "labels": {"bombs": 1}},
    )
    plain = read_texts([file_of(tmp_path, *rows)])
    told = [[one.true_of(name) for name in ("", "bombs", "mails", "other")] for one in plain]
    assert told == [
        [True, True, True, True],
        [True, True, False, None],
        [False, True, False, False],
    ]
    named = read_texts([f"bombs={file_of(tmp_path, rows[0], {'text': 'd', 'label': 0})}"])
    assert [named[0].true_of(name) for name in ("", "bombs", "mails")] == [True, True, None]
    assert [named[1].true_of(name) for name in ("", "bombs", "mails")] == [None, False, None]


def test_what_is_harmless_to_one_detector_is_not_so_to_the_policy(tmp_path: Path) -> None:
    rows = ({"text": "a", "label": 0}, {"text": "b", "labels": {"bombs": 0, "mails": 0}})
    texts = read_texts([f"bombs={file_of(tmp_path, *rows)}"])
    looks: dict[str, list[Side]] = {"bombs": ["input"], "mails": ["input"]}
    (task,) = guard_tasks(texts, looks)
    assert [metric.name for metric in task.metrics] == [
        "bombs_false_positive_rate",
        "mails_false_positive_rate",
    ]
    (unseen,) = guard_tasks(texts, {"bombs": ["output"]})
    assert [metric.name for metric in unseen.metrics] == ["accuracy"]


def test_a_conversation_is_no_text_of_the_same_name(tmp_path: Path) -> None:
    rows = ({"text": "a", "label": 1, "conversation": 2}, {"text": "b", "label": 1})
    (task,) = guard_tasks(read_texts([file_of(tmp_path, *rows)]), {})
    assert len({sample.unit for sample in task.samples}) == 2


def test_where_a_text_is_from(tmp_path: Path) -> None:
    rows = (
        {"text": "a", "label": 1, "category": "", "conversation": 7},
        {"text": "b", "label": 0, "source": "other", "id": 9, "side": "output", "before": ["x"]},
    )
    found = read_texts([file_of(tmp_path, *rows, name="set.v2.jsonl")], side="tool_result")
    assert [(one.source, one.id, one.side) for one in found] == [
        ("set", "1", "tool_result"),
        ("other", "9", "output"),
    ]
    assert (found[0].category, found[0].conversation) == (None, "7")
    tasks = guard_tasks(found, {"bombs": ["output"]})
    assert [task.name for task in tasks] == ["set", "other"]
    asked = request_of(tasks[1].samples[0])
    assert [(one.role, one.content) for one in asked.messages] == [
        ("user", "x"),
        ("assistant", "b"),
    ]
    assert asked.sampling.extra == {"side": "output", "role": "assistant"}


def test_a_source_has_the_rates_that_it_has_texts_of(tmp_path: Path) -> None:
    harmful, harmless = {"text": "a", "label": 1}, {"text": "b", "label": 0}
    texts = read_texts(
        [
            file_of(tmp_path, harmful, name="bad.jsonl"),
            file_of(tmp_path, harmless, name="good.jsonl"),
            f"bombs={file_of(tmp_path, harmful, harmless, name='both.jsonl')}",
        ]
    )
    looks: dict[str, list[Side]] = {"bombs": ["input"], "leak": ["output"]}
    names = [[metric.name for metric in task.metrics] for task in guard_tasks(texts, looks)]
    both = ["recall", "false_positive_rate", "bombs_recall", "bombs_false_positive_rate"]
    assert names == [
        ["accuracy", "recall", "bombs_recall"],
        ["accuracy", "false_positive_rate", "bombs_false_positive_rate"],
        ["accuracy", "recall", *both[2:]],
    ]


def test_the_samples_are_the_same_whatever_the_policy(tmp_path: Path) -> None:
    texts = read_texts([file_of(tmp_path, {"text": "a", "label": 1})])
    one, other = (guard_tasks(texts, {name: ["input"]})[0] for name in ("bombs", "mails"))
    assert one.data == other.data


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"text": "a"}, "set.jsonl, text 1: neither `label` nor `labels`"),
        ({"text": "a", "label": 2}, "line 1: "),
        ({"label": 1}, "line 1: .*`text`"),
        ({"text": "a", "label": 1, "side": "inptu"}, "Did you mean 'input'"),
        ({"text": "a", "label": 1, "source": "a/b"}, "a source's name is no `a/b`"),
    ],
)
def test_mistakes_name_file_and_line(tmp_path: Path, row: object, told: str) -> None:
    with pytest.raises(DeclarationError, match=told):
        read_texts([file_of(tmp_path, row)])


def test_an_id_is_taken_once_and_a_detector_is_known(tmp_path: Path) -> None:
    row = {"text": "a", "label": 1, "id": "x"}
    with pytest.raises(DeclarationError, match=r"text 2: id 'x' is that of .*, text 1 too"):
        read_texts([file_of(tmp_path, row, row)])
    with pytest.raises(DeclarationError, match="no texts"):
        read_texts([file_of(tmp_path)])
    texts = read_texts([f"bmobs={file_of(tmp_path, row)}"])
    with pytest.raises(DeclarationError, match=r"unknown detector 'bmobs'\. Did you mean 'bombs'"):
        check_detectors(texts, ["bombs"])


def test_without_labels_a_text_is_read_where_none_are_needed(tmp_path: Path) -> None:
    (found,) = read_texts([file_of(tmp_path, {"text": "a"})], labelled=False)
    assert found.true_of("") is None


def test_the_shared_sets_are_read_as_they_are() -> None:
    names = ("toxicity/surge_toxicity", "benign/mitre_frr", "prompts/advbench")
    files = [shared("data", "safety", f"{name}.jsonl") for name in names]
    found = read_texts(map(str, files))
    assert len(found) == 1000 + 750 + 520
    assert sum(one.every is True for one in found) == 501 + 520


def test_events_of_the_guard_are_told_from_texts(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"event": "decision", "id": "a"}\n')
    with pytest.raises(DeclarationError, match=r"events of the guard.*guard replay --events"):
        read_texts([str(path)])
    path.write_text('{"txt": "a", "label": 1}\n')
    with pytest.raises(DeclarationError, match=r"line 1: .*Is 'txt' meant to be it"):
        read_texts([str(path)])
