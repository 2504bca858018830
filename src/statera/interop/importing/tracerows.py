"""A request of live traffic as a sample, a trial and what can be told of it without a judge."""

from hashlib import blake2b

from statera.interop.importing.imported import Row, TraceTerms
from statera.interop.importing.tracecalls import Call, look
from statera.records.requests import Chat, Message, Sampling
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.scores import Outcome, Score
from statera.records.trials import Exchange
from statera.store.sealing import mark

ANSWERED = "answered"
FLAGGED = "flagged"
_SAMPLING = Sampling(temperature=None)
_HIDDEN = "{count} messages that are not in the log"


def row_of(call: Call, task: str, terms: TraceTerms) -> Row:
    """Return the request as it is kept: texts cleaned, the user hashed."""
    clean = terms.clean or _same
    messages = tuple(Message(one.role, clean(one.content)) for one in call.messages)
    response = _response(call, terms)
    segments = {name: look(call.found, field) for name, field in terms.segments}
    asked = transcript(messages)
    sample = Sample(
        id=call.id,
        input=mark(asked) if terms.content == "hashed" else asked,
        category=next(iter(segments.values()), None),
        cluster=None if call.unit is None else hashed_unit(call.unit, terms.key),
        fields={
            "time": call.time or None,
            "model": call.model,
            "version": call.version or call.model,
            "seconds": call.seconds,
            "segments": segments,
            **_guarded(call),
        },
    )
    return Row(
        where=call.where,
        task=task,
        sample=sample,
        exchanges=(Exchange(Chat(messages=messages, sampling=_SAMPLING), response),),
        scores=tuple(_scores(call, response, asked, terms)),
        epoch=0,
        started=call.time,
    )


def _same(text: str) -> str:
    return text


def hashed_unit(name: str, key: bytes) -> str:
    """Return what stands for a user: 24 hexadecimal digits, the same under the same key alone."""
    state = blake2b(name.encode("utf-8", "surrogatepass"), key=key[:64], digest_size=12)
    return f"u-{state.hexdigest()}"


def transcript(messages: tuple[Message, ...]) -> str:
    """Return what was asked: the one message, or the conversation with its speakers' names."""
    spoken = [one for one in messages if one.role != "system"] or list(messages)
    if len(spoken) == 1:
        return spoken[0].content
    return "\n\n".join(f"{one.role.capitalize()}: {one.content}" for one in spoken)


def _response(call: Call, terms: TraceTerms) -> Response:
    clean = terms.clean or _same
    return Response(
        text=None if call.failure or call.text is None else clean(call.text),
        refusal=None if call.refusal is None else clean(call.refusal),
        finish=call.finish,
        usage=call.usage,
        failure=call.failure,
        model=call.model or None,
        fingerprint=call.version or None,
        seconds=call.seconds or 0.0,
        first_token_seconds=call.first,
    )


def _guarded(call: Call) -> dict[str, object]:
    if call.checked is None:
        return {}
    found = {"outcome": call.checked.outcome, "categories": list(call.checked.categories)}
    return {"guard": found}


def _scores(call: Call, response: Response, asked: str, terms: TraceTerms) -> list[Score]:
    outcome, why = _fate(call, response, asked, terms)
    value = None if outcome == "infra_error" else float(outcome == "right")
    found = [Score(metric=ANSWERED, value=value, outcome=outcome, why=why)]
    if call.checked is not None and call.checked.flagged is not None:
        flagged = call.checked.flagged
        told = ", ".join(call.checked.categories) if flagged else ""
        fate: Outcome = "wrong" if flagged else "right"
        found.append(Score(metric=FLAGGED, value=float(flagged), outcome=fate, why=told))
    return found


def _fate(call: Call, response: Response, asked: str, terms: TraceTerms) -> tuple[Outcome, str]:
    """Return what became of a request, by what is known without looking at the answer's worth."""
    failure = response.failure
    if failure is not None:
        kind: Outcome = "infra_error" if failure.kind == "infra" else failure.kind
        return kind, failure.message
    if response.cut_off:
        return "truncated", "cut off at the token limit"
    if response.refusal is not None or response.finish == "content_filter":
        return "refused", "the provider's filter"
    if call.said is False and not call.tools:
        return "unparsed", "empty reply"
    if call.said is None and response.finish is None:
        return "infra_error", "no reply in the log"
    if response.text and terms.refuses is not None and terms.refuses(response, asked):
        return "refused", "as the refusal classifier reads it"
    return "right", ""
