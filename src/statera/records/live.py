"""What is recorded of live traffic: who was shown which arm, what was answered, what people said.

Identifiers are whole numbers of 64 bits, signed, as databases have them: `decision` is the 16
hexadecimal digits of `X-Statera-Decision-Id`, `unit` and `response` are keyed hashes
(`identifier`), so that neither a user's name nor an upstream's id is kept. Times are seconds since
1970 UTC.
"""

from collections.abc import Iterable
from hashlib import blake2b
from math import inf, nextafter
from typing import Literal

import msgspec

Mode = Literal["ab", "canary", "shadow"]
Entry = Literal["assigned", "override", "stopped"]
OutcomeKind = Literal["event", "mean", "total"]
OutcomeSource = Literal["feedback", "answer", "score"]
State = Literal["running", "stopped", "ended"]


class Exposure(msgspec.Struct, frozen=True, kw_only=True, tag="exposure"):
    """A unit was about to be shown an arm; written before the answer leaves.

    `slice` is the ramp's slice that the unit belongs to, from 0. `entry`: `assigned` by the hash;
    `override` for a tester, who is in no analysis; `stopped` where the arm was the base because
    the experiment had been stopped, in no analysis either. `segments` are the declared ones only.
    `cluster`: what binds units (the user of a request), a keyed hash as `unit` is.
    """

    decision: int
    experiment: str
    unit: int
    arm: str
    slice: int
    at: float
    mode: Mode = "ab"
    entry: Entry = "assigned"
    segments: dict[str, str] = {}
    design: str = ""
    cluster: int | None = None


class Answered(msgspec.Struct, frozen=True, kw_only=True, tag="answered"):
    """What came of a request; None where it is not known.

    `seconds` and `first` (token) are upstream's; `status` what the client got; `fault`: plumbing
    failed. `guarded_input`, `guarded_output` are the guard's outcomes; `refused` in [0, 1] as the
    refusal classifier reads it. `shadow`: the candidate's answer that nobody was shown, of the same
    decision. `text_hash` tells equal answers of base and shadow.
    """

    decision: int
    at: float
    arm: str = ""
    response: int | None = None
    status: int = 0
    seconds: float | None = None
    first: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: float | None = None
    fault: bool = False
    guarded_input: str = ""
    guarded_output: str = ""
    policy: str = ""
    refused: float | None = None
    shadow: bool = False
    text_hash: int | None = None


class Feedback(msgspec.Struct, frozen=True, kw_only=True, tag="feedback"):
    """What somebody said of an answer, named by `decision` or by `response`; one of them.

    `id` makes it idempotent: the same again is dropped. `at` is when we got it. `source` is
    `token`, `signed` or `study`.
    """

    id: int
    at: float
    outcome: str
    value: float
    decision: int | None = None
    response: int | None = None
    source: str = "token"


class OnlineScore(msgspec.Struct, frozen=True, kw_only=True, tag="score"):
    """What an online scorer said of an answer."""

    decision: int
    at: float
    scorer: str
    value: float
    version: str = ""
    shadow: bool = False


class Excluded(msgspec.Struct, frozen=True, kw_only=True, tag="excluded"):
    """A request that took no part, and why; `id` makes it idempotent."""

    id: int
    experiment: str
    at: float
    reason: str


class Occurrence(msgspec.Struct, frozen=True, kw_only=True, tag="occurrence"):
    """Something that happened to an experiment; `id` makes it idempotent.

    `kind`: `started`, `edited`, `stopped` (traffic goes to the base), `resumed`, `ended`;
    `breached` (a guardrail, where nothing is stopped by itself), `blind` (a canary that nobody
    could look at goes to the base), `sighted` (and comes back).
    `detail` is one line for people, `data` JSON for machines.
    """

    id: int
    experiment: str
    at: float
    kind: str
    detail: str
    data: str = ""


STATE_AFTER: dict[str, State] = {
    "started": "running",
    "resumed": "running",
    "stopped": "stopped",
    "ended": "ended",
}
"""The state after an occurrence of a kind, which others leave as it is."""

RANK = {kind: rank for rank, kind in enumerate(STATE_AFTER)}
"""Of two occurrences at one moment, the one of the higher rank counts."""


def moment(now: float, earlier: Iterable[Occurrence]) -> float:
    """Return the time of what happens now: after all that happened, whatever the clocks say.

    Occurrences count in the order of their times. A stop by a machine whose clock is behind the one
    that resumed would otherwise stand before it, and stop nothing.
    """
    return max([now, *(nextafter(one.at, inf) for one in earlier)])


Fact = Exposure | Answered | Feedback | OnlineScore | Excluded | Occurrence


def identifier(key: bytes, kind: str, text: str) -> int:
    """Return a keyed hash of `text` as a signed whole number of 64 bits; `kind` keeps uses apart.

    BLAKE2b, key of at most 64 bytes, `kind` as personalisation of at most 16.
    """
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, key=key,
                     person=kind.encode()).digest()  # fmt: skip
    return int.from_bytes(digest, "big", signed=True)


def decision_number(text: str) -> int | None:
    """Return the number of a decision's id of 16 hexadecimal digits; None for anything else.

    >>> decision_number("00000000000000ff"), decision_number("ffffffffffffffff")
    (255, -1)
    """
    if len(text) != 16 or not set(text) <= _HEX:
        return None
    return int.from_bytes(bytes.fromhex(text), "big", signed=True)


def decision_text(number: int) -> str:
    """Return the 16 hexadecimal digits of a decision's number."""
    return number.to_bytes(8, "big", signed=True).hex()


class Aside(msgspec.Struct, frozen=True, kw_only=True):
    """What of live traffic is in no analysis, counted: never silently mixed in.

    By arm: `crossed` units (under the arm that they saw first), `overridden` and `stopped`
    exposures, `exposures` that were assigned, and their `faults`, which tell of losses on one side.
    By reason: `excluded` requests. By outcome: `unknown` reports for no known answer, `out_of_time`
    reports of units that are not analysed, `out_of_bounds` values. `designs`: exposures by the
    design's digest.
    """

    crossed: dict[str, int] = {}
    overridden: dict[str, int] = {}
    stopped: dict[str, int] = {}
    excluded: dict[str, int] = {}
    unknown: dict[str, int] = {}
    out_of_time: dict[str, int] = {}
    out_of_bounds: dict[str, int] = {}
    faults: dict[str, int] = {}
    exposures: dict[str, int] = {}
    designs: dict[str, int] = {}


_HEX = frozenset("0123456789abcdef")
