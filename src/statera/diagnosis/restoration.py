"""What a probe showed: did the lost samples come back, and which explanation does that leave?

The samples were chosen because they were lost, so some come back by chance when they are asked
again. Each is therefore also asked as it was (for a second extractor: read as it was), and only
what the probe restores beyond that counts.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from statera.diagnosis.probes import Probe
from statera.stats.mcnemar import exact_p
from statera.stats.proportion import normal_quantile, wilson

MOST = 0.5
ALPHA = 0.05

Verdict = Literal["restored", "partly", "not restored", "undetermined"]


class Restoration(msgspec.Struct, frozen=True, kw_only=True):
    """How `n` lost samples fared: right under the probe, and right when asked as they were.

    `p` is two-sided, McNemar's exact test of the two. `remains` names the explanation that is left.
    `runs` are the stored runs that were made, the probe's first; none for a second extractor.
    """

    probe: str
    task: str
    n: int
    right: int
    as_before: int
    p: float
    verdict: Verdict
    remains: str
    runs: tuple[str, ...] = ()


def restoration(
    probe: Probe, right: Sequence[bool], as_before: Sequence[bool], runs: tuple[str, ...] = ()
) -> Restoration:
    """Return what is left to explain. Both sequences tell, by sample, whether it was right.

    `restored`: surely more are right, and at least half of all samples come back; `partly`: surely
    more, but less than half; `not restored`: not surely more, and surely less than half (Wilson,
    95 %); else `undetermined`. ValueError for sequences of different length.
    """
    pairs = list(zip(right, as_before, strict=True))
    gained, lost = pairs.count((True, False)), pairs.count((False, True))
    p = exact_p(gained, lost)
    verdict = _verdict(gained, lost, len(pairs), p)
    return Restoration(
        probe=probe.name,
        task=probe.task,
        n=len(pairs),
        right=sum(right),
        as_before=sum(as_before),
        p=p,
        verdict=verdict,
        remains=_remains(probe, verdict),
        runs=runs,
    )


def _verdict(gained: int, lost: int, n: int, p: float) -> Verdict:
    if not n:
        return "undetermined"
    if p < ALPHA and gained > lost:
        return "restored" if gained - lost >= MOST * n else "partly"
    most = wilson(gained / n, n, normal_quantile(1 - ALPHA))[1]
    return "not restored" if most < MOST else "undetermined"


def _remains(probe: Probe, verdict: Verdict) -> str:
    if verdict == "partly":
        return f"both: {probe.restored}; and {probe.otherwise}"
    if verdict == "undetermined":
        return f"undetermined: {probe.restored}, or {probe.otherwise}"
    return probe.restored if verdict == "restored" else probe.otherwise
