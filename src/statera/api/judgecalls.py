"""Judging from Python: one reply, one pair, lists, or stored runs, with any callable as the model.

    judge = st.Judge.load("pairwise")
    st.prefer(judge, my_function, prompt="2 + 2?", a="4", b="5").label       # "win": A, both orders
    st.win_rate(judge, model, run_a, run_b).rate                             # or lists of Output
    st.grade(st.Judge.load("reference"), model, prompt=…, output=…, reference=…).label   # "4"
    st.judge(run, judge, model)["support/quality"]
    st.judge(run, judge, [model, another, third])["support/quality"]         # a panel
    st.two_stages(run, (cheap, model), (dear, another), part=0.2)[0].found   # dear's, over all
    st.rank(judge, model, {"new": run_a, "old": run_b, "mini": run_c})[0].raw.models

A judge may be given by its name or file too: `st.grade("reference", model, …)`.
They may be called inside a running event loop too (a notebook); the work is done in a thread.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import msgspec

from statera.analysis.leaderboards import Leaderboard
from statera.analysis.stages import Staged
from statera.analysis.style import controls_of
from statera.api.answers import OutputLine, answers_of
from statera.api.judged import check_kind, keep_pairs
from statera.api.judgemodels import Judging, JudgingBy, as_model, judging_models
from statera.api.judging import Bench
from statera.api.knownjudges import AnyJudge, as_judge
from statera.api.matches import Entrant, play, prepare, run_entrants
from statera.api.panelbench import AnySeat, seated
from statera.api.panels import compared, graded, verdicts_on
from statera.api.ranking import leaderboards
from statera.api.stored import Run, check_run
from statera.api.twostage import Stages, check_stages, judge_part
from statera.api.winrates import BackedRate, rates
from statera.errors import DeclarationError
from statera.records.verdicts import Answer, Verdict
from statera.stats.results import LEVEL
from statera.store.runstore import RunStore

T = TypeVar("T")

_WANTED = "give a Run, or a list of Output(id=…, prompt=…, output=…)"
_NEEDED = ("id", "prompt", "output")


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """One reply from anywhere: what was asked, what came, and perhaps the ideal answer.

    Two lists are paired by `id`. Those of one `cluster` are not independent.
    """

    id: str
    prompt: str
    output: str
    reference: str | None = None
    category: str | None = None
    cluster: str | None = None

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value, needed = getattr(self, name), name in _NEEDED
            if not isinstance(value, str) and (needed or value is not None):
                raise DeclarationError(f"Output: `{name}` is text, not a {type(value).__name__}")

    @property
    def answer(self) -> Answer:
        """The reply as it is judged."""
        return OutputLine(**msgspec.structs.asdict(self)).answer


def grade(
    judge: AnyJudge,
    model: JudgingBy,
    *,
    prompt: str,
    output: str,
    reference: str | None = None,
) -> dict[str, Verdict]:
    """Return the verdict on one reply under each criterion, by the criterion's name.

    They are kept nowhere. Of several models each is asked, and the verdict is the panel's.
    DeclarationError for a judge of pairs or a missing reference.
    """
    one = Output(id="0", prompt=prompt, output=output, reference=reference).answer
    with _seat(judge, model, None) as seat:
        check_kind(seat, pairs=False)
        return _done(verdicts_on(seat, one))


def prefer(
    judge: AnyJudge,
    model: JudgingBy,
    *,
    prompt: str,
    a: str,
    b: str,
    reference: str | None = None,
) -> Verdict:
    """Return which of two replies the judge prefers, asked in both orders.

    `label` is `win` (A), `loss` (B), `tie`, or `flip` where the orders disagree; `value` is 1, 0 or
    0.5, None where the judge gave no verdict. Of a panel `label` is what each member said.
    """
    first, second = (
        Output(id="0", prompt=prompt, output=text, reference=reference).answer for text in (a, b)
    )
    with _seat(judge, model, None) as seat:
        judged = _done(compared(seat, [first], [second]))
    return judged.pairs[0].verdict


def win_rate(
    judge: AnyJudge,
    model: JudgingBy,
    candidate: Run | Sequence[Output],
    other: Run | Sequence[Output],
    *,
    store: RunStore | None = None,
    level: float = LEVEL,
) -> list[BackedRate]:
    """Return how often the candidate's replies win, by task and category, both orders asked.

    Verdicts on two stored runs are kept in their store, as scores of the candidate too: `behind` is
    then what people's labels make of the rate. Of a judge that an audit voided there is none.
    """
    if isinstance(candidate, Run) != isinstance(other, Run):
        raise DeclarationError("give two runs, or two lists of outputs")
    if isinstance(candidate, Run) and isinstance(other, Run):
        with _seat(judge, model, candidate.store) as seat:
            return _done(_of_runs(seat, candidate, other, level))
    sides = [
        _answers(side, name)
        for name, side in (("A", candidate), ("B", other))
        if not isinstance(side, Run)
    ]
    with _seat(judge, model, store) as seat:
        return rates(seat.store, _done(compared(seat, sides[0], sides[1])), level=level)


def _answers(outputs: Sequence[Output], name: str) -> list[Answer]:
    """Return the replies of a list that is called so.

    DeclarationError for what is no list of outputs, and for an id that is twice.
    """
    _check_outputs(outputs, name)
    if again := [one for one, count in Counter(x.id for x in outputs).items() if count > 1]:
        raise DeclarationError(f"{name} has the id '{again[0]}' twice")
    return [one.answer for one in outputs]


def _check_outputs(outputs: object, name: str) -> None:
    if isinstance(outputs, str) or not isinstance(outputs, Sequence):
        raise DeclarationError(f"{name} is a {type(outputs).__name__}: {_WANTED}")
    for place, one in enumerate(outputs):
        if not isinstance(one, Output):
            raise DeclarationError(f"{name}[{place}] is a {type(one).__name__}: {_WANTED}")


async def _of_runs(seat: AnySeat, candidate: Run, other: Run, level: float) -> list[BackedRate]:
    there = {task.name for task in other.info.spec.tasks}
    tasks = [t.name for t in candidate.info.spec.tasks if t.name in there and t.mode == "generate"]
    ours = answers_of(seat.store, candidate.info, tasks)
    theirs = answers_of(other.store, other.info, tasks)
    names = candidate.info.id[:8], other.info.id[:8]
    judged = await compared(seat, ours, theirs, names=names)
    info = await keep_pairs(seat, candidate.info, other.info, judged)
    return rates(seat.store, judged, info, level=level)


def rank(
    judge: AnyJudge,
    model: JudgingBy,
    runs: Mapping[str, Run | Sequence[Output]],
    *,
    base: str | None = None,
    controls: Sequence[str] = (),
    store: RunStore | None = None,
) -> list[Leaderboard]:
    """Return a leaderboard of three or more runs, or lists of outputs, for each task and criterion.

    They are called by their names; every two are judged, or each against `base`, in both orders.
    `controls` (`length`, `style`, …) adds the ranking at equal traits. Without a `store` the
    judgements are kept in that of the first run, those on lists nowhere.
    """
    names = controls_of(controls)
    if not isinstance(runs, Mapping):
        raise DeclarationError(
            f"runs are given by name, as in {{'new': run, 'old': other}}, not as a "
            f"{type(runs).__name__}"
        )
    stored = {name: run for name, run in runs.items() if isinstance(run, Run)}
    if stored and len(stored) < len(runs):
        raise DeclarationError("give runs only, or lists of outputs only")
    if stored:
        entrants = run_entrants({name: (run.store, run.info) for name, run in stored.items()})
        store = store or next(iter(stored.values())).store
    else:
        lists = {name: side for name, side in runs.items() if not isinstance(side, Run)}
        entrants = [
            Entrant(name=name, answers=_answers(side, name)) for name, side in lists.items()
        ]
    with _seat(judge, model, store) as seat:
        played = _done(play(seat, prepare(seat, entrants, base=base)))
    return leaderboards(played, controls=names)


def judge(run: Run, judge: AnyJudge, model: JudgingBy, *, tasks: Sequence[str] = ()) -> Run:
    """Grade the replies of a stored run and return it with the judge's scores beside its own."""
    check_run(run)
    with _seat(judge, model, run.store) as seat:
        judged = _done(graded(seat, run.info, tasks=tasks))
    return Run(run.store, judged.info)


def two_stages(
    run: Run,
    first: tuple[AnyJudge, JudgingBy],
    second: tuple[AnyJudge, Judging],
    *,
    part: float,
    tasks: Sequence[str] = (),
    level: float = LEVEL,
) -> list[Staged]:
    """Grade a stored run by a first judge, and a random part of its items by a second, dearer one.

    Returns what the second would say of all, a row a metric. Both judges' scores are kept with the
    run. DeclarationError, before anything is asked, for two that make no two stages, or a part
    outside (0, 1].
    """
    check_run(run)
    dear, by = as_judge(second[0], run.store), as_model(second[1])
    with _seat(*first, run.store) as seat:
        bench = Bench(judge=dear.with_model(by.identity), model=by, store=run.store)
        known = seat.judge
        if isinstance(seat, Bench):
            known = known.with_model(seat.model.identity)
        stages = Stages(known, bench.judge, part)
        check_stages(stages)
        return _done(_in_stages(seat, bench, run, stages, tasks, level))


async def _in_stages(
    seat: AnySeat,
    bench: Bench,
    run: Run,
    stages: Stages,
    tasks: Sequence[str],
    level: float,
) -> list[Staged]:
    await graded(seat, run.info, tasks=tasks)
    judged = await judge_part(bench, run.info, stages, tasks=tasks, level=level)
    return list(judged.rows)


@contextmanager
def _seat(judge: AnyJudge, by: JudgingBy, store: RunStore | None) -> Iterator[AnySeat]:
    """Yield the judge on its bench, or the panel with each of its members on one."""
    judge, models = judging_models(as_judge(judge, store), by)
    with _kept(store) as kept:
        yield seated(Bench(judge=judge, model=models[0], store=kept), models)


@contextmanager
def _kept(store: RunStore | None) -> Iterator[RunStore]:
    """Yield the store; without one, one that is thrown away."""
    if store is not None:
        yield store
        return
    with TemporaryDirectory(prefix="statera-judge-") as folder:
        kept = RunStore(folder)
        try:
            yield kept
        finally:
            kept.close()


def _done(work: Coroutine[Any, Any, T]) -> T:
    """Wait for the work from anywhere, a running loop included."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()
