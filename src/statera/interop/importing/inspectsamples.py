"""One sample of an Inspect log, as a trial."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping

from statera.errors import DeclarationError
from statera.interop.importing.documents import (
    Object,
    count,
    moment,
    number,
    part,
    several,
    text,
)
from statera.interop.importing.imported import Row, plain_name
from statera.interop.importing.rendered import messages, plain, sampling
from statera.interop.importing.verdict import verdict
from statera.records.requests import Chat, Message
from statera.records.responses import Failure, Response, Usage
from statera.records.samples import Sample
from statera.records.scores import Outcome, Score
from statera.records.trials import Exchange

_LETTERS = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
_WORDS = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}
_ATTACHED = "attachment://"
_FINISH = {"max_tokens": "length", "model_length": "length"}
_REASONS: dict[str, Outcome] = {"invalid_response_format": "unparsed", "refusal": "refused"}


def row(where: str, found: Object, task: str, settings: Object, skipped: set[str]) -> Row:
    """Return the sample as a row; `skipped` gathers scores that are no numbers."""
    found = _whole(found)
    if not isinstance(found.get("id"), int | str):
        raise DeclarationError(f"{where}: 'id' is missing")
    epoch = found.get("epoch", 1)
    if not isinstance(epoch, int) or epoch < 1:
        raise DeclarationError(f"{where}: 'epoch' is no number from 1 on")
    response = _response(found)
    return Row(
        where=where,
        task=task,
        sample=_sample(found),
        exchanges=(Exchange(_request(found, settings), response),),
        scores=tuple(_scores(found, response, skipped)),
        epoch=epoch - 1,
        started=moment(found.get("started_at")),
    )


def _whole(found: Object) -> Object:
    """Return the sample with long texts in their places; Inspect may keep them apart."""
    kept = part(found, "attachments")
    if not kept:
        return found
    names = ("input", "messages", "output", "choices", "target")
    return found | {name: _resolved(found[name], kept) for name in names if name in found}


def _resolved(value: object, kept: Object) -> object:
    if isinstance(value, str):
        return kept.get(value.removeprefix(_ATTACHED), value) if _ATTACHED in value else value
    if isinstance(value, dict):
        return {name: _resolved(inner, kept) for name, inner in value.items()}
    return [_resolved(inner, kept) for inner in value] if isinstance(value, list) else value


def _sample(found: Object) -> Sample:
    asked = found.get("input")
    turns = messages(asked)
    choices = tuple(str(one) for one in several(found, "choices"))
    targets = found.get("target")
    accepted = [str(one) for one in (targets if isinstance(targets, list) else [targets or ""])]
    answer = _answer(accepted, choices)
    first = choices[answer] if answer is not None else next(iter(accepted), "")
    metadata = part(found, "metadata")
    return Sample(
        id=str(found["id"]),
        input=turns[-1].content if turns else plain(asked),
        reference=first or None,
        references=tuple(accepted[1:]) if answer is None else (),
        choices=choices,
        answer=answer,
        category=text(metadata, "category", "subject") or None,
        fields=metadata,
    )


def _answer(accepted: list[str], choices: tuple[str, ...]) -> int | None:
    """Return the index behind a target that is one letter of a choice."""
    if not choices or len(accepted) != 1 or len(accepted[0]) != 1:
        return None
    place = ord(accepted[0]) - ord("A")
    return place if 0 <= place < len(choices) else None


def _request(found: Object, settings: Object) -> Chat:
    """Return what was asked last: every message before the model's last one."""
    turns = list(messages(found.get("messages"))) or list(messages(found.get("input")))
    last = max((n for n, one in enumerate(turns) if one.role == "assistant"), default=None)
    said = bool(part(found, "output").get("choices"))
    asked = turns[:last] if last is not None and said else turns
    asked = asked or [Message("user", plain(found.get("input")))]
    return Chat(messages=tuple(asked), sampling=sampling(settings))


def _response(found: Object) -> Response:
    output = part(found, "output")
    failure = _failure(found, output)
    choice: Object = part(next(iter(several(output, "choices")), None))
    content = part(choice, "message").get("content")
    reason = text(choice, "stop_reason") or None
    limit = text(part(found, "limit"), "type")
    spent = number(found.get("working_time")) or number(found.get("total_time"))
    said = plain(content) if choice else text(output, "completion")
    return Response(
        text=None if failure is not None else said,
        reasoning=_reasoning(content),
        finish="length" if limit else _FINISH.get(reason or "", reason),
        usage=_usage(part(output, "usage")),
        failure=failure,
        model=text(output, "model") or None,
        seconds=spent or 0.0,
        notes=(f"ended by the limit on {limit}",) if limit else (),
    )


def _failure(found: Object, output: Object) -> Failure | None:
    """Return the error that ended the sample; one that was scored all the same is none."""
    message = text(part(found, "error"), "message") or text(output, "error")
    if not message or found.get("scores"):
        return None
    return Failure(kind="infra", message=message.partition("\n")[0])


def _reasoning(content: object) -> str | None:
    parts = content if isinstance(content, list) else []
    found = [text(one, "reasoning") for one in parts if isinstance(one, dict)]
    return "\n".join(one for one in found if one) or None


def _usage(found: Object) -> Usage | None:
    if not found:
        return None
    names = ("input_tokens", "output_tokens", "reasoning_tokens", "input_tokens_cache_read")
    counts = [count(found.get(name)) for name in names]
    return Usage(
        prompt_tokens=counts[0],
        completion_tokens=counts[1],
        reasoning_tokens=counts[2],
        cached_tokens=counts[3],
    )


def _scores(found: Object, response: Response, skipped: set[str]) -> Iterator[Score]:
    """Yield each scorer's score; of one with several values each, by its key."""
    scores = {name: one for name, one in part(found, "scores").items() if isinstance(one, dict)}
    keys = Counter(key for one in scores.values() for key in part(one, "value"))
    for name, one in scores.items():
        value = one.get("value")
        parts = value if isinstance(value, Mapping) else {None: value}
        for key, inner in parts.items():
            label = name if key is None else f"{name}_{key}" if _taken(key, keys, scores) else key
            if (known := _value(inner)) is None:
                skipped.add(label)
            else:
                yield _score(plain_name(label), known, one, inner, response)


def _taken(key: str, keys: Counter[str], scores: Mapping[str, Object]) -> bool:
    return keys[key] > 1 or key in scores


def _value(found: object) -> float | None:
    """Return a value as Inspect's own metrics read it; NaN is a score that was not made."""
    if found is None:
        return math.nan
    if not isinstance(found, str):
        return number(found)
    known = _LETTERS.get(found, _WORDS.get(found.lower()))
    if known is not None:
        return known
    try:
        return float(found)
    except ValueError:
        return None


def _score(metric: str, value: float, score: Object, said: object, response: Response) -> Score:
    reason = text(score, "reason")
    why = reason if reason and value != 1.0 else ""
    found = verdict(metric, value, response, extracted=text(score, "answer") or None, why=why)
    outcome = _REASONS.get(reason) or ("unparsed" if said == "N" else None)
    if found.outcome != "wrong" or outcome is None:
        return found
    why = why or "no answer (N)"
    return verdict(metric, value, response, why=why, outcome=outcome)
