"""Wordings put through the detector: which are read as they should be."""

from types import ModuleType
from typing import NamedTuple

from statera.scorers.assertions.assertion import Assertion
from statera.scorers.assertions.ruling import rulings
from statera.tasks.notes import facts, vocabulary
from statera.tasks.notes.facts import Fact
from statera.tasks.notes.vocabulary import Thing
from tests.tasks.notes.practice import Wordings


class Read(NamedTuple):
    """How many wordings of a kind are read rightly; one counts if it is with every thing."""

    stated: int
    of_stated: int
    failed: int
    of_failed: int


KINDS = (
    "allergy",
    "none",
    "anticoagulant",
    "device",
    "pending",
    "pregnancy",
    "resuscitation",
)


def read(wordings: ModuleType) -> dict[str, Read]:
    """Return, by kind, how the module's wordings (`ALLERGY`, …) are read."""
    return {kind: _read(kind, getattr(wordings, kind.upper())) for kind in KINDS}


def _read(kind: str, wordings: Wordings) -> Read:
    right = [
        sum(
            all(
                _fails(kind, text, things[at % 2], things[0]) == fails for things in wordings.things
            )
            for at, text in enumerate(texts)
        )
        for texts, fails in ((wordings.stated, False), (wordings.failed, True))
    ]
    return Read(right[0], len(wordings.stated), right[1], len(wordings.failed))


def _fails(kind: str, text: str, name: str, thing: str) -> bool:
    said = text.format(x=name)
    source = f"Allergies: {thing}." if kind == "allergy" else "NKDA."
    found = rulings(_asserted(kind, thing), said[0].upper() + said[1:], source)
    return any(one.failure for one in found)


def _asserted(kind: str, name: str) -> tuple[Assertion, ...]:
    return _fact(kind, name).assertions


def _fact(kind: str, name: str) -> Fact:
    if kind == "none":
        return facts.no_allergy(0, hurried=False, silence="fails")
    if kind == "pregnancy":
        return facts.pregnancy(0, 24, hurried=False)
    if kind == "resuscitation":
        return facts.resuscitation(0, hurried=False)
    if kind == "allergy":
        return facts.allergies(0, (_thing(vocabulary.ALLERGENS, name),), hurried=False)
    if kind == "anticoagulant":
        return facts.anticoagulant(0, _thing(vocabulary.ANTICOAGULANTS, name), hurried=False)
    if kind == "device":
        return facts.device(0, _thing(vocabulary.DEVICES, name), hurried=False)
    return facts.pending(0, _thing(vocabulary.PENDING, name), hurried=False)


def _thing(things: tuple[Thing, ...], name: str) -> Thing:
    return next(t for t in things if name.lower() in [word.lower() for word in t.words])
