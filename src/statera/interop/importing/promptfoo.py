"""Results of promptfoo: the `.json` or `.jsonl` that `promptfoo eval -o FILE` writes.

Read after 0.123.1 (results version 3). Each pair of provider and prompt is a run of its own; the
prompt belongs to the system under test, the assertions are the instrument. `pass` is promptfoo's
verdict, `score` its weighted score, named scores stand under their own names. An error is a failure
of plumbing, not a failed test. The same variables again are another epoch of the same item.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from statera.codec.canonical import digest
from statera.errors import DeclarationError
from statera.interop.importing.documents import (
    Object,
    Place,
    count,
    document,
    files_in,
    moment,
    number,
    objects,
    part,
    several,
    text,
)
from statera.interop.importing.imported import UNKNOWN_MODEL, Facts, Log, Row, Wanted, plain_name
from statera.interop.importing.rendered import chat, sampling, stated
from statera.interop.importing.verdict import verdict
from statera.records.responses import Failure, Response, Usage
from statera.records.samples import Sample
from statera.records.scores import Score
from statera.records.specs import SystemUnderTest
from statera.records.trials import Exchange

TOOL = "promptfoo"
ERROR = 2
"""`failureReason` of a test that got no answer; 1 is a failed assertion."""

_EXACT = frozenset({"equals", "contains", "icontains", "starts-with"})
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def logs(paths: Sequence[Path], wanted: Wanted) -> Iterator[Log]:
    """Yield a log for each provider and prompt of each file."""
    files = files_in(paths, (".json", ".jsonl"))
    if not files:
        raise DeclarationError(f"{paths[0]}: no .json or .jsonl of promptfoo here")
    for path in files:
        if path.suffix == ".jsonl":
            yield from _logs(path, {}, list(objects(path)), wanted)
        else:
            found = document(path)
            yield from _logs(path, found, _results(path, found), wanted)


def _results(path: Path, found: Object) -> list[Place]:
    inner = found.get("results")
    listed = inner.get("results") if isinstance(inner, dict) else inner
    if not isinstance(listed, list):
        raise DeclarationError(f"{path}: 'results' is missing: no output of promptfoo")
    return [Place(f"{path}, result {n}", one) for n, one in enumerate(listed, start=1)]


def _logs(path: Path, found: Object, results: list[Place], wanted: Wanted) -> Iterator[Log]:
    asked: dict[tuple[str, str], list[Place]] = {}
    for place in results:
        asked.setdefault(_system_name(place), []).append(place)
    config = part(found, "config")
    task = plain_name(wanted.task or text(config, "description") or TOOL)
    for (provider, prompt), some in asked.items():
        yield Log(
            tool=TOOL,
            version=text(part(found, "metadata"), "promptfooVersion"),
            created=moment(part(found, "results").get("timestamp")),
            files=(path,),
            system=_system(config, wanted.model or provider, provider, prompt),
            suite=task,
            facts={task: Facts(instrument=_instrument(some))},
            graded={"pass": False, "score": True},
            rows=(_row(place, task) for place in some),
            stopped=_stopped(config, len(some)),
            blind=("unparsed",) if _reasons(some) else ("unparsed", "truncated"),
        )


def _system_name(place: Place) -> tuple[str, str]:
    where, one = place
    if not isinstance(one, dict) or not isinstance(one.get("success"), bool):
        raise DeclarationError(f"{where}: no result with 'success'")
    provider = one.get("provider")
    name = provider if isinstance(provider, str) else text(part(one, "provider"), "label", "id")
    prompt = part(one, "prompt")
    known = text(prompt, "label") or text(one, "promptId") or str(one.get("promptIdx", ""))
    return name or UNKNOWN_MODEL, known


def _system(config: Object, model: str, provider: str, prompt: str) -> SystemUnderTest:
    return SystemUnderTest(
        model=model,
        sampling=stated(_settings(config, provider)),
        body={"prompt": prompt},
    )


def _stopped(config: Object, results: int) -> str:
    """Return why there are fewer results than tests; promptfoo gives up on some errors."""
    tests = len(several(config, "tests"))
    return f"promptfoo's file has {results} results for {tests} tests" if results < tests else ""


def _settings(config: Object, provider: str) -> Object:
    """Return the provider's settings as the configuration states them."""
    for one in several(config, "providers"):
        if isinstance(one, dict) and provider in (one.get("label"), one.get("id")):
            return part(one, "config")
    return {}


def _reasons(places: Sequence[Place]) -> bool:
    return any(text(part(one, "response"), "finishReason") for _, one in places)


def _instrument(places: Sequence[Place]) -> list[str]:
    """Return the kinds of assertions; those of an item, with their values, are in its digest."""
    kinds = {
        str(one.get("type")) for _, found in places for one in _assertions(part(found, "testCase"))
    }
    return sorted(kinds)


def _assertions(case: Object) -> list[Object]:
    return [one for one in several(case, "assert") if isinstance(one, dict)]


def _row(place: Place, task: str) -> Row:
    where, one = place
    case, variables = part(one, "testCase"), part(one, "vars")
    response = _response(one)
    return Row(
        where=where,
        task=task,
        sample=_sample(case, variables or part(case, "vars")),
        exchanges=(Exchange(chat(part(one, "prompt").get("raw", ""), sampling({})), response),),
        scores=tuple(_scores(one, response)),
    )


def _sample(case: Object, variables: Object) -> Sample:
    kept = {name: value for name, value in variables.items() if name != "sessionId"}
    asserted = _assertions(case)
    name = digest([kept, asserted, case.get("threshold")], size=6)
    described = text(case, "description")
    told = [value for value in kept.values() if isinstance(value, str)]
    return Sample(
        id=f"{plain_name(described)}-{name}" if described else name,
        input=told[0] if len(kept) == 1 and told else _json(kept),
        reference=_reference(asserted, kept),
        category=text(part(case, "metadata"), "category") or None,
        fields=kept | {"assert": asserted},
    )


def _reference(asserted: Sequence[Object], variables: Object) -> str | None:
    """Return the first text that an assertion compares with, its variables filled in.

    It comes from the test alone, so that it is the same where there was no answer to grade.
    """
    for one in asserted:
        value = one.get("value")
        if text(one, "type") in _EXACT and isinstance(value, str | int | float):
            filled = _VARIABLE.sub(lambda found: _filled(found, variables), str(value))
            if "{{" not in filled and "{%" not in filled:
                return filled
    return None


def _filled(found: re.Match[str], variables: Object) -> str:
    value = variables.get(found[1])
    return str(value) if isinstance(value, str | int | float) else found[0]


def _response(one: Object) -> Response:
    found = part(one, "response")
    output = found.get("output")
    failed = one.get("failureReason") == ERROR or (output is None and bool(found.get("error")))
    message = text(one, "error") or text(found, "error") or "no answer"
    flagged = found.get("isRefusal") is True or part(found, "guardrails").get("flagged") is True
    latency = number(one.get("latencyMs"))
    return Response(
        text=None if failed or output is None else _said(output),
        failure=Failure(kind="infra", message=message.partition("\n")[0]) if failed else None,
        refusal="marked by the provider" if flagged else None,
        finish=text(found, "finishReason") or None,
        usage=_usage(part(found, "tokenUsage")),
        seconds=(latency or 0.0) / 1000,
        cost=number(one.get("cost")) or None,
    )


def _said(output: Any) -> str:
    return output if isinstance(output, str) else _json(output)


def _usage(found: Object) -> Usage | None:
    known = [count(found.get("prompt")), count(found.get("completion"))]
    return (
        None if known == [None, None] else Usage(prompt_tokens=known[0], completion_tokens=known[1])
    )


def _scores(one: Object, response: Response) -> Iterator[Score]:
    why = text(part(one, "gradingResult"), "reason")
    yield verdict("pass", float(one["success"]), response, why="" if one["success"] else why)
    named: Mapping[str, object] = {"score": one.get("score"), **part(one, "namedScores")}
    for name, found in named.items():
        value = number(found)
        if value is not None and plain_name(name) != "pass":
            yield verdict(plain_name(name), value, response)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
