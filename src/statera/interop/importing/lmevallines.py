"""One line of lm-evaluation-harness's samples: an item under one filter, as a trial."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from statera.errors import DeclarationError
from statera.interop.importing import rendered
from statera.interop.importing.documents import Object, number, taken, text, texts
from statera.interop.importing.imported import Row, plain_name
from statera.interop.importing.verdict import verdict
from statera.records.requests import Complete, Likelihood, Request
from statera.records.responses import ContinuationScore, Response
from statera.records.samples import Sample
from statera.records.scores import Score
from statera.records.trials import Exchange

_FILTERS = {
    ("exact_match", "strict-match"): "strict",
    ("exact_match", "flexible-extract"): "flexible",
}
_INVALID = ("[invalid]", "invalid", "")
_QUESTION = ("question", "query", "problem", "prompt", "goal", "ctx", "sentence", "input", "text")
_KNOWN = ("doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics")
_HASHES = ("doc_hash", "prompt_hash", "target_hash", "schema_version")
_FIXED = frozenset((*_KNOWN, *_HASHES))


class Part(NamedTuple):
    """Where a task of the harness belongs: our task, and its category and group there."""

    task: str
    category: str | None = None
    group: str | None = None


class Lines(NamedTuple):
    """How the lines of one task are read. `skipped` gathers what is left out, with the reason."""

    name: str
    part: Part
    chat: bool
    lower: set[str]
    skipped: dict[str, str]

    def row(self, where: str, line: Object) -> Row:
        """Return the line as a row; DeclarationError for what a line must have and has not."""
        arguments = _arguments(where, line)
        request = _request(arguments, self.chat)
        replies = taken(line, "resps", list[Any], where)
        response = _response(where, request, replies)
        return Row(
            where=where,
            task=self.part.task,
            sample=self._sample(where, line, request),
            exchanges=(Exchange(request, response),),
            scores=tuple(self._scores(line, response)),
        )

    def _sample(self, where: str, line: Object, request: Request) -> Sample:
        doc = line.get("doc") if isinstance(line.get("doc"), dict) else {"doc": line.get("doc")}
        doc = doc or {}
        number = line.get("doc_id")
        if not isinstance(number, int | str):
            raise DeclarationError(f"{where}: 'doc_id' is missing")
        choices = _choices(request)
        answer = _answer(line.get("target"), choices)
        reference = None if choices else _reference(line.get("target"))
        return Sample(
            id=f"{self.name}/{number}",
            input=text(doc, *_QUESTION) or _prompt(request),
            reference=reference if answer is None else choices[answer],
            choices=choices,
            answer=answer,
            category=self.part.category or text(doc, "subject", "category") or None,
            group=self.part.group,
            fields=doc,
        )

    def _scores(self, line: Object, response: Response) -> Iterator[Score]:
        chosen = str(line.get("filter", "none"))
        extracted, unread = _filtered(line.get("filtered_resps"))
        names = texts(line.get("metrics", [name for name in line if name not in _FIXED]))
        for name in names:
            if (value := self._value(name, line.get(name))) is not None:
                yield verdict(
                    _metric(name, chosen),
                    value,
                    response,
                    extracted=extracted,
                    why=f"{chosen} found nothing" if unread and value == 0 else "",
                    outcome="unparsed" if unread and value == 0 else None,
                )

    def _value(self, name: str, found: object) -> float | None:
        """Return the metric's value, NaN where it is null; what is no number is left out."""
        value = math.nan if found is None else number(found)
        if value is None:
            self.skipped[name] = "it is no number for each item"
        elif name in self.lower:
            self.skipped[name] = "less is better"
        else:
            return value
        return None


def _metric(name: str, chosen: str) -> str:
    if known := _FILTERS.get((name, chosen)):
        return known
    return plain_name(name if chosen == "none" else f"{name}_{chosen}")


def _arguments(where: str, line: Object) -> list[list[Any]]:
    """Return the arguments of each request: a list of lists, or an object of objects."""
    found = line.get("arguments")
    if isinstance(found, dict):
        found = [list(one.values()) if isinstance(one, dict) else one for one in found.values()]
    if not isinstance(found, list) or not found or not all(map(_is_argument, found)):
        raise DeclarationError(f"{where}: 'arguments' is missing or no list of requests")
    return found


def _is_argument(found: object) -> bool:
    return isinstance(found, list) and len(found) > 0


def _request(arguments: Sequence[Sequence[Any]], chat: bool) -> Request:
    first = arguments[0]
    context, second = _text(first[0]), first[1] if len(first) > 1 else None
    if isinstance(second, str) and all(len(one) > 1 for one in arguments):
        contexts = {_text(one[0]) for one in arguments}
        ends = tuple(_text(one[1]) for one in arguments)
        if len(contexts) > 1:
            ends = tuple(_text(one[0]) + _text(one[1]) for one in arguments)
        return Likelihood(context=context if len(contexts) == 1 else "", continuations=ends)
    sampling = rendered.sampling(_settings(second))
    return rendered.chat(context, sampling) if chat else Complete(prompt=context, sampling=sampling)


def _settings(found: object) -> Mapping[str, Any]:
    settings = dict(found) if isinstance(found, Mapping) else {}
    if settings.get("do_sample") is False:
        settings.setdefault("temperature", 0.0)
    return settings


def _text(value: object) -> str:
    """Return a prompt; the harness wraps the messages of a chat in a list of one text."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return value[0]
    return rendered.plain(value)


def _response(where: str, request: Request, replies: Sequence[Any]) -> Response:
    if isinstance(request, Likelihood):
        return Response(likelihoods=tuple(_likelihood(where, one) for one in replies))
    first = replies[0] if replies else None
    while isinstance(first, list) and first:
        first = first[0]
    if not isinstance(first, str):
        raise DeclarationError(f"{where}: 'resps' holds no reply")
    return Response(text=first)


def _likelihood(where: str, found: Any) -> ContinuationScore:
    """Return `[[-1.5, false]]`, also as texts, as a log-likelihood."""
    while isinstance(found, list) and found and isinstance(found[0], list):
        found = found[0]
    parts = found if isinstance(found, list) else [found]
    try:
        value = float(parts[0])
    except (IndexError, TypeError, ValueError):
        raise DeclarationError(f"{where}: 'resps' holds no log-likelihood") from None
    greedy = len(parts) > 1 and str(parts[1]) == "True"
    return ContinuationScore(logprob=value, greedy=greedy, tokens=0)


def _filtered(found: object) -> tuple[str | None, bool]:
    """Return what the filter read, and whether it says that it read nothing."""
    while isinstance(found, list) and found:
        found = found[0]
    if not isinstance(found, str):
        return None, False
    return found, found.strip() in _INVALID


def _choices(request: Request) -> tuple[str, ...]:
    if not isinstance(request, Likelihood) or len(request.continuations) < 2:
        return ()
    return tuple(text.removeprefix(" ") for text in request.continuations)


def _answer(target: object, choices: Sequence[str]) -> int | None:
    """Return the index of the right choice, which the harness gives as such or as its text."""
    if not choices or target is None or isinstance(target, bool | list):
        return None
    said = str(target).strip()
    if said.isdigit() and int(said) < len(choices):
        return int(said)
    stripped = [choice.strip() for choice in choices]
    return stripped.index(said) if said in stripped else None


def _reference(target: object) -> str | None:
    """Return the target as a text; of a worked solution, what stands after the last `####`."""
    if isinstance(target, list):
        target = target[0] if target else None
    return None if target is None else str(target).rpartition("####")[2].strip()


def _prompt(request: Request) -> str:
    if isinstance(request, Likelihood):
        return request.context or "\n".join(request.continuations)
    if isinstance(request, Complete):
        return request.prompt
    return request.messages[-1].content if hasattr(request, "messages") else ""
