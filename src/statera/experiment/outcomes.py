"""What may be measured of a unit: the outcomes that are known by name, and own ones.

| kind | value of a unit | a unit without a report |
|---|---|---|
| event | 1 if it was reported (a value above 0) in the window, else 0 | 0: nothing happened |
| mean | sum and number of its reports; an arm's value is the ratio of sums | left out, and told |
| total | the sum of its reports | 0 |

The window begins with the unit's first exposure. `0s`: the first exposure's own answer alone.
"""

from typing import Literal

import msgspec

from statera.records.live import OutcomeKind, OutcomeSource

Better = Literal["higher", "lower"]


class Outcome(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One outcome of a design.

    `source`: what people report (`feedback`), what came of the request (`answer`), or an online
    scorer (`score`). `low` and `high` bound one report where they are known: values outside are
    refused. `window` is a length of time; "" for the experiment's.
    """

    kind: OutcomeKind = "mean"
    source: OutcomeSource = "feedback"
    better: Better = "higher"
    low: float | None = None
    high: float | None = None
    window: str = ""


def _share(
    better: Better, kind: OutcomeKind = "mean", source: OutcomeSource = "feedback", window: str = ""
) -> Outcome:
    return Outcome(kind=kind, source=source, better=better, low=0.0, high=1.0, window=window)


KNOWN: dict[str, Outcome] = {
    "solved": _share("higher"),
    "thumb": _share("higher"),
    "preference": _share("higher"),
    "rating": Outcome(low=1.0, high=5.0),
    "edit_distance": _share("lower"),
    "duration": Outcome(better="lower", low=0.0),
    "complaint": _share("lower", "event"),
    "harm_report": _share("lower", "event"),
    "escalation": _share("lower", "event"),
    "invalid_approval": _share("lower", "event"),
    "returned": _share("higher", "event"),
    "latency": Outcome(source="answer", better="lower", low=0.0),
    "first_token": Outcome(source="answer", better="lower", low=0.0),
    "tokens": Outcome(source="answer", better="lower", low=0.0),
    "cost": Outcome(source="answer", better="lower", low=0.0),
    "error": _share("lower", source="answer"),
    "blocked": _share("lower", source="answer"),
    "refusal": _share("lower", source="answer"),
}
"""`latency`, `first_token` in seconds, `cost` in the prices' currency, `tokens` of the answer;
`error`, `blocked`, `refusal` are shares of a unit's answers, `edit_distance` one of the text."""
