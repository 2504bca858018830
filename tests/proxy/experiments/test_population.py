"""A population with known likings, through real pods to real endpoints: the analysis finds it out.

Small: `python -m benchmarks population` plays all scenes in full size. The analysis is asked for a
time at which all windows have closed, so that nothing here waits for them.
"""

from collections.abc import Iterator
from contextlib import closing

import pytest
from benchmarks.population.endpoint import Manner
from benchmarks.population.findings import Told, findings, stop
from benchmarks.population.playing import counted, play
from benchmarks.population.scenes import Scene
from benchmarks.population.world import World, world

from statera.api.experimentshow import json_shown, show
from statera.gate.ruling import EXIT_CODES
from statera.models.clock import SystemClock
from statera.store.live.opening import open_live
from tests.postgres_server import PostgresServer, started

LONG = 600.0
EFFECT = Scene(
    "effect", 300, Manner(0.95), Manner(0.2), margins={"complaint": 0.4, "error": 0.4}, window=LONG
)
LOST = Scene("lost", 500, Manner(0.5), margins={"complaint": 0.4}, television=0.5, vanish=0.95,
             window=LONG)  # fmt: skip
BREACH = Scene("breach", 1000, Manner(0.5, 0.2, 0.9), margins={"complaint": 0.1}, mode="canary",
               window=1.0)  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    server, folder = started(), tmp_path_factory.mktemp("population")
    postgres = server if isinstance(server, PostgresServer) else None
    with world(folder, [EFFECT, LOST, BREACH], postgres) as made:
        yield made


def told(found: World, scene: Scene) -> Told:
    """Return what is shown when all windows have closed."""
    with closing(open_live(found.place)) as store:
        shown = show(store, scene.name, now=SystemClock().now() + scene.window + 1)
    code = EXIT_CODES[shown.result.verdict]
    return Told(json_shown(shown, code), code)


@pytest.mark.parametrize("scene", [EFFECT, LOST], ids=lambda scene: scene.name)
def test_what_was_planted_is_found_and_every_fact_is_there_once(found: World, scene: Scene) -> None:
    played = play(found, scene, late=0.0)
    assert min(len(played.diary.seen), played.diary.twice, played.diary.forged) > 0
    count = counted(found, played)
    wrong = [one for one in findings(found, played, count, told(found, scene)) if not one.right]
    assert not wrong


def test_a_canary_that_does_harm_stops_by_itself(found: World) -> None:
    played = play(found, BREACH, pace=120.0, late=0.0)
    count, seen = counted(found, played), told(found, BREACH)
    assert count.exact
    assert not played.diary.wrong
    [guardrail] = seen.result["guardrails"]
    assert (guardrail["standing"], seen.shown["verdict"]) == ("breached", "fail")
    assert [one["kind"] for one in seen.shown["occurrences"]].count("stopped") == 1
    end = stop(found, played)
    assert end.evidence <= end.stopped + 0.1
    assert end.turned > 0
    entries = found.rows(
        "select entry, arm, count(*) from live_exposures natural join live_contexts "
        "where experiment = 'breach' and entry = 'stopped' group by entry, arm"
    )
    assert [(entry, arm) for entry, arm, _ in entries] == [("stopped", "base")]
