from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.graders.judge import read_judge
from statera.graders.panelfile import as_name, member_names, model_names
from tests.judges_made import write_judge


def declared(folder: Path, text: str) -> str:
    """Return what is wrong with a judge's file."""
    with pytest.raises(DeclarationError) as caught:
        read_judge(str(write_judge(folder, text)))
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_one_rubric_is_asked_of_several_models(tmp_path: Path) -> None:
    text = "judge: three\nrubric: reference\nmodels: [http://h/v1#x, http://h/v1#y, gpt-4.1]\n"
    panel = read_judge(str(write_judge(tmp_path, text)))
    assert panel.names == ("x", "y", "gpt-4.1")
    assert [member.name for member in panel.members] == ["three-x", "three-y", "three-gpt-4.1"]
    assert panel.members[0].model == "http://h/v1#x"
    assert (panel.combine, panel.metric(panel.criteria[0])) == ("majority", "three")
    assert panel.needs_reference
    assert not panel.pairs


def test_judges_are_listed_as_files_ready_ones_or_in_place(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    write_judge(tmp_path / "sub", "judge: strict\nrubric: tone\nmodel: a.yaml\n", "strict.yaml")
    text = """
judge: mixed
combine: weighted
weights: {strict: 2, reference: 1, own: 0.5}
panel:
  - sub/strict.yaml
  - {judge: reference, model: m}
  - {judge: own, rubric: tone, model: m}
"""
    panel = read_judge(str(write_judge(tmp_path, text)))
    assert panel.names == ("strict", "reference", "own")
    assert panel.members[0].model == str(tmp_path / "sub" / "a.yaml")
    assert panel.members[1].model == "m"
    assert panel.weights == {"strict": 2, "reference": 1, "own": 0.5}
    assert panel.criteria[0].reference == "required"  # one of them needs it


def test_criteria_go_by_their_names(tmp_path: Path) -> None:
    text = """
judge: two
panel:
  - {judge: a, criteria: {manner: tone, matter: helpfulness}, model: x}
  - {judge: b, criteria: {matter: helpfulness, manner: tone}, model: y}
"""
    panel = read_judge(str(write_judge(tmp_path, text)))
    assert [panel.metric(c) for c in panel.criteria] == ["two_manner", "two_matter"]


def test_a_model_may_be_given_to_those_who_name_none(tmp_path: Path) -> None:
    text = "judge: two\npanel: [tone, {judge: helpfulness, model: y}]\n"
    panel = read_judge(str(write_judge(tmp_path, text)))
    assert [member.model for member in panel.with_model("x").members] == ["x", "y"]
    with pytest.raises(DeclarationError, match="every member of the panel names its model"):
        panel.with_model("x").with_model("z")
    assert panel.member("tone").name == "tone"
    with pytest.raises(DeclarationError, match="Did you mean 'tone'"):
        panel.member("ton")
    with pytest.raises(DeclarationError, match="is no panel"):
        panel.members[0].member("tone")


def test_another_member_or_way_to_combine_is_another_instrument(tmp_path: Path) -> None:
    texts = [
        f"judge: two\nrubric: tone\nmodels: [a, b]\n{rest}"
        for rest in ("", "combine: mean", "combine: weighted", "version: 2")
    ]
    found = [read_judge(str(write_judge(tmp_path, text))).instrument for text in texts]
    assert len(set(found)) == len(texts)


@pytest.mark.parametrize(
    ("rest", "told"),
    [
        ("rubric: tone\nmodels: [a]", "a panel has two members or more, `models` has 1"),
        ("panel: []", "a panel has two members or more, `panel` has 0"),
        ("rubric: tone\nmodels: [a, b, a]", "`models` has 'a' twice"),
        ("rubric: tone\nmodels: [a, b]\nmodel: c", "not both"),
        ("models: [a, b]\npanel: [tone, brevity]", "not both"),
        ("models: [a, b]", "states `rubric` or `criteria`"),
        ("rubric: tone\npanel: [tone, brevity]", "`rubric` belongs in each judge of `panel`"),
        ("repeats: 2\npanel: [tone, brevity]", "`repeats` belongs in each judge of `panel`"),
        ("rubric: tone\ncombine: mean", "`combine` goes with `models`"),
        ("rubric: tone\nweights: measured", "`weights` goes with `models`"),
        ("rubric: tone\nmodels: [a, b]\ncombine: median", "Did you mean 'mean'?"),
        ("rubric: tone\nmodels: [a, b]\nweights: measured", "go with `combine: weighted`"),
        (
            "rubric: tone\nmodels: [a, b]\ncombine: weighted\nweights: {a: 1}",
            "`weights` says nothing of member 'b'",
        ),
        (
            "rubric: tone\nmodels: [alpha, b]\ncombine: weighted\nweights: {alpa: 1, b: 1}",
            "unknown member 'alpa'. Did you mean 'alpha'?",
        ),
        (
            "rubric: tone\nmodels: [a, b]\ncombine: weighted\nweights: {a: 0, b: 0}",
            "one at least is above 0",
        ),
        ("rubric: tone\nmodels: [a, b]\ncombine: weighted\nweights: {a: -1, b: 1}", ">= 0"),
        ("panel: [tone, tone]", "members tone 1 and tone 2 are the same judge"),
        (
            "panel: [{judge: a, rubric: tone, model: m}, {judge: b, rubric: tone, model: m}]",
            "members a and b are the same judge",
        ),
        ("panel: [tone, pairwise]", "do not judge the same: kind rubric and pairwise"),
        (
            "panel: [tone, {judge: b, rubric: {criterion: Well, levels: {0: no, 1: yes}}}]",
            "do not judge the same: levels 1, 2, 3, 4, 5 and 0, 1",
        ),
        (
            "panel: [{judge: a, kind: checklist, points: [p]}, "
            "{judge: b, kind: checklist, points: [q]}]",
            "do not judge the same: other points",
        ),
        (
            "panel: [{judge: a, criteria: {x: tone, y: brevity}}, "
            "{judge: b, criteria: {x: tone, z: brevity}, model: m}]",
            "members have other criteria: a x, y; b x, z",
        ),
        ("panel: [tone, {judge: b, rubrik: tone}]", "panel[1]: Object contains unknown field"),
        ("panel: [tone, nobody]", "unknown judge 'nobody'"),
        ("panel: [tone, missing.yaml]", "missing.yaml: no such file"),
        ("panel: [tone, judge.yaml]", "a panel is no member of a panel"),
        (
            "panel: [tone, {judge: b, rubric: tone, models: [a, b]}]",
            "a panel is no member of a panel",
        ),
    ],
)
def test_what_cannot_be_is_told_in_one_line(tmp_path: Path, rest: str, told: str) -> None:
    assert told in declared(tmp_path, f"judge: x\n{rest}\n")


def test_members_with_another_idea_of_good_do_not_judge_the_same(tmp_path: Path) -> None:
    scale = "{criterion: Well, levels: {1: bad, 2: fair, 3: good}, passing: %d}"
    text = "\n".join(
        ["judge: x", "panel:"]
        + [f"  - {{judge: j{n}, rubric: {scale % n}, model: m{n}}}" for n in (2, 3)]
    )
    assert "good from 2 and from 3" in declared(tmp_path, text)


@pytest.mark.parametrize(
    ("judges", "names"),
    [
        ([("a", "m"), ("b", "m")], ["a", "b"]),
        ([("a", "http://h#x"), ("a", "http://h#y")], ["x", "y"]),
        ([("a", "http://h#x"), ("a", "http://g#x")], ["http://h#x", "http://g#x"]),
        ([("a", "scripted:d/one.yaml"), ("a", "d/two.yaml")], ["one", "two"]),
        ([("a", None), ("a", "m")], ["a 1", "a 2"]),
    ],
)
def test_members_are_called_by_what_tells_them_apart(
    judges: list[tuple[str, str | None]], names: list[str]
) -> None:
    assert member_names(judges) == names


def test_a_models_name_is_short_and_fits_into_a_judges() -> None:
    assert model_names(["openai/gpt-4.1", "b"]) == ["openai/gpt-4.1", "b"]
    assert as_name("openai/gpt-4.1") == "openai-gpt-4.1"
