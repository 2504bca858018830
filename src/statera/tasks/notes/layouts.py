"""Ten kinds of note: what each is called, how it is laid out, whether its writer was in a hurry."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from statera.tasks.notes.facts import Fact
from statera.tasks.notes.stories import Story


class Parts(NamedTuple):
    """What a note is made of.

    `asides` are sentences that only look like facts, or have nothing to do with them; `findings`
    follow the story.
    """

    number: int
    age: int
    sex: str
    story: Story
    history: Sequence[str]
    medicines: Sequence[str]
    facts: Sequence[Fact]
    asides: Sequence[str]
    findings: Sequence[str]

    @property
    def course(self) -> str:
        """What happened and what was found, without the last full stop."""
        return ". ".join((self.story.course, *self.findings))

    @property
    def person(self) -> str:
        """Man or woman."""
        return "woman" if self.sex == "F" else "man"

    @property
    def she(self) -> str:
        """The pronoun."""
        return "she" if self.sex == "F" else "he"

    @property
    def a(self) -> str:
        """The article before the age."""
        return "an" if self.age in (8, 11, 18) or 80 <= self.age < 90 else "a"

    def told(self) -> str:
        """Return the facts as sentences."""
        return " ".join(fact.sentence for fact in self.facts)

    def fields(self, join: str = "\n") -> str:
        """Return the facts as labelled fields."""
        end = "" if join == "\n" else "."
        return join.join(f"{fact.label}: {fact.value}{end}" for fact in self.facts)


class Layout(NamedTuple):
    """A kind of note. `hurried` writers abbreviate; `stated` ones must state that there are "
    "none."""

    name: str
    text: Callable[[Parts], str]
    hurried: bool = False
    stated: bool = False


def emergency(p: Parts) -> str:
    """One block of labelled sentences."""
    return (
        f"ED note. {p.age}{p.sex}. PC: {p.story.problem}. HPC: {p.course}. "
        f"PMH: {', '.join(p.history)}. DH: {', '.join(p.medicines)}. {p.fields(' ')} "
        f"{' '.join(p.asides)} Plan: {p.story.plan}."
    )


def discharge(p: Parts) -> str:
    """A letter in prose."""
    return (
        f"Dear colleague,\n\nThank you for taking over the care of this {p.age}-year-old "
        f"{p.person}, "
        f"who was with us because of {p.story.problem}. {p.course}. {p.asides[0]} "
        f"Past history: {', '.join(p.history)}.\n\n{p.told()} {' '.join(p.asides[1:])}\n\n"
        f"Medication on discharge: {', '.join(p.medicines)}. For you to arrange: {p.story.plan}."
    )


def clerking(p: Parts) -> str:
    """Lines with labels in capitals."""
    asides = "\n".join(p.asides)
    return (
        f"ADMISSION CLERKING\nPC: {p.story.problem}\nHPC: {p.age} y/o {p.person}. {p.course}.\n"
        f"PMHx: {', '.join(p.history)}\nDHx: {', '.join(p.medicines)}\n{p.fields()}\n"
        f"OTHER\n{asides}\n\nIMP: {p.story.problem}\nPLAN: {p.story.plan}"
    )


def ward_round(p: Parts) -> str:
    """Bullets."""
    rows = (
        f"{p.age} {p.sex}, {p.story.problem}", p.course, *p.asides[:1],
        *(f"{fact.label}: {fact.value}" for fact in p.facts),
        f"Background {', '.join(p.history)}", f"Drug chart: {', '.join(p.medicines)}",
        *p.asides[1:], f"Plan: {p.story.plan}",
    )  # fmt: skip
    return f"Ward round, day {1 + p.number % 6}\n" + "\n".join(f"- {row}" for row in rows)


def preoperative(p: Parts) -> str:
    """Lines with labels, facts first."""
    return (
        f"Pre-operative assessment\n{p.fields()}\nIndication: {p.story.problem}\n"
        f"Patient: {p.age}-year-old {p.person}\nPresent illness: {p.course}.\n"
        f"Past history: {', '.join(p.history)}\nMedicines: {', '.join(p.medicines)}\n"
        f"Remarks: {' '.join(p.asides)}\nPlan: {p.story.plan}"
    )


def clinic(p: Parts) -> str:
    """A letter in prose, facts in the middle."""
    return (
        f"Clinic letter. I saw this {p.age}-year-old {p.person} about {p.story.problem}. "
        f"{p.course}. {' '.join(p.asides)} In the past {p.she} has had "
        f"{', '.join(p.history)}. {p.told()} Regular medicines are {', '.join(p.medicines)}. "
        f"We agreed on the following: {p.story.plan}."
    )


def nursing(p: Parts) -> str:
    """Short sentences, facts last."""
    return (
        f"Nursing handover, bed {1 + p.number % 28}. {p.age}-year-old {p.person} with "
        f"{p.story.problem}. {p.course}. Background of {', '.join(p.history)}. Slept well, "
        f"eating half portions, skin intact. {' '.join(p.asides)} Medicines given on time: "
        f"{', '.join(p.medicines)}. To do: {p.story.plan}. {p.told()}"
    )


def transfer(p: Parts) -> str:
    """Situation, background, assessment, recommendation."""
    return (
        f"S: transfer of {p.a} {p.age}-year-old {p.person} with {p.story.problem}.\n"
        f"B: {', '.join(p.history)}. Takes {', '.join(p.medicines)}. {p.told()}\n"
        f"A: {p.course}. {' '.join(p.asides)}\nR: {p.story.plan}."
    )


def referral(p: Parts) -> str:
    """A general practitioner's letter with a block of fields at its end."""
    return (
        f"Referral. Please see this {p.age}-year-old {p.person} with {p.story.problem}. "
        f"{p.course}. {' '.join(p.asides)} My thoughts so far: {p.story.plan}.\n\n"
        f"Problems: {', '.join(p.history)}\nRepeat prescriptions: {', '.join(p.medicines)}\n"
        f"{p.fields()}"
    )


def outpatient_form(p: Parts) -> str:
    """Headings with what belongs to them below."""
    asides = "\n".join(p.asides)
    facts = "\n\n".join(f"{fact.label}:\n{fact.value}" for fact in p.facts)
    return (
        f"Reason for visit:\n{p.story.problem}, {p.age}-year-old {p.person}\n\n"
        f"Findings:\n{p.course}\n\nHistory:\n{', '.join(p.history)}\n{asides}\n\n{facts}\n\n"
        f"Medicines:\n{', '.join(p.medicines)}\n\nPlan:\n{p.story.plan}"
    )


LAYOUTS = (
    Layout("emergency department note", emergency, hurried=True),
    Layout("discharge letter", discharge),
    Layout("admission clerking", clerking, hurried=True, stated=True),
    Layout("clinic letter", clinic),
    Layout("ward round", ward_round, hurried=True),
    Layout("pre-operative assessment", preoperative, stated=True),
    Layout("nursing handover", nursing),
    Layout("transfer", transfer, hurried=True),
    Layout("referral", referral, stated=True),
    Layout("outpatient form", outpatient_form),
)
