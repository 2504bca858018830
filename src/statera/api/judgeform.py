"""In which form a judge replies: text with `[n]` at its end, or JSON by a schema.

`output: auto` asks the endpoint once whether it takes a schema, before the judge's run is named:
the form belongs to the instrument. What is no endpoint replies in text.
"""

import json
from dataclasses import replace

import msgspec

from statera.errors import RunStopped
from statera.graders.asks import Ask
from statera.graders.criterion import Criterion
from statera.graders.judge import Judge
from statera.models.configured import Configured
from statera.protocols import Model
from statera.records.requests import Chat
from statera.records.verdicts import Answer

_PROBE = Answer(
    task="probe",
    sample_id="probe",
    epoch=0,
    prompt="What is 2 + 2?",
    output="4",
    unit="probe",
    reference="4",
)


async def settled(judge: Judge, model: Model) -> Judge:
    """Return the judge with a stated form: JSON where the endpoint was seen to follow the schema.

    RunStopped where the endpoint gave no answer to the question.
    """
    first = next((c for c in judge.criteria if c.output == "auto"), None)
    if first is None:
        return judge
    as_json = isinstance(model, Configured) and await _follows(model, _in_form(first, True))
    return replace(
        judge,
        criteria=tuple(_in_form(c, as_json) if c.output == "auto" else c for c in judge.criteria),
    )


async def _follows(model: Configured, criterion: Criterion) -> bool:
    """Ask once for JSON by the schema, and return whether that is what came."""
    response = await model.answer(probe(criterion))
    failure = response.failure
    if failure is not None and failure.kind == "infra" and failure.status not in (400, 422):
        raise RunStopped(
            f"the judge's model did not answer ({failure.message}) when it was asked whether it "
            "takes a JSON schema; `output: text` does without"
        )
    try:
        value = json.loads(response.text or "")
    except ValueError:
        return False
    wanted = criterion.schema["required"]
    return isinstance(value, dict) and set(value) == set(wanted)


def probe(criterion: Criterion) -> Chat:
    """Return a small judgement that asks for JSON."""
    answers = (_PROBE, _PROBE) if criterion.pairs else (_PROBE,)
    return criterion.request(criterion.sample(Ask(criterion=criterion.name, answers=answers)))


def _in_form(criterion: Criterion, as_json: bool) -> Criterion:
    return msgspec.structs.replace(criterion, output="json" if as_json else "text")
