"""Plays a scene: its people come, and what happens to the servers happens.

played = play(world, scene)
counted(world, played)
"""

import time
from collections.abc import Iterable, Iterator
from itertools import islice
from random import Random
from typing import NamedTuple

import uvloop

from benchmarks.population.people import Person, Visit, people, visit, visits
from benchmarks.population.scenes import Scene
from benchmarks.population.traffic import Diary, Traffic
from benchmarks.population.world import LIMIT, TOKEN, World, until
from statera.models.clock import SystemClock
from statera.records.live import decision_number

CALM = 100
"""So many answers in a row from the base say that nobody gets the candidate any more."""

KILLED, BACK = 0.4, 0.7
"""The database is away between these shares of the visits."""


class Played(NamedTuple):
    """What came of a scene; `vanished` people never came; `seconds` of wall time."""

    scene: Scene
    diary: Diary
    vanished: int
    seconds: float


class Counted(NamedTuple):
    """What was sent, and what of it is in the store.

    `sent` requests; `exposed` of them are there, `doubled` more than once, `foreign` are of nobody;
    `answered` have their answer. `said` reports were accepted, `kept` are there.
    """

    sent: int
    exposed: int
    doubled: int
    foreign: int
    answered: int
    said: int
    kept: int

    @property
    def exact(self) -> bool:
        """Whether all is there, and once."""
        whole = self.sent == self.exposed == self.answered and self.said == self.kept
        return whole and not self.doubled and not self.foreign


def play(world: World, scene: Scene, *, pace: float = 0.0, late: float | None = None) -> Played:
    """Have a scene's people come, at most `pace` visits a second (0: as fast as it goes).

    Late reports are sent `late` seconds after the last visit; unsaid, when its window has closed.
    """
    traffic = Traffic(world.pods, scene.name, TOKEN)
    began = time.monotonic()
    coming, vanished = _coming(world, scene, traffic.diary)
    uvloop.run(traffic.drive(coming, pace, scene.window + 0.5 if late is None else late))
    world.nobodys.append(traffic.diary.unknown)
    return Played(scene, traffic.diary, vanished, time.monotonic() - began)


def _coming(world: World, scene: Scene, diary: Diary) -> tuple[Iterable[Visit], int]:
    """Return the visits of a scene, and how many people vanished before theirs."""
    everybody = people(world.experiments[scene.name], scene.television)
    if scene.mode == "canary":
        return _until_stopped(world, scene, everybody, diary), 0
    asked = list(islice(everybody, scene.users))
    here = [one for one in asked if not _vanishes(one, scene)]
    found = visits(here)
    coming = _interrupted(world, found) if scene.name == "killed" else found
    return coming, len(asked) - len(here)


def _vanishes(person: Person, scene: Scene) -> bool:
    """Return whether the planted fault keeps a user from ever coming: it knows the arm."""
    met = person.arm == "warm" and person.device == "tv"
    return met and Random(f"{person.name}/vanishes").random() < scene.vanish


def _interrupted(world: World, coming: list[Visit]) -> Iterator[Visit]:
    """Yield visits, and kill the database in their midst."""
    postgres = world.postgres
    assert postgres is not None
    for number, one in enumerate(coming):
        if number == int(KILLED * len(coming)):
            postgres.kill()
            world.away.append(SystemClock().now())
        if number == int(BACK * len(coming)):
            postgres.start()
            world.away.append(SystemClock().now())
        yield one


def _until_stopped(
    world: World, scene: Scene, everybody: Iterator[Person], diary: Diary
) -> Iterator[Visit]:
    """Yield visits until the experiment was stopped and the last answers are the base's."""
    deadline = time.monotonic() + LIMIT
    for number, person in enumerate(everybody):
        last = diary.seen[-CALM:]
        calm = len(last) == CALM and all(one.arm == "base" for one in last)
        if time.monotonic() > deadline:
            raise TimeoutError(f"{scene.name}: nobody stopped it in {LIMIT:g} s")
        if calm and world.stopped_at(scene.name) is not None:
            return
        yield visit(person, 1, float(number))


def counted(world: World, played: Played) -> Counted:
    """Wait until the pods have shipped everything, and count it against what was sent."""
    name, diary = played.scene.name, played.diary
    sent = {decision_number(one.decision) for one in diary.seen}
    exposures = f"select decision from live_exposures where experiment = '{name}'"

    def shipped() -> bool:
        exposed = world.rows(exposures)
        return len(exposed) >= len(sent) and _kept(world, diary) >= len(diary.accepted)

    until(shipped, f"{name}: all that was accepted is in the store")
    exposed = [decision for (decision,) in world.rows(exposures)]
    answers = world.rows("select decision from live_answers where shadow = 0")
    return Counted(
        sent=len(diary.seen),
        exposed=len(sent & set(exposed)),
        doubled=len(exposed) - len(set(exposed)),
        foreign=len(set(exposed) - sent),
        answered=sum(decision in sent for (decision,) in answers),
        said=len(diary.accepted),
        kept=_kept(world, diary),
    )


def _kept(world: World, diary: Diary) -> int:
    """Return how many reports of this scene are in the store; on no known decision, only ours."""
    ours = {decision_number(one) for one in diary.accepted}
    sent = {decision_number(one.decision) for one in diary.seen}
    found = world.rows("select id, decision from live_feedback")
    return sum(report in ours or decision in sent for report, decision in found)
