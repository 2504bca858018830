"""Replay recorded requests under another policy: what it would have blocked, and what no longer."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from statera.analysis.guarding.replaying import Exchange, Recorded, Replay
from statera.api.guardreplay import (
    Texts,
    read_events,
    read_requests,
    replay_events,
    replay_requests,
)
from statera.cli.columns import Column, Line, print_table
from statera.cli.controls import visible
from statera.cli.flags import json_flag
from statera.cli.guardflags import base_flag, policy_flag
from statera.cli.settings import Flag
from statera.cli.tables import console, plural
from statera.cli.wrapping import plain, say
from statera.codec.files import to_json
from statera.errors import DeclarationError
from statera.guard.policy import Policy, policy_path
from statera.proxy.keeper import TOXICITY, PolicySource, remarks, written

_COLUMNS = (
    Column("request", name=True),
    Column("", left=True),
    Column("then", left=True),
    Column("now", left=True),
    Column("in", 1, left=True),
    Column("by", left=True, below=True),
)
_SHOWN = 400


@click.command("replay")
@policy_flag()
@base_flag(
    "the one that was in force: with --data to compare with, with --events to tell which scores on "
    "record still hold"
)
@click.option(
    "--toxicity-threshold",
    cls=Flag,
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    envvar=[
        "TOXICITY_THRESHOLD",
        "STATERA_TOXICITY_THRESHOLD",
        "STATERA_GUARD_TOXICITY_THRESHOLD",
    ],
    show_envvar=True,
    help="In place of the one of the policies' entry `toxicity`, as for `statera guard serve`.",
)
@click.option(
    "--base-toxicity-threshold",
    cls=Flag,
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="In that of --base, where another was in force.",
)
@click.option(
    "--events",
    cls=Flag,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What `statera guard serve --events FILE` wrote.",
)
@click.option(
    "--data",
    cls=Flag,
    type=click.Path(path_type=Path),
    metavar="JSONL",
    help="Requests: `text` or `messages` a line, `id` if they have one.",
)
@click.option(
    "--list",
    "most",
    cls=Flag,
    type=click.IntRange(0),
    default=50,
    show_default=True,
    help="How many requests to name at most.",
)
@click.option("--show", cls=Flag, is_flag=True, help="Print their texts too, where they were kept.")
@json_flag
def command(policy: str, base: str | None, most: int, **flags: Any) -> None:
    """Say what another policy would have made of requests that were decided before.

    Events that kept their texts (`events: {content: full}` in the policy) are decided by running
    the new policy. The others are decided from the scores on record, which is exact where only
    thresholds, actions, modes or scopes by route and model changed; else they are counted as
    untold, never guessed. Headers, and the rest of a stream that was stopped, are on no record.
    Requests are named by the id of their decision; texts are printed with --show alone. A guard
    that was served with a TOXICITY_THRESHOLD decided by another policy than its file: give it too.

    \b
    statera guard replay --policy new.yaml --base policy.yaml --events events.jsonl
    statera guard replay --policy new.yaml --data requests.jsonl --show
    """
    events, data = flags["events"], flags["data"]
    if (events is None) == (data is None):
        raise DeclarationError("give --events FILE or --data JSONL, one of them")
    shared, own = flags["toxicity_threshold"], flags["base_toxicity_threshold"]
    new, old = PolicySource(policy_path(policy), shared), _base(base, shared, own)
    _remark([new] if old is None else [new, old])
    if events is not None:
        recorded = list(read_events(events))
        found = asyncio.run(replay_events(recorded, new, base=old))
        texts = _of_events(recorded)
    else:
        asked = list(read_requests(data))
        found = asyncio.run(replay_requests(asked, new, base=old))
        texts = _of_requests(asked)
    if flags["as_json"]:
        click.echo(to_json({"schema": 1, **_fields(found)}))
        return
    _print(found, policy, texts if flags["show"] else {}, most)


def _base(base: str | None, shared: float | None, own: float | None) -> PolicySource | None:
    """Return the policy that was in force; it has the shared threshold where it has `toxicity`."""
    if base is None:
        if own is not None:
            raise DeclarationError("--base-toxicity-threshold is that of --base FILE: give it too")
        return None
    path = policy_path(base)
    if own is None and any(one.name == TOXICITY for one in Policy.load(path).detectors):
        own = shared
    return PolicySource(path, own)


def _remark(sources: Iterable[PolicySource]) -> None:
    """Say on standard error what may not be expected of the policies."""
    for source in sources:
        if told := remarks(written(source), source.toxicity_threshold):
            click.echo(f"{source.path}{told}", err=True)


def _of_events(recorded: Iterable[Recorded]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in recorded:
        found.setdefault(one.id, []).extend(
            f"{passage.place}: {passage.text}" for passage in one.passages or ()
        )
    return found


def _of_requests(asked: Iterable[Texts]) -> dict[str, list[str]]:
    return {one.id: [f"{p.place}: {p.text}" for p in one.passages] for one in asked}


def _fields(found: Replay) -> dict[str, object]:
    return {name: getattr(found, name) for name in found.__struct_fields__}


def _print(found: Replay, policy: str, texts: Mapping[str, Sequence[str]], most: int) -> None:
    out = console()
    for line in _head(found, policy):
        say(out, line)
    listed = (*found.newly, *found.no_longer) if found.then else found.blocked
    shown = listed[:most]
    if shown:
        out.print()
        print_table(out, _COLUMNS, [_line(one, found) for one in shown])
    if len(listed) > most:
        say(out, f"{plural(len(listed) - most, 'more request')}: --list N, or --json", "dim")
    for one in shown:
        for text in texts.get(one.id, ()):
            out.print(f"{one.id}  {visible(text)[:_SHOWN]}", soft_wrap=True, markup=False)
    if found.unanswered:
        told = f"{plural(found.unanswered, 'request')} stopped then: the reply that would follow"
        say(out, f"{told} is not on record, and might be blocked", "dim")
    for why, count in found.untold.items():
        say(out, f"[yellow]untold[/] {plural(count, 'request')}: {plain(why)}")


def _head(found: Replay, policy: str) -> Iterator[str]:
    told = found.requests - sum(found.untold.values())
    if not told:
        why = ", or ".join(found.untold)
        yield (
            f"[bold]{plain(policy)}[/]: none of {plural(found.requests, 'request')} could be "
            f"decided, because: {plain(why)}"
        )
        return
    yield (
        f"[bold]{plain(policy)}[/] would have blocked [bold]{len(found.blocked)}[/] of "
        f"{plural(told, 'request')}{_before(found)}"
    )
    for name, counts in (("then", found.then), ("now", found.now)):
        if counts:
            yield f"{name:>4}  {_counted(counts)}"
    for name, counts in (("blocked then by", found.by_then), ("blocked now by", found.by)):
        if counts:
            yield f"[dim]{name}  {_counted(counts)}[/]"


def _before(found: Replay) -> str:
    if not found.then:
        return ""
    return (
        f" (then {found.then.get('block', 0)}): {len(found.newly)} newly, "
        f"{len(found.no_longer)} no longer"
    )


def _counted(counts: Mapping[str, int]) -> str:
    return " · ".join(f"{plain(name)} {count}" for name, count in counts.items())


def _line(one: Exchange, found: Replay) -> Line:
    what = "newly" if one in found.newly else "no longer" if one in found.no_longer else ""
    by = ", ".join(one.by or one.by_then)
    return Line([one.id, what, one.then or "", one.now, ", ".join(one.phases), by])
