"""Runs and their tags: opened, listed, and found by what a person calls them."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from statera.codec.canonical import canonical, digest
from statera.errors import DeclarationError, unknown
from statera.records.specs import RunInfo, RunSpec
from statera.store.tables import runs, tags, tasks

_SPEC = msgspec.json.Decoder(RunSpec)
_ANY = msgspec.json.Decoder(dict[str, Any])


_TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def open_run(
    connection: Connection, spec: RunSpec, *, environment: dict[str, Any], now: float
) -> str:
    """Create the run, or set it running again; return its id. Its environment stays the first."""
    run = digest(spec)
    if connection.execute(select(runs.c.number).where(runs.c.id == run)).first() is None:
        _create(connection, run, spec, environment, now)
    else:
        again = {"status": "running", "reason": "", "updated": now}
        connection.execute(update(runs).where(runs.c.id == run).values(again))
    return run


def _create(
    connection: Connection, run: str, spec: RunSpec, environment: dict[str, Any], now: float
) -> None:
    row = {
        "id": run,
        "suite": spec.suite,
        "spec": canonical(spec).decode(),
        "status": "running",
        "reason": "",
        "environment": canonical(environment).decode(),
        "created": now,
        "updated": now,
    }
    connection.execute(insert(runs).values(row))
    number = number_of(connection, run)
    for task in spec.tasks:
        connection.execute(insert(tasks).values(run=number, name=task.name))


def add_tag(connection: Connection, run: str, tag: str) -> None:
    """Give the run the tag; from now on the tag names this run.

    A tag goes before the prefix of an id. DeclarationError for what is no tag.
    """
    check_tag(tag)
    number = number_of(connection, run)
    connection.execute(delete(tags).where(tags.c.run == number, tags.c.tag == tag))
    connection.execute(insert(tags).values(run=number, tag=tag))


def check_tag(tag: str) -> None:
    """Raise DeclarationError for what is no tag: `latest`, spaces, slashes."""
    if tag == "latest" or not _TAG.fullmatch(tag):
        raise DeclarationError(
            f"tag '{tag}': allowed are letters, digits, '.', '_' and '-', and not 'latest'"
        )


def number_of(connection: Connection, run: str) -> int:
    """Return the run's number in the tables; DeclarationError when there is no such id."""
    number = connection.execute(select(runs.c.number).where(runs.c.id == run)).scalar()
    if number is None:
        raise DeclarationError(f"no run {run} in this store")
    return int(number)


def task_of(connection: Connection, run: str, task: str) -> int:
    """Return the number of the run's task; DeclarationError when its spec has no such task."""
    number = number_of(connection, run)
    names = select(tasks.c.name, tasks.c.number).where(tasks.c.run == number)
    found = {str(row[0]): int(row[1]) for row in connection.execute(names)}
    if task not in found:
        raise unknown("task of the run", task, found)
    return found[task]


def listed(connection: Connection) -> list[RunInfo]:
    """Return every run, the one worked on last first."""
    given: dict[int, list[str]] = {}
    for number, tag in connection.execute(select(tags.c.run, tags.c.tag).order_by(tags.c.number)):
        given.setdefault(number, []).append(tag)
    query = select(runs).order_by(runs.c.updated.desc(), runs.c.number.desc())
    return [_info(row, given.get(row.number, ())) for row in connection.execute(query)]


def _info(row: Row[*tuple[Any, ...]], given: Sequence[str]) -> RunInfo:
    return RunInfo(
        id=row.id,
        spec=_SPEC.decode(row.spec),
        status=row.status,
        created=row.created,
        updated=row.updated,
        tags=tuple(given),
        reason=row.reason,
        environment=_ANY.decode(row.environment),
    )


def find(connection: Connection, name: str) -> RunInfo:
    """Return the run of that id, tag or unique prefix, or the `latest` that measures a system.

    DeclarationError lists the candidates when none or several fit.
    """
    infos = listed(connection)
    if not infos:
        raise DeclarationError(f"no run '{name}': the store is empty")
    if name == "latest":
        return next((info for info in infos if not info.judging), infos[0])
    if (tagged := _tagged(connection, name)) is not None:
        return next(info for info in infos if info.id == tagged)
    fitting = [info for info in infos if name and info.id.startswith(name)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        ids = ", ".join(info.id[:12] for info in fitting[:8])
        raise DeclarationError(f"run '{name}' is ambiguous: {ids}")
    tagged_names = {tag for info in infos for tag in info.tags}
    raise unknown("run", name, tagged_names | {"latest"} | {info.id[:12] for info in infos})


def latest(connection: Connection, suite: str, tag: str | None) -> RunInfo:
    """Return the suite's run that was worked on, or given the tag, last."""
    infos = [info for info in listed(connection) if info.spec.suite == suite]
    if tag is None and infos:
        return infos[0]
    if tag is not None and (tagged := _tagged(connection, tag, suite)) is not None:
        return next(info for info in infos if info.id == tagged)
    wanted = f"no run of suite '{suite}'" + ("" if tag is None else f" with tag '{tag}'")
    known = sorted({tag for info in infos for tag in info.tags})
    raise DeclarationError(wanted + (f". Its tags: {', '.join(known)}" if known else ""))


def _tagged(connection: Connection, tag: str, suite: str | None = None) -> str | None:
    """Return the id of the run that got the tag last."""
    query = select(runs.c.id).join(tags, tags.c.run == runs.c.number).where(tags.c.tag == tag)
    if suite is not None:
        query = query.where(runs.c.suite == suite)
    found = connection.execute(query.order_by(tags.c.number.desc()).limit(1)).scalar()
    return None if found is None else str(found)
