"""Two runs of a made-up suite, the second with a regression of a known kind and size.

Written apart from the detector: this file knows how models fail, not how failures are told apart. A
model has, for each question, a chance to be right and a habit that may cost it the answer (it does
not finish, declines, or answers unreadably); each run draws every trial anew from these. A
regression changes the chances or the habits of questions drawn at random.

| task | what |
|---|---|
| bench | 1,000 questions asked four times, with a graded score beside |
| unsafe | 600 requests that ought to be declined |
| public, fresh | 1,500 questions each, of a kind that models may have seen, and have not |
"""

from collections.abc import Iterable, Iterator
from math import sqrt
from statistics import NormalDist
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from statera.analysis.comparison import Comparison, ComparisonRow, pair
from statera.analysis.frame import Frame, frames
from statera.metrics.catalogue import AnyMetric
from statera.metrics.means import Accuracy, MeanScore
from statera.records.scores import Outcome, Score
from statera.records.specs import RunInfo, RunSpec, SystemUnderTest, TaskSpec
from statera.store.rows import ScoreRow

Regression = Literal[
    "none",
    "safety regression",
    "safety over-correction",
    "format or extraction",
    "longer answers",
    "capability regression",
    "reliability",
    "quality regression",
    "overfitting",
]
Chances = npt.NDArray[np.float64]
Habits = npt.NDArray[np.int64]

RIGHT, WRONG, UNPARSED, REFUSED, TRUNCATED = range(5)
NAMES: tuple[Outcome, ...] = ("right", "wrong", "unparsed", "refused", "truncated")
ANSWERS = -1
HABIT = 0.02
"""The share of questions at which a model has each bad habit."""
SLIP = 0.002
"""The chance of a trial to be lost at each stage for no reason."""
TRIES = 4
COIN = 0.05
"""The share of questions that a model answers right half of the time."""
SHAKY = 0.25
"""How often a question that has become shaky is answered wrong; all four times, 1 in 256."""
NOISE = 0.1
SIZES = {"bench": 1000, "unsafe": 600, "public": 1500, "fresh": 1500}
SURE = 0.99
TESTS = 16
"""How many signals the suite gives a detector to look at, at least."""


class Model(NamedTuple):
    """What a model does with the questions of a task: all (n,)."""

    chances: Chances
    habits: Habits
    quality: Chances


class Half(NamedTuple):
    """The drawn outcomes (n, tries) and graded values (n, tries) of one run of a task."""

    outcomes: Habits
    graded: Chances


def detectable(kind: Regression) -> float:
    """Return the size that a two-sided test at 5 % over all signals finds with chance 0.99.

    (z_(1 - 0.05 / 2m) + z_0.99) * sqrt(variance of an item's change / n), for a change that strikes
    whole questions: its variance is that of the noise between two equal runs, and the size itself.
    """
    noise, items, blow = _spread(kind)
    reach = NormalDist().inv_cdf(1 - 0.05 / 2 / TESTS) + NormalDist().inv_cdf(SURE)
    size = 0.01
    for _ in range(50):
        size = reach * sqrt((noise + blow * size) / items)
    return size


def _spread(kind: Regression) -> tuple[float, int, float]:
    """Return the noise variance of an item's change, the items, and the variance by size."""
    slips, answered = 2 * SLIP / TRIES, int(0.9 * SIZES["bench"])
    if kind == "safety regression":
        return 2 * SLIP, SIZES["unsafe"], 1.0
    if kind == "overfitting":
        flicker = 2 * 0.15 * 0.9 * 0.1
        return 2 * flicker, SIZES["public"], 1.0
    if kind == "quality regression":
        return 2 * NOISE**2 / TRIES, answered, 0.0
    flicker = 2 * COIN * 0.25 / TRIES
    if kind in ("capability regression", "reliability"):
        return flicker, answered, 1.0
    return slips, SIZES["bench"], 1.0


def _model(items: int, rng: np.random.Generator, *, safe: bool = True) -> Model:
    kinds = rng.random(items)
    chances = np.select([kinds < 0.7, kinds < 0.7 + COIN], [1.0, 0.5], 0.0)
    if not safe:
        chances = np.zeros(items)
    habits = np.full(items, ANSWERS)
    place = rng.random(items)
    for number, habit in enumerate((UNPARSED, REFUSED, TRUNCATED)):
        habits[(place >= number * HABIT) & (place < (number + 1) * HABIT)] = habit
    if not safe:
        habits = np.where(rng.random(items) < 0.97, REFUSED, ANSWERS)
    return Model(chances, habits, np.clip(rng.normal(0.6, 0.15, items), 0.2, 0.9))


def _one_shot(items: int, rng: np.random.Generator) -> Model:
    """Return a model for questions that are asked once: most are surely right or surely wrong."""
    kinds = rng.random(items)
    chances = np.select([kinds < 0.6, kinds < 0.75], [1.0, 0.9], 0.0)
    return Model(chances, np.full(items, ANSWERS), np.zeros(items))


def _draw(model: Model, tries: int, rng: np.random.Generator) -> Half:
    shape = (len(model.chances), tries)
    outcomes = np.where(rng.random(shape) < model.chances[:, None], RIGHT, WRONG)
    slips = rng.random(shape)
    for number, loss in enumerate((UNPARSED, REFUSED, TRUNCATED)):
        outcomes[(slips >= number * SLIP) & (slips < (number + 1) * SLIP)] = loss
    habits = np.broadcast_to(model.habits[:, None], shape)
    outcomes = np.where(habits == ANSWERS, outcomes, habits)
    graded = np.clip(model.quality[:, None] + rng.normal(0, NOISE, shape), 0, 1)
    return Half(outcomes, graded)


def worsened(model: Model, kind: Regression, size: float, rng: np.random.Generator) -> Model:
    """Return the model after a regression that moves its number by `size` of all questions."""
    lottery = rng.random(len(model.chances))
    habit = {
        "format or extraction": UNPARSED,
        "safety over-correction": REFUSED,
        "longer answers": TRUNCATED,
    }.get(kind)
    free = model.habits == ANSWERS
    if habit is not None:
        return model._replace(habits=np.where(free & (lottery < size), habit, model.habits))
    if kind == "safety regression":
        declined = model.habits == REFUSED
        freed = declined & (lottery < size / max(declined.mean(), 1e-9))
        return model._replace(habits=np.where(freed, ANSWERS, model.habits))
    return _skills(model, kind, size, lottery)


def _skills(model: Model, kind: Regression, size: float, lottery: Chances) -> Model:
    known = model.chances == 1.0
    if kind == "capability regression":
        lost = known & (lottery < size / known.mean())
        return model._replace(chances=np.where(lost, 0.0, model.chances))
    if kind == "reliability":
        shaky = known & (lottery < size / SHAKY / known.mean())
        return model._replace(chances=np.where(shaky, 1 - SHAKY, model.chances))
    if kind == "overfitting":
        unknown = model.chances == 0.0
        learnt = unknown & (lottery < size / unknown.mean())
        return model._replace(chances=np.where(learnt, 1.0, model.chances))
    return model._replace(quality=model.quality - size) if kind == "quality regression" else model


STRIKES: dict[Regression, str] = {
    "none": "",
    "safety regression": "unsafe",
    "overfitting": "public",
}


def simulated(kind: Regression, size: float, *, seed: int) -> Comparison:
    """Return the comparison of a model with itself after a regression of that size."""
    rng = np.random.default_rng(seed)
    struck = STRIKES.get(kind, "bench")
    sides: tuple[list[Frame], list[Frame]] = ([], [])
    for task, items in SIZES.items():
        single = task in ("public", "fresh")
        base = _one_shot(items, rng) if single else _model(items, rng, safe=task != "unsafe")
        new = worsened(base, kind, size, rng) if task == struck else base
        tries = TRIES if task == "bench" else 1
        sides[0].append(_frame(task, _draw(new, tries, rng)))
        sides[1].append(_frame(task, _draw(base, tries, rng)))
    return comparison(sides[0], sides[1])


def comparison(
    candidate: Iterable[Frame], base: Iterable[Frame], rows: tuple[ComparisonRow, ...] = ()
) -> Comparison:
    """Return the comparison of two runs that consist of these frames."""
    pairings = pair(candidate, base)
    tasks = tuple(pairing.task for pairing in pairings)
    return Comparison(
        candidate=run_info("c" * 32, tasks),
        base=run_info("b" * 32, tasks),
        rows=rows,
        pairings=pairings,
        system=(),
        instrument=(),
        only_candidate=(),
        only_base=(),
    )


def run_info(name: str, tasks: Iterable[str], system_message: str | None = None) -> RunInfo:
    """Return a run of these tasks, scored by a strict reading of numbers."""
    system = SystemUnderTest(model="http://localhost:8000/v1#m", system_message=system_message)
    specs = tuple(
        TaskSpec(
            name=task, version="1", mode="generate", api="chat", num_fewshot=0, data="", template=""
        )
        for task in tasks
    )
    return RunInfo(
        id=name,
        spec=RunSpec(suite="made", system=system, tasks=specs, seed=0),
        status="done",
        created=0.0,
        updated=0.0,
        environment={
            "scorers": {task.name: [{"type": "number", "form": "strict"}] for task in specs}
        },
    )


_MAIN = tuple(
    Score(metric="accuracy", value=float(name == "right"), outcome=name) for name in NAMES
)
_METRICS: tuple[AnyMetric, ...] = (Accuracy(score="accuracy"), MeanScore(score="judged"))


def _frame(task: str, half: Half) -> Frame:
    graded = task == "bench"
    metrics = {task: _METRICS if graded else _METRICS[:1]}
    return next(frames(_rows(task, half, graded), metrics))


def _rows(task: str, half: Half, graded: bool) -> Iterator[ScoreRow]:
    values = half.graded.tolist()
    for item, outcomes in enumerate(half.outcomes.tolist()):
        name = f"{task}/{item}"
        for epoch, outcome in enumerate(outcomes):
            yield ScoreRow(task, name, epoch, None, None, name, _MAIN[outcome])
            if graded and outcome in (RIGHT, WRONG):
                score = Score(metric="judged", value=values[item][epoch], outcome="right")
                yield ScoreRow(task, name, epoch, None, None, name, score)


def exam(items: int, categories: int, right: float, rng: np.random.Generator) -> Frame:
    """Return one run of an exam in as many categories: `right` of the answers are right."""
    rest = 0.98 - right
    outcomes = rng.choice(5, size=items, p=[right, rest, 0.01, 0.005, 0.005]).tolist()
    rows = (
        ScoreRow("exam", f"exam/{i}", 0, f"c{i % categories}", f"g{i % 4}", f"exam/{i}", _MAIN[o])
        for i, o in enumerate(outcomes)
    )
    return next(frames(rows, {"exam": _METRICS[:1]}))
