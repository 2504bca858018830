import asyncio
from pathlib import Path

import pytest

from statera.api.runs import RunOptions, choose_modes, run, run_async
from statera.errors import DeclarationError
from statera.models.callables import model
from statera.models.script import Reply, Script
from statera.models.scripted import ScriptedModel
from statera.store.runstore import RunStore
from statera.tasks.suite import Suite


def always_b(prompt: str) -> str:
    return "Answer: B"


def test_run_async_resumes(tmp_path: Path) -> None:
    store, suite = RunStore(tmp_path), Suite.load("starter_knowledge")
    options = RunOptions(limit=5)
    first = asyncio.run(run_async(suite, model(always_b), store=store, options=options))
    again = asyncio.run(run_async(suite, model(always_b), store=store, options=options))
    assert first.info.id == again.info.id
    assert first.metrics == again.metrics


def test_auto_says_why_it_generates() -> None:
    definitions = Suite.load("starter_knowledge,starter_arithmetic").definitions
    modes, note = asyncio.run(choose_modes(definitions, model(always_b), RunOptions()))
    assert modes == ["generate", "generate"]
    assert note.startswith("generation mode: ")
    scripted = ScriptedModel(Script(default=Reply(likelihoods=(-1.0, -2.0, -3.0, -4.0))))
    modes, note = asyncio.run(choose_modes(definitions, scripted, RunOptions()))
    assert (modes, note) == (["loglikelihood", "generate"], "")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (RunOptions(mode="loglikelihood"), "starter_arithmetic has no mode 'loglikelihood'"),
        (
            RunOptions(mode="loglikelihood", system_message="Be brief."),
            "--system-message has no place",
        ),
    ],
)
def test_a_mode_that_cannot_be_is_told(options: RunOptions, message: str) -> None:
    definitions = Suite.load("starter_knowledge,starter_arithmetic").definitions
    with pytest.raises(DeclarationError, match=message):
        asyncio.run(choose_modes(definitions, model(always_b), options))


def test_log_likelihood_asked_for_where_there_is_none_is_declared_wrong() -> None:
    definitions = Suite.load("starter_knowledge").definitions
    with pytest.raises(DeclarationError, match=r"--mode loglikelihood: .*Allowed: generate, auto"):
        asyncio.run(choose_modes(definitions, model(always_b), RunOptions(mode="loglikelihood")))


def test_the_same_draw_again_is_told(tmp_path: Path) -> None:
    suite, options = Suite.load("starter_knowledge"), RunOptions(limit=2)
    with pytest.warns(UserWarning, match="starter_knowledge: repeats at temperature 0"):
        run(suite, model(always_b), store=RunStore(tmp_path), epochs=2, options=options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (RunOptions(workers=0), "a whole number >= 1 - at `$.workers`"),
        (RunOptions(limit=-1), "a whole number >= 1 - at `$.limit`"),
        (RunOptions(sampling={"temprature": 1}), "unknown field `temprature`"),
        (RunOptions(sampling={"temperature": "hot"}), "at `$.temperature`"),
        (RunOptions(max_cost=1.0), "the price of .* is not known"),
    ],
)
def test_options_that_cannot_be_are_told_before_anything(
    tmp_path: Path, options: RunOptions, message: str
) -> None:
    suite = Suite.load("starter_knowledge")
    with pytest.raises(DeclarationError, match=message.replace("$", r"\$")):
        run(suite, model(always_b), store=RunStore(tmp_path), options=options)
