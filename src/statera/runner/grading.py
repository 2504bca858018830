"""Grades a trial with everything that a task asks for."""

from collections.abc import Sequence
from typing import TypeGuard

from statera.errors import DeclarationError
from statera.protocols import Grader, Scorer, Tools
from statera.records.samples import Sample
from statera.records.trials import Trial
from statera.scorers.catalogue import scoring_key
from statera.store.rows import Keyed


class Grading:
    """The scorers and graders of one task, each with its scoring key.

    `waits` is True when grading takes time, so that the answer is better kept before it.
    """

    def __init__(self, scorers: Sequence[Scorer | Grader], tools: Tools) -> None:
        if len({scorer.metric for scorer in scorers}) < len(scorers):
            names = ", ".join(scorer.metric for scorer in scorers)
            raise DeclarationError(f"two scorers share a metric name: {names}")
        self.keys = {scorer.metric: scoring_key(scorer) for scorer in scorers}
        self._scorers = tuple(scorers)
        self._tools = tools
        self.waits = any(is_grader(scorer) for scorer in scorers)

    async def __call__(self, sample: Sample, trial: Trial) -> tuple[Keyed, ...]:
        """Return one score a scorer, the primary one first."""
        found = []
        for scorer in self._scorers:
            if is_grader(scorer):
                score = await scorer.grade(sample, trial, self._tools)
            else:
                score = scorer.score(sample, trial)  # type: ignore[union-attr]
            found.append(Keyed(self.keys[score.metric], score))
        return tuple(found)


def is_grader(scorer: Scorer | Grader) -> TypeGuard[Grader]:
    """Return True for a grader: something asynchronous stands behind it."""
    return hasattr(scorer, "grade")
