"""Samples to read: the question, what was said, and what became of it, in one run or in both."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from statera.records.requests import Chat
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.scores import Score
from statera.report.conversations import added, heading
from statera.report.plaintext import LONGEST, name, passage
from statera.store.rows import Stored

EXCERPT = 120
"""Characters that a page shows of a sensitive task's texts."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Reply(NamedTuple):
    """One run's answer to a sample: whose it is, what it said, and how it was graded.

    `epochs` lists the outcome of each epoch when there are several; the text is of one of them.
    """

    whose: str
    text: str
    verdict: str
    epochs: str


class Specimen(NamedTuple):
    """A sample to read; `change` says why it is shown."""

    task: str
    sample_id: str
    change: str
    question: str
    choices: tuple[str, ...]
    reference: str
    replies: tuple[Reply, ...]


def specimen(
    change: str, trials: Sequence[tuple[str, Sequence[Stored]]], *, longest: int = LONGEST
) -> Specimen:
    """Return the specimen of one sample.

    `trials` holds, for each run, its name and the sample's trials, in the order they are shown; at
    least one run has a trial. Texts are cut after `longest` characters.
    """
    first = next(stored for _, of_run in trials for stored in of_run)
    sample = first.sample
    return Specimen(
        task=name(first.trial.task),
        sample_id=name(sample.id),
        change=change,
        question=passage(sample.input, longest),
        choices=tuple(passage(choice) for choice in sample.choices),
        reference=_reference(sample),
        replies=tuple(reply(whose, of_run, longest) for whose, of_run in trials if of_run),
    )


def reply(whose: str, trials: Sequence[Stored], longest: int = LONGEST) -> Reply:
    """Return what a run made of a sample: its worst epoch, with the outcomes of all."""
    shown = min(trials, key=_worth)
    lead = shown.scores[0] if shown.scores else None
    outcomes = [t.scores[0].outcome if t.scores else "not scored" for t in trials]
    return Reply(
        whose=whose,
        text=conversation(shown, longest),
        verdict="not scored" if lead is None else _verdicts(shown),
        epochs=", ".join(outcomes) if len(trials) > 1 else "",
    )


def _worth(stored: Stored) -> float:
    lead = stored.scores[0] if stored.scores else None
    return -1.0 if lead is None or lead.value is None else lead.value


def conversation(stored: Stored, longest: int = LONGEST) -> str:
    """Return what was said in a trial: the reply, of several exchanges each with what was asked."""
    exchanges = stored.trial.exchanges
    if len(exchanges) == 1:
        return said(stored.trial.response, stored.sample, longest)
    each = max(longest // len(exchanges), EXCERPT)
    return "\n\n".join(_exchange(stored, place, each) for place in range(len(exchanges)))


def _exchange(stored: Stored, place: int, longest: int) -> str:
    exchanges = stored.trial.exchanges
    request = added(exchanges, place)
    asked = request.messages if isinstance(request, Chat) else ()
    lines = [f"{one.role}> {passage(one.content, longest)}" for one in asked]
    reply = said(exchanges[place].response, stored.sample, longest)
    return "\n".join((heading(exchanges, place), *lines, f"reply> {reply}"))


def said(response: Response, sample: Sample, longest: int = LONGEST) -> str:
    """Return the reply as text that may stand on a page: what was said, or why nothing was."""
    if response.failure is not None:
        return passage(f"[no reply: {response.failure.kind}: {response.failure.message}]")
    if response.likelihoods:
        found = zip(_labels(sample), response.likelihoods, strict=False)
        return passage("\n".join(f"{label}: log-likelihood {x.logprob:.3f}" for label, x in found))
    text = response.text or response.refusal or "[empty reply]"
    return passage(text, longest)


def _labels(sample: Sample) -> Iterable[str]:
    return sample.choices or (f"continuation {number}" for number in range(1, 1000))


def _verdicts(stored: Stored) -> str:
    """Return the primary judgement; of several exchanges those that are wrong too."""
    lead, *others = stored.scores
    wrong = [one for one in others if one.outcome == "wrong" and len(stored.trial.exchanges) > 1]
    return " · ".join(map(_verdict, (lead, *wrong)))


def _verdict(score: Score) -> str:
    """Return one scorer's judgement as a line."""
    value = "no score" if score.value is None else f"score {score.value:g}"
    read = "" if score.extracted is None else f", read “{score.extracted}”"
    why = f" ({score.why})" if score.why else ""
    return passage(f"{score.outcome}: {score.metric}, {value}{read}{why}", 400)


def _reference(sample: Sample) -> str:
    if sample.accepted:
        return passage(" | ".join(sample.accepted))
    if sample.answer is not None and sample.answer < min(len(LETTERS), len(sample.choices)):
        return LETTERS[sample.answer]
    return ""
