"""Limits on a reply's length, on the time it took, and on what it cost."""

from typing import Literal

from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.scores import Score
from statera.records.trials import Trial
from statera.scorers.outcomes import broken
from statera.scorers.reading.source import prepare_code
from statera.scorers.rules import BadScorer, Check, ReplyRule

Unit = Literal["characters", "words", "tokens"]


class Length(ReplyRule, frozen=True, kw_only=True, tag="length"):
    """The reply has at least `min` and at most `max` characters, words or tokens.

    Words are what space separates; tokens are the endpoint's own count. Reasoning is not counted in
    characters and words; tokens include it where the endpoint counts it.
    """

    version = "1"
    default_metric = "length"

    unit: Unit = "words"
    min: int = 0
    max: int | None = None

    def __post_init__(self) -> None:
        if not self.min and self.max is None:
            raise BadScorer("scorer 'length' needs `min` or `max`")
        if self.max is not None and self.max < self.min:
            raise BadScorer(f"scorer 'length': max {self.max} is below min {self.min}")

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the score, or none where the endpoint did not count the tokens."""
        if not broken(trial.response) and self._size(trial.response) is None:
            return unknown(self.metric, "the endpoint did not count tokens")
        return super().score(sample, trial)

    def check(self, reply: str, sample: Sample, response: Response) -> Check:
        """Return whether the size is within the limits."""
        size = self._size(response) or 0
        passed = size >= self.min and (self.max is None or size <= self.max)
        return Check(passed, float(passed), f"{size} {self.unit}", str(size))

    def _size(self, response: Response) -> int | None:
        if self.unit == "tokens":
            return response.usage.completion_tokens if response.usage else None
        text = prepare_code(response.text or "").text
        return len(text.split()) if self.unit == "words" else len(text)


class Latency(ReplyRule, frozen=True, kw_only=True, tag="latency"):
    """The reply came within `max` seconds, all attempts included (`first_token`: it began)."""

    version = "1"
    default_metric = "latency"

    max: float
    first_token: bool = False

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the score, or none where the time of the first token is unknown."""
        if not broken(trial.response) and self._seconds(trial.response) is None:
            return unknown(self.metric, "the first token's time is unknown: not streamed")
        return super().score(sample, trial)

    def check(self, reply: str, sample: Sample, response: Response) -> Check:
        """Return whether the time is within the limit."""
        seconds = self._seconds(response) or 0.0
        passed = seconds <= self.max
        return Check(passed, float(passed), f"{seconds:.3f} s", f"{seconds:.6f}")

    def _seconds(self, response: Response) -> float | None:
        return response.first_token_seconds if self.first_token else response.seconds


class Cost(ReplyRule, frozen=True, kw_only=True, tag="cost"):
    """The reply cost at most `max`, in the currency of the prices. Unknown is not 0."""

    version = "1"
    default_metric = "cost"

    max: float

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the score, or none where the price is unknown."""
        if not broken(trial.response) and trial.response.cost is None:
            return unknown(self.metric, "the price is unknown")
        return super().score(sample, trial)

    def check(self, reply: str, sample: Sample, response: Response) -> Check:
        """Return whether the cost is within the limit."""
        cost = response.cost or 0.0
        passed = cost <= self.max
        return Check(passed, float(passed), f"cost {cost:g}", f"{cost:.8f}")


def unknown(metric: str, why: str) -> Score:
    """Return the score of what could not be measured: no value, and no verdict."""
    return Score(metric=metric, value=None, outcome="unparsed", why=why)
