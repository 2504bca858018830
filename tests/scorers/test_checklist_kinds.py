from typing import Any

import pytest

from statera.records.samples import Sample
from statera.records.scores import UNDRAWN
from statera.scorers.checklist_kinds import CaseFailed, CasePassed, as_asked
from tests.scorers.conversations import BROKEN, conversation


def case(kind: str, arms: int, expect: str | None = None, **more: Any) -> Sample:
    asked = [{"ask": str(place)} for place in range(arms)]
    fields = {"kind": kind, "arms": asked, "expect": expect}
    return Sample(id="c", input="0", fields=fields, **more)


PICK: dict[str, Any] = {"choices": ("yes", "no"), "answer": 1}


@pytest.mark.parametrize(
    ("sample", "said", "passed"),
    [
        (case("minimum", 1, reference="7"), ("Answer: 7",), True),
        (case("minimum", 1, reference="7"), ("Answer: 8",), False),
        (case("minimum", 1, **PICK), ("Answer: B",), True),
        (case("invariance", 3), ("7", "7.0", "Answer: 7"), True),
        (case("invariance", 3), ("7", "7", "8"), False),
        (case("invariance", 2, **PICK), ("A", "A"), True),
        (case("directional", 2, "higher"), ("80", "120"), True),
        (case("directional", 2, "higher"), ("80", "80"), False),
        (case("directional", 2, "lower"), ("1/2", "0.25"), True),
        (case("directional", 2, "different", **PICK), ("A", "B"), True),
        (case("directional", 2, "different", **PICK), ("A", "A"), False),
    ],
)
def test_each_kind_has_its_rule(sample: Sample, said: tuple[str, ...], passed: bool) -> None:
    trial, kind = conversation(*said), sample.fields["kind"]
    found = CasePassed().score(sample, trial)
    assert (found.outcome, found.value) == ("right" if passed else "wrong", float(passed))
    failed = CaseFailed(kind=kind).score(sample, trial)
    assert (failed.metric, failed.value) == (f"{kind}_failure", float(not passed))
    assert failed.outcome == found.outcome
    other = CaseFailed(kind="other").score(sample, trial)
    assert (other.value, other.flags) == (None, (UNDRAWN,))


def test_an_arm_without_an_answer_leaves_the_test_without_one() -> None:
    sample = case("invariance", 2)
    found = CasePassed().score(sample, conversation("7", "I cannot help with that."))
    assert (found.value, found.outcome) == (None, "refused")
    broken = CasePassed().score(sample, conversation("hm", BROKEN))
    assert broken.outcome == "infra_error"


def test_an_arm_has_its_own_options() -> None:
    sample = case("invariance", 2, **PICK)
    sample.fields["arms"][1]["choices"] = ["ja", "nein"]
    assert as_asked(sample, 0).choices == ("yes", "no")
    assert (as_asked(sample, 1).input, as_asked(sample, 1).choices) == ("1", ("ja", "nein"))


@pytest.mark.parametrize(
    ("fields", "lacks"),
    [
        ({}, "`kind` is None"),
        ({"kind": "minimum"}, "no column `arms`"),
        ({"kind": "minimum", "arms": [{}]}, "no column `arms`"),
        ({"kind": "directional", "arms": [{"ask": "?"}]}, "a directional test needs two"),
        ({"kind": "minimum", "arms": [{"ask": "?"}]}, ""),
    ],
)
def test_what_is_no_test_is_told(fields: dict[str, Any], lacks: str) -> None:
    found = CasePassed().lacks(Sample(id="s", input="?", fields=fields))
    assert found.startswith(lacks)
    assert bool(found) == bool(lacks)
