"""Is a run healthy enough for its scores to mean what they seem? The line above every table."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

import msgspec

from statera.metrics.outcomes import NO_ANSWERS
from statera.records.scores import UNDRAWN, Outcome, Score
from statera.scorers.outcomes import EMPTY_REPLY, KEPT
from statera.scorers.refusal import DOUBTFUL
from statera.store.rows import ScoreRow

WARN_SHARE = 0.02


_WORDS: dict[Outcome, str] = {"infra_error": "errors"}


def not_told(blind: Collection[Outcome]) -> str:
    """Return what a log cannot tell, as in `cannot tell truncated or refused from wrong`.

    Empty for a log that tells everything.
    """
    named = [_WORDS.get(name, name) for name in NO_ANSWERS if name in blind]
    if not named:
        return ""
    *most, last = named
    some = f"{', '.join(most)} or {last}" if most else last
    return f"cannot tell {some} from wrong"


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of what is no answer, among `trials`. `empty` replies are among the unparsed.

    Of `unsure` of the refused it is not clear whether the reply refuses.
    """

    trials: int
    infra_error: int = 0
    truncated: int = 0
    refused: int = 0
    unparsed: int = 0
    empty: int = 0
    unsure: int = 0

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


RETRY = " Run again to retry."
"""Ends the advice on errors; it is none for an imported log."""
ADVICE = {
    "infra_error": f"the endpoint failed; they are left out of every estimate.{RETRY}",
    "truncated": "raise --max-tokens, or shorten the prompt.",
    "refused": "read them: `statera show RUN --outcome refused`.",
    "unparsed": "read them: `statera show RUN --outcome unparsed`.",
    "empty": "the endpoint answers with nothing.",
}


def marked(rows: Iterable[ScoreRow]) -> Iterator[tuple[ScoreRow, bool]]:
    """Yield each row, and whether its score is the trial's primary one: the first of its rows.

    The rows are ordered by task, sample and epoch, as `RunStore.scores` gives them.
    """
    last: tuple[str, str, int] | None = None
    for row in rows:
        place = (row.task, row.sample_id, row.epoch)
        yield row, place != last
        last = place


class HealthCount:
    """Counts trials as their scores pass by, ordered by task, sample and epoch.

    Each trial counts once, by its primary score: the first of its rows. A reply that waits for a
    judge is healthy, and so is one that this score is not of.
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def watch(self, rows: Iterable[ScoreRow]) -> Iterator[ScoreRow]:
        """Yield the rows as they are, counting them."""
        for row, first in marked(rows):
            if first:
                self._add(row.score)
            yield row

    def _add(self, score: Score) -> None:
        self._counts["trials"] += 1
        if KEPT not in score.flags and UNDRAWN not in score.flags:
            self._counts[score.outcome] += 1
        self._counts["empty"] += score.why == EMPTY_REPLY
        if score.outcome == "refused" and not DOUBTFUL.isdisjoint(score.flags):
            self._counts["unsure"] += 1

    @property
    def health(self) -> Health:
        """The health of all that has passed by."""
        return Health(**{name: self._counts[name] for name in Health.__struct_fields__})
