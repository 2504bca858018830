"""Why units may not be split as the design says: what was counted beside them, in plain words."""

from collections.abc import Mapping

from statera.records.live import Aside
from statera.stats.unpaired import Share, chi_squared_p

SURE = 0.001
NOTABLE = 0.001
NONE = (
    "none of the usual causes shows: look whether a cache, a crash or a filter drops the units"
    " of one arm before they are counted"
)


def causes(
    aside: Aside, seen: Mapping[str, int], by: Mapping[str, float], *, alpha: float
) -> tuple[str, ...]:
    """Return the likely causes, one line each; one line that says so where none shows.

    `seen` are units by arm, base first; `by` is the check's p by slice and `segment=value`.
    """
    found = [
        *_where(by, alpha),
        *_faults(aside),
        *_one_sided("crossed", "were shown more than one arm and left out", aside.crossed, seen),
        *_one_sided("stopped", "came after a stop and left out", aside.stopped, seen),
        *_excluded(aside, sum(seen.values())),
    ]
    if len(aside.designs) > 1:
        found.append(
            f"the design was edited after the start ({len(aside.designs)} versions were exposed):"
            " weights or salt may have changed"
        )
    return tuple(found) or (NONE,)


def _where(by: Mapping[str, float], alpha: float) -> list[str]:
    """Say where it sits: only in some of the slices, or in some values of a segment."""
    limit = alpha / max(1, len(by))
    kinds: dict[str, list[str]] = {}
    for name in by:
        kinds.setdefault(name.partition("=")[0], []).append(name)
    lines = []
    for names in kinds.values():
        bad = [name for name in names if by[name] < limit]
        if bad and len(bad) < len(names):
            told = ", ".join(f"{name} (p {by[name]:.2g})" for name in bad)
            lines.append(f"it sits in {told}, not in the other values")
    return lines


def _faults(aside: Aside) -> list[str]:
    arms = list(aside.exposures)
    shares = {
        arm: Share(min(aside.faults.get(arm, 0), aside.exposures[arm]), aside.exposures[arm])
        for arm in arms
        if aside.exposures[arm]
    }
    if not shares:
        return []
    base, *others = shares.items()
    lines = []
    for arm, share in others:
        if share.right + base[1].right and chi_squared_p(share, base[1]) < SURE:
            lines.append(
                f"faults sit on one side: {share.right / share.n:.2%} of the requests of '{arm}',"
                f" {base[1].right / base[1].n:.2%} of '{base[0]}'"
            )
    return lines


def _one_sided(
    kind: str, words: str, counts: Mapping[str, int], seen: Mapping[str, int]
) -> list[str]:
    """Say what was left out, where it is one in a thousand units or more."""
    if sum(counts.values()) < max(1.0, NOTABLE * sum(seen.values())):
        return []
    told = ", ".join(f"{counts.get(arm, 0):,} of '{arm}'" for arm in seen)
    return [f"{kind}: units that {words}: {told}"]


def _excluded(aside: Aside, units: int) -> list[str]:
    if sum(aside.excluded.values()) < max(1.0, NOTABLE * units):
        return []
    told = ", ".join(f"{reason} {count:,}" for reason, count in sorted(aside.excluded.items()))
    return [f"excluded: requests that took no part: {told}"]
