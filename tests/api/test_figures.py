import asyncio

import pytest

from statera.api.figures import Figures, figures
from statera.api.runs import RunOptions, run_async
from statera.models.callables import model
from statera.store.runstore import RunStore
from statera.tasks.suite import Suite
from tests.runs_made import alternating, stored


def _sure(text: str) -> str:
    return "Answer: A\nConfidence: 90%"


@pytest.fixture
def found(store: RunStore) -> dict[str, Figures]:
    """The figures of a model that always says A, and is always as sure."""
    options = RunOptions(limit=24)
    suite = Suite.load("short_facts,formats,perturbed")
    run = asyncio.run(run_async(suite, model(_sure), store=store, options=options))
    return {one.task: one for one in figures(run)}


def test_every_task_says_what_its_figures_are_of(found: dict[str, Figures]) -> None:
    assert {name: one.what.split(" (")[0] for name, one in found.items()} == {
        "short_facts": "confidence",
        "formats": "formats",
        "perturbed": "performance drop rate",
    }


def test_stated_confidence_is_measured_against_what_was_right(found: dict[str, Figures]) -> None:
    told = "\n".join(found["short_facts"].lines)
    assert "verbal confidence of 24 answers, missing on 0: mean 0.900" in told
    assert "token confidence: none on 24 answers" in told


def test_a_model_that_answers_by_place_is_the_same_in_every_format(
    found: dict[str, Figures],
) -> None:
    assert "spread over" in found["formats"].lines[0]
    assert any("option" in line and "PDR" in line for line in found["perturbed"].lines)


def test_a_plain_task_has_none(store: RunStore) -> None:
    assert figures(stored(store, alternating(6, 4))) == ()
