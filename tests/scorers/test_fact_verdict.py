"""The judge `atomic_facts`: how it is asked, and what its reply is worth."""

import json

import msgspec
import pytest

from statera.graders.asks import Ask
from statera.graders.judge import read_judge
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.verdicts import Answer
from statera.scorers.fact_verdict import CUT, FactsVerdict
from tests.scorers.conversations import conversation

JUDGE = read_judge("atomic_facts")
CRITERION = JUDGE.criteria[0]
SHOWN = Sample(id="j", input="Tell of her.", fields={"graded": ["She was born in Warsaw. [S]"]})


@pytest.mark.parametrize(
    ("text", "value", "outcome"),
    [
        ("A. [S]\nB. [S]", 1.0, "right"),
        ("A. [S]\nB. [NS]\nC. [IR]\nD. [IR]", 0.25, "wrong"),
        ("A. [IR]", 0.0, "wrong"),
        ("[NONE]", 0.0, "wrong"),
        ("I would rather not say.", None, "unparsed"),
    ],
)
def test_the_share_of_supported_facts(text: str, value: float | None, outcome: str) -> None:
    score = FactsVerdict().score(SHOWN, conversation(text))
    assert score.value == value
    assert value is None or score.outcome == outcome


def test_a_list_that_was_cut_off_is_no_verdict() -> None:
    cut = Response(text="A. [S]\nB. [S]", finish="length")
    score = FactsVerdict().score(SHOWN, conversation(cut))
    assert (score.value, score.outcome) == (None, "truncated")
    assert CUT


def test_the_sheet_is_required_and_the_form_asked_for() -> None:
    assert JUDGE.needs_reference
    assert isinstance(CRITERION.rule, FactsVerdict)
    answer = Answer(
        task="t",
        sample_id="s",
        epoch=0,
        prompt="Tell of her.",
        output="She was born.",
        unit="s",
        reference="Born in 1867.",
    )
    request = CRITERION.request(CRITERION.sample(Ask(criterion=CRITERION.name, answers=(answer,))))
    text = request.messages[0].content
    assert "Fact sheet:" in text
    assert "Born in 1867." in text
    assert text.endswith("write [NONE] alone.")
    schema = msgspec.structs.replace(CRITERION, output="json").schema
    assert schema["required"] == ["reasoning", "facts"]
    assert json.dumps(schema)
