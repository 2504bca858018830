"""A planted fault is found at its size and stops a gate; a clean model raises nothing."""

from collections.abc import Callable

import msgspec
import pytest

from statera.gate.judging import judge
from statera.gate.ruling import Ruling
from statera.records.samples import Sample
from statera.scorers.assertions.ruling import rulings
from statera.scorers.never_omit import assertions_of
from tests.gate.made import rules, single
from tests.tasks.notes.framed import TASK, framed, measured
from tests.tasks.notes.planted import STYLES, omitting, summary

CLEAN = framed(summary)
AT_MOST_5 = {"metric": "clinical_notes/critical", "max": 0.05, "critical": True}


def ruled(*says: Callable[[Sample], str]) -> Ruling:
    return judge(rules(AT_MOST_5), single(framed(*says)))


def test_a_clean_model_raises_nothing_and_passes() -> None:
    assert measured(CLEAN)["complete"].estimate == 1.0
    found = judge(rules(AT_MOST_5), single(CLEAN))
    assert found.verdict == "pass"
    assert (found.rules[0].upper or 1.0) < 0.025


def test_every_style_of_every_kind_is_read_on_many_notes() -> None:
    assert all(len(styles) >= 6 for styles in STYLES.values())
    for turn in range(1, 4):
        for sample in TASK.samples:
            again = msgspec.structs.replace(sample, input=sample.input + " " * turn)
            found = rulings(assertions_of(sample), summary(again), sample.input)
            assert not [one for one in found if one.failure], sample.id


def test_omitted_allergies_are_found_at_their_size_and_fail_the_gate() -> None:
    say, hit = omitting(TASK.samples, 0.03)
    frame = framed(say)
    assert len(hit) == 4
    failed = {
        name
        for name, (outcome,) in zip(frame.ids, frame.outcomes["complete"], strict=True)
        if outcome == "wrong"
    }
    assert failed == hit
    for name in ("critical_omission", "allergy_omission"):
        row = measured(frame)[name]
        assert row.low is not None
        assert row.low <= 0.03 <= (row.high or 0), (name, row)
    found = judge(rules(AT_MOST_5), single(frame))
    assert found.verdict == "fail"
    assert set(found.rules[0].failed) <= hit


def test_an_item_fails_if_any_of_its_runs_does() -> None:
    say, hit = omitting(TASK.samples, 0.03)
    frame = framed(summary, say, summary)
    assert frame.column("critical").values.sum() == len(hit)
    assert judge(rules(AT_MOST_5), single(frame)).verdict == "fail"


@pytest.mark.parametrize(
    ("say", "complete", "omission", "brevity"),
    [
        (lambda _: "I'm sorry, but I can't help with that.", 0.0, 1.0, 1.0),
        (lambda _: "Yes, you are right.", 0.0, 1.0, 1.0),
        (lambda _: "", 0.0, 1.0, 0.0),
        (lambda sample: sample.input, 1.0, 0.0, 0.0),
    ],
    ids=["refusal", "flattery", "nothing", "the note itself"],
)
def test_constant_responders_get_what_they_deserve(
    say: Callable[[Sample], str], complete: float, omission: float, brevity: float
) -> None:
    rows = measured(framed(say))
    found = tuple(rows[name].estimate for name in ("complete", "critical_omission", "brevity"))
    assert found == (complete, omission, brevity)


def test_who_always_says_that_there_are_no_allergies_contradicts_most_notes() -> None:
    rows = measured(framed(lambda _: "NKDA."))
    assert rows["complete"].estimate == pytest.approx(4 / 120)
    assert rows["contradicted"].estimate == pytest.approx(86 / 120)


def test_each_has_the_outcome_that_says_why() -> None:
    counts = framed(lambda _: "I'm sorry, but I can't help with that.").counts("complete")
    assert counts.get("refused") == len(TASK.samples)
    assert framed(lambda _: "").counts("complete").get("unparsed") == len(TASK.samples)
