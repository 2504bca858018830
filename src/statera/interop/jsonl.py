"""A run as JSON lines, one trial a line: the export to read with anything.

    {"schema":1,"task":"mmlu","sample_id":"mmlu/test/3","epoch":0,"outcome":"right","reply":"B",...}

`schema` changes when a field changes its meaning or leaves; new fields may come.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from statera.records.labels import unlabelled
from statera.records.requests import Chat, Complete, Request
from statera.records.responses import Failure, Response, Usage
from statera.records.scores import Outcome, Score
from statera.records.trials import Exchange
from statera.store.rows import Stored

SCHEMA = 1


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One trial as it is exported.

    `outcome` and `extracted` are those of the primary scorer, None when the trial was not graded.
    `scores`, `outcomes`, `spans`, `why` and `flags` are by metric; a value of None has its reason
    in `why`; where people gave no label there is none. `loglikelihoods` are sums in nats, one a
    choice, empty when none were asked (null stands for minus infinity). `reply`, `finish`, `usage`,
    `failure`, `seconds`, `attempts` and `cost` (US dollars) are those of the last turn, `request`
    is what it was asked with; `earlier` holds the turns before it. `key` is the generation key,
    `started` seconds since 1970 UTC.
    """

    schema: int = SCHEMA
    task: str
    sample_id: str
    epoch: int
    outcome: Outcome | None
    reply: str | None
    extracted: str | None
    scores: dict[str, float | None]
    outcomes: dict[str, Outcome]
    loglikelihoods: tuple[float, ...]
    usage: Usage | None
    category: str | None
    group: str | None
    cluster: str | None
    severity: str | None
    reference: str | None
    choices: tuple[str, ...]
    finish: str | None
    failure: Failure | None
    reasoning: str | None
    refusal: str | None
    tool_calls: tuple[dict[str, Any], ...]
    spans: dict[str, tuple[int, int]]
    why: dict[str, str]
    flags: dict[str, tuple[str, ...]]
    seconds: float
    first_token_seconds: float | None
    attempts: int
    cost: float | None
    notes: tuple[str, ...]
    model: str | None
    fingerprint: str | None
    key: str
    started: float
    request: dict[str, Any]
    earlier: tuple[Exchange, ...]


def line(stored: Stored) -> Line:
    """Return the trial as its export line."""
    sample, trial = stored.sample, stored.trial
    scores = [score for score in stored.scores if not unlabelled(score)]
    said, lead = trial.response, scores[0] if scores else None
    return Line(
        task=trial.task,
        sample_id=trial.sample_id,
        epoch=trial.epoch,
        outcome=outcome(stored),
        extracted=lead.extracted if lead else None,
        scores={score.metric: score.value for score in scores},
        outcomes={score.metric: score.outcome for score in scores},
        loglikelihoods=tuple(choice.logprob for choice in said.likelihoods),
        category=sample.category,
        group=sample.group,
        cluster=sample.cluster,
        severity=sample.severity,
        reference=sample.reference,
        choices=sample.choices,
        key=trial.key,
        started=trial.started,
        request=_asked(trial.exchanges[-1].request),
        earlier=trial.exchanges[:-1],
        **_said(said),
        **_read(scores),
    )


def _asked(request: Request) -> dict[str, Any]:
    """Return the request with the temperature spelled out, which a record leaves out at 0."""
    found: dict[str, Any] = msgspec.to_builtins(request)
    if isinstance(request, Chat | Complete):
        found["sampling"] = {"temperature": request.sampling.temperature} | found["sampling"]
    return found


def outcome(stored: Stored) -> Outcome | None:
    """Return what became of the trial under its primary scorer; None when it was not graded."""
    if stored.scores:
        return stored.scores[0].outcome
    failure = stored.trial.response.failure
    return "infra_error" if failure is not None and failure.kind == "infra" else None


def _said(said: Response) -> dict[str, Any]:
    """Return the fields that are the last response's own."""
    return {
        "reply": said.text,
        "usage": said.usage,
        "finish": said.finish,
        "failure": said.failure,
        "reasoning": said.reasoning,
        "refusal": said.refusal,
        "tool_calls": said.tool_calls,
        "seconds": said.seconds,
        "first_token_seconds": said.first_token_seconds,
        "attempts": said.attempts,
        "cost": said.cost,
        "notes": said.notes,
        "model": said.model,
        "fingerprint": said.fingerprint,
    }


def _read(scores: Iterable[Score]) -> dict[str, Any]:
    """Return how each scorer came to its score, where it says so."""
    return {
        "spans": {score.metric: score.span for score in scores if score.span is not None},
        "why": {score.metric: score.why for score in scores if score.why},
        "flags": {score.metric: score.flags for score in scores if score.flags},
    }


def lines(stored: Iterable[Stored]) -> Iterator[bytes]:
    """Yield the file, a line at a time."""
    encoder = msgspec.json.Encoder()
    for one in stored:
        yield encoder.encode(line(one)) + b"\n"
