"""Instances of the Every Eval Ever schema 0.2.2: JSON lines, a score each, and their aggregate.

The aggregate (`.json`) says who ran what on which model, the instances (`.jsonl`) point to it by
`evaluation_id`; the aggregate alone holds no items. What our own export keeps in `metadata` (epoch,
outcome, category, cluster) is read back; other tools' lines of the same sample are further epochs.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from statera.errors import DeclarationError
from statera.interop.importing.documents import (
    Object,
    count,
    document,
    files_in,
    member_names,
    moment,
    number,
    objects,
    part,
    several,
    text,
    texts,
)
from statera.interop.importing.imported import UNKNOWN_MODEL, Log, Row, Wanted, plain_name
from statera.interop.importing.rendered import chat, messages, sampling, stated
from statera.interop.importing.verdict import verdict
from statera.records.requests import Chat, Request
from statera.records.responses import ContinuationScore, Response, Usage
from statera.records.samples import Sample
from statera.records.scores import Outcome, Score
from statera.records.specs import SystemUnderTest
from statera.records.trials import Exchange

TOOL = "eee"
_OUTCOMES: frozenset[str] = frozenset(get_args(Outcome))


def logs(paths: Sequence[Path], wanted: Wanted) -> Iterator[Log]:
    """Yield a log for each file of instances, with its aggregate where that is given or beside."""
    files = files_in(paths, (".json", ".jsonl"))
    instances = [path for path in files if path.suffix == ".jsonl"]
    if not instances:
        raise DeclarationError(
            f"{paths[0]}: an aggregate holds no items; give the .jsonl of instances too"
        )
    stated_here = [path for path in files if path.suffix == ".json"]
    for path in instances:
        yield _log(path, _aggregates(path, stated_here), wanted)


def _aggregates(path: Path, given: Sequence[Path]) -> dict[str, tuple[Path, Object]]:
    """Return the aggregates by their id: those given, and the one of the same name beside."""
    beside = path.with_suffix(".json")
    files = dict.fromkeys([*given, *([beside] if beside.is_file() else [])])
    found = {file: document(file) for file in files if "evaluation_results" in member_names(file)}
    return {text(one, "evaluation_id"): (file, one) for file, one in found.items()}


def _log(path: Path, known: Mapping[str, tuple[Path, Object]], wanted: Wanted) -> Log:
    first = next(iter(objects(path)), None)
    line: Object = {} if first is None else first.value
    file, about = known.get(text(line, "evaluation_id"), (None, {}))
    model = part(about, "model_info")
    library = part(about, "eval_library")
    notes: list[str] = []
    return Log(
        tool=text(library, "name") or TOOL,
        version=text(library, "version"),
        created=_seconds(about.get("evaluation_timestamp")),
        files=(path, *([file] if file else ())),
        system=SystemUnderTest(
            model=wanted.model or text(model, "id") or text(line, "model_id") or UNKNOWN_MODEL,
            system_message=text(part(model, "additional_details"), "system_message") or None,
            sampling=_sampling(about),
        ),
        rows=_rows(path, wanted.task, _lower(about), notes),
        blind=() if text(library, "name") == "statera" else ("unparsed", "truncated", "refused"),
        notes=notes,
    )


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, str) and value.isdigit() else moment(value)


def _results(about: Object) -> list[Object]:
    return [one for one in several(about, "evaluation_results") if isinstance(one, dict)]


def _sampling(about: Object) -> dict[str, Any]:
    given = (part(one, "generation_config", "generation_args") for one in _results(about))
    return stated(next(given, {}))


def _lower(about: Object) -> set[str]:
    """Return the evaluations of which less is better."""
    return {
        text(one, "evaluation_name")
        for one in _results(about)
        if part(one, "metric_config").get("lower_is_better") is True
    }


def _rows(path: Path, task: str | None, lower: set[str], notes: list[str]) -> Iterator[Row]:
    left_out: set[str] = set()
    for where, line in objects(path):
        name = text(line, "evaluation_name")
        if name in lower:
            left_out.add(name)
        else:
            yield _row(where, line, task)
    notes += [f"{name} is left out: less is better" for name in sorted(left_out)]


def _row(where: str, line: Object, task: str | None) -> Row:
    facts = part(line, "metadata")
    if not text(line, "sample_id"):
        raise DeclarationError(f"{where}: 'sample_id' is missing: no instance of Every Eval Ever")
    response, epoch = _response(line, facts), text(facts, "epoch")
    return Row(
        where=where,
        task=plain_name(task or text(facts, "task") or text(line, "evaluation_name") or TOOL),
        sample=_sample(line, facts),
        exchanges=(Exchange(_request(line), response),),
        scores=(_score(where, line, facts, response),),
        epoch=int(epoch) if epoch.isdigit() else None,
    )


def _sample(line: Object, facts: Object) -> Sample:
    asked = part(line, "input")
    accepted = texts(asked.get("reference"))
    choices = texts(asked.get("choices"))
    first = next(iter(accepted), None)
    return Sample(
        id=text(line, "sample_id"),
        input=text(asked, "raw"),
        reference=first,
        references=accepted[1:],
        choices=choices,
        answer=choices.index(first) if first in choices else None,
        category=text(facts, "category") or None,
        group=text(facts, "group") or None,
        cluster=text(facts, "cluster") or None,
    )


def _request(line: Object) -> Request:
    turns = messages(line.get("messages"))
    last = max((n for n, one in enumerate(turns) if one.role == "assistant"), default=None)
    if last:
        return Chat(messages=turns[:last], sampling=sampling({}))
    asked = part(line, "input")
    return chat(text(asked, "formatted", "raw"), sampling({}))


def _response(line: Object, facts: Object) -> Response:
    output = part(line, "output")
    said = texts(output.get("raw"))
    turns = [one for one in messages(line.get("messages")) if one.role == "assistant"]
    reply = said[0] if said else turns[-1].content if turns else None
    latency = number(part(line, "performance").get("latency_ms"))
    return Response(
        text=reply,
        reasoning="\n".join(texts(output.get("reasoning_trace"))) or None,
        finish=text(facts, "finish") or None,
        usage=_usage(part(line, "token_usage")),
        likelihoods=_likelihoods(facts),
        seconds=(latency or 0.0) / 1000,
    )


def _usage(found: Object) -> Usage | None:
    asked, said = count(found.get("input_tokens")), count(found.get("output_tokens"))
    return Usage(prompt_tokens=asked, completion_tokens=said) if found else None


def _likelihoods(facts: Object) -> tuple[ContinuationScore, ...]:
    try:
        values = json.loads(text(facts, "loglikelihoods") or "[]")
    except ValueError:
        return ()
    sums = [number(value) for value in values] if isinstance(values, list) else []
    lowest = float("-inf")
    return tuple(
        ContinuationScore(logprob=lowest if one is None else one, greedy=False, tokens=0)
        for one in sums
    )


def _score(where: str, line: Object, facts: Object, response: Response) -> Score:
    found = part(line, "evaluation")
    value = number(found.get("score"))
    if value is None:
        raise DeclarationError(f"{where}: 'evaluation.score' is missing or no number")
    metric = plain_name(text(facts, "metric") or "score")
    outcome: Any = text(facts, "outcome")
    known = outcome if outcome in _OUTCOMES else _stated(found, text(line, "error"))
    if known is not None and text(facts, "scored") == "false":
        return Score(metric=metric, value=None, outcome=known, why=text(line, "error"))
    last = next(reversed(several(line, "answer_attribution")), None)
    return verdict(
        metric,
        value,
        response,
        extracted=text(last, "extracted_value") or None,
        why=text(line, "error"),
        outcome=known,
    )


def _stated(found: Object, error: str) -> Outcome | None:
    """Return right where the line says so; the rest is told from the reply."""
    if error:
        return "infra_error"
    return "right" if found.get("is_correct") is True else None
