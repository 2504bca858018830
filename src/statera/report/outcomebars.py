"""What became of a run's trials, as one bar: a hatch of its own for every outcome."""

from collections.abc import Mapping
from typing import NamedTuple

from markupsafe import Markup

from statera.records.scores import OUTCOMES, Outcome
from statera.report.svg import bar, drawing, words

HEIGHT = 28
_LABELLED = 9.0
NAMES: Mapping[Outcome, str] = {
    "right": "right",
    "wrong": "wrong",
    "unparsed": "unparsed",
    "refused": "refused",
    "truncated": "truncated",
    "infra_error": "infra error",
}


class Part(NamedTuple):
    """The trials of one outcome: how many, and their share in [0, 1] of all."""

    outcome: Outcome
    name: str
    trials: int
    share: float


def parts(counts: Mapping[Outcome, int]) -> list[Part]:
    """Return the outcomes that happened, in the fixed order."""
    total = sum(counts.values())
    return [
        Part(outcome, NAMES[outcome], counts[outcome], counts[outcome] / total)
        for outcome in OUTCOMES
        if counts.get(outcome)
    ]


def outcome_bar(counts: Mapping[Outcome, int], *, title: str) -> Markup:
    """Return the bar; a part that is wide enough carries its number."""
    found, start = [], 0.0
    for part in parts(counts):
        width = 100 * part.share
        found.append(bar(start, start + width, (1, HEIGHT - 2), f"outcome {part.outcome}"))
        if width >= _LABELLED:
            found += _label(f"{part.trials:,}", start + width / 2)
        start += width
    said = ", ".join(f"{part.name} {part.trials}" for part in parts(counts)) or "no trial"
    return drawing(f"{title}: {said}", HEIGHT, *found)


def _label(text: str, place: float) -> list[Markup]:
    """Return the text twice: a broad line in the colour of the paper under the letters."""
    where = (place, HEIGHT / 2 + 4.5)
    return [words(text, where, "halo"), words(text, where, "value")]


def key(outcome: Outcome) -> Markup:
    """Return the small sample of an outcome's hatch for the legend."""
    return drawing(NAMES[outcome], 14, bar(0, 100, (0.5, 13), f"outcome {outcome}"))
