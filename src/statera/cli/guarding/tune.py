"""Find the threshold that blocks at most a stated share of harmless texts, with confidence."""

import asyncio
import sys
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import click

from statera.analysis.guarding.tuning import CostPoint, SourceLimit, Tuning, tuned
from statera.api.guardmeasure import MeasureOptions, measure_guard
from statera.api.policyedits import with_threshold
from statera.cli.columns import Column, Line, print_table
from statera.cli.flags import json_flag, store_flag
from statera.cli.guardflags import (
    data_flags,
    policy_flag,
    progress_of,
    reading_flags,
    side_flag,
    stated_places,
)
from statera.cli.settings import Flag
from statera.cli.tables import console
from statera.cli.wrapping import plain, say
from statera.codec.files import read_text, to_json, write_bytes
from statera.errors import DeclarationError, unknown
from statera.guard.policy import SHIPPED, Entry, Policy, policy_path
from statera.models.clock import SystemClock
from statera.runner.tally import Tally
from statera.store.runstore import RunStore
from statera.tasks.guardtexts import read_texts

UNDECIDED = 3
_SOURCES = (
    Column("harmless texts of", name=True),
    Column("n"),
    Column("lowest threshold"),
    Column("flagged"),
    Column("no check", 1),
    Column("beyond", 1),
)
_CURVE = (
    Column("threshold"),
    Column("harmless flagged"),
    Column("at most"),
    Column("worst source", 1, left=True),
    Column("harmful missed"),
    Column("worst source", 2, left=True),
    Column("", left=True),
)


@click.command("tune")
@data_flags
@policy_flag()
@click.option("--detector", cls=Flag, required=True, metavar="NAME", help="Whose threshold.")
@click.option(
    "--max-false-block",
    cls=Flag,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.01,
    show_default=True,
    metavar="SHARE",
    help="Of harmless texts, in every source of them; of conversations, where they have one.",
)
@click.option(
    "--confidence",
    cls=Flag,
    type=click.FloatRange(0.5, 1, max_open=True),
    default=0.95,
    show_default=True,
    help="That no source is above it.",
)
@click.option("--pooled", cls=Flag, is_flag=True, help="All harmless texts are one source.")
@click.option("--write", cls=Flag, is_flag=True, help="Put the threshold into the policy's file.")
@side_flag
@reading_flags
@store_flag
@json_flag
def command(policy: str, detector: str, **flags: Any) -> None:
    """Find the lowest threshold at which harmless texts are rarely blocked, and show what it costs.

    FILES is `FILE` or `DETECTOR=FILE`, as for `statera guard eval`, whose run is made and kept. The
    promise holds although the threshold is chosen on the same texts. Where they are too few for it,
    none is given. Texts of one conversation count once. A text that is too long to be read whole
    counts as what the policy makes of it. A detector that scores 0 or 1 only keeps its threshold.

    Exit code: 0 with a threshold, 3 where the data cannot show one, 2 for what is declared wrong.

    \b
    statera guard tune --policy policy.yaml --detector toxicity --data *.jsonl --write
    """
    stated = Policy.load(policy)
    if flags["write"]:
        _check_writable(policy)
    entry = _entry(stated, detector)
    found = asyncio.run(_tuned(policy, entry, flags))
    changed = _changed(policy, found)
    if flags["as_json"]:
        click.echo(to_json({"schema": 1, "before": entry.threshold, **_fields(found)}))
    else:
        _print(found, entry)
    if found.threshold is None:
        click.echo(f"no threshold: {found.why}", err=True)
        sys.exit(UNDECIDED)
    if not flags["as_json"]:
        _print_change(found, entry, stated)
    if flags["write"]:
        _write(policy, changed, kept=found.threshold == entry.threshold)


def _check_writable(policy: str) -> None:
    """Raise DeclarationError for a policy that ships: an update would undo what is written."""
    path = policy_path(policy).resolve()
    if path.parent == SHIPPED.resolve():
        raise DeclarationError(
            f"--write: the policy '{path.stem}' is a part of statera and stays as it is. Copy it, "
            f"cp {path} {path.name}, and give --policy {path.name}"
        )


def _entry(policy: Policy, detector: str) -> Entry:
    entries = {entry.name: entry for entry in policy.detectors}
    if detector not in entries:
        raise unknown("detector", detector, entries)
    return entries[detector]


async def _tuned(policy: str, entry: Entry, flags: dict[str, Any]) -> Tuning:
    texts = read_texts(stated_places(flags), side=flags["side"])
    tally, clock = Tally(), SystemClock()
    with progress_of(tally, clock, quiet=flags["quiet"] or flags["as_json"]):
        measured = await measure_guard(
            policy,
            texts,
            store=RunStore(flags["store"]),
            options=MeasureOptions(limit=flags["limit"], workers=flags["workers"]),
            clock=clock,
            tally=tally,
        )
    return tuned(
        measured.sightings,
        entry,
        limit=flags["max_false_block"],
        confidence=flags["confidence"],
        pooled=flags["pooled"],
    )


def _write(policy: str, changed: str, *, kept: bool) -> None:
    path = policy_path(policy)
    if kept:
        click.echo(f"{path}: stays as it is", err=True)
        return
    write_bytes(path, changed.encode())
    click.echo(f"wrote {path}", err=True)


def _changed(policy: str, found: Tuning) -> str:
    """Return the policy's text with the threshold; found out before anything is printed."""
    path = policy_path(policy)
    text = read_text(path)
    if found.threshold is None:
        return text
    return with_threshold(text, found.detector, found.threshold, source=str(path))


def _fields(found: Tuning) -> dict[str, object]:
    return {name: getattr(found, name) for name in found.__struct_fields__}


def _print(found: Tuning, entry: Entry) -> None:
    out = console()
    print_table(
        out,
        _SOURCES,
        [
            Line(
                [
                    one.source,
                    f"{one.n} conversations" if one.conversations else str(one.n),
                    _lowest(one, binary=found.binary),
                    str(one.flagged),
                    str(one.unscored or ""),
                    str(one.beyond or ""),
                ]
            )
            for one in found.sources
        ],
    )
    out.print()
    marks = {entry.threshold: "now"}
    if found.threshold is not None and found.threshold != entry.threshold:
        marks[found.threshold] = "found"
    elif found.threshold is not None:
        marks[found.threshold] = "now, kept" if found.binary else "now, found"
    lines = [
        Line(
            [
                f"{one.threshold:.3f}",
                f"{one.flagged:.3f}",
                f"{one.flagged_most:.3f}",
                one.flagged_source,
                "" if one.missed is None else f"{one.missed:.3f}",
                one.missed_source,
                marks.get(one.threshold, ""),
            ],
            "bold" if one.threshold in marks else "",
        )
        for one in _told(found.curve, marks)
    ]
    print_table(out, _CURVE, lines)
    level = f"{100 * found.confidence:g} %"
    say(out, f"at most: exact, {level}, for that threshold alone", "dim")
    if found.binary:
        told = f"{plain(found.detector)} scored 0 or 1 only: every threshold above 0 flags the same"
        say(out, told, "dim")


def _lowest(one: SourceLimit, *, binary: bool) -> str:
    """Return the lowest threshold that a source allows."""
    if one.threshold is None:
        return "none"
    return "any" if binary else f"{one.threshold:.3f}"


def _told(curve: Sequence[CostPoint], marks: Collection[float]) -> Iterator[CostPoint]:
    """Yield the points but those that cost what the next higher threshold costs."""
    for one, after in zip(curve, [*curve, None][1:], strict=True):
        alike = after is not None and (one.flagged, one.missed) == (after.flagged, after.missed)
        if one.threshold in marks or not alike:
            yield one


def _print_change(found: Tuning, entry: Entry, policy: Policy) -> None:
    assert found.threshold is not None
    out = console()
    scope = "all together" if len(found.sources) == 1 else "in each source"
    now = "kept" if found.binary else f"now {entry.threshold:g}"
    say(
        out,
        f"\n[bold]{plain(found.detector)}: threshold: {found.threshold:g}[/]  ({now}) "
        f"blocks at most {100 * found.limit:g} % of harmless {found.unit}, "
        f"{scope}, with {100 * found.confidence:g} % confidence",
    )
    if found.unit != "texts":
        say(out, "a conversation is blocked when any of its texts is", "dim")
    say(out, "for texts that come as these did; exact tests in a fixed order, from 1 down", "dim")
    if any(found.detector in scope.detectors for scope in policy.scopes):
        say(out, "[yellow]warning[/] scopes of the policy change this detector: they stay as is")
    if any(one.unscored for one in found.sources):
        say(out, "[yellow]warning[/] texts whose check failed or was late are left out")
    if found.threshold is not None and any(one.beyond for one in found.sources):
        fate = "are blocked at any threshold" if found.beyond_blocks else "pass unread"
        say(out, f"[yellow]warning[/] texts beyond what it can examine {fate}")
