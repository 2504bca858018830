"""A design as its tests write it: whole, with single parts replaced."""

from pathlib import Path

from statera.experiment.design import Design
from statera.experiment.opened import read_design

PARTS = {
    "experiment": "tone",
    "arms": "[{name: base, weight: 0.5}, {name: warm, weight: 0.5, system_prompt: warm.txt}]",
    "primary": "{outcome: solved, minimum: 0.02}",
    "guardrails": "[{outcome: complaint, margin: 0.005}]",
}
RAMP = (
    "[{at: 2026-12-01T08:00:00Z, traffic: 0.1, weights: {base: 0.9, warm: 0.1}}, "
    "{at: 2026-12-03T08:00:00Z, traffic: 0.5}, {at: 2026-12-05T08:00:00Z, traffic: 1}]"
)


def text(**parts: str) -> str:
    """Return a design's YAML with those parts put in; a part that is empty is left out."""
    return "".join(f"{name}: {said}\n" for name, said in (PARTS | parts).items() if said)


def design(**parts: str) -> Design:
    """Return the checked design of `text`."""
    return read_design(text(**parts), source="tone.yaml")


def write(folder: Path, **parts: str) -> Path:
    """Write the design and its prompt into a folder; return the design's path."""
    (folder / "warm.txt").write_text("Be warm.\n")
    path = folder / f"{parts.get('experiment', 'tone')}.yaml"
    path.write_text(text(**parts))
    return path
