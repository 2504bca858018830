"""What every request needs, handed in once."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, Protocol, TypeVar

from statera.protocols import Clock
from statera.proxy.admission import Admission
from statera.proxy.aside import aside
from statera.proxy.eventlog import EventLog
from statera.proxy.events import Hashing
from statera.proxy.keeper import Keeper
from statera.proxy.metrics import Metrics
from statera.proxy.terms import Terms
from statera.proxy.upstream import UpstreamClient
from statera.proxy.wire.api import Usage
from statera.records.guarding import Decision

if TYPE_CHECKING:
    from statera.proxy.experiments.taking import Experiments

P = ParamSpec("P")
T = TypeVar("T")


class Asked(NamedTuple):
    """What a trace says of a request; `host` and `port` are upstream's."""

    api: str
    model: str
    stream: bool
    host: str
    port: int


class Trace(Protocol):
    """The trace of one request."""

    def evaluated(self, decision: Decision) -> None: ...  # noqa: D102
    def end(self, status: int, usage: Usage, first_token: float | None) -> None: ...  # noqa: D102


class Traces(Protocol):
    """Where traces go."""

    def begin(self, asked: Asked, headers: Mapping[str, str]) -> Trace: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


class Service(NamedTuple):
    """The parts of a running guard that its requests share; without `traces` none are made.

    `ids` gives every decision's id: 16 hexadecimal digits, never the same twice. `reader` is where
    long bodies are read, so that others need not wait; without one it is the event loop.
    `experiments` choose an arm for requests; None where there is none.
    """

    terms: Terms
    keeper: Keeper
    admission: Admission
    upstream: UpstreamClient
    metrics: Metrics
    events: EventLog | None
    hashing: Hashing
    clock: Clock
    ids: Callable[[], str]
    traces: Traces | None = None
    reader: Executor | None = None
    experiments: "Experiments | None" = None

    async def aside(self, size: int, read: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Return what `read` makes of a body of `size` bytes, a long one off the event loop."""
        return await aside(self.reader, size, read, *args, **named)
