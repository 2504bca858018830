"""Who judges, as Python says it: one model for a judge, several for a panel.

st.grade(judge, model, …)                          # one
st.grade(judge, [first, second, third], …)         # the same judge asked of three, by majority
st.grade(panel, {"strict": first, "kind": second}, …)
"""

from collections.abc import Callable, Mapping, Sequence

from statera.errors import DeclarationError, unknown
from statera.graders.judge import Judge, panel_of
from statera.models.callables import model as callable_model
from statera.protocols import Model

Judging = Model | Callable[[str], str]
"""A judge's model: a Model, or a function from the judge's prompt to its reply."""

JudgingBy = Judging | Sequence[Judging] | Mapping[str, Judging]
"""One model, or one for each member of a panel: in the panel's order, or by the member's name."""


def judging_models(judge: Judge, by: JudgingBy) -> tuple[Judge, tuple[Model, ...]]:
    """Return the judge with the model of each member, or the only one.

    Several models make a panel, by majority, of a judge that is none; one serves all members of a
    panel. DeclarationError for too few or too many, for a member that the panel does not have, and
    for what is no model.
    """
    if isinstance(by, Mapping):
        named = {name: as_model(one) for name, one in by.items()}
        if judge.members:
            return judge, _of_members(judge, named)
        return _asked_of(judge, list(named)), tuple(named.values())
    _check_no_text(by)
    if isinstance(by, Sequence):
        models = tuple(as_model(one) for one in by)
        if not judge.members:
            return _asked_of(judge, [model.identity for model in models]), models
        if len(models) != len(judge.members):
            raise DeclarationError(
                f"judge {judge.name} has {len(judge.members)} members, got {len(models)} models"
            )
        return judge, models
    return judge, (as_model(by),) * max(1, len(judge.members))


def _of_members(judge: Judge, models: Mapping[str, Model]) -> tuple[Model, ...]:
    """Return the models in the panel's order."""
    for name in models:
        if name not in judge.names:
            raise unknown(f"member of judge {judge.name}", name, judge.names)
    if without := [name for name in judge.names if name not in models]:
        raise DeclarationError(f"judge {judge.name}: member '{without[0]}' has no model")
    return tuple(models[name] for name in judge.names)


def as_model(by: Judging) -> Model:
    """Return a model, or one that asks the function. DeclarationError for what is neither."""
    _check_no_text(by)
    return by if isinstance(by, Model) else callable_model(by, takes="text")


def _check_no_text(by: object) -> None:
    if isinstance(by, str):
        raise DeclarationError(f"a judge's model is a Model or a function: st.open_model({by!r})")


def _asked_of(judge: Judge, models: Sequence[str]) -> Judge:
    """Return the panel of one judge that is asked of each model, by majority."""
    if len(models) < 2 or len(set(models)) < len(models):
        raise DeclarationError(
            f"judge {judge.name}: a panel has two members or more, each another model (`name=` "
            "tells functions of one source apart)"
        )
    panel = Judge(name=judge.name, version=judge.version, criteria=())
    return panel_of(panel, [judge.with_model(model) for model in models])
