"""A run with one trial of every kind, as the store gives it back."""

from statera.records.requests import Chat, Message
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.scores import Outcome, Score
from statera.records.specs import RunInfo, RunSpec, SystemUnderTest, TaskSpec
from statera.records.trials import Exchange, Trial
from statera.store.rows import Stored
from tests.store.made import asked, failure, likelihoods, reply, sample, trial


class Row:
    """An estimate as `statera.analysis` gives it, written out by hand."""

    def __init__(
        self,
        metric: str,
        category: str | None,
        estimate: float | None,
        low: float | None = None,
        high: float | None = None,
    ) -> None:
        self.metric, self.category = metric, category
        self.estimate, self.low, self.high = estimate, low, high
        self.level, self.method, self.n, self.clusters = 0.95, "wilson", 6, 5
        self.outcomes: dict[Outcome, int] = {"right": 3, "wrong": 2, "infra_error": 1}


ROWS = [
    Row("mmlu/accuracy", None, 0.6, 0.23, 0.88),
    Row("mmlu/accuracy", "even", 0.5),
    Row("mmlu/strict", None, None),
]

INFO = RunInfo(
    id="0123456789abcdef0123456789abcdef",
    spec=RunSpec(
        suite="five",
        system=SystemUnderTest(
            model="http://127.0.0.1:8000/v1#org/model-1b",
            system_message="Be brief.",
            sampling={"temperature": 0.5, "max_tokens": 64, "min_p": 0.1},
        ),
        tasks=(
            TaskSpec(
                name="mmlu",
                version="2",
                mode="generate",
                api="chat",
                num_fewshot=5,
                data="d1",
                template="t1",
            ),
        ),
        seed=7,
    ),
    status="done",
    created=1_700_000_000.5,
    updated=1_700_000_060.0,
    tags=("candidate",),
    environment={"statera": "0.1.0"},
)


def right() -> Stored:
    """Answered, read, and graded by two scorers; not everything is plain ASCII."""
    said = reply('Das ist "B",\nsicher — 漢', reasoning="hm", first_token_seconds=0.01)
    scores = (
        Score(metric="accuracy", value=1.0, outcome="right", extracted="B", span=(9, 10)),
        Score(metric="strict", value=0.25, outcome="wrong", extracted="b", flags=("hedged",)),
    )
    return Stored(sample(1, cluster="twins", group="g"), trial(1, response=said), scores)


def refused() -> Stored:
    scores = (Score(metric="accuracy", value=None, outcome="refused", why="content filter"),)
    return Stored(sample(2), trial(2, response=failure("refused")), scores)


def broken() -> Stored:
    scores = (Score(metric="accuracy", value=None, outcome="infra_error", why="no answer"),)
    return Stored(sample(3), trial(3, epoch=1, response=failure()), scores)


def ungraded() -> Stored:
    return Stored(sample(4), trial(4), ())


def likely() -> Stored:
    """Log-likelihoods, one of them impossible."""
    return _with(likelihoods(-1.5, float("-inf"), -0.25))


def spoken() -> Stored:
    """A conversation of two turns."""
    first = Exchange(asked(5), reply("A?"))
    turns = (
        *asked(5).messages,
        Message("assistant", "A?"),
        Message("user", "Are you sure?"),
    )
    return _with(first, Exchange(Chat(messages=turns), reply("B")))


def bare() -> Stored:
    """From a server that says nothing but the text."""
    scores = (Score(metric="accuracy", value=0.0, outcome="wrong", extracted="C"),)
    plain = Sample(id="mmlu/test/6", input="Which?")
    return Stored(plain, trial(6, response=Response(text="C")), scores)


def _with(*exchanges: Exchange) -> Stored:
    kept = Trial(
        task="mmlu",
        sample_id="mmlu/test/5",
        epoch=0,
        key="key",
        exchanges=exchanges,
        started=1.0,
    )
    return Stored(sample(5), kept, (Score(metric="accuracy", value=1.0, outcome="right"),))


def every() -> list[Stored]:
    return [right(), refused(), broken(), ungraded(), likely(), spoken(), bare()]
