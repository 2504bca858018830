"""No verdict yet: the reply is kept for a judge, who reads it later with the references."""

from statera.records.samples import Sample
from statera.records.scores import Reading, Score
from statera.records.trials import Trial
from statera.scorers.outcomes import KEPT, decide
from statera.scorers.rules import Rule


class Kept(Rule, frozen=True, kw_only=True, tag="kept"):
    """Gives no value, and never right or wrong; refusals and cut-off replies are told apart."""

    version = "2"
    graded = True
    default_metric = "judged"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return a score without a value; `why` says that the reply waits for a judge."""
        decision = decide(trial.response, Reading(value=None, why="kept for a judge"), False)
        return Score(
            metric=self.metric,
            value=None,
            outcome=decision.outcome,
            why=decision.why,
            flags=(*decision.flags, *((KEPT,) if decision.outcome == "unparsed" else ())),
        )
