"""A contrast as one row: what is measured, in how many, both values, the difference, its standing.

The same texts stand in the terminal and on the page.
"""

from typing import Literal, NamedTuple

from statera.analysis.experiments.result import Contrast, Part, Standing, Verdict
from statera.experiment.design import Design
from statera.report import plaintext
from statera.report.experiments import amounts
from statera.report.forest import Limit, Mark
from statera.report.numbers import level, minus

Role = Literal["primary", "guardrail", "view"]
ARROWS = {"higher": "↑", "lower": "↓"}
_STANDINGS: dict[Standing, tuple[str, Verdict]] = {
    "better": ("better", "pass"),
    "not_worse": ("not worse", "pass"),
    "worse": ("worse", "fail"),
    "small": ("too small", "fail"),
    "breached": ("breached", "fail"),
    "open": ("open", "inconclusive"),
    "void": ("void", "inconclusive"),
}


class Row(NamedTuple):
    """One contrast, ready to be set; `verdict` colours the standing."""

    outcome: str
    role: Role
    arm: str
    units: str
    base: str
    candidate: str
    difference: str
    bounds: str
    limit: str
    standing: str
    verdict: Verdict
    notes: tuple[str, ...]
    mark: Mark


def row(contrast: Contrast, design: Design, role: Role) -> Row:
    """Return the row of a contrast of the design."""
    places = amounts.decimals(contrast)
    standing, verdict = _STANDINGS[contrast.standing]
    if role == "guardrail" and contrast.standing == "worse":
        standing, verdict = "worse, in margin", "inconclusive"
    bounds = amounts.span(contrast.low, contrast.high, places)
    absent = "void" if contrast.standing == "void" else "no bounds yet"
    limit = None if role == "view" else limit_of(contrast, design, role)
    return Row(
        outcome=f"{plaintext.name(contrast.outcome)} {ARROWS[design.better(contrast.outcome)]}",
        role=role,
        arm=plaintext.name(contrast.arm),
        units=f"{contrast.candidate.units:,} + {contrast.base.units:,}",
        base=amounts.amount(contrast.base.value, places),
        candidate=amounts.amount(contrast.candidate.value, places),
        difference=amounts.change(contrast.value, places),
        bounds=bounds or absent,
        limit="" if limit is None else _told(limit, role, places),
        standing=standing,
        verdict=verdict,
        notes=_notes(contrast, design, role),
        mark=Mark(contrast.value, contrast.low, contrast.high, limit=limit),
    )


def limit_of(contrast: Contrast, design: Design, role: Role) -> Limit:
    """Return where the difference has to lie: on which side of which value.

    A primary outcome has to be better than its minimum, a guardrail not worse than its margin.
    """
    up = design.better(contrast.outcome) == "higher"
    size = abs(contrast.limit)
    value = size if up == (role == "primary") else -size
    return Limit(value, "above" if up else "below")


def part_mark(part: Part) -> Mark:
    """Return how the contrast of a segment's value or of a stretch of time is drawn."""
    found = part.contrast
    return Mark(found.value, found.low, found.high)


def _told(limit: Limit, role: Role, places: int) -> str:
    word = "minimum" if role == "primary" else "margin"
    return f"{word} {amounts.change(limit.value, places)}"


def _notes(contrast: Contrast, design: Design, role: Role) -> tuple[str, ...]:
    """Return what has to be read beside the numbers; where all are void, nothing."""
    if contrast.standing == "void":
        return ()
    found = (
        [_level(contrast, role)] if contrast.low is not None or contrast.high is not None else []
    )
    if contrast.decided_at is not None:
        found.append(f"decided at {contrast.decided_at:,} units")
    if contrast.relative is not None:
        found.append(f"{minus(f'{100 * contrast.relative:+.1f}')} % of the base")
    if design.outcome(contrast.outcome).kind == "mean":
        found += _silent(contrast)
    found += [plaintext.name(text) for text in (contrast.adjusted, contrast.why) if text]
    return tuple(found)


def _level(contrast: Contrast, role: Role) -> str:
    """Return how sure the bounds are: a guardrail's each by itself, others together."""
    which = "each bound" if role == "guardrail" else "interval"
    return f"{which} at {level(contrast.level)}"


def _silent(contrast: Contrast) -> list[str]:
    """Return how many units reported, where it is not all of them."""
    sides = (contrast.candidate, contrast.base)
    if all(side.reporting == side.units for side in sides):
        return []
    told = [f"{s.reporting:,} of {s.units:,} {plaintext.name(s.arm)}" for s in sides]
    return [f"{' and '.join(told)} reported"]
