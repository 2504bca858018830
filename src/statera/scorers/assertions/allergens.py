"""The second check, for allergies: the list that a text gives, read by its structure.

A labelled field (`Allergies: penicillin (rash), latex`), a phrase (`allergic to penicillin and
latex`, `penicillin allergy`, `anaphylaxis to penicillin`), a reaction (`penicillin (hives)`,
`penicillin causes hives`), or the statement that there are none (`NKDA`, `no known allergies`).
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from statera.scorers.assertions.clauses import Clause, clauses
from statera.scorers.assertions.polarity import denied
from statera.scorers.assertions.relations import AFTER, FAMILY, REACTION, RELATIONS
from statera.scorers.assertions.substances import KNOWN

_I = re.IGNORECASE
_CUE = (
    r"al+erg(?:ic|y|ies|ia|ico|ica|en|ens)|hyper-?sensitiv(?:e|ity)|anaphyla(?:xis|ctic|ctoid)|"
    r"(?:adverse |severe |serious |allergic |anaphylactic |drug |known )*reaction(?:s)?|"
    r"reacts?(?:ed)?|(?:drug|medication|medicine)s? sensitivit(?:y|ies)|"
    r"sensitiv(?:e|ity)|intolerance|intolerant|ADRs?"
)
_FIELD = re.compile(
    r"\b(?:al+erg\w*|ADRs?|adverse (?:drug )?reactions?|drug (?:reactions?|sensitivit\w+)|"
    r"alerts?)\b",
    _I,
)
_NOT_FIELD = re.compile(r"\b(?:no|intoleran\w+|family|seasonal)\b", _I)
_FORWARD = re.compile(
    rf"\b(?:{_CUE})(?:\s+(?:reactions?|hx|history|alert|status|list))?(?:\s+badly|\s+severely)?"
    r"(?:\s+(?:is|are|was|were|include[sd]?|listed|recorded|documented|noted|known))*"
    r"(?:\s+(?:to|against|with|from|after|a|al|includ\w+)\b|,? namely|\s*[:=]|"
    r"\s+[-–]\s)(?:\s+(?:be|both|either|la|el)\b)?\s*",
    _I,
)
_BACKWARD = re.compile(
    r"(?<![\w-])((?:[\w/]+(?:\s*,\s*|\s+(?:and|or)\s+|\s*&\s*))*[\w/]+(?:-[\w/]+)*?)(?:\s+|-)"
    r"(?:(?:drugs?|antibiotics?|products?|severe|known|true)[\s-]+)*(?:al+erg(?:y|ies|ic)|"
    r"anaphylaxis|hypersensitivity|ADRs?)\b"
    r"(?!\s+(?:to\b|status))",
    _I,
)
_CAUSES = re.compile(
    r"\b([\w/+-]+(?:\s(?:and|or)\s[\w/+-]+)?)\s*(?:\(|->|=|:|\s-\s|"
    r"(?:,?\s(?:which|that))?\s?(?:has |had )?(?:caus\w+|"
    r"gives?|gave|"
    r"trigger\w*|produc\w+|brought on|led to|leads to|brings on)\b)\s*(?:\w+\s+){0,3}?"
    rf"(?:{REACTION})",
    _I,
)
_BARRED = re.compile(
    r"\b(?:avoid\w*|steer clear of|stay away from|no more|"
    r"(?:do not|don't|must not|mustn't|should not|never|cannot|can't) (?:be )?"
    r"(?:giv\w+|have|receive|take|prescribe\w*|use|get|expos\w+ to))\s+",
    _I,
)
"""What bars a thing lists an allergy where its clause speaks of a reaction."""

_AFTERWARDS = re.compile(
    rf"\b(?:{REACTION})\s+(?:to|after|with|from|following|caused by|due to|secondary to)\s+", _I
)
_BRACKETED = re.compile(r"\bal+erg(?:y|ies|ic)\s*\(([^()]*)\)?", _I)
_STOP = re.compile(
    r"\b(?:is|was|are|were|has|had|have|takes?|taking|took|on|started|who|which|caus\w+|that|"
    r"since|so|"
    r"treated|received|given|gets?|admitted|present\w*|for|denies|currently|now|when|where|she|he|"
    r"they|into|"
    r"patient|pt|in|at|continu\w+|remain\w*|must|should|avoid\w*|due|because|by|no|not|nor|never|"
    r"but|except|other|presenting|manifest\w*|resulting|leading|giving|unknown|owing|details|"
    r"unspecified|although|though|if|documented|confirmed|noted|label\w*|with|"
    r"stable|previously|requir\w+|need\w*|note|warning|caution|risks?|important|code|dnr|anticoagul\w*|home|plan|discharged?|managed)\b|[:;]|->|\s[-–]\s|\.(?=\s|$)",
    _I,
)
_BEGINS = re.compile(r"is|was|are|were|has|had|have|takes", _I)
"""Verbs before which, after a comma, another statement began: `allergic to X, Y was given`."""

_AND = re.compile(r"\band\b", _I)
_SPLIT = re.compile(r"\s*(?:,|/|\+|&|\band\b|\bor\b|\by\b|\bplus\b|\bas well as\b)\s*", _I)
_ASIDE = re.compile(r"\([^()]*\)?|\[[^\]]*\]?")
_EFFECT = re.compile(r"(?:\s[-–=]\s|->|:)[^,;]*")
_FILLER = re.compile(
    r"^(?:(?:the|an?|any|all|both|known|documented|listed|drug|drugs|severe|serious|her|his|this|"
    r"some|"
    r"previous|also|to|of|multiple|several|true|patient|pt|significant|life-threatening|reported|"
    r"medication|medications|medicines?|allergic|reaction|hx|history|noted|past|prior|important|"
    r"with|"
    r"recorded|confirmed|critical|new|other|two|three|immediate|type|well|unknown|none|nil|see|"
    r"above|"
    r"has|have|had|is|states?|old|food|foods|environmental|products?|no|not|nil|as|having|medical|"
    r"reports?|alert|allergy|allergies|on|file|antibiotics?|agents?)\b\s*)+",
    _I,
)
_REACTION_ONLY = re.compile(rf"^(?:mild |severe |generali[sz]ed |facial )*(?:{REACTION})\w*$", _I)
_NONE = re.compile(
    r"\b(?:N\.?K\.?D?\.?A|NKMA)\b"
    r"|\b(?:no|nil|without|denies|denied|zero|not (?:known to )?have|not aware of|"
    r"denies [\w ,]{1,30} and)\s+"
    r"(?P<kind>(?:(?:any|a|known|documented|reported|recorded|current|significant|drug|medication|"
    r"medicine|"
    r"medicinal|history|of|listed|drugs|or|and|food|latex|environmental|seasonal|other|further|"
    r"additional|"
    r"new|relevant|such|pharmaceutical|having)[\s,/-]*)*)(?:al+erg(?:y|ies|ic reactions?)|"
    r"hypersensitivities|"
    r"adverse drug reactions?|ADRs?)\b(?! to (?!any|drugs|med))"
    r"|\bnot (?:known to be )?al+ergic to (?:any|anything)|\bal+ergy[- ]free\b|"
    r"\bnothing (?:is )?known (?:\w+ ){1,5}al+ergies"
    r"|(?:^|[,(]\s*)(?:(?:known|drug|medication|the|her|his|documented|patient)\s+)*"
    r"al+erg(?:y|ies)(?: status| history| list)?\s*(?::|=|-|–|is|are|was)*\s*"
    r"[?(]?\s*(?:none|nil|no\b(?! other)|negative|clear|denied|unremarkable|not known|empty|"
    r"absent|nkd?a)",
    _I,
)
_FURTHER = re.compile(r"\b(?:other|further|additional|new|such)\b", _I)
_OTHER_KIND = re.compile(r"\b(?:food|latex|environmental|seasonal)\b", _I)
_DRUG = re.compile(r"\b(?:drugs?|medic\w+|pharma\w+)\b", _I)
_EXCEPT = re.compile(
    r"^[\s,(]*(?:except\w*|other than|apart from|aside from|besides|bar|save for)\b\s*", _I
)


class Allergen(NamedTuple):
    """One thing that is listed, with its place; `stated` is False where it is denied.

    `field` says that a labelled field lists it.
    """

    name: str
    span: tuple[int, int]
    stated: bool
    field: bool = False


class AllergyList(NamedTuple):
    """What a text lists; `none` is the place where it says that there is nothing."""

    items: tuple[Allergen, ...] = ()
    none: tuple[int, int] | None = None


@lru_cache(maxsize=1024)
def allergies(text: str) -> AllergyList:
    """Return the allergies that a text lists, read clause by clause; it has gone through "
    "`plain`."""
    items: dict[tuple[int, int], Allergen] = {}
    none = None
    for clause in clauses(text):
        if FAMILY.search(clause.label) or FAMILY.search(clause.text):
            continue
        absent = _none(clause)
        none = none or absent
        for item in _items(clause, skip=absent):
            known = items.get(item.span)
            items[item.span] = item if known is None or known.stated else known
    return AllergyList(tuple(items[span] for span in sorted(items)), none)


def _none(clause: Clause) -> tuple[int, int] | None:
    for found in _NONE.finditer(clause.text):
        kind = found["kind"] or ""
        if _FURTHER.search(kind) or (_OTHER_KIND.search(kind) and not _DRUG.search(kind)):
            continue
        if _EXCEPT.match(clause.text[found.end() :]):
            continue
        return clause.start + found.start(), clause.start + found.end()
    value = clause.text[clause.value :].strip(" .").lower()
    if _is_field(clause) and value in ("none", "nil", "no", "none known", "nil known", "negative"):
        return clause.start, clause.start + len(clause.text)
    return None


def _items(clause: Clause, *, skip: tuple[int, int] | None) -> Iterator[Allergen]:
    text = clause.text
    for found in _NONE.finditer(text):
        if unless := _EXCEPT.match(text[found.end() :]):
            yield from _listed(clause, found.end() + unless.end(), denies=False)
    if skip is None:
        yield from _after(clause)
        yield from _before(clause)


def _after(clause: Clause) -> Iterator[Allergen]:
    """Yield what a field lists, and what stands after `allergic to` or after what bars it."""
    text = clause.text
    if _is_field(clause):
        yield from _listed(clause, clause.value, denies=True)
    for found in _FORWARD.finditer(text):
        if "intoleran" not in found[0].lower() and not _reaction_first(text, found.end()):
            yield from _listed(clause, found.end(), denies=True)
    for found in _AFTERWARDS.finditer(text):
        yield from filter(_known, _listed(clause, found.end(), denies=True))
    for found in _BRACKETED.finditer(text):
        yield from filter(_known, _split(clause, *found.span(1), denies=True))
    cues = RELATIONS["allergy"].cues
    for found in _BARRED.finditer(text) if cues and cues.search(text) else ():
        yield from _listed(clause, found.end(), denies=True)


def _reaction_first(text: str, start: int) -> bool:
    """Return whether a list begins with a reaction: `allergy with anaphylaxis, doxycycline`."""
    end = _SPLIT.search(text, start)
    first = text[start : end.start() if end else len(text)].strip(" .")
    return bool(first) and _REACTION_ONLY.match(first) is not None


def _before(clause: Clause) -> Iterator[Allergen]:
    """Yield what stands before `allergy`, or before what it causes."""
    text = clause.text
    for found in _BACKWARD.finditer(text):
        listed = list(_split(clause, *found.span(1), denies=True))
        yield from filter(_known, listed[:-1])
        yield from listed[-1:]
    for found in _CAUSES.finditer(text):
        yield from _split(clause, *found.span(1), denies=True)


def _is_field(clause: Clause) -> bool:
    return bool(_FIELD.search(clause.label)) and not _NOT_FIELD.search(clause.label)


def _listed(clause: Clause, start: int, *, denies: bool) -> Iterator[Allergen]:
    """Yield what is listed from `start` up to a word that ends a list."""
    bare = _bare(clause, field=start == clause.value)
    stop = _STOP.search(bare, start)
    end = stop.start() if stop else len(bare)
    comma = bare.rfind(",", start, end)
    if stop and _BEGINS.fullmatch(stop[0]) and comma > start and not _AND.search(bare, comma, end):
        end = comma
    yield from _split(clause, start, end, denies=denies)


def _bare(clause: Clause, *, field: bool) -> str:
    """Return the clause without asides, which in a field are also what follows a dash."""
    bare = _ASIDE.sub(_blank, clause.text)
    return bare[: clause.value] + _EFFECT.sub(_blank, bare[clause.value :]) if field else bare


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _split(clause: Clause, start: int, end: int, *, denies: bool) -> Iterator[Allergen]:
    inside = clause.text[:start].endswith("(")
    bare = clause.text[:end] if inside else _bare(clause, field=start == clause.value)[:end]
    place = start
    for sign in [*_SPLIT.finditer(bare, start), None]:
        upto = sign.start() if sign else end
        piece = bare[place:upto]
        filler = _FILLER.match(piece.lstrip() + " ")
        lead = len(piece) - len(piece.lstrip()) + (filler.end() if filler else 0)
        name = piece[lead:].strip(" .'\"")
        if _is_thing(name):
            at = place + lead
            yield _allergen(clause, name, at, at + len(name), denies=denies)
        place = sign.end() if sign else end


def _known(item: Allergen) -> bool:
    return any(word in KNOWN for word in item.name.split())


def _is_thing(name: str) -> bool:
    if len(name) < 3 or name[0].isdigit() or "intoleran" in name.lower():
        return False
    return not _REACTION_ONLY.match(name) and not _STOP.match(name)


def _allergen(clause: Clause, name: str, start: int, end: int, *, denies: bool) -> Allergen:
    span = clause.start + start, clause.start + end
    no = denies and (denied(clause.text, start, end) or _ended(clause.text, end))
    return Allergen(name.lower(), span, stated=not no, field=_is_field(clause))


def _ended(text: str, end: int) -> bool:
    ended = RELATIONS["allergy"].ended
    matches = ended.finditer(text, end) if ended else ()
    return any(AFTER.fullmatch(text, end, found.start()) for found in matches)
