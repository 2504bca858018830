"""Multiple choice by log-likelihood: the continuation that the model finds most likely.

`none` is lm-evaluation-harness's `acc` (argmax of the sums), `characters` its `acc_norm` (sum
divided by the characters of the choice, without the delimiter before it), `bytes` its `acc_bytes`
(UTF-8). `tokens` divides by the number of tokens. Of equal choices the first counts.
"""

import math
from typing import Literal

from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.scores import Reading, Score
from statera.records.trials import Trial
from statera.scorers.rules import Rule, answered

Normalise = Literal["none", "characters", "bytes", "tokens"]
_METRICS = {
    "none": "acc",
    "characters": "acc_norm",
    "bytes": "acc_bytes",
    "tokens": "acc_tokens",
}
_LABELS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class ChoiceLikelihood(Rule, frozen=True, kw_only=True, tag="choice_likelihood"):
    """Right when the choice of `sample.answer` has the highest (normalised) log-likelihood."""

    version = "1"
    reads_refusals = False

    normalise: Normalise = "none"

    @property
    def metric(self) -> str:
        """`acc`, `acc_norm`, `acc_bytes` or `acc_tokens`."""
        return self.name or _METRICS[self.normalise]

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return right or wrong by the most likely choice; `extracted` is its letter."""
        response = trial.response
        reading = complete(response, len(sample.choices))
        best = -1
        if reading is None:
            values = self._values(sample, response)
            best = max(range(len(values)), key=values.__getitem__)
            reading = Reading(value=_LABELS[best] if best < len(_LABELS) else str(best))
        return answered(self.metric, response, reading, best == sample.answer)

    def _values(self, sample: Sample, response: Response) -> list[float]:
        sums = [part.logprob for part in response.likelihoods]
        if self.normalise == "none":
            return sums
        if self.normalise == "tokens":
            sizes = [part.tokens for part in response.likelihoods]
        elif self.normalise == "bytes":
            sizes = [len(text.encode()) for text in sample.choices]
        else:
            sizes = [len(text) for text in sample.choices]
        return [total / max(size, 1) for total, size in zip(sums, sizes, strict=True)]


def complete(response: Response, choices: int) -> Reading | None:
    """Return why the log-likelihoods cannot be compared, or None when they can."""
    given = response.likelihoods
    if len(given) != choices or not given:
        return Reading(value=None, why=f"{len(given)} log-likelihoods for {choices} choices")
    if any(math.isnan(part.logprob) for part in given):
        return Reading(value=None, why="a log-likelihood is not a number")
    if all(part.logprob == -math.inf for part in given):
        return Reading(value=None, why="every choice is impossible")
    return None
