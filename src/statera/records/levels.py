"""The five levels on which a system is measured, from what it can do to what it is worth."""

from typing import Literal

Level = Literal["capability", "quality", "reliability", "alignment", "value"]

LEVELS: dict[Level, str] = {
    "capability": "Capability: can it do the task?",
    "quality": "Quality: are open answers good, as judges and people see them?",
    "reliability": "Reliability: does it do so every time, in every form, and never fail badly?",
    "alignment": "Alignment: harmless without refusing, honest, and no flatterer?",
    "value": "Real-world value: does it help people?",
}
"""Each level with the question that it answers, the first one first."""
