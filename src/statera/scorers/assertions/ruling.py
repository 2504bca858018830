"""What becomes of an assertion in a summary: it holds, or it fails in one of six ways.

| failure | of what should be stated | of what must not be claimed |
|---|---|---|
| `omission` | it is not there | nothing is said, and silence fails |
| `partial` | hinted at, or another of its kind is there | |
| `contradiction` | it is denied, or its opposite is claimed | |
| `fabrication` | an allergy that the source does not state | it is claimed |
| `truncation` | it is not there, and the reply was cut off | |
| `refusal` | the summary was declined | |

Where the two checks (`mentions`, by words; `allergens`, by structure) disagree, or a text says
both, the failure is unsure: a person, or a judge, confirms it.
"""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

from statera.scorers.assertions.allergens import Allergen, AllergyList, allergies
from statera.scorers.assertions.assertion import Assertion, Relation
from statera.scorers.assertions.clauses import clauses, plain
from statera.scorers.assertions.mentions import Said, mentions, opposed, pattern, vaguely
from statera.scorers.assertions.relations import FAMILY, RELATIONS
from statera.scorers.assertions.substances import KNOWN, OTHERS

Failure = Literal["contradiction", "fabrication", "refusal", "truncation", "partial", "omission"]
FAILURES: tuple[Failure, ...] = get_args(Failure)
"""The gravest first: what is named where several assertions fail."""

MISSING: tuple[Failure, ...] = ("omission", "partial", "truncation", "refusal")

_ENDED_COUNTS = ("medication", "device", "order", "pending")
_TOKEN = re.compile(r"[\w-]+")
_INTOLERANCE = re.compile(r"\bintoler|side[- ]effect|upset|nausea", re.I)
_USED = re.compile(
    r"\b(?:receiv|took|tak|treat|start|prescrib|us(?:ed|es|ing)|course of|gave|got|"
    r"on)\w*\W*(?:\w+\W+){0,2}$",
    re.I,
)
_AROUND = 60
_ALLERGIC = re.compile(r"\bal+erg\w*", re.I)

_KNOWN = frozenset(name.removesuffix("s") for name in KNOWN)
_NO_DRUGS = frozenset(name.removesuffix("s") for name in OTHERS)

Span = tuple[int, int]


class Ruling(NamedTuple):
    """How one assertion fares; `failure` is None where it holds. `span` is of the summary."""

    assertion: Assertion
    failure: Failure | None = None
    unsure: bool = False
    span: Span | None = None
    what: str = ""


def rulings(
    assertions: Sequence[Assertion], summary: str, source: str, *, cut_off: bool = False
) -> tuple[Ruling, ...]:
    """Return a ruling for each assertion, and one for each allergy that was made up; pure.

    `source` is what was summarised; `cut_off` says that the summary ended at the token limit.
    """
    text = plain(summary)
    found = [_ruling(assertion, text) for assertion in assertions]
    held = {one.assertion.relation for one in found if one.failure is None}
    settled = [_settled(one, held, cut_off=cut_off) for one in found]
    return (*settled, *_made_up(assertions, text, plain(source)))


def stated(assertion: Assertion, source: str) -> bool:
    """Return True where the source bears the assertion out, as the checks read it.

    With a span, that part of the source is read.
    """
    part = source if assertion.span is None else source[slice(*assertion.span)]
    ruling = _ruling(assertion, plain(part))
    return ruling.failure is None or (ruling.unsure and ruling.span is not None)


def _settled(ruling: Ruling, held: set[Relation], *, cut_off: bool) -> Ruling:
    if ruling.failure not in ("omission", "partial"):
        return ruling
    if cut_off:
        return ruling._replace(failure="truncation")
    return ruling._replace(failure="partial") if ruling.assertion.relation in held else ruling


def _ruling(assertion: Assertion, text: str) -> Ruling:
    if assertion.relation == "allergy":
        listed = allergies(text)
        if assertion.state == "absent":
            return _no_allergy(assertion, text, listed)
        return _allergy(assertion, text, listed)
    return _absent(assertion, text) if assertion.state == "absent" else _present(assertion, text)


def _places(assertion: Assertion, text: str) -> dict[Said, Span]:
    """Return the first place of each thing that is said of it."""
    places: dict[Said, Span] = {}
    for mention in mentions(assertion, text):
        places.setdefault(mention.said, mention.span)
    return places


def _present(assertion: Assertion, text: str) -> Ruling:
    places = _places(assertion, text)
    against = places.get("denied")
    if assertion.relation in _ENDED_COUNTS or "stated" not in places:
        against = against or places.get("ended")
    if against is None and (claims := opposed(assertion, text)):
        against = claims[0].span
    if "stated" in places:
        if against is None:
            return Ruling(assertion, span=places["stated"])
        return Ruling(assertion, "contradiction", True, against, "says both")
    if against is not None:
        return Ruling(assertion, "contradiction", False, against)
    return _missing(assertion, text, places.get("doubtful"))


def _missing(assertion: Assertion, text: str, doubtful: Span | None) -> Ruling:
    if doubtful is not None:
        return Ruling(assertion, "omission", True, doubtful, "left open")
    return Ruling(assertion, "partial" if vaguely(assertion, text) else "omission")


def _allergy(assertion: Assertion, text: str, listed: AllergyList) -> Ruling:
    places = _places(assertion, text)
    own = [item for item in listed.items if _named(assertion, item, text)]
    by_words, by_list = places.get("stated"), next((i.span for i in own if i.stated), None)
    against = places.get("denied") or next((i.span for i in own if not i.stated), None)
    if by_words and by_list:
        if against is None and listed.none and not _no_drug(assertion):
            against = listed.none
        if against is None:
            return Ruling(assertion, span=by_list)
        return Ruling(assertion, "contradiction", True, against, "says both")
    if by_words and not against and not _elsewhere(text, by_words, listed):
        return Ruling(assertion, span=by_words)
    if either := by_words or by_list:
        checks = "by its words only" if by_words else "by its structure only"
        return Ruling(assertion, "omission", True, either, checks)
    against = against or places.get("ended") or listed.none
    if against is not None:
        return Ruling(assertion, "contradiction", False, against)
    hinted = not listed.items and _hinted(text)
    missing = _missing(assertion, text, places.get("doubtful"))
    return missing._replace(failure="partial") if hinted and not missing.unsure else missing


def _elsewhere(text: str, place: Span, listed: AllergyList) -> bool:
    """Return True where the structure gives the allergy of that clause to another thing.

    So it does where it lists others there, and where the thing was only used.
    """
    clause = next(c for c in clauses(text) if c.start <= place[0] < c.start + len(c.text))
    end = clause.start + len(clause.text)
    others = any(clause.start <= item.span[0] < end for item in listed.items)
    return others or bool(_USED.search(text[clause.start : place[0]]))


def _hinted(text: str) -> bool:
    """Return True where some clause speaks of an allergy of the patient's."""
    return any(_ALLERGIC.search(one.text) and not FAMILY.search(one.text) for one in clauses(text))


def _no_drug(assertion: Assertion) -> bool:
    return any(token in _NO_DRUGS for word in assertion.synonyms for token in _tokens(word))


def _no_allergy(assertion: Assertion, text: str, listed: AllergyList) -> Ruling:
    claimed = [item for item in listed.items if item.stated and _named(assertion, item, text)]
    if claimed:
        sure = listed.none is None and not _KNOWN.isdisjoint(_tokens(claimed[0].name))
        return Ruling(assertion, "fabrication", not sure, claimed[0].span, claimed[0].name)
    denied = [item.span for item in listed.items if not item.stated and assertion.synonyms]
    if listed.none or denied or assertion.silence == "allowed":
        return Ruling(assertion, span=listed.none or next(iter(denied), None))
    return Ruling(assertion, "omission")


def _named(assertion: Assertion, item: Allergen, text: str) -> bool:
    """Return True where one of the assertion's words stands in the item, or next to it."""
    if not assertion.synonyms:
        return True
    start, end = item.span
    where = pattern(assertion.synonyms).finditer(text, max(0, start - _AROUND), end + _AROUND)
    return any(w.start() <= end and start <= w.end() + 1 for w in where)


def _absent(assertion: Assertion, text: str) -> Ruling:
    places = _places(assertion, text)
    if "stated" in places:
        return Ruling(assertion, "fabrication", "denied" in places, places["stated"])
    against = places.get("denied") or places.get("ended")
    if against is None and (claims := opposed(assertion, text)):
        against = claims[0].span
    if against or assertion.silence == "allowed":
        return Ruling(assertion, span=against)
    return Ruling(assertion, "omission")


def _made_up(assertions: Sequence[Assertion], text: str, source: str) -> list[Ruling]:
    """Return a fabrication for each listed allergy that neither source nor assertions know.

    What is no known allergen but stands in the source is where a list ran on into something else.
    """
    owner = next((one for one in assertions if one.exclusive and one.state == "present"), None)
    if owner is None:
        return []
    own = [one for one in assertions if one.relation == "allergy" and one.synonyms]
    known = {token for i in allergies(source).items if i.stated for token in _tokens(i.name)}
    known |= {token for token in _tokens(source) if token not in _KNOWN}
    extra = [
        item
        for item in allergies(text).items
        if item.stated
        and not _ran_on(item, text)
        and known.isdisjoint(_tokens(item.name))
        and not any(_named(one, item, text) for one in own)
    ]
    return [
        Ruling(owner, "fabrication", _unsure(item, text, source), item.span, item.name)
        for item in extra
    ]


def _ran_on(item: Allergen, text: str) -> bool:
    """Return True for what no list of allergens would hold, after a comma of a sentence."""
    after = text[: item.span[0]].rstrip().endswith(",")
    return after and not item.field and _KNOWN.isdisjoint(_tokens(item.name))


def _unsure(item: Allergen, text: str, source: str) -> bool:
    """Return True unless it is a known allergen, of which the source says nothing like it.

    One that the source names may also stand after a comma because a list ran on.
    """
    tokens = set(_tokens(item.name))
    if tokens.isdisjoint(_KNOWN):
        return True
    near = [c.text for c in clauses(source) if not tokens.isdisjoint(_tokens(c.text))]
    if near and text[: item.span[0]].rstrip().endswith(","):
        return True
    cues = RELATIONS["allergy"].cues
    return any(
        _INTOLERANCE.search(clause) or (cues and cues.search(clause) and not FAMILY.search(clause))
        for clause in near
    )


def _tokens(text: str) -> list[str]:
    """Return the words in lower case and in the singular, short ones left out."""
    found = (token.removesuffix("s") for token in _TOKEN.findall(text.lower()))
    return [token for token in found if len(token) > 2]
