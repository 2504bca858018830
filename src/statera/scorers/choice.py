"""Multiple choice by generation: the letter that the reply gives, against the right one."""

from functools import lru_cache

from statera.records.samples import Sample
from statera.records.scores import Score
from statera.records.trials import Trial
from statera.scorers.reading import choice
from statera.scorers.rules import Rule, answered, unread


class Choice(Rule, frozen=True, kw_only=True, tag="choice"):
    """Reads the letter of `sample.choices`; right is `sample.answer`.

    `labels` are the letters that the prompt shows, one character each; by default A, B, C, …
    """

    version = "1"
    default_metric = "accuracy"

    labels: str = choice.ALPHABET

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return right or wrong by the letter that was read."""
        response = trial.response
        if response.text:
            labels = _labels(self.labels, len(sample.choices))
            reading = choice.read(response.text, labels, sample.choices)
        else:
            reading, labels = unread(response), ()
        right = reading.value is not None and labels.index(reading.value) == sample.answer
        return answered(self.metric, response, reading, right)


@lru_cache(maxsize=64)
def _labels(labels: str, count: int) -> tuple[str, ...]:
    return tuple(labels[:count])
