"""The flags by which a judge is named and asked, and the asking itself with a progress line.

@judge_flags
def command(**flags): judged = ask_judge(flags, lambda bench: judge_run(bench, info))
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import click
import uvloop

from statera.api.judging import Bench
from statera.api.knownjudges import by_record, find_judge
from statera.api.panelbench import AnySeat, seated
from statera.api.runs import CONNECTIONS, workers_for
from statera.cli.flags import CONNECTION
from statera.cli.progress import Progress
from statera.cli.settings import Flag
from statera.errors import DeclarationError, Interrupted, StateraError
from statera.graders.judge import Judge
from statera.models.modelfile import CallSettings
from statera.models.opening import open_model
from statera.protocols import Model
from statera.runner.execution import Limits
from statera.store.runstore import RunStore

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

_FLAGS = (
    click.option(
        "--judge",
        cls=Flag,
        metavar="FILE|NAME",
        help="A judge's YAML file, a ready rubric (reference, tone, …), `pairwise`, or the name of "
        "a judge that the store knows.",
    ),
    click.option(
        "--judge-model",
        cls=Flag,
        metavar="MODEL",
        help="The model that judges, written like --model of `statera run`.",
    ),
    click.option(
        "--member", cls=Flag, metavar="NAME", help="Of a panel of judges: this member alone."
    ),
    *CONNECTION,
    click.option(
        "--max-cost",
        cls=Flag,
        type=click.FloatRange(0, min_open=True),
        metavar="USD",
        help="Stop when the judge has cost this much; all is kept.",
    ),
    click.option(
        "--max-requests", cls=Flag, type=click.IntRange(1), help="Stop before more requests."
    ),
    click.option(
        "--fail-on-error",
        cls=Flag,
        type=click.FloatRange(0, 1),
        default=0.5,
        show_default=True,
        help="Stop when more than this share of judgements gets no answer.",
    ),
    click.option("--quiet", "-q", cls=Flag, is_flag=True, help="No progress line."),
)


_PAIRS = click.option(
    "--judge",
    cls=Flag,
    metavar="FILE|NAME",
    help="`pairwise`, the YAML file of a judge of `kind: pairwise`, or the name of a judge that "
    "the store knows.",
)


def judge_flags(function: F) -> F:
    """Add the flags that say which judge is asked, and how."""
    for option in reversed(_FLAGS):
        function = option(function)
    return function


def pair_judge_flags(function: F) -> F:
    """Add the same flags where the judge is one of pairs."""
    for option in reversed((_PAIRS, *_FLAGS[1:])):
        function = option(function)
    return function


def check_named(flags: dict[str, Any], ready: str = "reference") -> None:
    """Raise DeclarationError, which tells of a ready judge, where the flags name none."""
    if flags["judge"] is None:
        raise DeclarationError(
            f"no judge named. Give --judge FILE, or a ready one: --judge {ready}"
        )


def named_judge(flags: dict[str, Any], store: RunStore) -> Judge:
    """Return the judge that the flags name, perhaps one on record in the store.

    DeclarationError for none, or for one without model.
    """
    check_named(flags)
    judge = find_judge(flags["judge"], store).with_model(flags["judge_model"])
    if flags.get("member") is not None:
        judge = judge.member(flags["member"])
    for name, one in zip(judge.names, judge.members, strict=True):
        if one.model is None:
            raise DeclarationError(
                f"judge {judge.name}: member {name} has no model: `model:` in its file, or "
                "--judge-model MODEL for all members without one"
            )
    if judge.model is None and not judge.members:
        if by_record(flags["judge"]):
            raise DeclarationError(
                f"judge {judge.name} is on record, but not how its model is opened: "
                "--judge-model MODEL, or its file"
            )
        raise DeclarationError(
            f"judge {judge.name} has no model: `model:` in its file, or --judge-model MODEL"
        )
    return judge


def ask_judge(
    flags: dict[str, Any], store: RunStore, work: Callable[[Bench], Awaitable[T]], *, seed: int = 0
) -> T:
    """Open the judge's model, do the work on its bench with a progress line, and close it.

    DeclarationError for a panel. Interrupted, RunStopped or EndpointError say that everything asked
    is kept.
    """
    judge = named_judge(flags, store)
    if judge.members:
        raise DeclarationError(
            f"judge {judge.name} is a panel, here one judge is asked: --member "
            f"{' or '.join(judge.names)}"
        )
    return _ask(flags, judge, store, work, seed)


def ask_seat(
    flags: dict[str, Any],
    store: RunStore,
    work: Callable[[AnySeat], Awaitable[T]],
    *,
    seed: int = 0,
) -> T:
    """Do the same for a judge or a panel: the model of every member is open."""

    async def seat(bench: Bench) -> T:
        others = [_model(flags, member) for member in bench.judge.members[1:]]
        try:
            return await work(seated(bench, (bench.model, *others)))
        finally:
            for other in others:
                await other.close()

    return _ask(flags, named_judge(flags, store), store, seat, seed)


def _ask(
    flags: dict[str, Any],
    judge: Judge,
    store: RunStore,
    work: Callable[[Bench], Awaitable[T]],
    seed: int,
) -> T:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            return runner.run(_work(flags, judge, store, work, seed))
        except asyncio.CancelledError:
            raise Interrupted("interrupted before the first judgement") from None


async def _work(
    flags: dict[str, Any],
    judge: Judge,
    store: RunStore,
    work: Callable[[Bench], Awaitable[T]],
    seed: int,
) -> T:
    _cancel_on_interrupt()
    model = _model(flags, judge.members[0] if judge.members else judge)
    limits = Limits(
        workers=workers_for(flags["max_connections"] or CONNECTIONS),
        max_cost=flags["max_cost"],
        max_requests=flags["max_requests"],
        fail_share=flags["fail_on_error"],
    )
    bench = Bench(judge=judge, model=model, store=store, seed=seed, limits=limits)
    progress = Progress(bench.tally, bench.clock, quiet=flags["quiet"], noun="judgements")
    progress.start()
    try:
        return await work(bench)
    except asyncio.CancelledError:
        raise Interrupted(_resumable("interrupted", bench)) from None
    except StateraError as error:
        raise type(error)(_resumable(str(error), bench)) from None
    finally:
        progress.stop()
        await model.close()


def _model(flags: dict[str, Any], judge: Judge) -> Model:
    settings = CallSettings(
        max_connections=flags["max_connections"],
        max_retries=flags["max_retries"],
        timeout=flags["timeout"],
    )
    return open_model(judge.model or "", settings=settings, base_url=flags["base_url"])


def _resumable(reason: str, bench: Bench) -> str:
    done, total = bench.tally.done, bench.tally.total
    if not total:
        return reason
    return f"{reason}. {done} of {total} judgements are kept; the same command resumes."


def _cancel_on_interrupt() -> None:
    """Let Ctrl-C cancel this task once; further ones do not disturb the cleaning up."""
    task = asyncio.current_task()

    def cancel() -> None:
        if task is not None and not task.cancelling():
            task.cancel()

    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, cancel)
