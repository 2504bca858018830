"""What a judge's lists of atomic facts come to: figures with their denominators.

    report = fact_report(store.trials(run.id, task="biographies"), "atomic_facts", k=10)
    print("\\n".join(lines(report)))

The judge's score of a reply is S / (S + NS + IR), an abstention 0. Here abstentions are told apart,
as FActScore does, and stand beside the precision with the number of facts a reply.
"""

from collections.abc import Iterable
from typing import NamedTuple

from statera.records.scores import Score
from statera.records.trials import Trial
from statera.scorers.life_dates import gives_biography
from statera.scorers.outcomes import broken
from statera.scorers.reading.facts import counts_of
from statera.stats.factprecision import FactPrecision, Facts, fact_precision
from statera.stats.results import LEVEL
from statera.store.rows import Stored


class FactReport(NamedTuple):
    """The figures of a task's replies; `unjudged` counts those without a verdict, lost ones too."""

    figures: FactPrecision
    unjudged: int


def fact_report(
    trials: Iterable[Stored], score: str, *, k: int, level: float = LEVEL
) -> FactReport:
    """Return the figures of the replies that `score` judged. ValueError for a K below 1."""
    replies: list[Facts] = []
    units: list[str] = []
    unjudged = 0
    for sample, trial, scores in trials:
        found = facts_of(trial, next((one for one in scores if one.metric == score), None))
        if found is None:
            unjudged += 1
        else:
            replies.append(found)
            units.append(sample.unit)
    return FactReport(fact_precision(replies, k=k, clusters=units, level=level), unjudged)


def facts_of(trial: Trial, score: Score | None) -> Facts | None:
    """Return a reply's facts, or that it abstained; None where it was lost, or not judged."""
    if broken(trial.response):
        return None
    if not gives_biography(trial.response):
        return Facts(abstained=True)
    if score is None or score.value is None or score.extracted is None:
        return None
    return Facts(*counts_of(score.extracted))


def lines(report: FactReport) -> list[str]:
    """Return the figures as lines of a table, each with its denominator."""
    found = report.figures
    facts = "none" if found.facts is None else f"{found.facts:.1f}"
    return [
        f"supported / all facts       {found.of_all}",
        f"supported / relevant facts  {found.of_relevant}",
        f"F1@{found.k:<25}{found.f1}",
        f"abstained                   {found.abstained}",
        f"facts an answered reply     {facts}",
        f"without a verdict           {report.unjudged}",
    ]
