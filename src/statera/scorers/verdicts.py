"""What a judge said: a level of its rubric, the better of two replies, the points of a checklist.

These read a judge's reply in the judge's own stored run. `sample.fields["graded"]` holds the texts
that it was shown for grading: what it repeats of them, or of the request and the ideal answer, is
not its verdict. A reply without a verdict has none, whatever the reason; nothing stands in for it.
"""

import math
import re
from collections.abc import Callable

import msgspec

from statera.errors import DeclarationError
from statera.records.samples import Sample
from statera.records.scores import Reading, Score
from statera.records.trials import Trial
from statera.scorers.outcomes import CUT_OFF, broken, decide
from statera.scorers.reading import checklist, preference
from statera.scorers.reading.echoes import states, without_echoes
from statera.scorers.rules import BadScorer, Rule, unread
from statera.scorers.scale import Scale

ORDERS = ("ab", "ba")
DECLARED = "declared"
_VALUES = {"A": 1.0, "TIE": 0.5, "B": 0.0}

Reader = Callable[[str], Reading]


class RubricVerdict(Rule, frozen=True, kw_only=True, tag="verdict_rubric"):
    """The level that the judge gives; its value is where it lies on the scale, from 0 to 1.

    Right when the level counts as good.
    """

    version = "1"
    graded = True
    default_metric = "verdict"

    scale: Scale

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the level's share of the scale, or why there is none."""
        reading = read_verdict(sample, trial, self.scale.quick, self.scale.read_slowly)
        if reading.value is None:
            return no_verdict(self, trial, reading)
        level = int(reading.value)
        return verdict_score(
            self, trial, reading, (self.scale.share(level), level >= self.scale.good_from)
        )


class PairVerdict(Rule, frozen=True, kw_only=True, tag="verdict_pair"):
    """Which of two replies the judge prefers: 1 for the candidate, 0.5 for a tie, 0 for the other.

    `sample.fields["order"]` is `ab` where the candidate was shown first, as A, else `ba`.
    `extracted` is what the judge said.
    """

    version = "1"
    graded = True
    default_metric = "verdict"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the candidate's share of the pair, or why there is none."""
        order = sample.fields.get("order")
        if order not in ORDERS:
            raise DeclarationError(
                f"{sample.id}: field 'order' must be 'ab' or 'ba', not {order!r}"
            )
        reading = read_verdict(sample, trial, preference.quick, preference.read_slowly)
        if reading.value is None:
            return no_verdict(self, trial, reading)
        first = _VALUES[reading.value]
        value = first if order == "ab" else 1.0 - first
        return verdict_score(self, trial, reading, (value, value > 0.5))


class ListVerdict(Rule, frozen=True, kw_only=True, tag="verdict_list"):
    """The points of a checklist that the judge confirms: their share of all weights.

    Right when every point is confirmed. A point without an answer leaves the list without one.
    """

    version = "1"
    graded = True
    default_metric = "verdict"

    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.weights:
            raise BadScorer("a checklist has at least one point")
        for number, weight in enumerate(self.weights, start=1):
            if not (weight > 0 and math.isfinite(weight)):
                raise BadScorer(f"the weight of point {number} must be above 0, not {weight}")
        msgspec.structs.force_setattr(self, "weights", tuple(map(float, self.weights)))

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the weighted share of the confirmed points, or which point has no answer."""
        count = len(self.weights)
        reading = read_verdict(sample, trial, None, lambda text: checklist.read(text, count))
        if reading.value is None:
            return no_verdict(self, trial, reading)
        said = [answer == "yes" for answer in reading.value.split(",")]
        got = math.fsum(w for w, yes in zip(self.weights, said, strict=True) if yes)
        value = 1.0 if all(said) else got / math.fsum(self.weights)
        return verdict_score(self, trial, reading, (value, all(said)))


def read_verdict(
    sample: Sample, trial: Trial, quick: Callable[[str], Reading | None] | None, slow: Reader
) -> Reading:
    """Return the verdict in the judge's own words; of a reply that was cut off, only at its end.

    A glance is enough unless something that it was shown states the same verdict.
    """
    response = trial.response
    text = response.text
    if not text or broken(response):
        return unread(response)
    found = _said(sample, text, quick, slow)
    if response.cut_off and not _ends(text, found):
        return Reading(value=None, why="cut off before the verdict")
    return found


def _said(
    sample: Sample, text: str, quick: Callable[[str], Reading | None] | None, slow: Reader
) -> Reading:
    shown = (*sample.fields.get("graded", ()), sample.input, *sample.accepted)
    seen = quick(text) if quick else None
    if seen is not None and seen.value is not None and not states(shown, seen.value):
        return seen
    return slow(without_echoes(text, shown))


def _ends(text: str, found: Reading) -> bool:
    """Return whether nothing is said after a verdict: no `4 for accuracy, but` of a half reply."""
    if found.value is None or found.why == "JSON":
        return found.value is not None
    if found.span is None or found.why == DECLARED:
        return False
    return re.compile(r"\w").search(text, found.span[1]) is None


def verdict_score(rule: Rule, trial: Trial, reading: Reading, verdict: tuple[float, bool]) -> Score:
    """Return the score of a verdict that was read: its value, and whether the reply is good."""
    value, right = verdict
    return Score(
        metric=rule.metric,
        value=value,
        outcome="right" if right else "wrong",
        why=reading.why,
        extracted=reading.value,
        span=reading.span,
        flags=(CUT_OFF,) if trial.response.cut_off else (),
    )


def no_verdict(rule: Rule, trial: Trial, reading: Reading) -> Score:
    """Return the score of a judge's reply without a verdict, with the reason of the reading."""
    decision = decide(trial.response, Reading(value=None, why=reading.why), False)
    return Score(
        metric=rule.metric,
        value=None,
        outcome=decision.outcome,
        why=decision.why,
        flags=decision.flags,
    )
