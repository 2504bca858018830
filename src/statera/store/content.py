"""One digest for all that a run asked, heard and scored: equal content, equal digest.

Times, latencies, attempts, costs and token counts stay out, so that a run which was killed and
resumed has the digest of one that was not. The order is by task, sample id and epoch.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from statera.codec.canonical import canonical
from statera.records.responses import Response
from statera.records.scores import Score
from statera.records.trials import Trial

_SAID = (
    "text",
    "reasoning",
    "refusal",
    "tool_calls",
    "finish",
    "logprobs",
    "likelihoods",
    "embeddings",
)


def content(rows: Iterable[tuple[Trial, Iterable[Score]]]) -> str:
    """Return the hexadecimal digest of the trials with their scores."""
    state = blake2b(digest_size=16)
    for trial, scores in rows:
        state.update(canonical(_facts(trial, scores)))
        state.update(b"\n")
    return state.hexdigest()


def _facts(trial: Trial, scores: Iterable[Score]) -> list[Any]:
    turns = [(exchange.request, _said(exchange.response)) for exchange in trial.exchanges]
    graded = sorted(scores, key=lambda score: score.metric)
    return [trial.task, trial.sample_id, trial.epoch, trial.key, turns, graded]


def _said(response: Response) -> list[Any]:
    said = [getattr(response, name) for name in _SAID]
    return [*said, response.failure and response.failure.kind]
