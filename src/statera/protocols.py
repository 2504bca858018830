"""The whole contract on one screen: what the parts of statera ask of each other.

A thing that has these methods is the thing; nothing needs to be subclassed or registered.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

from statera.records.guarding import Passage, Reading
from statera.records.requests import Chat, Complete, Request
from statera.records.responses import Capabilities, Response
from statera.records.samples import Sample
from statera.records.scores import Score
from statera.records.trials import Trial
from statera.records.verdicts import Verdict
from statera.stats.results import Estimate, Items, ItemValue


@runtime_checkable
class Model(Protocol):
    """Anything that answers: a bare model, an application, a function, our own guard proxy.

    `identity` names the system under test in digests and never holds a key. `answer` puts what
    failed into `Response.failure`; it raises EndpointError only when the whole run must stop.
    """

    @property
    def identity(self) -> str: ...
    async def answer(self, request: Request) -> Response: ...
    async def capabilities(self) -> Capabilities: ...
    async def close(self) -> None: ...


@runtime_checkable
class Streaming(Protocol):
    """A model that can also answer piece by piece; the last item is the whole Response."""

    def stream(self, request: Chat | Complete) -> AsyncIterator[str | Response]: ...


class Scorer(Protocol):
    """Pure grading: the same sample and trial always give the same score.

    `metric` is the score's name within its task; `graded` is True when values lie between right
    and wrong. `version` changes whenever a score may.
    """

    @property
    def metric(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def graded(self) -> bool: ...
    def score(self, sample: Sample, trial: Trial) -> Score: ...


class Metric(Protocol):
    """All scores of an item, one an epoch, to a value per item; then to an estimate over items.

    An item's value comes with its weight: the number of trials that stand behind it.

    `score` names the Score it reads. `higher_is_better`, `bounds` and `counter` (the metric that
    must be shown beside it, or None) let gates, reports and power treat all metrics alike;
    `by_category` is False for what only makes sense over a whole task; `ratio` is True when items
    weigh as many trials as stand behind them (right / answered), so that runs are compared as
    ratios and not on item means.
    """

    @property
    def name(self) -> str: ...
    @property
    def score(self) -> str: ...
    @property
    def higher_is_better(self) -> bool: ...
    @property
    def bounds(self) -> tuple[float, float]: ...
    @property
    def counter(self) -> str | None: ...
    @property
    def by_category(self) -> bool: ...
    @property
    def ratio(self) -> bool: ...
    def item(self, scores: Sequence[Score]) -> ItemValue | None: ...
    def estimate(self, items: Items) -> Estimate: ...


class Program(Protocol):
    """What the sandbox hands back: exit status, captured output, and which limit ended it.

    `limit` is "" or one of `time`, `memory`, `processes`, `output`, `disk`. `ok` is True only when
    the program ran to its end with status 0. `why` says on one line what ended it early. `broken`
    is not "" when the sandbox itself failed before any of the program was run.
    """

    @property
    def ok(self) -> bool: ...
    @property
    def status(self) -> int | None: ...
    @property
    def output(self) -> str: ...
    @property
    def limit(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def broken(self) -> str: ...


class Sandbox(Protocol):
    """Runs hostile Python away from everything; `name` says by which means.

    `check` is code that tests what `source` defined, from a process that `source` cannot reach:
    only its end is proof. Without it, `ok` is what the program's own process reported.
    """

    @property
    def name(self) -> str: ...
    async def run(self, source: str, check: str = "") -> Program: ...


class Verdicts(Protocol):
    """The verdicts on a run's trials, however they were come by; None where there is none."""

    def of(self, task: str, sample_id: str, epoch: int) -> Verdict | None: ...


class Tools(NamedTuple):
    """What a run hands to its graders; a grader that misses its tool is a declared error."""

    sandbox: Sandbox | None = None
    verdicts: Verdicts | None = None


class Grader(Protocol):
    """Grading with a model, a sandbox or a person behind it."""

    @property
    def metric(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def graded(self) -> bool: ...
    async def grade(self, sample: Sample, trial: Trial, tools: Tools) -> Score: ...


class View(Protocol):
    """One way to read a passage: `plain` (normalised) first, then what it hides when decoded.

    `raw_span` gives the characters of the raw text that stand behind `text[start:end]`.
    """

    @property
    def name(self) -> str: ...
    @property
    def text(self) -> str: ...
    def raw_span(self, start: int, end: int) -> tuple[int, int]: ...


class Detector(Protocol):
    """One check of the guard: a passage and its views to a Reading.

    `cost` says how `find` may be called: `inline` on the event loop (pure, far below a
    millisecond), `thread` in a worker thread. The same `digest` on the same passage gives the same
    reading, so that it may be kept. What `find` raises is a check that failed.
    """

    @property
    def digest(self) -> str: ...
    @property
    def cost(self) -> Literal["inline", "thread"]: ...
    def find(self, passage: Passage, views: Sequence[View]) -> Reading: ...


class AskingDetector(Protocol):
    """A detector that asks a model over the network and waits for the answer."""

    @property
    def digest(self) -> str: ...
    @property
    def cost(self) -> Literal["await"]: ...
    async def seek(self, passage: Passage, views: Sequence[View]) -> Reading: ...


class Stopper(Protocol):
    """Says, after each batch of answers, what is asked next, or that enough is known.

    `next_batch` is called with the run's id before the first batch and after each: all samples
    that are asked by then, for each task of the plan, those of earlier batches included; None ends
    the run. `reason` says why on one line, `record` what the run is stored with.
    """

    def next_batch(self, run_id: str) -> Sequence[Sequence[Sample]] | None: ...
    @property
    def reason(self) -> str: ...
    @property
    def record(self) -> dict[str, Any]: ...


class Clock(Protocol):
    """Time, handed in: `now` in seconds since 1970 UTC, `monotonic` for durations."""

    def now(self) -> float: ...
    def monotonic(self) -> float: ...
