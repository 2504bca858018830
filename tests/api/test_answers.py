from pathlib import Path

import pytest

from statera.api.answers import (
    OUTPUTS,
    answers_of,
    check_same_questions,
    ideal,
    read_outputs,
    unshared,
)
from statera.errors import DeclarationError
from statera.records.samples import Sample
from statera.store.runstore import RunStore
from tests.judges_made import answer, stored


def test_the_replies_of_a_run_are_what_is_judged(store: RunStore) -> None:
    info = stored(store, ["one", "two", ""], epochs=2)
    found = answers_of(store, info)
    assert [(a.sample_id, a.epoch, a.output) for a in found][:3] == [
        ("q0", 0, "one"),
        ("q0", 1, "one"),
        ("q1", 0, "two"),
    ]
    assert len(found) == 6
    assert (found[0].prompt, found[0].reference, found[0].category) == (
        "Question 0?",
        "ideal 0",
        "even",
    )


def test_a_task_that_the_run_does_not_have_is_named(store: RunStore) -> None:
    info = stored(store, ["one"])
    with pytest.raises(DeclarationError, match="opn"):
        answers_of(store, info, ["opn"])


def test_the_ideal_answer_is_the_reference_or_the_right_choice() -> None:
    assert ideal(Sample(id="a", input="", reference="r", references=("s",))) == "r"
    assert ideal(Sample(id="a", input="", references=("s",))) == "s"
    assert ideal(Sample(id="a", input="", choices=("x", "y"), answer=1)) == "y"
    assert ideal(Sample(id="a", input="")) is None


def write(folder: Path, *lines: str) -> Path:
    path = folder / "a.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("field", ["wrong", "wrong_references"])
def test_a_judge_sees_what_is_false_too(field: str) -> None:
    sample = Sample(
        id="a",
        input="?",
        reference="No",
        references=("Never",),
        fields={field: ["Yes", "At night"]},
    )
    assert ideal(sample) == (
        "No\n\nAlso true:\n- Never\n\nFalse, and not to be said:\n- Yes\n- At night"
    )


def test_outputs_from_anywhere_are_read(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '{"id": 7, "prompt": "p", "output": "o", "reference": "r", "model": "ignored"}',
        '{"id": "b", "prompt": "p", "output": "", "cluster": "c", "category": "k"}',
    )
    first, second = read_outputs(path)
    assert (first.task, first.sample_id, first.output, first.reference) == (OUTPUTS, "7", "o", "r")
    assert (second.unit, second.category, second.output) == ("c", "k", "")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (('{"id": "a", "prompt": "p"}',), "missing required field `output`"),
        (
            ('{"id": "a", "prompt": "p", "outptu": "o", "note": "n"}',),
            "missing required field `output`. Is 'outptu' meant to be it?",
        ),
        (('{"id": "a", "prompt": "p", "output": 3}',), "output"),
        (('{"id": "a", "prompt": "p", "output": "o"}',) * 2, "output 2 has the id 'a' again"),
        ((), "holds no output"),
    ],
)
def test_a_wrong_file_is_one_line(tmp_path: Path, lines: tuple[str, ...], told: str) -> None:
    path = write(tmp_path, *lines)
    with pytest.raises(DeclarationError) as caught:
        read_outputs(path)
    assert str(caught.value).startswith(str(path))
    assert told in str(caught.value)


def test_pairs_are_of_the_same_question_and_reference() -> None:
    ours = [answer("a"), answer("b", sample="q1")]
    check_same_questions(ours, [answer("x"), answer("y", sample="q9")], ("A", "B"))
    with pytest.raises(DeclarationError, match="the reference of 'q0' differs"):
        check_same_questions(ours, [answer("x", reference="other")], ("A", "B"))
    with pytest.raises(DeclarationError, match="no item in common: A has 'q0', 'q1'; B has 'q5'"):
        check_same_questions(ours, [answer("x", sample="q5")], ("A", "B"))


def test_what_has_no_counterpart_is_counted() -> None:
    ours = [answer("a"), answer("b", sample="q1"), answer("c", sample="q2")]
    assert unshared(ours, [answer("x"), answer("y", sample="q9")]) == (2, 1)
