"""How sure a reply says that it is, and how sure its tokens are.

The reply is asked for a line that is read exactly:

    Confidence: 85%

A percentage, `0.85`, `eighty-five percent` and `85/100` are the same, and so is what follows
("I'm about 85 % sure", "High (85 %)"). Without the line, "confidence: 85 %" inside another or "I am
85 % sure" is read. A range, a word alone ("high") and `1`, which could be one percent or certainty,
are no confidence; two that differ are none either. A missing confidence is a class of its own: it
is counted, never filled in.
"""

import re
from math import exp
from typing import NamedTuple

from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.scores import Score
from statera.records.trials import Trial
from statera.scorers.reading.source import prepare
from statera.scorers.rules import Rule
from statera.scorers.short_answers import Told, last, lost, scored, undrawn, words

MISSING = "no confidence stated"
_LINE = re.compile(
    r"^\W*(?:(?:my|the)\s+)?confidence(?:\s+(?:level|score|rating))?(?:\s*\([^()\n]*\))?"
    r"(?:\W{0,3}(?:[:=–—-]|\bis\b)[ \t]*(?P<line>\S.*)$|\W*\n\W*(?P<below>\S.*)$)",
    re.I | re.M,
)
_INSIDE = re.compile(
    r"\bconfidence(?:\s+(?:level|score|rating))?\s*(?:\bis\b|[:=–—-])?\s*"
    r"(?P<value>[^\w\n]?\d[\d.,]*\s*(?:%|percent\b|per\s+cent\b|/\s*100\b))"
    r"|\bI(?:['’]?m|\s+am)\s+(?:about\s+|around\s+)?(?P<sure>\d[\d.,]*\s*(?:%|percent\b))\s*"
    r"(?:sure|certain|confident)\b",
    re.I,
)
_NUMBER = r"(?P<number>\d{1,3}(?:[.,]\d+)?|[.,]\d+)"
_UNIT = r"(?:%|％|percent\b|per\s+cent\b|/\s*100\b|out\s+of\s+100\b)"
_PERCENT = re.compile(rf"(?<![\d.,]){_NUMBER}\s*{_UNIT}", re.I)
_BARE = re.compile(
    rf"[^\w\n]*(?:(?:about|around|approximately)\s+)?{_NUMBER}[^\w\n]*"
    r"(?:(?:sure|certain|confident)[^\w\n]*)?",
    re.I,
)
_RANGE = re.compile(rf"\d\s*(?:{_UNIT}\s*)?(?:-|–|—|\bto\b|\bor\b)\s*\d|\bbetween\s+\d", re.I)
_SPELT = re.compile(rf"\b(?P<words>[a-z]+(?:[\s-][a-z]+)?)\s+(?={_UNIT})", re.I)


class Stated(NamedTuple):
    """A confidence in [0, 1], or None and why."""

    value: float | None
    why: str = ""


def stated(text: str) -> Stated:
    """Return the confidence that a reply states.

    >>> stated("Answer: Rome\\nConfidence: 85%").value, stated("Confidence: 80-90 %").value
    (0.85, None)
    """
    plain = prepare(text).text
    found = [m["line"] or m["below"] for m in _LINE.finditer(plain)]
    found = found or [m["value"] or m["sure"] for m in _INSIDE.finditer(plain)]
    if not found:
        return Stated(None, MISSING)
    values = {_share(one) for one in found}
    if len(values) > 1:
        return Stated(None, "two confidences")
    value = values.pop()
    return Stated(value) if value is not None else Stated(None, f"no percentage: {found[0][:40]}")


def token_confidence(response: Response, span: tuple[int, int] | None) -> float | None:
    """Return the product of the chances of the tokens that make `text[span]`, in (0, 1].

    None where the endpoint gave no log-probabilities, or its tokens are not the reply's text.
    """
    if span is None or not response.logprobs or not response.text:
        return None
    joined = "".join(one.token for one in response.logprobs)
    offset = joined.find(response.text)
    if offset < 0:
        return None
    start, end, place, total = span[0] + offset, span[1] + offset, 0, 0.0
    for one in response.logprobs:
        if place < end and place + len(one.token) > start:
            total += one.logprob
        place += len(one.token)
    return min(1.0, exp(total))


class ConfidenceStated(Rule, frozen=True, kw_only=True, tag="confidence_stated"):
    """1 where an answer comes with a confidence that can be read."""

    version = "1"
    default_metric = "confidence_stated"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the score of the last reply; none where it gives no answer."""
        found = last(sample, trial)
        if absent := _no_answer(self.metric, found):
            return absent
        seen = stated(trial.response.text or "")
        there = seen.value is not None
        return scored(self.metric, found, float(there), there, seen.why)


class Brier(Rule, frozen=True, kw_only=True, tag="brier"):
    """The squared distance of the stated confidence from 1 (right) or 0 (wrong); less is better.

    Brier, Monthly Weather Review 78 (1950) 1-3. Of answers given; 0.25 is what a coin's "50 %"
    gets. `right` where the confidence lies on the right side of one half.
    """

    version = "1"
    graded = True
    default_metric = "brier"
    better = "lower"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the score of the last reply; none where it gives no answer."""
        found = last(sample, trial)
        if absent := _no_answer(self.metric, found):
            return absent
        seen = stated(trial.response.text or "")
        if seen.value is None:
            return Score(metric=self.metric, value=None, outcome="unparsed", why=seen.why)
        value = (seen.value - (found.label == "correct")) ** 2
        return scored(self.metric, found, value, value <= 0.25, f"confidence {seen.value:g}")


def _no_answer(metric: str, found: Told) -> Score | None:
    if failed := lost(metric, found):
        return failed
    given = found.label in ("correct", "incorrect")
    return None if given else undrawn(metric, "not attempted")


def _share(text: str) -> float | None:
    """Return the one percentage of a text, or what it is as a whole."""
    figures = _SPELT.sub(_in_figures, text)
    if _RANGE.search(figures):
        return None
    shares = {_value(found["number"]) / 100 for found in _PERCENT.finditer(figures)}
    if len(shares) == 1 and (share := shares.pop()) <= 1:
        return share
    bare = _BARE.fullmatch(figures)
    if bare is None or shares:
        return None
    value = _value(bare["number"])
    if value < 1 or bare["number"] == "1.0":
        return value
    return value / 100 if 1 < value <= 100 else None


def _value(number: str) -> float:
    return float(number.replace(",", "."))


def _in_figures(found: re.Match[str]) -> str:
    """Return a number word as figures, and any other word as it stands."""
    spelt = words(found["words"])
    return f"{spelt[0]} " if len(spelt) == 1 and spelt[0].isdigit() else found[0]
