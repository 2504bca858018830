"""What is shown of an experiment: its result, its design, and what happened to both."""

import msgspec

from statera.analysis.experiments.result import Result
from statera.experiment.design import Design


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """A change to the design after it was registered; `diff` has the lines of a unified diff."""

    at: float
    digest: str
    diff: tuple[str, ...]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened: `kind` is that of `records.live.Occurrence`."""

    at: float
    kind: str
    detail: str


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """All that is shown of one experiment, as it was seen at `now` (seconds since 1970 UTC).

    `digest` and `registered` are those of the design that was registered first; `design` is the
    one that holds now. `state` is `running`, `stopped` or `ended`. `late` asks for the view that
    counts late reports too.
    """

    result: Result
    design: Design
    digest: str
    registered: float
    state: str
    now: float
    edits: tuple[Edit, ...] = ()
    events: tuple[Event, ...] = ()
    late: bool = False
    command: str = ""
