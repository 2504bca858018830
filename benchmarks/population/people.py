"""Who the users are and what they think: known, so that what an analysis finds can be checked.

A user has a device and a temper; what is said of an answer depends on the text that came back and
on nothing else of its arm. Everything is drawn from the user's name, the same in every run.
"""

from collections.abc import Iterable, Iterator
from random import Random
from typing import NamedTuple

from benchmarks.population.endpoint import FLATTERS, HELPS, OFFENDS, Manner
from statera.api.experiments import Experiment

DEVICES = ("phone", "web", "tv")
TEMPER = 0.1
SOLVED, THUMBED = (0.1, 0.9), (0.45, 0.75)
"""Chances that it is called solved without and with the steps, liked without and with flattery."""

COMPLAINS = (0.01, 0.8)
REPORTS, THUMBS = 0.9, 0.6
"""Shares of visits after which people say whether it is solved, and give a thumb."""

LATE, TWICE, FORGED, UNKNOWN, STREAMED = 0.04, 0.03, 0.02, 0.02, 0.25


class Person(NamedTuple):
    """One user; `arm` is what the design gives, `temper` in [-TEMPER, TEMPER]."""

    name: str
    device: str
    temper: float
    arm: str


class Visit(NamedTuple):
    """One request of a user: the `number`-th, when it comes in [0, 2), and how it is reported."""

    person: Person
    number: int
    place: float
    streamed: bool
    late: bool
    twice: bool
    forged: bool
    unknown: bool

    @property
    def question(self) -> str:
        """What is asked."""
        return f"{self.person.name} asks for the {self.number}. time: how do I get it to work?"


def people(experiment: Experiment, television: float = 0.2) -> Iterator[Person]:
    """Yield users who take part, without end; a share `television` of them is on tv."""
    number = 0
    while True:
        name = f"{experiment.name}-user-{number}"
        number += 1
        assigned = experiment.assign(name)
        if assigned.takes_part:
            chance = Random(name)
            rest = (1 - television) / 2
            device = chance.choices(DEVICES, (rest, rest, television))[0]
            yield Person(name, device, chance.uniform(-TEMPER, TEMPER), assigned.name)


def visits(some: Iterable[Person]) -> list[Visit]:
    """Return the visits of people in the order of their time: a third come again soon, few late."""
    found = []
    for person in some:
        chance = Random(f"{person.name}/visits")
        first = chance.random()
        places = [first]
        if chance.random() < 0.3:
            places.append(first + 0.02 * chance.random())
        if chance.random() < 0.05:
            places.append(first + 0.5 + 0.5 * chance.random())
        found += [visit(person, number, place) for number, place in enumerate(places, 1)]
    return sorted(found, key=lambda one: one.place)


def visit(person: Person, number: int, place: float) -> Visit:
    """Return a visit with what befalls it."""
    chance = Random(f"{person.name}/{number}")
    befalls = [chance.random() < share for share in (STREAMED, LATE, TWICE, FORGED, UNKNOWN)]
    return Visit(person, number, place, *befalls)


def opinions(one: Visit, text: str) -> dict[str, float]:
    """Return what is said of an answer, by outcome."""
    chance = Random(f"{one.person.name}/{one.number}/opinions")
    temper = one.person.temper
    said: dict[str, float] = {}
    if chance.random() < REPORTS:
        said["solved"] = float(chance.random() < SOLVED[HELPS in text] + temper)
    if chance.random() < THUMBS:
        said["thumb"] = float(chance.random() < THUMBED[FLATTERS in text] + temper)
    if chance.random() < COMPLAINS[OFFENDS in text]:
        said["complaint"] = 1.0
    return said


def truth(outcome: str, manner: Manner) -> float:
    """Return the share of reports of 1 that a manner deserves, over all people.

    >>> truth("solved", Manner(0.5)), round(truth("solved", Manner(0.625)), 9)
    (0.5, 0.6)
    """
    share, (low, high) = {"solved": (manner.solves, SOLVED), "thumb": (manner.flatters, THUMBED)}[
        outcome
    ]
    return low + share * (high - low)
