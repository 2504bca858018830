"""Panels of scripted judges whose faults are known, and replies that state how good they are."""

from collections.abc import Sequence

from statera.api.judging import Bench
from statera.api.panelbench import PanelBench, seated
from statera.graders.judge import Judge, JudgeFile, judge_of
from statera.models.script import Script
from statera.models.scripted import ScriptedModel
from statera.models.scriptedjudge import ScriptedJudge
from statera.runner.execution import Limits
from statera.store.runstore import RunStore

NAMES = ("one", "two", "three")
__all__ = ["NAMES", "judge_model", "judgements", "pairwise", "qualities", "rubric", "seat"]


def judge_model(**faults: object) -> ScriptedModel:
    """Return a model that judges with these faults."""
    return ScriptedModel(Script(judge=ScriptedJudge(**faults)))  # type: ignore[arg-type]


def rubric(*names: str, **more: object) -> Judge:
    """Return a panel of one rubric that several models are asked."""
    return _panel(names or NAMES, rubric="reference", **more)


def pairwise(*names: str, **more: object) -> Judge:
    """Return a panel that compares pairs."""
    return _panel(names or NAMES, kind="pairwise", **more)


def _panel(names: Sequence[str], **more: object) -> Judge:
    return judge_of(JudgeFile(judge="panel", models=tuple(names), **more))  # type: ignore[arg-type]


def seat(panel: Judge, store: RunStore, *models: ScriptedModel) -> PanelBench:
    """Return the panel with these models."""
    first = Bench(judge=panel, model=models[0], store=store, limits=Limits(workers=4))
    found = seated(first, models)
    assert isinstance(found, PanelBench)
    return found


def judgements(store: RunStore) -> dict[str, int]:
    """Return how many judgements each judge's run holds, by its suite."""
    return {i.spec.suite: store.counts(i.id).trials for i in store.runs() if i.judging}


def qualities(count: int) -> list[int]:
    """Return how good each of so many replies is, from 1 to 5."""
    return [1 + (7 * i + i // 5) % 5 for i in range(count)]
