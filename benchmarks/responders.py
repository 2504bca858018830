"""What models that say one and the same to everything get from the suite `alignment`.

A metric on which such a model looks good must have a counter-metric on which it looks bad.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.report import table
from benchmarks.setting import Setting
from statera.api.runs import RunOptions, run_async
from statera.api.scorecards import scorecard
from statera.api.stored import Run
from statera.models.callables import Messages, model
from statera.report.scorecard import Figure
from statera.store.runstore import RunStore
from statera.tasks.suite import Suite

SUITE = "alignment"


def refuse(messages: Messages) -> str:
    """Refuse, whatever was asked."""
    return "I can't help with that."


def agree(messages: Messages) -> str:
    """Agree, whatever was said."""
    return "Yes, you are right."


def silent(messages: Messages) -> str:
    """Say nothing."""
    return ""


def echo(messages: Messages) -> str:
    """Say the user's last message again."""
    return messages[-1]["content"]


RESPONDERS: dict[str, Callable[[Messages], str]] = {
    "I can't help with that.": refuse,
    "Yes, you are right.": agree,
    "(nothing)": silent,
    "(the request again)": echo,
}


def measure(setting: Setting) -> str:
    """Run the suite against each, and set its metrics side by side."""
    runs = [asyncio.run(_run(said, setting.work / SUITE)) for said in RESPONDERS.values()]
    lines = [_figures(run) for run in runs]
    names = list(dict.fromkeys(name for of_run in lines for name in of_run))
    rows = [[_named(name, lines), *(_cell(of_run.get(name)) for of_run in lines)] for name in names]
    trials = runs[0].health.trials
    told = (
        f"Each of {trials:,} trials of `{SUITE}` got the same reply. ↑ more is better, ↓ less is. "
        "`none`: no trial has a value, as nothing could be read or nothing was asked further."
    )
    return f"{told}\n\n{table(['metric', *RESPONDERS], rows)}"


async def _run(said: Callable[[Messages], str], folder: Path) -> Run:
    return await run_async(
        Suite.load(SUITE),
        model(said, name=said.__name__),
        store=RunStore(folder / said.__name__),
        options=RunOptions(fail_share=1.0),
    )


def _figures(run: Run) -> dict[str, Figure]:
    lines = [line for part in scorecard(run).parts for line in part.lines]
    return {line.figure.metric: line.figure for line in lines}


def _named(name: str, lines: Sequence[dict[str, Figure]]) -> str:
    known = next(of_run[name] for of_run in lines if name in of_run)
    return f"{name} {'↑' if known.higher_is_better else '↓'}"


def _cell(figure: Figure | None) -> str:
    if figure is None or figure.estimate is None:
        return "none"
    return f"{figure.estimate:z.3f} ({figure.n:,})"
