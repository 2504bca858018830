"""Designs for tests of experiments in the path."""

from typing import Any

import msgspec

from statera.experiment.design import Design


def design(**more: Any) -> Design:
    """Return a design of two arms; `more` replaces or adds fields."""
    told: dict[str, Any] = {
        "experiment": "tone",
        "arms": [{"name": "base", "weight": 0.5}, {"name": "warm", "weight": 0.5}],
        "primary": {"outcome": "solved", "minimum": 0.02},
        "guardrails": [{"outcome": "complaint", "margin": 0.005}],
    }
    return msgspec.convert(told | more, Design)
