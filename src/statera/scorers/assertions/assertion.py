"""A fact that a text must state, or must not claim, declared before anything is asked.

concept: penicillin allergy          # what reports call it
synonyms: [penicillin, PCN]          # any of them names the thing
relation: allergy                    # what must be said of the thing
severity: critical
owner: medication safety
source: note                         # the column that states it; without it, the prompt
"""

from typing import Literal

import msgspec

from statera.errors import DeclarationError

Relation = Literal["mention", "allergy", "medication", "order", "device", "pregnancy", "pending"]
State = Literal["present", "absent"]
Silence = Literal["fails", "allowed"]


class Assertion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fact with the words that name it.

    `state` is `absent` for a fact like "no known drug allergies"; whether saying nothing of it is a
    failure is `silence`. `cues` are words that must stand in the same clause, in place of the
    relation's own; `opposites` are what contradicts it (`full code`); `vague` is what hints at it
    without naming it (`blood thinner`): a partial omission. With `exclusive` nothing else may be
    claimed in that relation: an allergy that the source does not state is a fabrication. `span` is
    the half-open range of characters of the source that states it. `kind` groups assertions.
    """

    concept: str
    synonyms: tuple[str, ...] = ()
    relation: Relation = "mention"
    state: State = "present"
    silence: Silence = "fails"
    cues: tuple[str, ...] = ()
    opposites: tuple[str, ...] = ()
    vague: tuple[str, ...] = ()
    exclusive: bool = False
    severity: str = "critical"
    owner: str = ""
    source: str = ""
    span: tuple[int, int] | None = None
    kind: str = ""

    def __post_init__(self) -> None:
        if problem := _problem(self):
            raise BadAssertion(f"'{self.concept}': {problem}")


class BadAssertion(DeclarationError, ValueError):
    """An assertion declared wrong. Being a ValueError too, it gets its path when read from a "
    "file."""


def _problem(assertion: Assertion) -> str:
    if not assertion.concept.strip():
        return "`concept` is empty"
    if not all(word.strip() for word in assertion.synonyms + assertion.opposites):
        return "a synonym is empty"
    if not assertion.synonyms and (assertion.state, assertion.relation) != ("absent", "allergy"):
        return "needs `synonyms`; only `relation: allergy` with `state: absent` does without"
    if assertion.exclusive and assertion.relation != "allergy":
        return "`exclusive` is for `relation: allergy`"
    if assertion.silence == "allowed" and assertion.state == "present":
        return "`silence: allowed` is for `state: absent`"
    if assertion.span and not 0 <= assertion.span[0] < assertion.span[1]:
        return "`span` is [start, end) with start below end"
    return ""
