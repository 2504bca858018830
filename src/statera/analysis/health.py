"""Is a run healthy enough for its scores to mean what they seem? The line above every table."""

from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

import msgspec

from statera.records.scores import OUTCOMES
from statera.scorers.outcomes import EMPTY_REPLY, KEPT
from statera.store.rows import ScoreRow

WARN_SHARE = 0.02


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of what is no answer, among `trials`. `empty` replies are among the unparsed."""

    trials: int
    infra_error: int = 0
    truncated: int = 0
    refused: int = 0
    unparsed: int = 0
    empty: int = 0

    def share(self, name: str) -> float:
        """Return the share in [0, 1] of the count called `name`; 0 for a run without trials."""
        count: int = getattr(self, name)
        return count / self.trials if self.trials else 0.0

    @property
    def warnings(self) -> tuple[str, ...]:
        """One sentence for each share above 2 %."""
        return tuple(
            f"{self.share(name):.1%} of trials are {name}: {ADVICE[name]}"
            for name in ADVICE
            if self.share(name) > WARN_SHARE
        )


ADVICE = {
    "infra_error": "the endpoint failed; they are left out of every estimate. Run again to retry.",
    "truncated": "raise --max-tokens, or shorten the prompt.",
    "refused": "read them: `statera show RUN --outcome refused`.",
    "unparsed": "read them: `statera show RUN --outcome unparsed`.",
    "empty": "the endpoint answers with nothing.",
}


def health(rows: Iterable[ScoreRow]) -> Health:
    """Return the health of a run from its scores, ordered by task, sample and epoch.

    Each trial counts once, by its primary score: the first of its rows. A reply that waits for a
    judge is healthy.
    """
    counts: Counter[str] = Counter()
    for _, of_trial in groupby(rows, key=attrgetter("task", "sample_id", "epoch")):
        score = next(of_trial).score
        counts["kept" if KEPT in score.flags else score.outcome] += 1
        counts["empty"] += score.why == EMPTY_REPLY
    names = ("infra_error", "truncated", "refused", "unparsed", "empty")
    trials = counts["kept"] + sum(counts[outcome] for outcome in OUTCOMES)
    return Health(trials=trials, **{name: counts[name] for name in names})
