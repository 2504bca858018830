"""Past experiments that were run elsewhere: one JSON object a line, an arm and a metric each.

    {"experiment": "tone", "metric": "support/accuracy", "offline": 0.03, "offline_error": 0.01,
     "online": 0.012, "online_error": 0.004}

Differences are arm - base, turned so that above 0 is better; errors are standard errors.
"""

from collections.abc import Iterable
from typing import Annotated

import msgspec

from statera.codec.strict import from_json
from statera.errors import DeclarationError

Error = Annotated[float, msgspec.Meta(gt=0)]


class PastExperiment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One arm of an experiment in one metric: both differences to the base, with their errors."""

    experiment: str
    metric: str
    offline: float
    offline_error: Error
    online: float
    online_error: Error
    arm: str = ""
    outcome: str = ""


def read_past_experiments(lines: Iterable[str], *, source: str) -> list[PastExperiment]:
    """Return the lines; DeclarationError names file and line, also for one that is there twice."""
    found: list[PastExperiment] = []
    seen: dict[tuple[str, str, str, str], int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        one = from_json(line, PastExperiment, source=f"{source}:{number}")
        key = (one.experiment, one.arm, one.metric, one.outcome)
        if key in seen:
            raise DeclarationError(
                f"{source}:{number}: {' '.join(filter(None, key))} is already on line {seen[key]}"
            )
        seen[key] = number
        found.append(one)
    return found
