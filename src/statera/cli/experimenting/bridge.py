"""Ask past experiments whether a gain in an offline metric predicts a gain for users."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import click
import msgspec

from statera.analysis.experiments.bridge import Bridge, MetricBridge
from statera.api.bridging import Stores, bridged
from statera.cli.columns import Column, Line, print_table
from statera.cli.flags import json_flag, live_flag, store_flag
from statera.cli.settings import Flag, Lines
from statera.cli.tables import console, plural
from statera.cli.wrapping import plain, say
from statera.codec.files import read_text, to_json
from statera.interop.pastexperiments import PastExperiment, read_past_experiments
from statera.models.clock import SystemClock
from statera.proxy.experiments.keys import is_shared
from statera.report.numbers import change, share, span
from statera.stats.noisyslope import Slope
from statera.store.live.opening import LiveStore, open_live
from statera.store.runstore import RunStore

SCHEMA = 1
_COLUMNS = (
    Column("offline metric to outcome", name=True),
    Column("verdict", left=True),
    Column("experiments"),
    Column("same sign"),
    Column("95 % interval", 1, left=True),
    Column("slope"),
    Column("95 % interval", left=True),
)
_ALLOWED = (
    Column("experiment", name=True),
    Column("arm", left=True),
    Column("ruling", left=True),
    Column("gate said", left=True),
    Column("users", left=True),
)
_SEEN = 0.0005
_STYLES = {"predicts": "green", "does not predict": "red", "not known": "yellow"}


@click.command("bridge")
@click.option(
    "--metric",
    "metrics",
    cls=Flag,
    type=Lines(),
    multiple=True,
    metavar="TASK/METRIC",
    help="An offline metric; without, all that the runs of the arms share.",
)
@click.option(
    "--past",
    cls=Flag,
    metavar="FILE",
    help="JSONL of experiments that were run elsewhere.",
)
@live_flag
@store_flag
@json_flag
def command(metrics: Sequence[str], past: str | None, live: str, store: str, as_json: bool) -> None:
    """Say whether an offline metric may be trusted: did its gains reach users?

    Each arm of a past experiment that names its offline `run`, as its base does, is a point: the
    difference offline, and the difference in the primary outcome online. Arms that name the
    `ruling` that allowed them show whether our gates were right. A line of --past is

    \b
    {"experiment": "tone", "metric": "support/accuracy", "offline": 0.03, "offline_error": 0.01,
     "online": 0.012, "online_error": 0.004}

    with `arm` and `outcome` where there are several: differences to the base, above 0 better, and
    their standard errors.
    """
    told = _past(past) if past else []
    with _opened(live, optional=bool(told)) as lived:
        stores = Stores(lived, RunStore(store))
        found = bridged(stores, now=SystemClock().now(), metrics=tuple(metrics), past=told)
    if as_json:
        click.echo(to_json({"schema": SCHEMA, **msgspec.to_builtins(found)}))
        return
    _print(found)


@contextmanager
def _opened(live: str, *, optional: bool) -> Iterator[LiveStore | None]:
    """Give the live store; None where it is not there and other experiments are told of."""
    if optional and not is_shared(live) and not Path(live).exists():
        yield None
        return
    with closing(open_live(live, make=False)) as store:
        yield store


def _past(path: str) -> list[PastExperiment]:
    return read_past_experiments(read_text(Path(path)).splitlines(), source=path)


def _print(found: Bridge) -> None:
    out = console()
    if found.metrics:
        print_table(out, _COLUMNS, [_line(one) for one in found.metrics])
        for one in found.metrics:
            say(out, f"  {plain(_named(one))}: {one.told}{_spread(one.slope)}", "dim")
        arms = plural(len({(pair.experiment, pair.arm) for pair in found.pairs}), "arm")
        say(out, f"{arms} of past experiments; above 0 is better on both sides.", "dim")
    if found.allowed:
        out.print()
        lines = [
            Line((one.experiment, one.arm, one.ruling[:8], one.gate, one.online))
            for one in found.allowed
        ]
        print_table(out, _ALLOWED, lines)


def _line(one: MetricBridge) -> Line:
    agreement, slope = one.agreement, one.slope
    cells = (
        _named(one),
        one.verdict,
        str(one.n),
        share(agreement.value),
        span(agreement.low, agreement.high),
        change(slope.value),
        _between(slope),
    )
    return Line(cells, _STYLES[one.verdict])


def _named(one: MetricBridge) -> str:
    return f"{one.metric} to {one.outcome}" if one.outcome else one.metric


def _between(slope: Slope) -> str:
    """Return the interval, with a side that the data do not bound told as such."""
    if slope.value is None:
        return ""
    low = "unbounded" if slope.low is None else change(slope.low)
    high = "unbounded" if slope.high is None else change(slope.high)
    return f"{low} to {high}"


def _spread(slope: Slope) -> str:
    if not slope.spread or slope.spread < _SEEN:
        return ""
    return f"; experiments lie {share(slope.spread)} from the line beyond their errors"
