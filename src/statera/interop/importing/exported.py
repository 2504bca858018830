"""Our own export: the JSON lines of `statera export RUN -o FILE.jsonl`, read back.

Scores, outcomes, replies and places of the items come back as they were, so that estimates are the
same; the question itself is taken from the request. A line says nothing of the run's settings.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from statera.codec.strict import convert
from statera.errors import DeclarationError
from statera.interop.importing.documents import Object, files_in, objects
from statera.interop.importing.imported import UNKNOWN_MODEL, Log, Row, Wanted
from statera.interop.jsonl import SCHEMA
from statera.records.requests import Chat, Complete, Likelihood, Request
from statera.records.responses import ContinuationScore, Failure, Response, Usage
from statera.records.samples import Sample
from statera.records.scores import Outcome, Score
from statera.records.specs import SystemUnderTest
from statera.records.trials import Exchange

TOOL = "statera"
MEMBERS = frozenset({"schema", "sample_id", "scores", "outcomes"})
"""What tells such a line from another."""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of a line; see `statera.interop.jsonl.Line`."""

    schema: int
    task: str
    sample_id: str
    epoch: int
    reply: str | None
    extracted: str | None
    scores: dict[str, float | None]
    outcomes: dict[str, Outcome]
    loglikelihoods: tuple[float | None, ...] = ()
    usage: Usage | None = None
    category: str | None = None
    group: str | None = None
    cluster: str | None = None
    severity: str | None = None
    reference: str | None = None
    choices: tuple[str, ...] = ()
    finish: str | None = None
    failure: Failure | None = None
    reasoning: str | None = None
    refusal: str | None = None
    tool_calls: tuple[dict[str, Any], ...] = ()
    spans: dict[str, tuple[int, int]] = {}
    why: dict[str, str] = {}
    flags: dict[str, tuple[str, ...]] = {}
    seconds: float = 0.0
    first_token_seconds: float | None = None
    attempts: int = 1
    cost: float | None = None
    notes: tuple[str, ...] = ()
    model: str | None = None
    fingerprint: str | None = None
    started: float = 0.0
    request: Request
    earlier: tuple[Exchange, ...] = ()


def logs(paths: Sequence[Path], wanted: Wanted) -> Iterator[Log]:
    """Yield a log for each file."""
    for path in files_in(paths, (".jsonl",)):
        first = next(iter(objects(path)), None)
        said = None if first is None else first.value.get("model")
        yield Log(
            tool=TOOL,
            files=(path,),
            system=SystemUnderTest(model=wanted.model or _text(said) or UNKNOWN_MODEL),
            rows=_rows(path, wanted.task),
            blind=(),
        )


def _rows(path: Path, task: str | None) -> Iterator[Row]:
    names: set[str] = set()
    for where, found in objects(path):
        line = _line(where, found)
        names.add(line.task)
        if task is not None and len(names) > 1:
            raise DeclarationError(f"{where}: --task: the file has several: {', '.join(names)}")
        yield Row(
            where=where,
            task=task or line.task,
            sample=_sample(line),
            exchanges=(*line.earlier, Exchange(line.request, _response(line))),
            scores=tuple(_scores(line)),
            epoch=line.epoch,
            started=line.started,
        )


def _line(where: str, found: Object) -> Written:
    line = convert(found, Written, source=where)
    if line.schema != SCHEMA:
        raise DeclarationError(f"{where}: schema {line.schema}. Allowed: {SCHEMA}")
    return line


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _sample(line: Written) -> Sample:
    answer = line.choices.index(line.reference) if line.reference in line.choices else None
    return Sample(
        id=line.sample_id,
        input=_asked(line.earlier[0].request if line.earlier else line.request),
        reference=line.reference,
        choices=line.choices,
        answer=answer,
        category=line.category,
        group=line.group,
        cluster=line.cluster,
        severity=line.severity,
    )


def _asked(request: Request) -> str:
    if isinstance(request, Chat):
        return next((t.content for t in reversed(request.messages) if t.role == "user"), "")
    if isinstance(request, Complete):
        return request.prompt
    return request.context if isinstance(request, Likelihood) else "\n".join(request.texts)


def _response(line: Written) -> Response:
    known = {name: getattr(line, name) for name in _SAME}
    return Response(
        text=line.reply,
        likelihoods=tuple(
            ContinuationScore(logprob=_sum(value), greedy=False, tokens=0)
            for value in line.loglikelihoods
        ),
        **known,
    )


_SAME = tuple(name for name in Response.__struct_fields__ if name in Written.__struct_fields__)
"""The fields of a response that a line has under the same name."""


def _sum(value: float | None) -> float:
    """Return a log-likelihood; null stands for minus infinity."""
    return float("-inf") if value is None else value


def _scores(line: Written) -> Iterator[Score]:
    for metric, value in line.scores.items():
        outcome = line.outcomes.get(metric)
        if outcome is not None:
            yield Score(
                metric=metric,
                value=value,
                outcome=outcome,
                why=line.why.get(metric, ""),
                span=line.spans.get(metric),
                flags=line.flags.get(metric, ()),
                extracted=line.extracted if metric == next(iter(line.scores)) else None,
            )
