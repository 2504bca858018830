"""No verdict yet: the reply is kept for a judge, who reads it later with the references."""

from statera.records.samples import Sample
from statera.records.scores import Reading, Score
from statera.records.trials import Trial
from statera.scorers.outcomes import KEPT, decide
from statera.scorers.rules import Rule, unread

WAITS = "kept for a judge"


class Kept(Rule, frozen=True, kw_only=True, tag="kept"):
    """Gives no value, and never right or wrong.

    Refusals, cut-off and empty replies are told apart.
    """

    version = "3"
    graded = True
    default_metric = "judged"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return a score without a value; `why` says that the reply waits for a judge."""
        response = trial.response
        kept = Reading(value=None, why=WAITS) if response.text else unread(response)
        decision = decide(response, kept, False)
        return Score(
            metric=self.metric,
            value=None,
            outcome=decision.outcome,
            why=decision.why,
            flags=(*decision.flags, *((KEPT,) if decision.why == WAITS else ())),
        )
