"""How many requests, tokens and dollars a plan will take, before the first request."""

from collections.abc import Sequence
from dataclasses import dataclass

from statera.records.requests import Chat, Complete, Likelihood, Request
from statera.records.samples import Sample
from statera.runner.plan import Asker, Job, Plan
from statera.tasks.task import Task

CHARACTERS_A_TOKEN = 4
LOOKED_AT = 200


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What a plan asks for. Prompt tokens are an estimate from characters (4 a token in English).

    `completion_tokens` is the most that the limits allow, None if a task has no limit; `cost` is in
    US dollars for as much, None where a price or the limit is unknown. A trial is one request, one
    for each choice where an endpoint takes no lists of prompts, or those of a conversation:
    `requests` is the most that all trials take, and prompts are counted as if each were the first.
    """

    trials: int
    requests: int = 0
    kept: int = 0
    prompt_tokens: int
    completion_tokens: int | None
    cost: float | None = None

    def __str__(self) -> str:
        """Return one line for people."""
        left = self.trials - self.kept
        if self.kept and not left:
            return f"all {self.trials} trials are kept, nothing to ask"
        most = self.completion_tokens
        replies = "no limit on" if most is None else f"at most {_short(most)}"
        cost = "cost unknown" if self.cost is None else f"at most ${self.cost:.2f}"
        ask = f"{self.trials} trials" if left != 1 else "1 trial"
        if self.kept:
            ask = f"{self.trials} trials, {self.kept} kept, {left} to ask"
        if self.requests > self.trials:
            ask += f" in at most {self.requests:,} requests"
        return (
            f"{ask}: about {_short(self.prompt_tokens)} prompt and {replies} reply tokens, {cost}"
        )


def forecast(plan: Plan, *, kept: int = 0) -> Forecast:
    """Return the forecast from up to 200 rendered prompts a task; `kept` trials are there already.

    What is kept is taken off in proportion.
    """
    prompts, replies = 0.0, 0.0
    asker = Asker(plan.spec)
    for task, samples, epochs in zip(plan.tasks, plan.samples, plan.epochs, strict=True):
        characters, limit = _mean_size(asker, task, samples)
        count = len(samples) * epochs * task.requests
        prompts += count * characters / CHARACTERS_A_TOKEN
        replies += count * limit
    left = (plan.total - kept) / plan.total if plan.total else 0.0
    bounded = None if replies == float("inf") else round(replies * left)
    return Forecast(
        trials=plan.total,
        requests=round(plan.requests * left),
        kept=kept,
        prompt_tokens=round(prompts * left),
        completion_tokens=bounded,
    )


def _mean_size(asker: Asker, task: Task, samples: Sequence[Sample]) -> tuple[float, float]:
    """Return the mean characters of a prompt and the mean limit of a reply in tokens."""
    looked = samples[:: max(1, len(samples) // LOOKED_AT)]
    if not looked:
        return 0.0, 0.0
    sizes = [_size(asker.request(Job(task, sample, 0))) for sample in looked]
    return sum(s[0] for s in sizes) / len(sizes), sum(s[1] for s in sizes) / len(sizes)


def _size(request: Request) -> tuple[int, float]:
    if isinstance(request, Likelihood):
        return len(request.context) + sum(len(c) for c in request.continuations), 0.0
    if isinstance(request, Chat | Complete):
        limit = request.sampling.max_tokens
        text = (
            sum(len(m.content) for m in request.messages)
            if isinstance(request, Chat)
            else len(request.prompt)
        )
        return text, float("inf") if limit is None else float(limit)
    return sum(len(text) for text in request.texts), 0.0


def _short(count: int) -> str:
    return f"{count / 1000:.0f}k" if count >= 10_000 else str(count)
