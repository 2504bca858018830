from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.interop.importing.columnmap import ColumnMap, cell, column_map, guessed
from statera.interop.importing.imported import Log, Wanted
from statera.interop.importing.tabular import table_logs


def write(folder: Path, text: str, name: str = "ratings.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def one(path: Path, wanted: ColumnMap) -> Log:
    (log,) = table_logs([path], Wanted(columns=wanted))
    return log


def values(log: Log) -> dict[str, float | None]:
    return {f"{row.sample.id} {s.metric}": s.value for row in log.rows for s in row.scores}


def test_names_of_others_are_mapped_and_scores_stay_graded(tmp_path: Path) -> None:
    path = write(tmp_path, "qid,question,output,rating,length\na,Why?,So.,2,7\nb,How?,Thus.,5,9\n")
    log = one(
        path, column_map(["id=qid,question=question,reply=output,score=rating"], scale="1..5")
    )
    first, second = log.rows
    assert (first.sample.id, first.sample.input) == ("a", "Why?")
    assert first.exchanges[0].response.text == "So."
    assert [s.value for row in (first, second) for s in row.scores] == [0.25, 1.0]
    assert log.notes == ["not read: length"]
    assert log.graded == {"score": True, "accuracy": False}
    assert log.columns["scale"] == (1.0, 5.0)


def test_a_cut_is_made_only_when_asked(tmp_path: Path) -> None:
    path = write(tmp_path, "id,score\na,3\nb,4\n")
    cut = one(path, column_map([], scale="1..5", cut=4))
    assert values(cut) == {"a accuracy": 0, "a score": 0.5, "b accuracy": 1, "b score": 0.75}
    assert values(one(path, column_map([], scale="1..5"))) == {"a score": 0.5, "b score": 0.75}


def test_labels_of_one_trial_are_what_most_say(tmp_path: Path) -> None:
    rows = "a,x,1\na,y,1\na,z,0\nb,x,0\nb,y,1\nc,z,0\n"
    log = one(write(tmp_path, "id,labeller,correct\n" + rows), ColumnMap())
    assert values(log) == {"a accuracy": 1, "b accuracy": None, "c accuracy": 0}
    assert log.notes == [
        "3 labellers, 2 of 3 items with several labels",
        "1 items without a majority have no verdict, and are left out",
    ]


def test_a_column_for_each_labeller_is_a_label_of_each(tmp_path: Path) -> None:
    path = write(tmp_path, "id,first,second\na,1,5\nb,3,\n")
    log = one(path, column_map(["score=first+second"], scale="1..5"))
    assert values(log) == {"a score": 0.5, "b score": 0.5}


def test_a_labeller_who_labels_twice_is_told_with_both_places(tmp_path: Path) -> None:
    path = write(tmp_path, "id,labeller,correct\na,x,1\na,y,1\na,x,0\n")
    with pytest.raises(DeclarationError, match="line 4: 'x' labels 'a' again, as in line 2"):
        list(one(path, ColumnMap()).rows)


def test_labellers_with_one_item_each_are_told(tmp_path: Path) -> None:
    log = one(write(tmp_path, "id,labeller,correct\na,x,1\na,y,1\n"), ColumnMap())
    list(log.rows)
    assert log.notes[-1].startswith("no labeller has two items")


def test_techniques_are_items_of_one_behaviour_and_each_model_is_a_run(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "model,goal,attack,jailbroken\nm,steal,plain,false\nm,steal,poem,true\nn,steal,poem,false\n",
    )
    said = column_map(["behaviour=goal,technique=attack,correct=jailbroken"], higher_is="riskier")
    first, second = table_logs([path], Wanted(columns=said))
    assert (first.system.model, second.system.model) == ("m", "n")
    rows = list(first.rows)
    assert [(row.sample.id, row.sample.unit, row.sample.category) for row in rows] == [
        ("steal/plain", "steal", "plain"),
        ("steal/poem", "steal", "poem"),
    ]
    assert [row.scores[0].metric for row in rows] == ["attack_success"] * 2
    assert (first.better, first.level) == ("lower", "alignment")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tsv", "qid\tgood\nq1\tyes\n"),
        ("a.csv", "\ufeffqid;good\nq1;yes\n"),
        ("a.json", '[{"qid": "q1", "good": true}]'),
        ("a.json", '{"version": 2, "rows": [{"qid": "q1", "good": true}]}'),
        ("a.ndjson", '{"qid": "q1", "good": true}\n'),
    ],
)
def test_tables_of_any_shape_are_read(tmp_path: Path, name: str, text: str) -> None:
    log = one(write(tmp_path, text, name), column_map(["id=qid,correct=good"]))
    assert values(log) == {"q1 accuracy": 1.0}


def test_objects_are_gone_into_by_a_path() -> None:
    row = {"a.b": 1, "out": {"choices": [{"text": "x"}]}, "packed": '{"n": 2}'}
    assert [cell(row, path) for path in ("a.b", "out.choices.0.text", "packed.n", "out.no")] == [
        1,
        "x",
        2,
        None,
    ]


def test_without_ids_the_prompt_tells_items_apart(tmp_path: Path) -> None:
    log = one(write(tmp_path, "prompt,correct\nWhy?,1\nWhy?,0\nHow?,1\n"), ColumnMap())
    assert len({row.sample.id for row in log.rows}) == 2
    assert log.notes == ["without a column 'id', items are told apart by their prompts"]


def test_a_map_may_stand_in_a_file(tmp_path: Path) -> None:
    path = write(tmp_path, "map: {score: rating}\nscale: [1, 5]\nhigher_is: safer\n", "map.yaml")
    found = column_map([str(path)])
    assert (found.columns("score"), found.scale, found.of_safety) == (("rating",), (1, 5), True)


@pytest.mark.parametrize(
    ("header", "guess"),
    [
        (
            "question_id,input,response,rating\n1,a,b,4\n",
            "id=question_id,prompt=input,reply=response,score=rating --scale 0..5",
        ),
        ("qid,model_output,is_correct\n1,b,True\n", "id=qid,reply=model_output,correct=is_correct"),
    ],
)
def test_a_guess_is_offered_that_reads_the_table(tmp_path: Path, header: str, guess: str) -> None:
    path = write(tmp_path, header)
    assert guessed(path) == f"--map {guess}"
    with pytest.raises(DeclarationError, match="Did you mean: --map id="):
        one(path, ColumnMap())


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("reply=x,reply=y", "'reply' is mapped twice"),
        ("reply=x,prompt=x", "column 'x' is named twice, as reply and as prompt"),
        ("output2=reply", "Did you mean 'reply=output2'"),
        ("replly=x", "unknown column 'replly'. Did you mean 'reply'"),
        ("reply", "say OURS=THEIRS"),
        ("attempt=a,epoch=b", "'attempt' and 'epoch' are the same"),
    ],
)
def test_a_map_that_makes_no_sense_is_told(said: str, told: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        column_map([said])
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("scale", "cut", "told"),
    [
        ("5", None, "say LOW..HIGH"),
        ("5..1", None, "the first number is the smaller one"),
        ("1..5", 1.0, "--cut 1: above 1 and at most 5"),
    ],
)
def test_a_scale_that_makes_no_sense_is_told(scale: str, cut: float | None, told: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        column_map([], scale=scale, cut=cut)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said", "told"),
    [
        ("id,good\na,1\n", "correct=god", "no such column. Did you mean 'good'?"),
        ("id,rating\na,7\n", "score=rating", "score '7' is no number in [1, 5]"),
        ("id,id,correct\na,a,1\n", "correct=correct", "column 'id' is there twice"),
        ("id,rating\na,x\n", "score=rating", "score 'x' is no number"),
    ],
)
def test_a_table_that_does_not_fit_is_told(tmp_path: Path, text: str, said: str, told: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        list(one(write(tmp_path, text), column_map([said], scale="1..5")).rows)
    assert told in str(caught.value)


def test_each_label_lies_on_the_scale_and_an_empty_one_is_none(tmp_path: Path) -> None:
    rows = "id,labeller,score,correct\na,x,1,1\na,y,,1\n"
    log = one(write(tmp_path, rows), column_map([], scale="1..5"))
    assert values(log) == {"a accuracy": 1, "a score": 0}
    path = write(tmp_path, "id,labeller,score\na,x,1\na,y,7\n")
    with pytest.raises(DeclarationError, match=r"line 3: score '7' is no number in \[1, 5\]"):
        list(one(path, column_map([], scale="1..5")).rows)
