"""A terminal of a known width, as the printing commands see it."""

import io

import pytest
from rich.console import Console


class Terminal(io.StringIO):
    """What was printed, by something that believes a person reads it."""

    def isatty(self) -> bool:
        return True


def terminal(monkeypatch: pytest.MonkeyPatch, *modules: object, width: int = 80) -> Terminal:
    """Let the modules print on a terminal of that width, and return what comes there."""
    found = Terminal()
    made = Console(file=found, width=width, highlight=False, color_system=None)
    for module in modules:
        monkeypatch.setattr(module, "console", lambda: made)
    return found
