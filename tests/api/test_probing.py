"""Probes run on a made model that knows the answers, and fails in one known way."""

import json
from importlib import resources
from pathlib import Path

import msgspec
import pytest

from statera.api.comparisons import compare
from statera.api.probing import probe
from statera.api.runs import RunOptions, run
from statera.api.stored import Run
from statera.diagnosis.diagnosis import diagnose
from statera.diagnosis.probes import Probe
from statera.errors import DeclarationError
from statera.models.callables import model
from statera.protocols import Model
from statera.records.scores import Outcome
from statera.store.runstore import RunStore
from statera.tasks.suite import Suite
from tests.runs_made import stored

TASK = "starter_arithmetic"
DATA = resources.files("statera.tasks.starter").joinpath("arithmetic.jsonl").read_text("utf-8")
KEY = {sample["input"]: sample["reference"] for sample in map(json.loads, DATA.splitlines())}
NO = "I'm sorry, but I can't help with that."


def number(messages: list[dict[str, str]]) -> str:
    question = messages[-1]["content"].split("\n\n", 1)[1]
    return str(KEY[question])


def obeys(messages: list[dict[str, str]]) -> str:
    """Answer, unless a system message is there and the question is long."""
    told = messages[0]["role"] == "system"
    return NO if told and len(messages[-1]["content"]) > 250 else f"#### {number(messages)}"


def chats(messages: list[dict[str, str]]) -> str:
    """Answer, but close with another number when a system message is there."""
    told = messages[0]["role"] == "system"
    return f"The answer is {number(messages)}." + (" That took 9 steps." if told else "")


def two(folder: Path, asked: Model) -> tuple[Run, list[Probe]]:
    """Return the candidate, told to be careful, and the probes that its diagnosis suggests."""
    store, suite = RunStore(folder), Suite.load(TASK)
    options = RunOptions(system_message="Be careful.")
    new = run(suite, asked, store=store, options=options)
    old = run(suite, asked, store=store)
    return new, list(diagnose(compare(new, old)).probes)


def test_without_the_system_message_the_answers_come_back(tmp_path: Path) -> None:
    asked = model(obeys)
    candidate, found = two(tmp_path, asked)
    assert [one.name for one in found] == ["no-system-message"]
    shown = probe(found[0], candidate, model=asked)
    assert (shown.verdict, shown.right, shown.as_before) == ("restored", shown.n, 0)
    assert shown.remains == "the system message"
    assert len(shown.runs) == 2
    probed = candidate.store.find(shown.runs[0])
    assert probed.spec.system.system_message is None
    assert probed.spec.chosen


def test_a_second_extractor_reads_the_stored_replies_and_asks_nothing(tmp_path: Path) -> None:
    candidate, found = two(tmp_path, model(chats))
    first = found[0]
    assert (first.name, first.asks) == ("re-extract", False)
    before = candidate.store.content_digest(candidate.info.id)
    shown = probe(first, candidate)
    assert (shown.verdict, shown.runs) == ("restored", ())
    assert shown.remains == "extraction: the replies hold the answer"
    assert candidate.store.content_digest(candidate.info.id) == before


def test_a_second_extractor_needs_something_to_look_for(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    items: dict[str, list[Outcome]] = {f"all/{place}": ["right"] for place in range(40)}
    old = stored(store, items, model="old")
    new = stored(store, items | {f"all/{place}": ["unparsed"] for place in range(20)}, model="new")
    found = diagnose(compare(new, old))
    assert [one.name for one in found.probes] == ["answer-format", "few-shot"]
    first = msgspec.structs.replace(found.probes[0], scorer="{type: contains, metric: second_look}")
    with pytest.raises(DeclarationError, match="have no reference to look for; read them: statera"):
        probe(first, new)


def test_a_probe_that_does_not_help_leaves_the_other_explanation(tmp_path: Path) -> None:
    candidate, found = two(tmp_path, model(obeys))
    other = msgspec.structs.replace(
        found[0], name="few-shot", changed=None, restored="format", otherwise="the model"
    )
    shown = probe(other, candidate, model=model(obeys))
    assert (shown.verdict, shown.right, shown.remains) == ("not restored", 0, "the model")


def test_what_cannot_be_run_is_told(tmp_path: Path) -> None:
    candidate, found = two(tmp_path, model(obeys))
    replace = msgspec.structs.replace
    for wrong, told in (
        (found[0], "asks the model: name it"),
        (replace(found[0], samples=()), f"no lost sample of {TASK}"),
        (replace(found[0], name="repeats", commands=("a", "b")), "run by its commands: a && b"),
    ):
        with pytest.raises(DeclarationError, match=told):
            probe(wrong, candidate)
