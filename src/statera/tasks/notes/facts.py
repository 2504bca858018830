"""The facts that are planted in a note: how the note words them, and what is asserted of them."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from statera.scorers.assertions.assertion import Assertion, Silence
from statera.seeds import derive
from statera.tasks.notes.vocabulary import (
    ALLERGENS,
    ANTICOAGULANTS,
    ANTICOAGULATED,
    CODE_STATUS,
    DEVICES,
    DNR,
    FULL_CODE,
    MATERNITY,
    NOT_PREGNANT,
    PENDING,
    PREGNANT,
    SOME_DEVICE,
    SOME_RESULT,
    Thing,
)

KINDS = ("allergy", "anticoagulant", "device", "pending", "pregnancy", "resuscitation")
OWNERS = {
    "allergy": "medication safety",
    "anticoagulant": "medication safety",
    "device": "cardiology and implants",
    "pending": "responsible consultant",
    "pregnancy": "obstetrics",
    "resuscitation": "responsible consultant",
}


class Fact(NamedTuple):
    """A fact as a labelled field and as a sentence, with what is asserted of it."""

    label: str
    value: str
    sentence: str
    assertions: tuple[Assertion, ...]

    def placed(self, note: str) -> tuple[Assertion, ...]:
        """Return the assertions with the part of the note that states them."""
        forms = (self.sentence, f"{self.label}: {self.value}", f"{self.label}:\n{self.value}")
        form = next(form for form in forms if form in note)
        span = note.index(form), note.index(form) + len(form)
        return tuple(msgspec.structs.replace(one, span=span) for one in self.assertions)


def one_of(options: Sequence[str], *key: int | str) -> str:
    """Return one of the options by a hash of the key."""
    return options[derive("notes", *key) % len(options)]


def allergies(number: int, things: Sequence[Thing], *, hurried: bool) -> Fact:
    """Return the fact that the patient is allergic to each of the things."""
    names = [thing.short if hurried else thing.full for thing in things]
    listed = ", ".join(
        one_of((f"{n} ({t.detail})", f"{n} - {t.detail}", f"{n} ({t.detail}, 20{11 + number % 9})"),
               number, n) for n, t in zip(names, things, strict=True)
    )  # fmt: skip
    told = " and ".join(f"{n} ({t.detail})" for n, t in zip(names, things, strict=True))
    prose = one_of((
        f"Allergic to {told}.",
        f"Known allergy to {told}.",
        f"There is a documented allergy to {told}.",
        f"Reports allergy to {told}, confirmed by the surgery.",
        f"Please note the allergy to {told}.",
    ), number, "prose")  # fmt: skip
    label = one_of(("Allergies", "Allergies", "Drug allergies", "Allergies/ADRs"), number, "label")
    if any(thing.full in ("latex", "peanut", "bee venom") for thing in things):
        label = "Allergies"
    return Fact(label, listed, prose, tuple(map(_allergy, things)))


def _allergy(thing: Thing) -> Assertion:
    return Assertion(
        concept=f"{thing.full} allergy",
        synonyms=thing.words,
        relation="allergy",
        exclusive=True,
        owner=OWNERS["allergy"],
        kind="allergy",
    )


def no_allergy(number: int, *, hurried: bool, silence: Silence) -> Fact:
    """Return the fact that there are none that are known."""
    value = "NKDA" if hurried else one_of(("none known", "no known drug allergies", "nil"), number)
    prose = one_of((
        "No known drug allergies.", "NKDA.", "Has no known allergies.", "Denies any drug "
        "allergies.",
    ), number, "none")  # fmt: skip
    none = Assertion(
        concept="no known drug allergies",
        relation="allergy",
        state="absent",
        silence=silence,
        owner=OWNERS["allergy"],
        kind="allergy",
    )
    return Fact("Allergies", value, prose, (none,))


def anticoagulant(number: int, thing: Thing, *, hurried: bool) -> Fact:
    """Return the fact that the patient takes it."""
    name = thing.short if hurried and number % 2 else thing.full
    prose = one_of((
        f"Takes {name} for {thing.detail}.",
        f"Anticoagulated with {name} because of {thing.detail}.",
        f"Remains on {name} for {thing.detail}.",
        f"On {name} ({thing.detail}), last dose this morning.",
    ), number, "anticoagulant")  # fmt: skip
    return Fact("Anticoagulation", f"{name} for {thing.detail}", prose, (taking(thing),))


def taking(thing: Thing) -> Assertion:
    """Return the assertion that a summary says so."""
    return Assertion(
        concept=f"takes {thing.full}",
        synonyms=thing.words,
        relation="medication",
        vague=ANTICOAGULATED,
        owner=OWNERS["anticoagulant"],
        kind="anticoagulant",
    )


def no_anticoagulant() -> Assertion:
    """Return the assertion that nobody else's anticoagulant becomes the patient's."""
    words = tuple(word for thing in ANTICOAGULANTS for word in thing.words)
    return Assertion(
        concept="no anticoagulant",
        synonyms=words,
        relation="medication",
        state="absent",
        silence="allowed",
        owner=OWNERS["anticoagulant"],
        kind="anticoagulant",
    )


def device(number: int, thing: Thing, *, hurried: bool) -> Fact:
    """Return the fact that the patient has it."""
    name = thing.short if hurried else thing.full
    prose = (
        one_of(
            (
                f"Has a {name} ({thing.detail}).",
                f"A {name} is in place ({thing.detail}).",
                f"Carries a {name}, {thing.detail}.",
                f"Note the {name} ({thing.detail}).",
            ),
            number,
            "device",
        )
        .replace("a implant", "an implant")
        .replace("A implant", "An implant")
    )
    prose = (
        prose.replace("a ICD", "an ICD").replace("a intra", "an intra").replace("A ICD", "An ICD")
    )
    asserted = Assertion(
        concept=thing.full,
        synonyms=thing.words,
        relation="device",
        vague=SOME_DEVICE,
        owner=OWNERS["device"],
        kind="device",
    )
    return Fact(
        "Devices", f"{name} ({thing.detail})", prose.replace("A intra", "An intra"), (asserted,)
    )


def pending(number: int, thing: Thing, *, hurried: bool) -> Fact:
    """Return the fact that its result is not there yet."""
    name = thing.short if hurried else thing.full
    prose = one_of((
        f"The result of the {name} ({thing.detail}) is still pending.",
        f"{name[0].upper()}{name[1:]} ({thing.detail}) awaited.",
        f"Awaiting the {name}, {thing.detail}.",
        f"The {name} ({thing.detail}) is outstanding and must be chased.",
    ), number, "pending")  # fmt: skip
    asserted = Assertion(
        concept=f"{thing.full} pending",
        synonyms=thing.words,
        relation="pending",
        vague=SOME_RESULT,
        owner=OWNERS["pending"],
        kind="pending",
    )
    return Fact("Pending results", f"{name} ({thing.detail})", prose, (asserted,))


def pregnancy(number: int, weeks: int, *, hurried: bool) -> Fact:
    """Return the fact that she is pregnant, so many weeks."""
    prose = one_of((
        f"She is {weeks} weeks pregnant.",
        f"Pregnant, {weeks}/40.",
        f"Second pregnancy, {weeks} weeks' gestation.",
        f"Currently at {weeks} weeks of gestation.",
    ), number, "pregnancy")  # fmt: skip
    value = f"{weeks}/40" if hurried else f"{weeks} weeks' gestation"
    asserted = Assertion(
        concept=f"pregnant, {weeks} weeks",
        synonyms=(*PREGNANT, f"{weeks}/40", f"{weeks} + "),
        relation="pregnancy",
        opposites=NOT_PREGNANT,
        vague=MATERNITY,
        owner=OWNERS["pregnancy"],
        kind="pregnancy",
    )
    return Fact("Pregnancy", value, prose, (asserted,))


def resuscitation(number: int, *, hurried: bool) -> Fact:
    """Return the fact that resuscitation is not to be attempted."""
    value = one_of(("DNACPR", "DNAR", "DNR"), number) if hurried else "not for resuscitation"
    prose = one_of((
        "A do not attempt resuscitation order is in place.",
        "DNACPR form signed and in the notes.",
        "Has decided that CPR should not be attempted.",
        "Not for resuscitation, agreed with the family.",
    ), number, "resuscitation")  # fmt: skip
    asserted = Assertion(
        concept="do not attempt resuscitation",
        synonyms=DNR.words,
        relation="order",
        opposites=FULL_CODE,
        vague=CODE_STATUS,
        owner=OWNERS["resuscitation"],
        kind="resuscitation",
    )
    return Fact("Resuscitation", value, prose, (asserted,))


def featured(kind: str, number: int, *, hurried: bool) -> Fact:
    """Return the fact of that kind that note `number` of its kind has beside its allergies."""
    if kind == "resuscitation":
        return resuscitation(number, hurried=hurried)
    if kind == "pregnancy":
        return pregnancy(number, 9 + number * 29 % 30, hurried=hurried)
    make, things = {
        "anticoagulant": (anticoagulant, ANTICOAGULANTS),
        "device": (device, DEVICES),
        "pending": (pending, PENDING),
    }[kind]
    return make(number, things[number % len(things)], hurried=hurried)


def allergy_fact(kind: str, number: int, *, hurried: bool, silence: Silence) -> Fact:
    """Return what note `number` of its kind says of allergies: one, two, or none."""
    offset = 7 * KINDS.index(kind)
    first = ALLERGENS[(number + offset) % len(ALLERGENS)]
    second = ALLERGENS[(number + offset + 9) % len(ALLERGENS)]
    if number % (5 if kind == "allergy" else 3) == 2:
        return no_allergy(number + offset, hurried=hurried, silence=silence)
    two = number % 2 == 0 if kind == "allergy" else number % 5 == 1
    return allergies(number + offset, (first, second) if two else (first,), hurried=hurried)
