"""The facts that a judge finds in a reply: which share of them its fact sheet supports."""

from statera.records.samples import Sample
from statera.records.scores import Reading, Score
from statera.records.trials import Trial
from statera.scorers.reading import facts
from statera.scorers.rules import Rule
from statera.scorers.verdicts import no_verdict, read_verdict, verdict_score

CUT = "cut off before the list was complete"


class FactsVerdict(Rule, frozen=True, kw_only=True, tag="verdict_facts"):
    """S / (S + NS + IR) of the facts that the judge lists, 0 where it finds none.

    FActScore's value of one reply (Min et al., EMNLP 2023). `extracted` holds the counts. Right
    where there are facts and none is unsupported.
    """

    version = "1"
    graded = True
    default_metric = "verdict"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the share of supported facts, or why there is none."""
        reading = Reading(value=None, why=CUT)
        if not trial.response.cut_off:
            reading = read_verdict(sample, trial, None, facts.read)
        if reading.value is None:
            return no_verdict(self, trial, reading)
        supported, unsupported, irrelevant = facts.counts_of(reading.value)
        total = supported + unsupported + irrelevant
        share = supported / total if total else 0.0
        return verdict_score(self, trial, reading, (share, supported > 0 and not unsupported))
