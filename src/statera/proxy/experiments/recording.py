"""What is kept before an answer leaves, and of requests that take no part.

kept(shipper, [choice.exposure(number, now)])      # False where the disk did not take it
shipper.put(excluded(Left("tone", NO_PROMPT), decision, now))
"""

from collections.abc import Iterable
from typing import Protocol

from statera.proxy.experiments.choosing import Left
from statera.records.live import Excluded, Fact, identifier

NO_PROMPT = "no_system_prompt"
"""Why a request takes no part in which some arm's system prompt has no place."""


class Keeps(Protocol):
    """Keeps a fact before `put` returns; `lost` counts those that it could not."""

    def put(self, fact: Fact) -> None: ...  # noqa: D102
    @property
    def lost(self) -> int: ...  # noqa: D102


def kept(keeper: Keeps, facts: Iterable[Fact]) -> bool:
    """Have facts kept; return False where one was lost meanwhile."""
    lost = keeper.lost
    for fact in facts:
        keeper.put(fact)
    return keeper.lost == lost


def excluded(left: Left, decision: str, at: float) -> Excluded:
    """Return what is recorded of a request that takes no part; the same for the same decision."""
    return Excluded(
        id=identifier(b"", "excluded", f"{left.experiment}\n{decision}"),
        experiment=left.experiment,
        at=at,
        reason=left.reason,
    )
