import pytest

from statera.errors import DeclarationError
from statera.gate.judging import judge
from statera.gate.release import overridden, seal, trials
from statera.gate.ruling import Override
from tests.analysis.made import frame
from tests.gate.made import items, pair_counts, paired, rules
from tests.verdicts_made import JUDGED, OWN, judged_frame


def test_equal_scores_have_equal_seals_and_others_do_not() -> None:
    one, two = frame(items({"a": [(3, ["right"])]})), frame(items({"a": [(3, ["right"])]}))
    other = frame(items({"a": [(2, ["right"]), (1, ["wrong"])]}))
    assert seal(["r"], [one]) == seal(["r"], [two]) != seal(["r"], [other])
    assert seal(["r"], [one]).trials == 3
    assert trials([one, other]) == 6


def test_what_comes_later_does_not_change_what_was_sealed() -> None:
    before = judged_frame([1.0, 0.0, 1.0], metrics=(*OWN, *JUDGED))
    after = judged_frame([1.0, 0.0, 1.0], [1.0, 0.0, 0.0])
    sealed = seal(["r"], [before])
    assert sealed.metrics == {"t": ("kept", "quality", "quality_good")}
    assert seal(["r"], [after]).scores != sealed.scores
    assert seal(["r"], [after], sealed.metrics).scores == sealed.scores
    other = judged_frame([1.0, 0.0, 0.0], [1.0, 0.0, 0.0])
    assert seal(["r"], [other], sealed.metrics).scores != sealed.scores


@pytest.mark.parametrize(("by", "why", "flag"), [("", "w", "--by"), ("Ada", " ", "--why")])
def test_an_override_has_a_name_and_a_reason(by: str, why: str, flag: str) -> None:
    found = judge(rules(), paired(*pair_counts(90, 5, 5)))
    with pytest.raises(DeclarationError, match=flag):
        overridden(found, Override(verdict="pass", by=by, why=why))


def test_an_override_stands_beside_the_verdict() -> None:
    found = judge(rules(), paired(*pair_counts(90, 5, 5)))
    changed = overridden(found, Override(verdict="pass", by="Ada", why="agreed with legal"))
    assert (found.verdict, changed.verdict, changed.final) == (
        "inconclusive",
        "inconclusive",
        "pass",
    )
