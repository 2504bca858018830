"""A run in the Every Eval Ever schema 0.2.2 (evaleval/every_eval_ever), a neutral format.

The aggregate is one JSON document with every estimate and its interval. The instances are JSON
lines, one a score; they point to the aggregate by `evaluation_id`.

Where the schema cannot say what a run holds:

- It has no absent score. An answer that was refused, cut off or not understood counts as not right,
  with score 0, `metadata.scored` "false" and the outcome beside it; a trial that plumbing failed
  has no instance, as it has no place in an estimate (the aggregate counts them).
- It has no repeats. The epoch is in `metadata`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from statera.codec.canonical import canonical
from statera.interop.measured import Measured, name
from statera.records.requests import Chat, Complete, Likelihood, Request
from statera.records.responses import Response, Usage
from statera.records.samples import Sample
from statera.records.scores import Score
from statera.records.specs import RunInfo, TaskSpec
from statera.records.trials import Exchange, Trial
from statera.store.rows import Stored

VERSION = "0.2.2"
Turn = tuple[str, str | None, str | None]
"""Role, content, reasoning."""

_NUMBERS = ("temperature", "top_p", "top_k")


def aggregate(info: RunInfo, metrics: Sequence[Measured]) -> bytes:
    """Return the aggregate: who ran what on which model, and every estimate there is."""
    tasks = {task.name: task for task in info.spec.tasks}
    estimated = [row for row in metrics if row.estimate is not None]
    document = {
        "schema_version": VERSION,
        "evaluation_id": _evaluation_id(info),
        "evaluation_timestamp": _seconds(info.created),
        "retrieved_timestamp": _seconds(info.updated),
        "source_metadata": _source(info, [name(row) for row in metrics if row.estimate is None]),
        "model_info": _model(info),
        "eval_library": {
            "name": "statera",
            "version": str(info.environment.get("statera", "unknown")),
        },
        "evaluation_results": [_result(info, tasks, row) for row in estimated],
    }
    return msgspec.json.format(msgspec.json.encode(document)) + b"\n"


def _evaluation_id(info: RunInfo) -> str:
    model = _model_id(info).replace("/", "_")
    return f"{info.spec.suite}/{model}/{_seconds(info.created)}"


def _seconds(moment: float) -> str:
    return str(int(moment))


def _model_id(info: RunInfo) -> str:
    """Return the model's own name, without the place that serves it."""
    return info.spec.system.model.rpartition("#")[2]


def _source(info: RunInfo, unestimated: Sequence[str]) -> dict[str, Any]:
    details = {"run": info.id, "status": info.status, "seed": info.spec.seed, "tags": info.tags}
    return {
        "source_name": "statera",
        "source_type": "evaluation_run",
        "source_organization_name": "unknown",
        "evaluator_relationship": "other",
        "additional_details": _texts({**details, "without_estimate": unestimated}),
    }


def _model(info: RunInfo) -> dict[str, Any]:
    system = info.spec.system
    details = {"identity": system.model, "system_message": system.system_message}
    place = system.model.rpartition("#")[0]
    served = {"inference_platform": place} if place else {}
    ids = {"name": _model_id(info), "id": _model_id(info)}
    return {**ids, **served, "additional_details": _texts(details)}


def _result(info: RunInfo, tasks: Mapping[str, TaskSpec], row: Measured) -> dict[str, Any]:
    task, metric = row.metric.split("/", 1)
    return {
        "evaluation_result_id": name(row),
        "evaluation_name": task if row.category is None else f"{task}/{row.category}",
        "source_data": _data(task, tasks.get(task)),
        "metric_config": {
            "metric_id": metric,
            "metric_name": metric,
            "metric_unit": "proportion",
            "lower_is_better": False,
            "score_type": "continuous",
            "min_score": 0.0,
            "max_score": 1.0,
        },
        "score_details": _score_details(row),
        "generation_config": _generation(info, tasks.get(task)),
    }


def _data(task: str, spec: TaskSpec | None) -> dict[str, Any]:
    details = {} if spec is None else {"data_digest": spec.data, "task_version": spec.version}
    return {"dataset_name": task, "source_type": "other", "additional_details": details}


def _score_details(row: Measured) -> dict[str, Any]:
    facts = {"n": row.n, "clusters": row.clusters, "method": row.method}
    details = _texts(facts | {str(outcome): count for outcome, count in row.outcomes.items()})
    uncertainty: dict[str, Any] = {"num_samples": row.n}
    if row.low is not None and row.high is not None:
        uncertainty["confidence_interval"] = {
            "lower": row.low,
            "upper": row.high,
            "confidence_level": row.level,
            "method": row.method,
        }
    return {"score": row.estimate, "details": details, "uncertainty": uncertainty}


def _generation(info: RunInfo, task: TaskSpec | None) -> dict[str, Any]:
    """Return the sampling that the user set, and how the task was asked."""
    sampling = info.spec.system.sampling
    known = {key: sampling[key] for key in _NUMBERS if _is_number(sampling.get(key))}
    tokens = sampling.get("max_tokens")
    if isinstance(tokens, int) and tokens >= 1:
        known["max_tokens"] = tokens
    rest = {key: value for key, value in sampling.items() if key not in known}
    asked = (
        {} if task is None else {"mode": task.mode, "api": task.api, "fewshot": task.num_fewshot}
    )
    return {"generation_args": known, "additional_details": _texts({**rest, **asked})}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def instances(info: RunInfo, stored: Iterable[Stored]) -> Iterator[bytes]:
    """Yield the instance file, a line for each score of each trial that has an answer."""
    encoder = msgspec.json.Encoder()
    whole = {
        "schema_version": VERSION,
        "evaluation_id": _evaluation_id(info),
        "model_id": _model_id(info),
    }
    for one in stored:
        shared = {**whole, **_trial(one)}
        for score in one.scores:
            if score.outcome != "infra_error":
                yield encoder.encode({**shared, **_graded(one, score)}) + b"\n"


def _trial(stored: Stored) -> dict[str, Any]:
    """Return the fields that are the same for every score of the trial."""
    sample, trial, _ = stored
    said = trial.response
    several = len(trial.exchanges) > 1
    return {
        "sample_id": sample.id,
        "sample_hash": _hash(sample),
        "interaction_type": "multi_turn" if several else "single_turn",
        "input": _input(sample, trial),
        "output": None if several else _output(said),
        "messages": _messages(trial) if several else None,
        "token_usage": _usage(said.usage),
        "performance": _performance(said),
    }


def _hash(sample: Sample) -> str:
    return sha256("".join((sample.input, *sample.accepted)).encode()).hexdigest()


def _input(sample: Sample, trial: Trial) -> dict[str, Any]:
    return {
        "raw": sample.input,
        "formatted": _formatted(trial.exchanges[0].request),
        "reference": list(sample.accepted),
        "choices": list(sample.choices) or None,
    }


def _formatted(request: Request) -> str:
    """Return the request as text, before any chat template."""
    if isinstance(request, Chat):
        return "\n\n".join(f"{turn.role}: {turn.content}" for turn in request.messages)
    if isinstance(request, Complete):
        return request.prompt
    return request.context if isinstance(request, Likelihood) else "\n".join(request.texts)


def _output(said: Response) -> dict[str, Any]:
    trace = None if said.reasoning is None else [said.reasoning]
    return {"raw": [] if said.text is None else [said.text], "reasoning_trace": trace}


def _messages(trial: Trial) -> list[dict[str, Any]]:
    """Return the transcript: the last request holds the turns before it."""
    last = trial.exchanges[-1]
    if isinstance(last.request, Chat):
        turns: list[Turn] = [(turn.role, turn.content, None) for turn in last.request.messages]
        turns.append(_reply(last))
    else:
        turns = [turn for one in trial.exchanges for turn in _turn(one)]
    keys = ("turn_idx", "role", "content", "reasoning_trace")
    return [dict(zip(keys, (place, *turn), strict=True)) for place, turn in enumerate(turns)]


def _turn(exchange: Exchange) -> list[Turn]:
    return [("user", _formatted(exchange.request), None), _reply(exchange)]


def _reply(exchange: Exchange) -> Turn:
    return "assistant", exchange.response.text, exchange.response.reasoning


def _usage(usage: Usage | None) -> dict[str, Any] | None:
    """Return the tokens, or None unless both sides are known: absent is not zero."""
    if usage is None or usage.prompt_tokens is None or usage.completion_tokens is None:
        return None
    return {
        "input_tokens": usage.prompt_tokens,
        "output_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "input_tokens_cache_read": usage.cached_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
    }


def _performance(said: Response) -> dict[str, Any]:
    first = said.first_token_seconds
    milliseconds = None if first is None else first * 1000
    return {"latency_ms": said.seconds * 1000, "time_to_first_token_ms": milliseconds}


def _graded(stored: Stored, score: Score) -> dict[str, Any]:
    """Return the fields of one score of the trial."""
    trial = stored.trial
    return {
        "evaluation_name": f"{trial.task}/{score.metric}",
        "answer_attribution": _attribution(trial, score),
        "evaluation": {
            "score": 0.0 if score.value is None else score.value,
            "is_correct": score.outcome == "right",
            "num_turns": len(trial.exchanges),
        },
        "error": _error(trial.response, score),
        "metadata": _metadata(stored, score),
    }


def _attribution(trial: Trial, score: Score) -> list[dict[str, Any]]:
    if score.extracted is None:
        return []
    several = len(trial.exchanges) > 1
    return [
        {
            "turn_idx": len(_messages(trial)) - 1 if several else 0,
            "source": "messages[turn_idx].content" if several else "output.raw",
            "extracted_value": score.extracted,
            "extraction_method": f"statera {score.metric}",
            "is_terminal": True,
        }
    ]


def _error(said: Response, score: Score) -> str | None:
    """Return why there is no answer, or None when there is one."""
    if score.outcome in ("right", "wrong"):
        return None
    reason = said.failure.message if said.failure is not None else score.why
    return f"{score.outcome}: {reason}" if reason else score.outcome


def _metadata(stored: Stored, score: Score) -> dict[str, str]:
    sample, trial, _ = stored
    facts = {
        "task": trial.task,
        "metric": score.metric,
        "epoch": trial.epoch,
        "outcome": score.outcome,
        "scored": score.value is not None,
        "category": sample.category,
        "group": sample.group,
        "cluster": sample.cluster,
        "finish": trial.response.finish,
        "loglikelihoods": [choice.logprob for choice in trial.response.likelihoods] or None,
    }
    return _texts(facts)


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the values as texts, as the schema wants; what is None or empty is left out."""
    kept = {key: value for key, value in values.items() if value not in (None, (), [], "")}
    return {
        key: value if isinstance(value, str) else canonical(value).decode()
        for key, value in kept.items()
    }
