"""What an experiment's analysis comes to; the same record is printed, drawn and exported."""

from typing import Literal

import msgspec

Verdict = Literal["pass", "fail", "inconclusive"]
Standing = Literal["better", "worse", "small", "not_worse", "breached", "open", "void"]
"""`small`: surely below the minimum, without being surely worse."""


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One arm's outcome: `value` over `units` closed units, of whom `reporting` reported."""

    arm: str
    value: float | None
    units: int
    reporting: int


class Contrast(msgspec.Struct, frozen=True, kw_only=True):
    """An arm minus the base in one outcome.

    `low` and `high` hold at once for all looks with probability `level` (two-sided) or, for a
    guardrail, `high` (`low` where higher is better) one-sided. None where no bound is valid; `why`
    says so. `decided_at`: units closed at the look that decided, None while open. `relative` is the
    difference over the base's value. `error` is the standard error of `value`.
    """

    outcome: str
    arm: str
    base: Side
    candidate: Side
    value: float | None
    low: float | None
    high: float | None
    level: float
    error: float | None
    standing: Standing
    limit: float
    decided_at: int | None = None
    method: str = ""
    source: str = ""
    why: str = ""
    adjusted: str = ""
    relative: float | None = None


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """The sample-ratio check: exposed units by arm against the weights, over all slices.

    `p` is anytime-valid, of the whole and of its slices and segment values together; `failed` when
    it is below `alpha`; then the result is void and `causes` says what fits. `by` has each slice's
    and segment value's own (`segment=value`).
    """

    seen: dict[str, int]
    expected: dict[str, float]
    p: float
    alpha: float
    failed: bool
    causes: tuple[str, ...] = ()
    by: dict[str, float] = {}
    method: str = ""
    source: str = ""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """The primary contrast in a segment's value, or in a stretch of time; `p` is corrected."""

    name: str
    value: str
    contrast: Contrast
    p: float | None = None


class Bayes(msgspec.Struct, frozen=True, kw_only=True):
    """The Bayesian view of an arm: not part of the decision.

    `better`: P(the arm is better than the base); `loss`: expected loss of choosing it, in the
    outcome's unit; the posterior's mean and 95 % interval; `prior` its standard deviation.
    """

    arm: str
    better: float
    loss: float
    mean: float
    low: float
    high: float
    prior: float


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """The primary estimate at one look: `units` closed by then, all arms; None where none is."""

    units: int
    value: float | None
    low: float | None
    high: float | None


class Path(msgspec.Struct, frozen=True, kw_only=True):
    """An arm's primary contrast at the looks, in their order; bounds as in its Contrast."""

    arm: str
    points: tuple[Point, ...]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The whole answer for one experiment.

    `verdict` with `reasons`, one line each. `primary` and `guardrails`: a contrast for each arm
    but the base. `novelty`: the primary contrast by time since first exposure. `late`: the primary
    contrast with the reports that came after the window. `responses`: share of units that
    reported, by outcome and arm. `warnings`: lines about what a number means less than it seems.
    `aside`: what was counted and not mixed in. `planned` and `closed` are units. `path`: how the
    primary estimate moved, for each arm but the base. `homogeneity`: p of the same difference in
    all values of a segment, by `ARM, SEGMENT`, corrected for their number.
    """

    experiment: str
    verdict: Verdict
    reasons: tuple[str, ...]
    analysis: str
    alpha: float
    planned: int | None
    closed: int
    exposed: int
    ratio: Ratio
    primary: tuple[Contrast, ...]
    guardrails: tuple[Contrast, ...] = ()
    segments: tuple[Part, ...] = ()
    novelty: tuple[Part, ...] = ()
    late: tuple[Contrast, ...] = ()
    within: tuple[Contrast, ...] = ()
    bayes: tuple[Bayes, ...] = ()
    responses: dict[str, dict[str, float]] = {}
    warnings: tuple[str, ...] = ()
    aside: dict[str, dict[str, int]] = {}
    next_look: int | None = None
    homogeneity: dict[str, float] = {}
    path: tuple[Path, ...] = ()
