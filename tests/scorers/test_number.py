"""Numbers: GSM8K's strict and flexible readings, and values that compare as numbers."""

import json

import pytest

from statera.records.samples import Sample
from statera.scorers.number import Form, Number, read, reference
from tests.scorers.replies import reply
from tests.shared_data import shared

SAMPLE = Sample(id="q", input="?", reference="She has 10 * 100 = <<10*100=1000>>1000.\n#### 1,000")


@pytest.mark.parametrize(
    ("text", "strict", "flexible"),
    [
        ("so\n#### 1,000", "right", "right"),
        ("#### 1000.0 and 5", "right", "wrong"),
        ("#### 1,000.", "right", "right"),
        ("#### 7\n#### 1000", "wrong", "right"),
        ("The answer is $1,000.", "unparsed", "right"),
        ("1000 is it, not 7", "unparsed", "wrong"),
        ("nothing", "unparsed", "unparsed"),
        ("<think>#### 1000</think>", "unparsed", "unparsed"),
        ("#### ..", "unparsed", "unparsed"),
        ("", "unparsed", "unparsed"),
    ],
)
def test_strict_and_flexible(text: str, strict: str, flexible: str) -> None:
    assert Number(form="strict").score(SAMPLE, reply(text)).outcome == strict
    assert Number(form="flexible").score(SAMPLE, reply(text)).outcome == flexible


@pytest.mark.parametrize("text", ["1,000", "1000.0", "$1,000", "1 000", "1.0e3", "**1000**"])
def test_numbers_compare_as_numbers(text: str) -> None:
    score = Number().score(SAMPLE, reply(f"Answer: {text}"))
    assert (score.outcome, score.extracted) == ("right", "1000")


def test_a_tolerance_is_absolute() -> None:
    third = Sample(id="q", input="?", reference="0.333")
    assert Number().score(third, reply("1/3")).outcome == "wrong"
    assert Number(tolerance=0.001).score(third, reply("1/3")).outcome == "right"


def test_metrics_have_their_names() -> None:
    forms: list[Form] = ["strict", "flexible", "stated"]
    assert [Number(form=f).metric for f in forms] == [
        "strict_match",
        "flexible_extract",
        "accuracy",
    ]


def test_a_reference_is_what_follows_the_last_hashes() -> None:
    assert reference("2+2=4\n#### 4") == 4
    assert reference("72 clips") == 72
    assert reference("five") is None


def test_a_reference_that_is_no_number_makes_no_reply_wrong() -> None:
    score = Number().score(Sample(id="q", input="?", reference="five"), reply("5"))
    assert (score.outcome, score.value) == ("unparsed", None)
    assert "reference" in score.why


def test_the_recorded_extractions_are_reproduced() -> None:
    path = shared("data", "reference", "gsm8k_0shot_smollm2.jsonl")
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sample = Sample(id="q", input="?", reference=row["target"])
        for form, name in (("strict", "strict-match"), ("flexible", "flexible-extract")):
            scorer = Number(form="strict" if form == "strict" else "flexible")
            score = scorer.score(sample, reply(row["generation"]))
            assert (score.outcome == "right") == bool(row["filters"][name]["exact_match"])
            assert (read(row["generation"], scorer.form).value is None) == (
                row["filters"][name]["extracted"] == "[invalid]"
            )


def test_an_empty_reply_is_empty_whatever_the_reference() -> None:
    words = Sample(id="q", input="?", reference="five")
    assert Number().score(words, reply("")).why == "empty reply"
    assert Number().score(words, reply("5")).why == "the sample's reference is no number"


@pytest.mark.parametrize(
    ("text", "form", "outcome"),
    [
        ("There are 7 and 5", "flexible", "truncated"),
        ("so 10 * 100 = 1000", "flexible", "right"),
        ("#### 7", "strict", "wrong"),
        ("The answer is 7.", "stated", "wrong"),
    ],
)
def test_the_last_number_of_a_reply_that_was_cut_off_is_no_answer(
    text: str, form: Form, outcome: str
) -> None:
    found = Number(form=form).score(SAMPLE, reply(text, finish="length"))
    assert found.outcome == outcome
    assert (found.value is None) == (outcome == "truncated")
