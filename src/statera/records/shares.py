"""Of which random share of a run's items a score was made, where it is not of all."""

from typing import Annotated

import msgspec

from statera.records.specs import RunInfo

SHARES = "shares"
"""The key in a run's environment under which it is on record which scores are of a share."""


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """Items drawn each by itself with probability `share` in (0, 1], by a hash with `seed`."""

    share: Annotated[float, msgspec.Meta(gt=0, le=1)]
    seed: int = 0


def stored_shares(info: RunInfo) -> dict[str, Drawn]:
    """Return, by score, the share of the items that it is of; what is of all is not listed."""
    return msgspec.convert(info.environment.get(SHARES, {}), dict[str, Drawn])
