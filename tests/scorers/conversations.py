"""Trials of several exchanges for tests: what was said, in order."""

from statera.records.requests import Chat, Message
from statera.records.responses import Failure, Response
from statera.records.samples import Sample
from statera.records.trials import Exchange, Trial

BROKEN = Response(failure=Failure(kind="infra", message="reset"))
SUM = Sample(id="s", input="2 + 3?", reference="5", fields={"wrong_hint": "6"})
PICK = Sample(
    id="p",
    input="Which is a mammal?",
    reference="otter",
    choices=("trout", "otter"),
    answer=1,
    fields={"wrong_hint": "trout"},
)


def conversation(*said: str | Response, asked: str = "?") -> Trial:
    """Return a trial with one exchange a reply; a text is a reply that ended by itself."""
    request = Chat(messages=(Message("user", asked),))
    responses = [Response(text=r, finish="stop") if isinstance(r, str) else r for r in said]
    return Trial(
        task="t",
        sample_id="s",
        epoch=0,
        key="k",
        exchanges=tuple(Exchange(request, one) for one in responses),
        started=0.0,
    )
