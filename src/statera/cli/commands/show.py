"""Show a run: its health and estimates, or its samples to read."""

from collections.abc import Collection, Iterator, Sequence
from importlib import import_module
from itertools import islice
from typing import Any, NamedTuple, get_args

import click

from statera.analysis.instrument import shown_model
from statera.analysis.measure import MetricRow
from statera.api.stored import Run, untold
from statera.api.systems import check_system
from statera.cli.flags import json_flag, names_or_files, store_flag
from statera.cli.judgements import judgements, print_judgements
from statera.cli.reading import print_sample
from statera.cli.settings import Flag, Lines
from statera.cli.tables import FEW, console, headline, plural, print_health, print_metrics
from statera.cli.wrapping import plain, say
from statera.codec.files import to_json
from statera.codec.strict import convert
from statera.errors import DeclarationError, unknown
from statera.metrics.outcomes import NO_ANSWERS
from statera.models.determinism import DETERMINISM, Determinism
from statera.records.labels import unlabelled
from statera.records.scores import Outcome
from statera.store.rows import Stored
from statera.store.runstore import RunStore


@click.command()
@click.argument("run", default="latest")
@click.option(
    "--outcome",
    cls=Flag,
    type=click.Choice(get_args(Outcome)),
    help="List the trials with this outcome of the primary score.",
)
@click.option(
    "--score",
    cls=Flag,
    metavar="NAME",
    help="… of this score instead: --outcome wrong --score reference.",
)
@click.option(
    "--sample-id",
    cls=Flag,
    type=Lines(),
    multiple=True,
    metavar="ID|@FILE",
    help="List the trials of these samples.",
)
@click.option(
    "--metric",
    cls=Flag,
    type=Lines(),
    multiple=True,
    metavar="NAME",
    help="Only the estimates of this metric (task/metric), with all its categories.",
)
@click.option(
    "--scorecard",
    cls=Flag,
    is_flag=True,
    help="Only the scorecard: five levels, each metric beside its counter-metric.",
)
@click.option(
    "--live",
    cls=Flag,
    metavar="PLACE",
    help="With --scorecard: the live store of its experiments (the one beside the runs).",
)
@click.option(
    "--standard-errors", cls=Flag, is_flag=True, help="With the standard error of each estimate."
)
@click.option(
    "--limit", cls=Flag, type=click.IntRange(1), default=20, show_default=True, help="At most."
)
@store_flag
@json_flag
def command(run: str, store: str, as_json: bool, **flags: Any) -> None:
    """Show RUN (an id, a unique prefix, a tag, or `latest`).

    Without more: health and estimates, and the scorecard of a suite on several levels; with
    --metric those of one metric. With --outcome or --sample-id: the trials themselves.
    """
    runs = RunStore(store)
    found = Run(runs, runs.find(run))
    limit: int = flags["limit"]
    wanted = Wanted(
        found.info.id, flags["outcome"], names_or_files(flags["sample_id"]), flags["score"]
    )
    wanted.check(runs)
    metrics: tuple[str, ...] = flags["metric"]
    if flags["scorecard"]:
        _check_alone(wanted, metrics)
        show_scorecard(found, as_json=as_json, live=flags["live"])
        return
    if wanted.outcome is None and not wanted.ids:
        errors: bool = flags["standard_errors"]
        show_metrics(found, as_json=as_json, only=metrics, errors=errors)
        return
    if flags["standard_errors"]:
        raise DeclarationError("--standard-errors is of estimates: not with --outcome, …")
    if metrics:
        raise DeclarationError("--metric is of estimates: not with --outcome or --sample-id")
    count = 0
    for stored in wanted.trials(runs, limit):
        print_sample(stored, as_json=as_json)
        count += 1
    if count in (0, limit):
        click.echo(wanted.summary(runs, count), err=as_json)


def _check_alone(wanted: "Wanted", metrics: Collection[str]) -> None:
    """Raise DeclarationError for what a scorecard has no place for."""
    if wanted.outcome or wanted.ids or metrics:
        raise DeclarationError("--scorecard is of whole runs: not with --outcome, --sample-id, …")


def show_scorecard(run: Run, *, as_json: bool, live: str | None = None) -> None:
    """Print the run's scorecard, or its documented JSON shape (schema 1)."""
    if as_json:
        card = import_module("statera.api.scorecards").scorecard(run, live=live)
        beside = import_module("statera.api.figures").figures(run)
        found = {"schema": 1, "run": run.info.id, "scorecard": card, "figures": beside}
        click.echo(to_json(found))
        return
    import_module("statera.cli.scorecards").print_scorecard(run, always=True, live=live)


class Wanted(NamedTuple):
    """Which trials of a run are to be read; None and nothing mean all.

    `score` names the score whose outcome counts, None being each trial's primary one.
    """

    run: str
    outcome: Outcome | None
    ids: tuple[str, ...]
    score: str | None = None

    def check(self, store: RunStore) -> None:
        """Raise DeclarationError for a score that the run lacks, or one without an outcome."""
        if self.score is None:
            return
        known = {score for of_task in store.scoring_keys(self.run).values() for score in of_task}
        if self.score not in known:
            raise unknown("score", self.score, known)
        if self.outcome is None:
            raise DeclarationError(f"--score {self.score}: whose outcome? Give --outcome too")

    def trials(self, store: RunStore, limit: int | None = None) -> Iterator[Stored]:
        """Yield at most `limit` of them."""
        ids = self.ids or None
        if self.score is None:
            return store.trials(self.run, outcome=self.outcome, sample_ids=ids, limit=limit)
        return islice(filter(self._has, store.trials(self.run, sample_ids=ids)), limit)

    def _has(self, stored: Stored) -> bool:
        named = (score for score in stored.scores if score.metric == self.score)
        return any(score.outcome == self.outcome and not unlabelled(score) for score in named)

    def count(self, store: RunStore) -> int:
        """Return how many there are."""
        if self.outcome and not self.ids and self.score is None:
            return store.counts(self.run).outcomes[self.outcome]
        return sum(1 for _ in self.trials(store))

    def summary(self, store: RunStore, shown: int) -> str:
        """Return what a person should know who was shown that many."""
        if shown:
            total = self.count(store)
            return f"{shown} of {total} shown{'; --limit for more' if total > shown else ''}"
        named = f" of the samples {', '.join(self.ids)}" if self.ids else ""
        by = f"score {self.score}" if self.score else "its primary score"
        verdict = f"is {self.outcome} by {by}" if self.outcome else "is there"
        if self.score:
            return f"No trial{named} of run {self.run[:8]} {verdict}."
        has = store.counts(self.run).outcomes.items()
        rest = ", ".join(f"{outcome} {count}" for outcome, count in has if count)
        return f"No trial{named} of run {self.run[:8]} {verdict}. It has: {rest or 'none'}"


def show_metrics(
    run: Run, *, as_json: bool, only: Collection[str] = (), errors: bool = False
) -> None:
    """Print the run's health and estimates, or its documented JSON shape (schema 1).

    `errors` adds standard errors to the table; JSON has them always.

    `only` names the metrics (task/metric) that are shown, with all their categories; none means a
    first look at all. A judge's own run has no estimates: its judgements are counted. Raises
    DeclarationError for a metric that the run lacks.
    """
    if run.info.judging and not only:
        _show_judgements(run, as_json=as_json)
        return
    chosen = rows_of(run, only)
    if as_json:
        click.echo(to_json(summary(run) | {"metrics": chosen}))
        return
    shown = chosen if only else headline(chosen)
    show_rows(run, shown, errors=errors)
    hidden = len(run.metrics) - len(shown)
    if hidden and not only:
        told = f"{plural(hidden, 'more row')} with --metric NAME or --json"
        say(console(), f"{told}: categories of other metrics, or under {FEW} items")
    if not only and _on_several_levels(run):
        import_module("statera.cli.scorecards").print_scorecard(run)


def _on_several_levels(run: Run) -> bool:
    """Return whether a scorecard may tell more than the table; gates are loaded for it alone."""
    levels = run.info.environment.get("levels", {}).values()
    countered = any(metric.counter for frame in run.frames for metric in frame.metrics)
    return countered or any(level != "capability" for level in levels)


def _show_judgements(run: Run, *, as_json: bool) -> None:
    if as_json:
        click.echo(to_json(summary(run) | {"metrics": [], "judgements": judgements(run)}))
        return
    print_judgements(run)


def rows_of(run: Run, metrics: Collection[str]) -> list[MetricRow]:
    """Return the estimates of these metrics, none meaning all; DeclarationError for others."""
    check_system(run.info)
    known = dict.fromkeys(row.metric for row in run.metrics)
    for name in metrics:
        if name not in known:
            raise unknown("metric", name, known)
    return [row for row in run.metrics if not metrics or row.metric in metrics]


def show_rows(run: Run, rows: Sequence[MetricRow], *, errors: bool = False) -> None:
    """Print what the run is, its health, and these estimates."""
    info = run.info
    tags = f" ({', '.join(info.tags)})" if info.tags else ""
    click.echo(f"run {info.id[:8]}{tags} · {info.spec.suite} · {shown_model(info)}")
    if info.status != "done" or info.reason:
        click.echo(f"{info.status}: {info.reason}" if info.reason else info.status)
    print_health(run.health, info.id[:8], untold(info))
    if found := run.bypassed:
        by = ", ".join(f"{name} {count}" for name, count in found.by.items())
        told = f"{plural(found.trials, 'trial')} passed the guard unread: {by}"
        say(console(), f"[yellow]bypassed[/] {plain(told)}")
    if known := info.environment.get(DETERMINISM):
        say(console(), f"[bold]probe[/] {plain(str(convert(known, Determinism, source='probe')))}")
    print_metrics(rows, errors=errors)


def summary(run: Run) -> dict[str, object]:
    """Return schema 1 of `show --json`."""
    return {
        "schema": 1,
        "run": run.info.id,
        "status": run.info.status,
        "reason": run.info.reason,
        "tags": run.info.tags,
        "spec": run.info.spec,
        "environment": run.info.environment,
        "health": run.health,
        "bypassed": run.bypassed,
        "blind": [name for name in NO_ANSWERS if name in untold(run.info)],
        "metrics": run.metrics,
    }
