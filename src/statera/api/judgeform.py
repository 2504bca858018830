"""In which form a judge replies: text with `[n]` at its end, or JSON by a schema.

`output: auto` asks the endpoint once whether it follows a schema, before the judge's first run is
named: the form belongs to the instrument. What is no endpoint replies in text.
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

REFUSED = (400, 422)

_PROBE = Answer(
    task="probe",
    sample_id="probe",
    epoch=0,
    prompt="What is 2 + 2?",
    output="4",
    unit="probe",
    reference="4",
)


def open_form(judge: Judge) -> bool:
    """Return whether the form of the judge's replies is left to the endpoint."""
    return any(criterion.output == "auto" for criterion in judge.criteria)


def in_form(judge: Judge, *, as_json: bool) -> Judge:
    """Return the judge with its open criteria in a stated form."""
    return replace(
        judge,
        criteria=tuple(
            _in_form(criterion, as_json=as_json) if criterion.output == "auto" else criterion
            for criterion in judge.criteria
        ),
    )


async def takes_schema(judge: Judge, model: Model) -> bool:
    """Ask an endpoint one small judgement in JSON; return whether it followed the schema.

    RunStopped where it gave no answer to that.
    """
    if not isinstance(model, Configured):
        return False
    criterion = _in_form(judge.criteria[0], as_json=True)
    response = await model.answer(probe(criterion))
    failure = response.failure
    if failure is not None and failure.kind == "infra" and failure.status not in REFUSED:
        raise RunStopped(
            f"the judge's model did not answer ({failure.message}) when it was asked whether it "
            "follows a JSON schema; `output: text` does without"
        )
    try:
        value = json.loads(response.text or "")
    except ValueError:
        return False
    return isinstance(value, dict) and set(value) == set(criterion.schema["required"])


def probe(criterion: Criterion) -> Chat:
    """Return a small judgement that asks for JSON."""
    answers = (_PROBE, _PROBE) if criterion.pairs else (_PROBE,)
    return criterion.request(criterion.sample(Ask(criterion=criterion.name, answers=answers)))


def _in_form(criterion: Criterion, *, as_json: bool) -> Criterion:
    return msgspec.structs.replace(criterion, output="json" if as_json else "text")
