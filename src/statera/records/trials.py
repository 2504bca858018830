"""One sample asked once, with everything that was said."""

import msgspec

from statera.records.requests import Request
from statera.records.responses import Response


class Exchange(msgspec.Struct, frozen=True):
    """A request and its response."""

    request: Request
    response: Response


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One sample asked once: a conversation of one or more exchanges.

    `key` is the generation key: a digest of the system under test, the rendered request and the
    epoch. `started` is in seconds since 1970 UTC.
    """

    task: str
    sample_id: str
    epoch: int
    key: str
    exchanges: tuple[Exchange, ...]
    started: float

    @property
    def response(self) -> Response:
        """The last thing the model said; the one that is graded."""
        return self.exchanges[-1].response
