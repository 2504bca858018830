import asyncio
import json
from pathlib import Path

import pytest

from statera.api.calibrationlabels import (
    LabelledOutput,
    holds_outputs,
    keep_for,
    labels_by_run,
    read_labelled_outputs,
    read_run_labels,
)
from statera.errors import DeclarationError
from statera.interop.labels import Label
from statera.records.labels import stored_labels
from statera.store.runstore import RunStore
from tests.api.calibrations_made import judged, replies


def write(folder: Path, text: str, name: str = "labels.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_one_labeller_labels_the_same_item_of_two_runs(tmp_path: Path, store: RunStore) -> None:
    new, old = replies(store, 4), replies(store, 4, name="old", seed=9)
    text = f"id,label,labeller,run\nq1,4,ana,{new.info.id[:8]}\nq1,2,ana,{old.info.id[:12]}\n"
    labels = read_run_labels([write(tmp_path, text)])
    (first, ours), (second, theirs) = labels_by_run(store, labels)
    assert (first.id, second.id) == (new.info.id, old.info.id)
    assert [(x.label, x.run) for x in (*ours, *theirs)] == [
        ("4", new.info.id),
        ("2", old.info.id),
    ]


def test_a_label_twice_in_one_run_is_still_one_too_many(tmp_path: Path, store: RunStore) -> None:
    path = write(tmp_path, "id,label,run\nq1,4,a\nq1,2,a\n")
    with pytest.raises(DeclarationError, match="line 3: 'q1' is labelled a second time"):
        read_run_labels([path])


def test_a_run_that_alone_is_named_needs_no_column(store: RunStore) -> None:
    new, old = replies(store, 4), replies(store, 4, name="old", seed=9)
    label = Label(id="q1", label="4", where="f, line 2")
    ((info, own),) = labels_by_run(store, [label], [new.info])
    assert (info.id, own[0].run) == (new.info.id, new.info.id)
    for named, told in (
        ((), "f, line 2: of which run"),
        ((new.info, old.info), "f, line 2: of which of"),
    ):
        with pytest.raises(DeclarationError, match=told):
            labels_by_run(store, [label], named)


def test_labels_of_a_run_that_is_not_meant_are_refused(store: RunStore) -> None:
    made = [replies(store, 4, name=name, seed=i) for i, name in enumerate("abc")]
    labels = [Label(id="q1", label="4", where="f", run=one.info.id) for one in made]
    with pytest.raises(DeclarationError, match="labels of 3 runs"):
        labels_by_run(store, labels)
    with pytest.raises(DeclarationError, match=f"not in {made[0].info.id[:8]}$"):
        labels_by_run(store, labels[1:2], [made[0].info])


def test_nothing_is_kept_before_all_fits(store: RunStore) -> None:
    new, old = replies(store, 4), replies(store, 4, name="old", seed=9)
    for one in (new, old):
        judged(store, one)
    good, bad = (Label(id=name, label="4", where="f, line 3") for name in ("q1", "q9"))
    with pytest.raises(DeclarationError, match="f, line 3: no reply to an item 'q9'"):
        asyncio.run(keep_for(store, [(new.info, [good]), (old.info, [bad])], judge="tone"))
    assert stored_labels(store.find(new.info.id)) == {}
    asyncio.run(keep_for(store, [(new.info, [good])]))
    assert list(stored_labels(store.find(new.info.id))) == ["tone_people"]


@pytest.mark.parametrize(
    ("label", "told"),
    [
        (Label(id="q1", label="9", where="f"), "label '9' is none of 1, 2, 3, 4, 5"),
        (
            Label(id="q1", label="4", criterion="toen", where="f"),
            "unknown criterion 'toen'. Did you mean",
        ),
    ],
)
def test_a_label_that_does_not_fit_the_judge(store: RunStore, label: Label, told: str) -> None:
    made = replies(store, 4)
    judged(store, made)
    with pytest.raises(DeclarationError, match=told):
        asyncio.run(keep_for(store, [(made.info, [label])], judge="tone"))


def test_a_run_that_was_not_judged_takes_no_labels_of_a_judge(store: RunStore) -> None:
    made = replies(store, 4)
    with pytest.raises(DeclarationError, match="was not judged by tone"):
        asyncio.run(keep_for(store, [(made.info, [Label(id="q1", label="4")])], judge="tone"))


def line(**fields: object) -> str:
    return json.dumps({"id": 1, "prompt": "p", "output": "o", "label": 4} | fields) + "\n"


def test_outputs_with_labels_are_told_from_labels_alone(tmp_path: Path) -> None:
    assert holds_outputs(write(tmp_path, line(), "o.jsonl"))
    assert not holds_outputs(write(tmp_path, '{"id": 1, "label": 4}\n', "l.jsonl"))
    assert not holds_outputs(write(tmp_path, "id,label,output\n", "o.csv"))
    assert not holds_outputs(write(tmp_path, "", "empty.jsonl"))


@pytest.mark.parametrize(
    ("label", "word"), [(4, "4"), (4.0, "4"), ("A", "A"), (True, "yes"), (False, "no")]
)
def test_a_label_is_read_as_one_writes_it(tmp_path: Path, label: object, word: str) -> None:
    (found,) = read_labelled_outputs(write(tmp_path, line(label=label, labeller="ana"), "o.jsonl"))
    assert (found.said("f").label, found.said("f").labeller) == (word, "ana")


def test_an_output_beside_another(tmp_path: Path) -> None:
    path = write(tmp_path, line(other="x", cluster="c", category="k", reference="r"), "o.jsonl")
    (found,) = read_labelled_outputs(path)
    assert (found.answer.output, found.compared.output) == ("o", "x")
    assert found.answer.unit == found.compared.unit == "c"
    assert (found.answer.category, found.answer.reference) == ("k", "r")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (line() + line(), "output 2: the id '1' is there a second time"),
        (line() + line(id=2, other="x"), "output 2: `other` stands in some lines and not in all"),
        ('{"id": 1, "prompt": "p", "output": "o"}\n', "label"),
    ],
)
def test_outputs_that_are_declared_wrong(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(DeclarationError, match=told):
        read_labelled_outputs(write(tmp_path, text, "o.jsonl"))


def test_fields_of_other_names_are_ignored() -> None:
    made = LabelledOutput(id=1, prompt="p", output="o", label=4)
    assert made.answer.unit == "1"
