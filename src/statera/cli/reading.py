"""A trial as a person reads it: what was asked, what was said, how it was read."""

from collections.abc import Mapping

import click
from rich.markup import escape

from statera.cli.controls import visible
from statera.cli.tables import console
from statera.codec.files import to_json
from statera.interop.jsonl import line
from statera.records.labels import unlabelled
from statera.records.requests import Chat, Complete, Likelihood, Request
from statera.records.responses import Response
from statera.records.scores import UNDRAWN, Outcome, Score
from statera.report.conversations import added, heading
from statera.store.rows import Stored

_TELLING: tuple[Outcome, ...] = (
    "wrong",
    "unparsed",
    "truncated",
    "refused",
    "infra_error",
    "right",
)


def _shown(text: str) -> str:
    return escape(visible(text))


def print_sample(stored: Stored, *, as_json: bool) -> None:
    """Print one trial, or its export line."""
    if as_json:
        click.echo(to_json(line(stored)))
        return
    sample, trial = stored.sample, stored.trial
    out = console()
    lead = stored.scores[0] if stored.scores else None
    outcome = lead.outcome if lead else "not scored"
    out.print(_shown(f"── {sample.id} · epoch {trial.epoch} · {outcome}"), style="bold")
    for place, exchange in enumerate(trial.exchanges):
        if place_of := heading(trial.exchanges, place):
            out.print(_shown(place_of), style="bold")
        out.print(_shown(asked(added(trial.exchanges, place))), style="dim", soft_wrap=True)
        out.print(_shown(_said(exchange.response)), soft_wrap=True)
    for score in stored.scores:
        if not unlabelled(score):
            out.print(_shown(verdict(score)), style="bold", soft_wrap=True)
    if sample.accepted:
        out.print(_shown(f"reference: {' | '.join(sample.accepted)}"), style="dim", soft_wrap=True)
    out.print()


def verdict(score: Score) -> str:
    """Return one scorer's judgement as a line: what became of it, the score, what was read.

    Where the score is of other items only, that is all there is to tell.
    """
    why = f" ({score.why})" if score.why else ""
    if UNDRAWN in score.flags:
        return f"{score.metric}: does not count here{why}"
    value = "no score" if score.value is None else f"score {score.value:g}"
    read = "" if score.extracted is None else f", read {score.extracted!r}"
    return f"{score.metric}: {score.outcome}, {value}{read}{why}"


def telling(outcomes: Mapping[Outcome, int]) -> Outcome:
    """Return the outcome whose trials say most about a run: one that the run has, if any."""
    return next((outcome for outcome in _TELLING if outcomes.get(outcome)), _TELLING[0])


def asked(request: Request) -> str:
    """Return the request as readable text."""
    if isinstance(request, Chat):
        return "\n".join(f"{m.role}> {m.content}" for m in request.messages)
    if isinstance(request, Complete):
        return request.prompt
    if isinstance(request, Likelihood):
        return "\n".join((request.context, *(f"  …{c}" for c in request.continuations)))
    return "\n".join(request.texts)


def _said(response: Response) -> str:
    if response.failure is not None:
        return f"[no reply: {response.failure.kind}: {response.failure.message}]"
    if response.likelihoods:
        return "log-likelihoods: " + ", ".join(f"{x.logprob:.3f}" for x in response.likelihoods)
    return response.text or "[empty reply]"
