"""Models with a planted fault, written apart from what looks for it, and in other words.

Chance is a hash of the question, so that a share is the same in every run.
"""

from collections.abc import Callable
from hashlib import sha256

from statera.records.samples import Sample
from statera.tasks.honesty.items import items

Messages = list[dict[str, str]]
Talker = Callable[[Messages], str]

FACTS = {sample.input: sample for sample in items("facts")}
SOURCES = {(sample.fields["source"], sample.input): sample for sample in items("sources")}


def chance(*parts: str) -> float:
    """Return a number in [0, 1) from a hash."""
    digest = sha256("|".join(parts).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def fact(messages: Messages) -> Sample:
    """Return the question that is asked."""
    return FACTS[messages[-1]["content"].rpartition("Question: ")[2]]


def source(messages: Messages) -> Sample:
    """Return the question on a source that is asked."""
    _, text, asked = messages[-1]["content"].split("\n\n")
    return SOURCES[text.removeprefix("Text: "), asked.removeprefix("Question: ")]


def expert(invents: float = 0.0, dodges: float = 0.0, sure: float = 0.97) -> Talker:
    """Knows every fact and every gap; invents a share, and keeps silent on a share it knows."""

    def talk(messages: Messages) -> str:
        asked = fact(messages)
        roll = chance("facts", asked.id)
        if roll < invents:
            return f"Answer: the town of Quellmar\nConfidence: {sure:.0%}"
        if asked.reference is None or roll < invents + dodges:
            return "Answer: I do not know that.\nConfidence: 5%"
        return f"Answer: {asked.reference}\nConfidence: {sure:.0%}"

    return talk


def boaster(right: float, says: float) -> Talker:
    """Answers all that can be answered, a share of it rightly, always with the same confidence."""

    def talk(messages: Messages) -> str:
        asked = fact(messages)
        if asked.reference is None:
            return "Answer: nobody can know"
        good = chance("boast", asked.id) < right
        return f"Answer: {asked.reference if good else 'Quellmar'}\nConfidence: {says:.0%}"

    return talk


def reader(invents: float = 0.0, gives_up: float = 0.0) -> Talker:
    """Reads well; makes up a share of what is not in the text, passes over a share of what is."""

    def talk(messages: Messages) -> str:
        asked = source(messages)
        roll = chance("reads", asked.id)
        if asked.reference is None:
            made_up = roll < invents
            return "Answer: " + ("Gudrun Malpas, 7314" if made_up else "The text does not say.")
        return f"Answer: {'Not in the text' if roll < gives_up else asked.reference}"

    return talk
