"""A judge's verdicts as scores of the trials that were judged.

The judge was asked in a run of its own; this grader only hands its verdicts over, so that a stored
run gets them without any request, and again from the store whenever they are read anew.
"""

from statera.errors import DeclarationError
from statera.protocols import Tools
from statera.records.samples import Sample
from statera.records.scores import UNJUDGED, Outcome, Reading, Score
from statera.records.trials import Trial
from statera.scorers.outcomes import broken, decide
from statera.scorers.rules import Rule, unread

JUDGE = "judge"


class Judged(Rule, frozen=True, kw_only=True, tag=JUDGE):
    """The verdicts of a judge under one criterion.

    `run` is the id of the judge's own run, which stands for model, prompt, rubric and era;
    `against` the id of the other run where pairs are judged, else empty. `repeats` is how many
    verdicts on each trial were made one: the judge's run may hold more. `by` is `model`, or
    `people`. A verdict that could not be read says nothing of the system: like a failure of
    plumbing it leaves the estimate, and a gate reads the worst case over it.
    """

    version = "1"
    graded = True
    reads_refusals = False

    judge: str
    run: str
    criterion: str = ""
    against: str = ""
    repeats: int = 1
    by: str = "model"

    @property
    def metric(self) -> str:
        """The score's name within its task: the judge's, with the criterion where it has many."""
        return self.name or self.judge

    async def grade(self, sample: Sample, trial: Trial, tools: Tools) -> Score:
        """Return the verdict as a score. DeclarationError where no verdicts were handed in."""
        if tools.verdicts is None:
            raise DeclarationError(f"{self.metric}: judged with `statera score RUN --judge FILE`")
        response = trial.response
        if plumbing := broken(response):
            return self._none("infra_error", plumbing)
        if not (response.text or "").strip() and not self.against:
            decision = decide(response, unread(response), False)
            return self._none(decision.outcome, decision.why)
        verdict = tools.verdicts.of(trial.task, sample.id, trial.epoch)
        if verdict is None or verdict.value is None:
            why = "not judged" if verdict is None else f"judge: {verdict.why or verdict.outcome}"
            return self._none("infra_error", why, UNJUDGED)
        reading = Reading(value=verdict.label, why=verdict.why)
        decision = decide(response, reading, verdict.outcome == "right")
        return Score(
            metric=self.metric,
            value=verdict.value,
            outcome=decision.outcome,
            why=verdict.why,
            extracted=verdict.label,
            flags=(*decision.flags, *verdict.flags),
        )

    def _none(self, outcome: Outcome, why: str, *flags: str) -> Score:
        return Score(metric=self.metric, value=None, outcome=outcome, why=why, flags=flags)
