import asyncio

import msgspec
import pytest

from statera.api.labelreading import LabelsOf
from statera.api.labels import LabelSummary, keep_labels
from statera.cli.labelled import print_labels, told
from statera.interop.labels import Label
from statera.scorers.scale import Scale
from statera.store.runstore import RunStore
from tests.api.conftest import store
from tests.replies_made import letters, replied

__all__ = ["store"]

SCALE = Scale(levels={level: f"level {level}" for level in range(1, 6)})
LEVELS = tuple("12345")


def graded(store: RunStore, *labels: Label) -> LabelSummary:
    of = LabelsOf(metric="quality", scale=SCALE)
    return asyncio.run(keep_labels(store, replied(store, letters(40)), labels, of))


def compared(store: RunStore, *labels: Label) -> LabelSummary:
    other = replied(store, letters(40), model="base")
    of = LabelsOf(metric="pairwise", against=other)
    return asyncio.run(keep_labels(store, replied(store, letters(40)), labels, of))


def test_grades_are_told_in_levels_with_their_interval_and_counts(
    store: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = [Label(id=f"q{i}", label="4" if i % 4 else "2", labeller="ana") for i in range(40)]
    print_labels(graded(store, *labels), LEVELS, judge="my.yaml")
    said = capsys.readouterr().out
    assert "quality_people of run" in said
    assert "40 labels of 40 items kept" in said
    row = next(line for line in said.splitlines() if line.startswith("support"))
    assert row.split() == [
        "support", "3.50", "3.21", "to", "3.77", "0.750", "40", "0", "10", "0", "30", "0",
    ]  # fmt: skip
    assert "drawn: each item with probability 1" in said
    assert said.splitlines()[-1].startswith("next: statera judge calibrate my.yaml ")


def test_a_preference_is_told_as_a_win_rate_with_its_counts(
    store: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["A", "A", "B", "TIE"]
    labels = [Label(id=f"q{i}", label=words[i % 4], shown="ab") for i in range(40)]
    summary = compared(store, *labels)
    print_labels(summary, (), judge="pairwise")
    said = capsys.readouterr().out
    row = next(line for line in said.splitlines() if line.startswith("support"))
    assert row.split()[:2] == ["support", "0.625"]
    assert row.split()[-4:] == ["40", "20", "10", "10"]
    assert f"against {summary.on_record.against[:8]}" in said
    assert "left reply named 0.667 [" in said
    assert "labels by: unnamed 40" in said


def test_how_far_labellers_agree_is_told(store: RunStore) -> None:
    both = [
        Label(id=f"q{i}", label=str(1 + (i + (name == "ben") * (i % 5 == 0)) % 5), labeller=name)
        for i in range(40)
        for name in ("ana", "ben")
    ]
    line = next(line for line in told(graded(store, *both)) if line.startswith("agreement"))
    assert "Krippendorff's alpha 0." in line
    assert "[" in line
    assert line.endswith("of 40 replies with several labels 8 have different ones")
    few = told(graded(store, *both[:6]))
    assert any("no interval: fewer than 20" in line for line in few)


def test_a_draw_that_is_not_done_is_a_warning(
    store: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = [Label(id=f"q{i}", label="4", probability=0.5) for i in range(18)]
    print_labels(graded(store, *labels), LEVELS, judge="quality")
    said = capsys.readouterr().out
    assert "warning 2 drawn items without a label: go on labelling" in said


def test_how_the_items_were_drawn_is_told_in_words(store: RunStore) -> None:
    summary = graded(store, Label(id="q0", label="4"))
    assert "drawn: with no known probability; what they say holds for these items only" in told(
        summary
    )
    for shares, words in (
        ({"a": {"q0": 0.5}, "b": {"q1": 0.25}}, "probability 0.5 in a, 0.25 in b"),
        ({"a": {"q0": 0.5, "q1": 0.25}}, "items with different probabilities"),
    ):
        record = msgspec.structs.replace(summary.on_record, probabilities=shares)
        found = told(msgspec.structs.replace(summary, on_record=record))
        assert any(words in line for line in found)


def test_a_name_from_a_file_does_nothing_to_the_terminal(
    store: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "a\x1b[2J[bold]"
    print_labels(graded(store, Label(id="q0", label="4", labeller=name)), LEVELS, judge="quality")
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "a\\x1b[2J[bold] 1" in said


def test_labels_against_another_run_are_said_to_go(
    store: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    info, words = replied(store, letters(9)), ("A", "B", "TIE")
    labels = [Label(id=f"q{i}", label=words[i % 3]) for i in range(9)]
    others = [replied(store, letters(9), model=name) for name in ("base", "base", "older")]
    said = []
    for other in others:
        of = LabelsOf(metric="pairwise", against=other)
        print_labels(asyncio.run(keep_labels(store, info, labels, of)), (), judge="pairwise")
        said.append(capsys.readouterr().out)
    lines = [[x for x in one.splitlines() if "replaces the labels" in x] for one in said]
    assert [len(one) for one in lines] == [0, 0, 1]
    assert f"against {others[0].id[:8]}:" in lines[2][0]


def test_labellers_whose_labels_go_are_named(
    store: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    ana, ben = ([Label(id="q1", label="4", labeller=name)] for name in ("[bold]ana", "ben"))
    for labels in (ana, ben, [*ana, *ben], ben):
        print_labels(graded(store, *labels), LEVELS, judge="my.yaml")
    lines = [x for x in capsys.readouterr().out.splitlines() if "were kept before" in x]
    assert [line.split()[4] for line in lines] == ["[bold]ana", "[bold]ana"]
