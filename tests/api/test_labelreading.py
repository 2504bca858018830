import pytest

from statera.api.labelreading import LabelsOf, on_scale, said_of
from statera.errors import DeclarationError
from statera.interop.labels import Label
from statera.records.specs import RunInfo
from statera.scorers.scale import Scale
from statera.store.runstore import RunStore
from tests.replies_made import letters, replied

SCALE = Scale(levels={1: "bad", 2: "so so", 3: "Good  indeed"})
GRADES = LabelsOf(metric="quality", scale=SCALE, criterion="quality")


def label(name: str, text: str = "2", **more: object) -> Label:
    return Label(**{"id": name, "label": text, "where": "x.csv, line 2", **more})  # type: ignore[arg-type]


def refused(store: RunStore, info: RunInfo, of: LabelsOf, *labels: Label) -> str:
    with pytest.raises(DeclarationError) as error:
        said_of(store, info, labels, of)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "level"),
    [("1", 1), (" 3 ", 3), ("2.0", 2), ("so  SO", 2), ("good indeed", 3), ("Bad", 1)],
)
def test_a_level_is_named_by_its_number_or_its_text(text: str, level: int) -> None:
    assert on_scale(label("q0", text), SCALE) == level


@pytest.mark.parametrize("text", ["0", "4", "2.5", "-1", "goo", "12", "A"])
def test_what_is_no_level_is_told_with_its_place(text: str) -> None:
    with pytest.raises(DeclarationError) as error:
        on_scale(label("q0", text), SCALE)
    assert str(error.value) == f"x.csv, line 2: label '{text}' is none of 1, 2, 3"


def test_without_a_scale_it_is_yes_or_no() -> None:
    said = [on_scale(label("q0", text), None) for text in ("yes", "No", "1", "0", "TRUE", "fail")]
    assert said == [1, 0, 1, 0, 1, 0]
    with pytest.raises(DeclarationError, match="Allowed: yes, no"):
        on_scale(label("q0", "maybe"), None)


def test_labels_are_matched_with_trials_by_the_names_of_their_labellers(store: RunStore) -> None:
    info = replied(store, {"q0": ["a", "b"], "q1": "c"})
    labels = [
        label("q0", "3", labeller="ben"),
        label("q0", "1", labeller="ana"),
        label("q0", "2", labeller="ana", epoch=1),
        label("q1", "1", labeller="ana", criterion="tone"),
    ]
    said = said_of(store, info, labels, GRADES)
    assert {p: [x.labeller for x in own] for p, own in said.labels.items()} == {
        ("support", "q0", 0): ["ana", "ben"],
        ("support", "q0", 1): ["ana"],
    }
    found = said.verdicts["support", "q0", 0]
    assert [(v.value, v.label, v.outcome) for v in found] == [
        (0.0, "1", "wrong"),
        (1.0, "3", "right"),
    ]


def test_a_pairs_label_says_which_run_won(store: RunStore) -> None:
    info, other = replied(store, letters(3)), replied(store, letters(3), model="base")
    of = LabelsOf(metric="pairwise", against=other)
    said = said_of(store, info, [label("q0", "A"), label("q1", "b"), label("q2", "Tie")], of)
    values = [v.value for own in said.verdicts.values() for v in own]
    assert values == [1.0, 0.0, 0.5]
    assert "label 'C'. Allowed: A, B, TIE" in refused(store, info, of, label("q0", "C"))


def test_an_empty_reply_is_told_apart_but_not_in_a_pair(store: RunStore) -> None:
    info = replied(store, {"q0": " \n", "q1": "c"})
    said = said_of(store, info, [label("q0"), label("q1")], GRADES)
    assert said.empty == {("support", "q0", 0)}
    assert list(said.kept) == [("support", "q1", 0)]
    assert [answer.sample_id for answer in said.answers] == ["q1"]
    other = replied(store, letters(2), model="base")
    of = LabelsOf(metric="pairwise", against=other)
    assert not said_of(store, info, [label("q0", "B")], of).empty


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (label("q17"), "no reply to an item 'q17' in the run. Did you mean 'q1'?"),
        (label("q1", task="suport"), "unknown task 'suport'. Did you mean 'support'?"),
        (label("q1", epoch=2), "no reply to 'q1' in epoch 2. Its epochs: 0"),
        (label("lost"), "no reply to an item 'lost'"),
        (label("q1", "7"), "label '7' is none of 1, 2, 3"),
    ],
)
def test_what_does_not_fit_the_run_is_one_line(store: RunStore, wrong: Label, told: str) -> None:
    info = replied(store, letters(3) | {"lost": None})
    assert refused(store, info, GRADES, label("q0"), wrong).startswith(f"x.csv, line 2: {told}")


def test_an_item_of_two_tasks_needs_its_task(store: RunStore) -> None:
    info = replied(store, letters(2), tasks=("chat", "mail"))
    told = refused(store, info, GRADES, label("q0"))
    assert told.endswith("'q0' is an item of chat and of mail: state its `task`")
    said = said_of(store, info, [label("q0", task="mail")], GRADES)
    assert list(said.labels) == [("mail", "q0", 0)]


def test_the_same_trial_twice_by_one_labeller_is_refused_however_it_is_written(
    store: RunStore,
) -> None:
    info = replied(store, letters(2))
    again = label("q0", labeller="ana", task="support", where="y.csv, line 9")
    told = refused(store, info, GRADES, label("q0", labeller="ana"), again)
    assert told == "y.csv, line 9: 'q0' is labelled a second time by 'ana'; first in x.csv, line 2"


def test_labels_of_other_runs_are_refused(store: RunStore) -> None:
    info, other = replied(store, letters(2)), replied(store, letters(2), model="base")
    told = refused(store, info, GRADES, label("q0", run=other.id))
    assert told.endswith(f"'q0' was labelled in run {other.id[:8]}, not {info.id[:8]}")
    assert said_of(store, info, [label("q0", run=info.id[:8])], GRADES).labels
    of = LabelsOf(metric="pairwise", against=other)
    told = refused(store, info, of, label("q0", "A", run=other.id, against=info.id))
    assert f"in run {other.id[:8]} against {info.id[:8]}, not {info.id[:8]} against" in told


def test_pairs_of_different_questions_are_refused(store: RunStore) -> None:
    info, other = replied(store, letters(2)), replied(store, letters(2), reference=False, model="b")
    of = LabelsOf(metric="pairwise", against=other)
    assert "not on the same data" in refused(store, info, of, label("q0", "A"))


def test_nothing_to_keep_is_said(store: RunStore) -> None:
    info = replied(store, letters(2))
    assert refused(store, info, GRADES) == "no label of 'quality' to keep"
    empty = replied(store, {}, model="empty")
    assert "no reply to an item 'q0'" in refused(store, empty, GRADES, label("q0"))
