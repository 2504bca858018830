"""Small sources need few folds and few steps."""

import pytest

from statera.scorers.reading.refusals.training import examination, fitting


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "FOLDS", 2)
    monkeypatch.setattr(fitting, "STEPS", 8)
