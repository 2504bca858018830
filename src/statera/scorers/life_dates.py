"""Years of birth and death that a biography states, against its subject's: errors without a judge.

The sample's fields `born` and `died` list the years that are right, `subject` is its name. What is
stated elsewhere in the reply is a judge's to check.
"""

import re
from collections.abc import Iterator

from statera.errors import DeclarationError
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.scores import Reading, Score
from statera.records.trials import Trial
from statera.scorers.arms import silent, undrawn
from statera.scorers.outcomes import broken
from statera.scorers.reading.source import prepare
from statera.scorers.refusal import by_provider, refused
from statera.scorers.rules import Rule, answered
from statera.scorers.short_answers import declines

BORN, DIED, SUBJECT = "born", "died", "subject"

_YEAR = r"(?<!\d)(1\d{3}|20\d{2})(?!\d)"
_LIFE = re.compile(
    rf"\([^()\n]{{0,80}}?{_YEAR}[^()\n]{{0,30}}?[–—-]\s?[^()\n]{{0,30}}?{_YEAR}(?:/\d\d?)?\s*\)"
    rf"|,\s*{_YEAR}\s?[–—-]\s?{_YEAR}\s*,"
)
_BIRTH = re.compile(rf"\bborn\b[^.;\n]{{0,80}}?{_YEAR}", re.I)
_DEATH = re.compile(
    rf"\b(?:died|passed\s+away|(?:his|her)\s+(?:own\s+)?death)\b[^.;\n]{{0,80}}?{_YEAR}", re.I
)
_KIN = re.compile(
    r"\b(?:husband|wife|father|mother|parents?|brother|sister|sons?|daughters?|child(?:ren)?|uncle|"
    r"cousin|friend|whose)\b[^.;\n]*\Z",
    re.I,
)
_NAME = re.compile(
    r"((?:[^\W\d_a-zß-ÿ][\w'’.-]*\s+)*[^\W\d_a-zß-ÿ][\w'’.-]*),?\s*\(?(?:who\s+)?(?:was\s+)?\Z"
)
"""The name that stands before a birth or a death."""

_TITLES = frozenset(
    ("she", "he", "sir", "dr", "king", "queen", "emperor", "saint", "count", "president")
)
_OWN_VOICE = re.compile(
    r"\b(?:I|my|me|we|our)\b|\b(?i:sorry|as an ai|apologi[sz]e|unfortunately)\b"
)
"""Who refuses speaks of himself; a life is told in the third person."""

_NOT_FOUND = re.compile(
    r"\b(?:(?:could|can|did|do|was|were|am|is|are)(?:\s+not|n['’]t)|cannot|unable\s+to)\s+"
    r"(?:(?:be\s+)?able\s+to\s+)?(?:find|found|locate|identify|recogni[sz]e|aware|familiar)\b"
    r"|\bno\s+(?:\w+\s+){0,3}(?:information|records?|results?|person|figure|individual)\b",
    re.I,
)
"""Who was looked for and not found."""

_OPENING = 120
"""In so many characters a pair of years in brackets is a life; further on it may be a reign."""

_FEWEST = 8
"""With fewer words nothing is told of a life."""

_SHORT = 40
"""As many words a reply may have that says nothing but that it does not know."""


class BiographyGiven(Rule, frozen=True, kw_only=True, tag="biography_given"):
    """1 where the reply is a biography; 0 where it abstains or refuses, or says nothing."""

    version = "2"
    default_metric = "biography_given"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the score of the last reply."""
        response = trial.response
        if why := broken(response):
            return Score(metric=self.metric, value=None, outcome="infra_error", why=why)
        given = gives_biography(response)
        return answered(self.metric, response, Reading(value=str(given)), given)


class LifeDatesWrong(Rule, frozen=True, kw_only=True, tag="life_dates_wrong"):
    """1 where a stated year of birth or death is not the subject's; none where none is stated."""

    version = "1"
    default_metric = "life_dates_wrong"
    columns = (BORN, DIED)
    listed = (BORN, DIED)
    better = "lower"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the score; DeclarationError where the sample names no years."""
        right = {name: _years(sample, name) for name in (BORN, DIED)}
        if (absent := silent(self.metric, trial.response)) is not None:
            return absent
        told = list(life_dates(trial.response.text or "", _names(sample)))
        if not told:
            return undrawn(self.metric, "no year of birth or death is stated")
        wrong = [f"{name} {year}" for name, year in told if year not in right[name]]
        why = ", ".join(dict.fromkeys(wrong))
        return Score(
            metric=self.metric,
            value=float(bool(wrong)),
            outcome="wrong" if wrong else "right",
            why=why,
            extracted=", ".join(dict.fromkeys(f"{name} {year}" for name, year in told)),
        )


def gives_biography(response: Response) -> bool:
    """Return whether a response is more than an abstention, a refusal, or nothing."""
    text = response.text or ""
    count = len(text.split())
    if count < _FEWEST or by_provider(response):
        return False
    if any(life_dates(text)):
        return True
    start = text[:_OPENING]
    lost = declines(start) or _NOT_FOUND.search(start) is not None
    if _OWN_VOICE.search(start) and (lost or refused(response)):
        return False
    return count > _SHORT or not declines(text)


def life_dates(text: str, names: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """Yield each year that is stated as the subject's birth or death: of births the first.

    Of deaths it is the last; those of somebody's kin are neither, nor, where `names` says in small
    letters what the subject is called, those of whoever has another name.

    >>> list(life_dates("Ada Lovelace (1815-1852) was born in London in 1815."))
    [('born', '1815'), ('died', '1852'), ('born', '1815')]
    """
    plain = prepare(text).text
    if found := _LIFE.search(plain[:_OPENING]):
        yield BORN, found[1] or found[3]
        yield DIED, found[2] or found[4]
    births, deaths = (
        [m[1] for m in pattern.finditer(plain) if not _other(plain[: m.start()], names)]
        for pattern in (_BIRTH, _DEATH)
    )
    yield from ((BORN, year) for year in births[:1])
    yield from ((DIED, year) for year in deaths[-1:])


def _other(before: str, names: frozenset[str]) -> bool:
    """Return whether what stands before a birth or death says that it is somebody else's."""
    if _KIN.search(before):
        return True
    found = _NAME.search(before[-_OPENING:])
    if not names or found is None:
        return False
    called = {one.casefold().strip(".'’s") for one in found[1].split()} - _TITLES
    return not called <= names


def _names(sample: Sample) -> frozenset[str]:
    """Return what the subject is called: its name, and that of the fact sheet's first words."""
    born = str(sample.reference or "").partition(" on ")[0].partition(",")[0]
    called = f"{sample.fields.get(SUBJECT, '')} {born}".casefold().split()
    return (
        frozenset(one.strip(".'’s") for one in called) if SUBJECT in sample.fields else frozenset()
    )


def _years(sample: Sample, name: str) -> list[str]:
    found = sample.fields.get(name)
    if not isinstance(found, list) or not found:
        raise DeclarationError(f"{sample.id}: the field `{name}` is no list of years")
    return [str(one) for one in found]
