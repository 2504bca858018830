"""What judging costs beside the model's calls: prompts, reading, pairing, fits, rankings.

The verdicts are read and paired as a run's are: each reply of the judge through its rule, both
orders to a pair, pairs to a win rate. Sizes as the issue of judges states them: 100,000 verdicts in
under 2 s, the fit of one model on 805 items in under 50 ms.
"""

import time
from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.report import table
from benchmarks.setting import Setting
from statera.analysis.winrates import JudgedPair, win_rates
from statera.graders.asks import both_orders
from statera.graders.criterion import Criterion
from statera.graders.judge import read_judge
from statera.records.requests import Chat
from statera.records.responses import Response
from statera.records.trials import Exchange, Trial
from statera.records.verdicts import Answer
from statera.stats.bradleyterry import bradley_terry
from statera.stats.games import Games
from statera.stats.lengthcontrol import PairLengths, length_controlled

VERDICTS, ITEMS, TIMES = 100_000, 805, 5
MODELS, GAMES = 20, 100_000
REPLIES = (
    "Reply A names the dose and the interval. Reply B leaves the interval out.\n\n[[A]]",
    "Both are correct. B is shorter and as complete.\n[[B]]",
    "They say the same in other words.\n[[TIE]]",
    '{"reasoning": "A misstates the date.", "winner": "B"}',
)
GRADES = (
    "The reply is correct and names the source. It lacks the date.\n[4]",
    "The reply answers another question.\n\n[1]",
    '{"reasoning": "As good as the reference.", "score": 5}',
)


def measure(given: Setting) -> str:
    """Return the table."""
    pairwise, rubric = read_judge("pairwise").criteria[0], read_judge("reference").criteria[0]
    rows = [
        ["read 100,000 rubric verdicts", _reading(rubric, GRADES)],
        ["read 100,000 pair verdicts", _reading(pairwise, REPLIES)],
        ["pair 100,000 verdicts, win rate with interval", _pairing()],
        ["name 100,000 judgements and write their prompts", _asking(pairwise)],
        ["length-controlled fit, 805 items", _fit()],
        ["rank 20 models, 100,000 games, 1,000 resamples", _ranking()],
    ]
    return table(["what", "seconds, best of 5"], [[what, f"{took:.3f}"] for what, took in rows])


def _best(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)


def _reading(criterion: Criterion, replies: Sequence[str]) -> float:
    rule = criterion.rule
    sample = criterion.sample(both_orders("c", _answer("first one"), _answer("another")).forward)
    trials = [
        Trial(
            task="c",
            sample_id=sample.id,
            epoch=0,
            key="",
            exchanges=(Exchange(Chat(messages=()), Response(text=text, finish="stop")),),
            started=0.0,
        )
        for text in replies
    ]
    jobs = [trials[i % len(trials)] for i in range(VERDICTS)]

    def work() -> None:
        for trial in jobs:
            if rule.score(sample, trial).value is None:
                raise AssertionError("a verdict was not read")

    return _best(work)


def _pairing() -> float:
    rng = np.random.default_rng(1)
    forward, backward = rng.choice([0.0, 0.5, 1.0], (2, VERDICTS // 2))
    pairs = [
        JudgedPair("t", "c", str(i), str(i), None, float(forward[i]), float(backward[i]))
        for i in range(VERDICTS // 2)
    ]
    return _best(lambda: win_rates(pairs))


def _asking(criterion: Criterion) -> float:
    answers = [_answer(f"answer {i}, " * 20) for i in range(VERDICTS // 2)]
    other = _answer("the other answer")

    def work() -> None:
        for answer in answers:
            for ask in both_orders("c", answer, other):
                criterion.request(criterion.sample(ask))

    return _best(work)


def _fit() -> float:
    rng = np.random.default_rng(2)
    lengths, base = rng.integers(200, 4000, ITEMS), rng.integers(200, 4000, ITEMS)
    chance = 1 / (1 + np.exp(-np.log(lengths / base)))
    pairs = PairLengths(
        wins=(rng.random(ITEMS) < chance).astype(float),
        lengths=lengths,
        base_lengths=base,
        clusters=np.arange(ITEMS),
        difficulty=rng.normal(size=ITEMS),
    )
    return _best(lambda: length_controlled(pairs, rng=rng, resamples=0))


def _ranking() -> float:
    rng, strengths = np.random.default_rng(3), np.linspace(1, -1, MODELS)
    left = rng.integers(0, MODELS, GAMES)
    right = (left + rng.integers(1, MODELS, GAMES)) % MODELS
    chance = 1 / (1 + np.exp(strengths[right] - strengths[left]))
    score = np.where(rng.random(GAMES) < 0.1, 0.5, (rng.random(GAMES) < chance).astype(float))
    games = Games(left, right, score, cluster=np.arange(GAMES) // 50)
    return _best(lambda: bradley_terry(games, rng=rng))


def _answer(text: str) -> Answer:
    return Answer(task="t", sample_id="s", epoch=0, prompt="What?", output=text, unit="s")
