"""Numbers: GSM8K's two readings, and a stricter one for tasks of one's own.

Values compare as numbers, exactly: 1,000 = 1000.0 = $1,000. Differences from
lm-evaluation-harness's filters, whose regular expressions are kept: it compares strings after
deleting `,`, `$` and a final period, so that 5.0 is not 5 there; here a match that is no number
(`..`) is unparsed, and reasoning blocks are not searched.
"""

import re
from fractions import Fraction
from typing import Literal

from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.scores import Reading, Score
from statera.records.trials import Trial
from statera.scorers.reading import figures, number
from statera.scorers.reading.source import prepare_code
from statera.scorers.rules import Rule, answered, unread

Form = Literal["strict", "flexible", "stated"]
_STRICT = re.compile(r"#### (-?[0-9.,]+)")
_FLEXIBLE = re.compile(r"(-?[$0-9.,]{2,})|(-?[0-9]+)")
_METRICS = {"strict": "strict_match", "flexible": "flexible_extract", "stated": "accuracy"}


class Number(Rule, frozen=True, kw_only=True, tag="number"):
    """Right when the number that was read equals a reference, up to `tolerance` (absolute).

    `strict`: the first number after `#### `. `flexible`: the last thing that looks like a number;
    of a reply that was cut off this is no answer, unless it is right. `stated`: what the reply
    states as its result (see `scorers.reading.number`).
    """

    version = "2"

    form: Form = "stated"
    tolerance: float = 0.0

    @property
    def metric(self) -> str:
        """`strict_match`, `flexible_extract`, or `accuracy`."""
        return self.name or _METRICS[self.form]

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return right or wrong by the number that was read."""
        response = trial.response
        reading = read(response.text, self.form) if response.text else unread(response)
        wanted = [v for text in sample.accepted if (v := reference(text)) is not None]
        if not wanted and response.text:
            reading = Reading(value=None, why="the sample's reference is no number")
        right = reading.value is not None and self._right(Fraction(reading.value), wanted)
        if reading.value is not None and not right and self._unfinished(response):
            reading = Reading(value=None, why=f"cut off, with {reading.value} the last number")
        return answered(self.metric, response, reading, right)

    def _unfinished(self, response: Response) -> bool:
        """Return whether the last number is only where the reply was cut off."""
        return self.form == "flexible" and response.cut_off

    def _right(self, value: Fraction, wanted: list[Fraction]) -> bool:
        return any(abs(value - v) <= Fraction(self.tolerance) for v in wanted)


def read(text: str, form: Form) -> Reading:
    """Return the number that the form finds, as plain text with its span."""
    if form == "stated":
        return number.read(text)
    source = prepare_code(text)
    if source.note:
        return Reading(value=None, why=source.note)
    found = _first_strict(source.text) if form == "strict" else _last_number(source.text)
    if found is None:
        return Reading(value=None, why="no number after ####" if form == "strict" else "no number")
    value = figures.parse(source.text[slice(*found)].rstrip(".,"))
    if value is None:
        return Reading(value=None, why=f"{source.text[slice(*found)]!r} is no number")
    return Reading(value=figures.shown(value), span=source.original(*found), why=form)


def reference(text: str) -> Fraction | None:
    """Return a reference's value ("72 clips" too); of a worked solution, after its last `####`."""
    stated = number.read(text.rpartition("####")[2]).value
    return None if stated is None else Fraction(stated)


def _first_strict(text: str) -> tuple[int, int] | None:
    found = _STRICT.search(text)
    return found.span(1) if found else None


def _last_number(text: str) -> tuple[int, int] | None:
    last = None
    for last in _FLEXIBLE.finditer(text):  # noqa: B007
        pass
    return last.span() if last else None
