"""Short answers of two kinds in one task: a letter where there are choices, else a number."""

from statera.records.samples import Sample
from statera.records.scores import Score
from statera.records.trials import Trial
from statera.scorers.choice import Choice
from statera.scorers.number import Number
from statera.scorers.rules import Rule


class ChoiceOrNumber(Rule, frozen=True, kw_only=True, tag="choice_or_number"):
    """Reads like `choice` where the sample has choices, else like `number` in its form `stated`."""

    version = "1"
    default_metric = "accuracy"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return right or wrong by the letter or the number that was read."""
        reader = Choice(name=self.metric) if sample.choices else Number(name=self.metric)
        return reader.score(sample, trial)
