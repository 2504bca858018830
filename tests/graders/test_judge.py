from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.graders.judge import Judge, JudgeFile, judge_of, read_judge
from statera.graders.rubrics import ready_rubrics
from tests.judges_made import write_judge


def test_every_ready_rubric_is_a_judge() -> None:
    for name in ready_rubrics():
        judge = Judge.load(name)
        assert (judge.name, len(judge.criteria), judge.pairs) == (name, 1, False)
    assert read_judge("reference").needs_reference
    assert not read_judge("tone").needs_reference
    assert read_judge("pairwise").pairs


def test_one_criterion_is_called_as_the_judge_and_several_by_their_names(tmp_path: Path) -> None:
    one = read_judge("tone")
    assert one.metric(one.criteria[0]) == "tone"
    text = "judge: support\ncriteria: {tone: tone, right: reference}\n"
    several = read_judge(str(write_judge(tmp_path, text)))
    assert [several.metric(c) for c in several.criteria] == ["support_tone", "support_right"]


def test_a_rubric_may_be_written_in_place(tmp_path: Path) -> None:
    text = """
judge: dose
rubric:
  criterion: Is the dose stated?
  levels: {0: it is not, 1: it is}
  max_words: 40
"""
    (criterion,) = read_judge(str(write_judge(tmp_path, text))).criteria
    assert criterion.scale is not None
    assert criterion.scale.values == (0, 1)
    assert "at most 40 words" in criterion.limits


def test_a_checklist_has_points_with_weights(tmp_path: Path) -> None:
    text = """
judge: never-omit
kind: checklist
points:
  - {ask: "Is the allergy named?", weight: 3}
  - Is the dose stated?
"""
    (criterion,) = read_judge(str(write_judge(tmp_path, text))).criteria
    assert [(p.ask, p.weight) for p in criterion.points] == [
        ("Is the allergy named?", 3.0),
        ("Is the dose stated?", 1.0),
    ]


def test_paths_are_beside_the_judges_file(tmp_path: Path) -> None:
    folder = tmp_path / "judges"
    folder.mkdir()
    (folder / "own.jinja").write_text("{{ prompt }} {{ answer }} {{ scale }}", encoding="utf-8")
    text = "judge: own\nrubric: tone\ntemplate: own.jinja\nmodel: scripted:replies.yaml\n"
    judge = read_judge(str(write_judge(folder, text)))
    assert judge.criteria[0].template.startswith("{{ prompt }}")
    assert judge.model == f"scripted:{folder / 'replies.yaml'}"
    assert judge.with_model("embedded").model == "embedded"
    assert judge.with_model(None) == judge


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("judge: j\n", "a judge of kind rubric states `rubric` or `criteria`"),
        ("judge: j\nkind: checklist\n", "a judge of kind checklist states `points`"),
        ("judge: j\nkind: pairwise\nrubric: tone\n", "a judge of kind pairwise has no `rubric`"),
        ("judge: j\nrubric: tone\ncriteria: {a: tone}\n", "not both"),
        ("judge: j\nrubric: tone\nquestion: why?\n", "not in `question`"),
        (
            "judge: j\nrubric: ton\n",
            "judge.yaml: rubric: unknown rubric 'ton'. Did you mean 'tone'?",
        ),
        (
            "judge: j\ncriteria: {a: tone, b: ton}\n",
            "judge.yaml: criteria.b: unknown rubric 'ton'. Did you mean 'tone'?",
        ),
        ("judge: j\nrubric: mine.yaml\n", "judge.yaml: rubric: "),
        (
            "judge: j\ncriteria: {a: {criterion: c, levels: {1: a, 2: b}, passing: 1}}\n",
            "judge.yaml: criteria.a: passing: 1 is the lowest level: every reply would be good",
        ),
        (
            "judge: j\nrubric: tone\ntemplate: 'Say: {{ answer }}'\n",
            "judge.yaml: `template` is the path of a file that holds the prompt",
        ),
        ("judge: j\nrubrik: tone\n", "Did you mean 'rubric'?"),
        ("judge: a/b\nrubric: tone\n", "judge"),
        ("judge: j\nrubric: reference\nreference: never\n", "grades against a reference"),
        ("judge: j\nrubric: tone\nmax_tokens: 0\n", "max_tokens"),
        ("judge: j\nkind: checklist\npoints: [{ask: x, weight: 0}]\n", "a weight above 0"),
        (
            "judge: j\nrubric: {criterion: c, scale: [1, 4], levels: {1: a, 2: b, 4: d}}\n",
            "levels 1, 2, 4 do not match the scale 1 to 4: 3 is missing",
        ),
        ("judge: j\nrubric: {criterion: c, levels: {1: a}}\n", "at least two levels"),
        ("judge: j\nrubric: {criterion: c, levels: {1: a, 1000000: b}}\n", "more than 6 digits"),
        ("judge: j\ncriteria: {a/b: tone, c: tone}\n", "a name has letters, digits"),
        ("judge: j\ncriteria: {'': tone, c: tone}\n", "a name has letters, digits"),
        ("judge: j\nkind: checklist\npoints: [{ask: x, weight: .inf}]\n", "a weight above 0"),
    ],
)
def test_what_is_declared_wrong_is_one_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        read_judge(str(write_judge(tmp_path, text)))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_field_of_a_template_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.jinja").write_text("{{ answer }}\n{{ refrence }}", encoding="utf-8")
    path = write_judge(tmp_path, "judge: own\nrubric: tone\ntemplate: own.jinja\n")
    with pytest.raises(DeclarationError, match=r"line 2: unknown field 'refrence'. Did you mean"):
        read_judge(str(path))


def test_an_unknown_judge_gives_the_nearest_name() -> None:
    with pytest.raises(DeclarationError, match="Did you mean 'reference'"):
        read_judge("referense")


@pytest.mark.parametrize(
    ("text", "name", "whose"),
    [
        ("judge: quality_people\nrubric: tone\n", "quality_people", "people's labels"),
        ("judge: quality_second\nrubric: tone\n", "quality_second", "a second judge's"),
        ("judge: q\ncriteria: {people: tone, tone: tone}\n", "q_people", "people's labels"),
        ("judge: q_people\nrubric: tone\nmodels: [a, b]\n", "q_people", "people's labels"),
    ],
)
def test_no_judge_has_the_name_of_peoples_scores(
    tmp_path: Path, text: str, name: str, whose: str
) -> None:
    with pytest.raises(DeclarationError, match=f"scores called '{name}' would pass for {whose}"):
        read_judge(str(write_judge(tmp_path, text)))


def test_form_alone_is_said_by_the_rubric_or_by_the_judge_and_changes_no_question() -> None:
    assert [read_judge(n).criteria[0].content for n in ("tone", "formatting", "reference")] == [
        False,
        False,
        True,
    ]
    plain = judge_of(JudgeFile(judge="p", kind="pairwise"))
    formal = judge_of(JudgeFile(judge="p", kind="pairwise", content=False))
    assert (plain.criteria[0].content, formal.criteria[0].content) == (True, False)
    assert plain.criteria[0].instrument == formal.criteria[0].instrument
