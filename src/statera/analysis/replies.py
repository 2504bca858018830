"""Raw replies beside the scores: what tells whether repeats say the same, character for character.

A score is made of a reply; whether two replies are the same text it does not say. So when a run of
several epochs is read, old or new, each trial's scores are followed by one called `reply`, whose
`extracted` is a digest of what was said. It is computed from the stored trials and kept nowhere.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from statera.metrics.repeats import REPLY
from statera.records.requests import Chat, Complete
from statera.records.scores import Outcome, Score
from statera.records.trials import Exchange, Trial
from statera.store.rows import ReplyRow, ScoreRow

Place = tuple[str, str, int]
AT_ZERO = "temperature 0"
"""Marks what repeats say that were drawn so: not how steady replies are at another temperature."""


def with_replies(rows: Iterable[ScoreRow], replies: Iterable[ReplyRow]) -> Iterator[ScoreRow]:
    """Yield the rows, and after those of each trial one for its reply.

    Both are ordered by task, sample and epoch, as `RunStore` gives them; replies of trials without
    a score are left out.
    """
    said = iter(replies)
    for place, of_trial in groupby(rows, key=_place):
        found = list(of_trial)
        yield from found
        yield _replied(found, next((one.digest for one in said if one[:3] == place), None))


def _place(row: ScoreRow) -> Place:
    return row.task, row.sample_id, row.epoch


def _replied(rows: Sequence[ScoreRow], digest: str | None) -> ScoreRow:
    """Return the row of a reply; its outcome is that of the trial, if anything came back.

    A trial that came back and whose reply is not there, as of an imported table, has no digest.
    """
    own = rows[0].score.outcome
    outcome: Outcome = "unparsed" if own == "infra_error" and digest is not None else own
    return rows[0]._replace(
        score=Score(metric=REPLY, value=None, outcome=outcome, extracted=digest)
    )


def at_zero(trial: Trial) -> bool:
    """Return whether all of a trial was sampled at temperature 0, as far as its requests tell.

    One whose endpoint did not accept the temperature was not; log-likelihoods are no samples.
    """
    return all(_drawn_at_zero(exchange) for exchange in trial.exchanges)


def _drawn_at_zero(exchange: Exchange) -> bool:
    request = exchange.request
    if not isinstance(request, Chat | Complete) or request.sampling.temperature != 0:
        return False
    return not any(note.startswith("temperature not") for note in exchange.response.notes)
