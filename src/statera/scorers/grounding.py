"""Answers from a source: right, given at all, and made of nothing that the source lacks.

The source stands in the sample's field `source`. A sample without a reference asks for what the
source does not say; there abstaining is right.

| score | of | 1 where |
|---|---|---|
| `grounded_answer` | all | the answer is right; the source lacks it, and the reply abstains |
| `answered` | answerable from the source | an answer was given |
| `abstains_when_lacking` | not in the source | the reply abstains |
| `unsupported` | all that could be read | the reply has a figure or a name that neither source nor question has |

Unsupported is closed form: figures (number words included), and words with a capital letter that
are not the first of a sentence; in an answer of at most three words the first counts too. It
misses what is wrong in plain words, and a figure that merely follows from others counts as
unsupported. A lower bound of what is made up, then, and no entailment.
"""  # noqa: E501

import re
from collections.abc import Iterator

from statera.errors import DeclarationError
from statera.records.samples import Sample
from statera.records.scores import Score
from statera.records.trials import Trial
from statera.scorers.reading.source import prepare
from statera.scorers.rules import Rule
from statera.scorers.short_answers import (
    ANSWERS,
    SOURCE,
    last,
    nothing,
    rightly,
    scored,
    undrawn,
    words,
)

SHORT = 3
"""An answer of so many words is no sentence: its first word is a name where it has a capital."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ONE = re.compile(r"(?<![\w-])one\b", re.I)
"""Rather "the red one" than a figure."""
_START = re.compile(r"(?:\A|[.!?:]\s|\n)[\W_]*\Z")
_LABEL = re.compile(r"^\W*(?:answer|note|source)\W{0,3}[:=]|^\W*confidence\b.*$", re.I | re.M)
_PLAIN = frozenset(
    re.findall(
        r"\w+",
        "i it its in on at by the a an to from of for with no not yes none because they he she "
        "this that these those there his her their after before about only both each every between "
        "during since until when where why how and or but if as",
    )
)


class GroundedAnswer(Rule, frozen=True, kw_only=True, tag="grounded_answer"):
    """Right where the answer is, or where the source lacks it and the reply abstains."""

    version = "1"
    default_metric = "grounded_answer"
    columns = (SOURCE,)

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the score of the last reply; DeclarationError for a sample without a source."""
        source_of(sample)
        return rightly(self.metric, sample, last(sample, trial))


class Answered(Rule, frozen=True, kw_only=True, tag="answered"):
    """1 where what the source says was answered, rightly or not."""

    version = "1"
    default_metric = "answered"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the score of the last reply; none where the source lacks the answer."""
        found = last(sample, trial)
        if not sample.accepted:
            return undrawn(self.metric, "not in the source")
        tried = found.label in ANSWERS
        return nothing(self.metric, found) or scored(self.metric, found, float(tried), tried)


class AbstainsWhenLacking(Rule, frozen=True, kw_only=True, tag="abstains_when_lacking"):
    """1 where the source lacks the answer and the reply says so."""

    version = "1"
    default_metric = "abstains_when_lacking"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the score of the last reply; none where the source has the answer."""
        found = last(sample, trial)
        if sample.accepted:
            return undrawn(self.metric, "in the source")
        good = found.label == "abstained"
        return nothing(self.metric, found) or scored(self.metric, found, float(good), good)


class Unsupported(Rule, frozen=True, kw_only=True, tag="unsupported"):
    """1 where the reply has a figure or a name that neither source nor question has.

    What an accepted answer says in other words ("2 pm" for 14:00) is supported.
    """

    version = "1"
    default_metric = "unsupported"
    columns = (SOURCE,)
    better = "lower"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the score of the last reply; DeclarationError for a sample without a source."""
        given = "\n".join((source_of(sample), sample.input, *sample.accepted))
        found = last(sample, trial)
        if found.label == "broken" or (found.label == "unread" and found.cut_off):
            return scored(self.metric, found, None, False)
        plain = _LABEL.sub("", prepare(trial.response.text or "").text)
        made_up = next(unsupported(plain, given), "") if found.label != "silent" else ""
        why = f"in neither source nor question: {made_up}" if made_up else ""
        return scored(self.metric, found, float(bool(made_up)), not made_up, why)


def unsupported(reply: str, given: str) -> Iterator[str]:
    """Yield each figure and name of the reply that `given` lacks, figures first.

    >>> list(unsupported("Built by Anna Holt in 1974.", "Karin Holt built it in 1974."))
    ['Anna']
    """
    known = _stems(given)
    figures = dict.fromkeys(one for one in words(_ONE.sub("", reply)) if one[0].isdigit())
    yield from (one for one in figures if one not in known)
    for line in reply.splitlines():
        short = len(line.split()) <= SHORT
        for m in _WORD.finditer(line):
            if m[0][0].isupper() and (short or not _START.search(line[: m.start()])):
                stem = _stem(m[0])
                if len(m[0]) > 1 and _made_up(m[0], stem, known):
                    yield m[0]


def _made_up(word: str, stem: str, known: set[str]) -> bool:
    return stem not in known and word.casefold() not in _PLAIN and not stem[0].isdigit()


def source_of(sample: Sample) -> str:
    """Return the source; DeclarationError where the sample has none."""
    found = sample.fields.get(SOURCE)
    if not isinstance(found, str) or not found.strip():
        raise DeclarationError(f"{sample.id}: the field `{SOURCE}` is empty. Allowed: a text")
    return found


def _stems(text: str) -> set[str]:
    return {_stem(one) for one in words(text)}


def _stem(word: str) -> str:
    """Return the word without case, accents, possessive and plural endings."""
    bare = re.sub(r"['’]s?\Z", "", word)
    plain = "".join(words(bare)) or bare.casefold()
    return plain[:-1] if len(plain) > 3 and plain.endswith("s") else plain
