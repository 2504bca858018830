"""Trials as the tests of scorers need them: one request, one response."""

from statera.records.requests import Chat, Likelihood, Message, Request
from statera.records.responses import ContinuationScore, Response
from statera.records.samples import Sample
from statera.records.trials import Exchange, Trial

QUESTION = Sample(id="t/test/0", input="?", reference="Paris", references=("Paris, France",))


def trial(response: Response, request: Request | None = None) -> Trial:
    asked = request or Chat(messages=(Message("user", "?"),))
    return Trial(
        task="t",
        sample_id="t/test/0",
        epoch=0,
        key="k",
        exchanges=(Exchange(asked, response),),
        started=0.0,
    )


def reply(text: str, finish: str | None = "stop") -> Trial:
    return trial(Response(text=text, finish=finish))


def likelihoods(*sums: float, tokens: tuple[int, ...] = ()) -> Trial:
    counts = tokens or (1,) * len(sums)
    parts = tuple(
        ContinuationScore(logprob=total, greedy=False, tokens=count)
        for total, count in zip(sums, counts, strict=True)
    )
    request = Likelihood(context="?", continuations=tuple(" x" for _ in sums))
    return trial(Response(likelihoods=parts), request)
