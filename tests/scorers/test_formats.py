import pytest

from statera.records.samples import Sample
from statera.records.scores import UNDRAWN
from statera.scorers.formats import (
    FORMATS,
    FormatAccuracy,
    FormatAgreement,
    FormatWorst,
    InFormat,
    Shape,
    meant,
    reader,
)
from statera.scorers.number import Number
from tests.scorers.conversations import BROKEN, conversation

SHAPES = (Shape("plain"), Shape("small", "abcd"), Shape("figures", "1234"))
ASKED = {FORMATS: ("plain", "small", "figures")}
PICK = Sample(id="p", input="?", choices=("trout", "otter"), answer=1, fields=ASKED)
SUM = Sample(id="s", input="?", reference="5", fields={FORMATS: ("plain",)})
ACCURACY, WORST, AGREEMENT = (
    kind(shapes=SHAPES) for kind in (FormatAccuracy, FormatWorst, FormatAgreement)
)
DECLINES = "I cannot help with that."


@pytest.mark.parametrize(
    ("said", "accuracy", "worst", "agreement", "outcome"),
    [
        (("Answer: B", "Answer: b", "Answer: 2"), 1.0, 1.0, 1.0, "right"),
        (("Answer: A", "Answer: a", "Answer: 1"), 0.0, 0.0, 1.0, "wrong"),
        (("Answer: B", "Answer: a", "Answer: 2"), 2 / 3, 0.0, 1 / 3, "wrong"),
        (("Answer: B", "Answer: b", "hm"), 2 / 3, 0.0, 1 / 3, "wrong"),
        (("Answer: B", "hm", "hm"), 1 / 3, 0.0, 0.0, "wrong"),
        (("hm", "hm", "hm"), 0.0, 0.0, None, "unparsed"),
        ((DECLINES,) * 3, 0.0, 0.0, None, "refused"),
    ],
)
def test_answers_are_compared_by_what_they_mean(said, accuracy, worst, agreement, outcome) -> None:  # type: ignore[no-untyped-def]
    trial = conversation(*said)
    found = [rule.score(PICK, trial) for rule in (ACCURACY, WORST, AGREEMENT)]
    assert [one.value for one in found] == [
        pytest.approx(accuracy),
        worst,
        pytest.approx(agreement),
    ]
    assert found[0].outcome == found[1].outcome == outcome


def test_one_format_is_right_or_not_and_no_answer_is_not() -> None:
    rule = InFormat(format="figures", shapes=SHAPES)
    assert rule.metric == "format_figures"
    assert rule.score(PICK, conversation("x", "x", "Answer: 2")).value == 1.0
    none = rule.score(PICK, conversation("Answer: B", "Answer: b", "Answer: B"))
    assert (none.value, none.outcome) == (0.0, "unparsed")
    spared = rule.score(SUM, conversation("5"))
    assert (spared.value, spared.flags) == (None, (UNDRAWN,))


@pytest.mark.parametrize(
    "rule", [ACCURACY, WORST, AGREEMENT, InFormat(format="figures", shapes=SHAPES)]
)
def test_a_format_that_plumbing_cost_has_no_score(rule) -> None:  # type: ignore[no-untyped-def]
    for trial in (conversation("Answer: B", BROKEN), conversation(BROKEN)):
        found = rule.score(PICK, trial)
        assert (found.value, found.outcome) == (None, "infra_error")


def test_numbers_are_read_by_the_tasks_own_reader_but_for_hashes() -> None:
    assert reader(Number(form="flexible"), SUM, "AB") == Number(form="flexible")
    assert reader(Number(form="strict", tolerance=0.1), SUM, "") == Number(tolerance=0.1)
    score = FormatAgreement(shapes=SHAPES).score(SUM, conversation("5"))
    assert score.value == 1.0
    assert meant(Number().score(SUM, conversation("It is 5.0")), SUM) == "5"


def test_a_sample_says_in_which_formats_it_was_asked() -> None:
    rule = FormatAccuracy(shapes=(Shape("plain"),))
    bare = Sample(id="s", input="?", choices=("x", "y"), answer=0)
    assert rule.lacks(bare).startswith("no column `formats`")
    other = Sample(id="s", input="?", fields={"formats": ["odd"]})
    assert rule.lacks(other) == "format 'odd' is none of `shapes`: plain"
    assert rule.lacks(Sample(id="s", input="?", fields={"formats": ["plain"]})) == ""
