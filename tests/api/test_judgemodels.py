import pytest

from statera.api.judgemodels import JudgingBy, as_model, judging_models
from statera.errors import DeclarationError
from statera.graders.judge import Judge
from tests.judges_made import REFERENCE
from tests.panels_made import NAMES, judge_model, rubric

MODELS = tuple(judge_model(seed=seed) for seed in range(3))
PANEL = rubric()


def test_one_model_is_that_of_the_judge_or_of_every_member() -> None:
    assert judging_models(REFERENCE, MODELS[0]) == (REFERENCE, (MODELS[0],))
    assert judging_models(PANEL, MODELS[0]) == (PANEL, (MODELS[0],) * 3)


def test_a_function_is_a_model() -> None:
    (found,) = judging_models(REFERENCE, lambda prompt: "[4]")[1]
    assert found.identity.startswith("function:")
    assert as_model(MODELS[0]) is MODELS[0]


def test_several_models_go_by_place_or_by_name() -> None:
    assert judging_models(PANEL, MODELS) == (PANEL, MODELS)
    named = dict(zip(reversed(NAMES), MODELS, strict=True))
    assert judging_models(PANEL, named) == (PANEL, MODELS[::-1])


def test_several_models_make_a_panel_of_one_judge() -> None:
    panel, models = judging_models(REFERENCE, list(MODELS))
    assert (panel.name, panel.combine, models) == ("reference", "majority", MODELS)
    assert [member.name for member in panel.members] == ["reference"] * 3
    named, _ = judging_models(REFERENCE, {"a": MODELS[0], "b": MODELS[1]})
    assert named.names == ("a", "b")


@pytest.mark.parametrize(
    ("judge", "by", "told"),
    [
        (PANEL, MODELS[:2], "judge panel has 3 members, got 2 models"),
        (PANEL, {"one": MODELS[0]}, "judge panel: member 'two' has no model"),
        (PANEL, {"on": MODELS[0]}, "unknown member of judge panel 'on'. Did you mean 'one'?"),
        (REFERENCE, [MODELS[0]], "a panel has two members or more"),
        (REFERENCE, [MODELS[0], MODELS[0]], "each another model"),
        (REFERENCE, 3, "int is not callable"),
    ],
)
def test_who_judges_what_is_told_in_one_line(judge: Judge, by: JudgingBy, told: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        judging_models(judge, by)
    assert told in str(caught.value)
