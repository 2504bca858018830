"""All scenes, one after another in one world, and their table."""

import time
from contextlib import ExitStack

from tests.postgres_server import PostgresServer

from benchmarks.population.findings import Finding, findings, shown
from benchmarks.population.playing import counted, play
from benchmarks.population.scenes import Scene, scenes
from benchmarks.population.world import World, world
from benchmarks.report import table
from benchmarks.setting import Setting

USERS = 4000
PACE = {"breach": 250.0}
"""Visits a second, where what counts is time; elsewhere as fast as it goes."""


def measure(setting: Setting) -> str:
    """Play all scenes and print what was true and what was found."""
    wanted, postgres = scenes(USERS), _postgres(setting)
    played = [scene for scene in wanted if postgres or scene.name != "killed"]
    began, rows = time.monotonic(), []
    requests = 0
    with ExitStack() as stack:
        if postgres is not None:
            stack.callback(postgres.end)
        found = stack.enter_context(world(setting.work, wanted, postgres))
        for scene in played:
            told, sent = _played(found, scene)
            requests += sent
            rows += [(scene.name, *one) for one in told]
    kind = "a PostgreSQL" if postgres else "an SQLite file"
    seconds = time.monotonic() - began
    right = sum(one[-1] for one in rows)
    words = (
        f"{USERS:,} users a scene, {requests:,} requests through two pods that share {kind}, in "
        f"{seconds:.0f} s with everything. **{right} of {len(rows)} findings are right.**"
    )
    shown_rows = [(*row[:-1], "yes" if row[-1] else "**no**") for row in rows]
    return f"{words}\n\n{table(('scene', 'what', 'true', 'found', 'right'), shown_rows)}"


def _postgres(setting: Setting) -> PostgresServer | None:
    """Return a real server that writes to the disk, or None where none can be started."""
    try:
        return PostgresServer(durable=True)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the reason to do without
        setting.skip("a database that is killed", f"no PostgreSQL: {type(error).__name__}: {error}")
        return None


def _played(found: World, scene: Scene) -> tuple[list[Finding], int]:
    played = play(found, scene, pace=PACE.get(scene.name, 0.0))
    count = counted(found, played)
    return findings(found, played, count, shown(found, played)), count.sent
