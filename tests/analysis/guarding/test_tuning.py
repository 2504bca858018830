"""A threshold by its promise: the worst source decides, and too few texts give none."""

import numpy as np
import pytest

from statera.analysis.guarding.sightings import Sighting
from statera.analysis.guarding.tuning import POOLED, tuned, unit_scores
from statera.guard.policy import Entry
from tests.guards_made import decision, finding, sighting

BOMBS = Entry(name="bombs", use="x")


def spread(
    source: str, n: int, *, top: float, harmful: bool = False, unit: int = 0
) -> list[Sighting]:
    """Return n texts with scores spread evenly from 0 to `top`; `unit` texts a conversation."""
    return [
        sighting(
            f"{source}{at}",
            float(score),
            harmful=harmful,
            source=source,
            unit=f"u{at // unit}" if unit else "",
        )
        for at, score in enumerate(np.linspace(0, top, n))
    ]


def test_the_worst_source_decides() -> None:
    mild, rough = spread("mild", 400, top=0.3), spread("rough", 400, top=0.8)
    harmful = spread("attacks", 50, top=1.0, harmful=True)
    found = tuned([*mild, *rough, *harmful], BOMBS, limit=0.05, confidence=0.95)
    alone = {one.source: one.threshold for one in found.sources}
    assert found.threshold is not None
    assert alone["mild"] is not None
    assert alone["rough"] is not None
    assert alone["mild"] < 0.3 < alone["rough"] <= found.threshold < 0.8
    flagged = {one.source: one.flagged for one in found.sources}
    assert flagged["mild"] == 0
    assert flagged["rough"] == np.sum(np.linspace(0, 0.8, 400) >= found.threshold) <= 12
    assert found.why == ""


def test_it_is_the_lowest_that_the_promise_allows_whatever_harmful_texts_score() -> None:
    good = spread("good", 400, top=0.3)
    alone = tuned(good, BOMBS, limit=0.01, confidence=0.95)
    assert alone.threshold == 0.301 == alone.sources[0].threshold
    for score in (0.302, 0.7):
        bad = sighting("b", score, harmful=True, source="bad")
        assert tuned([*good, bad], BOMBS, limit=0.01, confidence=0.95).threshold == 0.301


def test_too_few_texts_give_no_threshold_and_say_how_many_it_takes() -> None:
    found = tuned(
        [*spread("small", 175, top=0.1), *spread("large", 900, top=0.1)],
        BOMBS,
        limit=0.01,
        confidence=0.95,
    )
    assert found.threshold is None
    assert "needs at least 299 harmless texts of each source" in found.why
    assert found.why.endswith("small has 175")
    none = tuned(spread("bad", 9, top=1.0, harmful=True), BOMBS, limit=0.01, confidence=0.95)
    assert (none.threshold, none.why) == (None, "no harmless texts (label 0)")


def test_pooled_texts_are_one_source() -> None:
    texts = [*spread("small", 175, top=0.1), *spread("large", 900, top=0.1)]
    found = tuned(texts, BOMBS, limit=0.01, confidence=0.95, pooled=True)
    assert found.threshold is not None
    assert [(one.source, one.n) for one in found.sources] == [(POOLED, 1075)]


def test_a_detector_that_is_sure_of_too_many_harmless_texts_has_none() -> None:
    texts = [sighting(str(at), 1.0, harmful=False) for at in range(40)]
    found = tuned([*texts, *spread("s", 400, top=0.1)], BOMBS, limit=0.01, confidence=0.95)
    assert found.threshold is None
    assert "holds at no threshold: even at 1 are flagged, of s: 40 of 440" in found.why


def test_a_conversation_is_one_unit_flagged_by_its_highest_text() -> None:
    texts = spread("talk", 600, top=0.6, unit=2)
    assert len(unit_scores(texts, BOMBS)) == 300
    (source,) = tuned(texts, BOMBS, limit=0.05, confidence=0.95).sources
    assert (source.n, source.conversations) == (300, True)


def unread(name: str, score: float = 0.0, *, harmful: bool = False) -> Sighting:
    """Return a text of which the detector could read a part only."""
    made = decision("block", finding(cause="beyond", score=score), scores={"bombs": score})
    return sighting(name, 0.0, harmful=harmful, source="s")._replace(decision=made)


def test_what_cannot_be_read_whole_counts_as_what_becomes_of_it() -> None:
    texts = [*spread("s", 400, top=0.3), *[unread(f"long{at}") for at in range(9)]]
    strict = tuned(texts, BOMBS, limit=0.05, confidence=0.95)
    (source,) = strict.sources
    assert strict.threshold is not None
    assert (source.n, source.beyond, strict.beyond_blocks) == (409, 9, True)
    assert source.flagged == 9 + np.sum(np.linspace(0, 0.3, 400) >= strict.threshold)
    assert next(one for one in strict.curve if one.threshold == 1).flagged == 9 / 409
    for lenient in (
        Entry(name="bombs", use="x", beyond="allow"),
        Entry(name="bombs", use="x", action="annotate"),
    ):
        mild = tuned(texts, lenient, limit=0.05, confidence=0.95)
        assert mild.threshold is not None
        assert mild.threshold < strict.threshold
        assert (mild.sources[0].beyond, mild.beyond_blocks) == (9, False)
        assert next(one for one in mild.curve if one.threshold == 1).flagged == 0


def test_too_many_that_cannot_be_read_leave_no_threshold() -> None:
    texts = [*spread("s", 400, top=0.3), *[unread(f"long{at}") for at in range(9)]]
    found = tuned(texts, BOMBS, limit=0.01, confidence=0.95)
    assert found.threshold is None
    assert found.why.endswith("of s: 9 of 409 (texts that cannot be read whole: 9)")


def test_harmful_texts_that_are_blocked_unread_are_not_missed_and_move_nothing() -> None:
    texts = [*spread("s", 400, top=0.3), unread("bad", 0.302, harmful=True)]
    found = tuned(texts, BOMBS, limit=0.01, confidence=0.95)
    assert {one.missed for one in found.curve} == {0.0}
    seen = sighting("b", 0.7, harmful=True, source="s")
    assert (
        tuned([*texts, seen], BOMBS, limit=0.01, confidence=0.95).threshold
        == found.threshold
        == 0.301
    )


def test_the_promise_is_about_conversations_where_these_are_counted() -> None:
    talk, plain = spread("talk", 800, top=0.3, unit=2), spread("plain", 400, top=0.3)
    assert tuned(talk, BOMBS, limit=0.01, confidence=0.95).unit == "conversations"
    both = tuned([*talk, *plain], BOMBS, limit=0.01, confidence=0.95)
    assert both.unit == "texts (conversations, where a source has them)"
    assert tuned(plain, BOMBS, limit=0.01, confidence=0.95).unit == "texts"
    few = tuned(spread("talk", 500, top=0.3, unit=2), BOMBS, limit=0.01, confidence=0.95)
    assert "at least 299 harmless conversations of each source" in few.why


def test_failed_checks_are_counted_and_in_no_share() -> None:
    texts = [*spread("s", 400, top=0.1), sighting("lost", None, harmful=False)]
    (source,) = tuned(texts, BOMBS, limit=0.01, confidence=0.95).sources
    assert (source.n, source.unscored) == (400, 1)


def test_the_curve_has_the_worst_source_of_either_kind() -> None:
    texts = [
        *spread("mild", 100, top=0.3),
        *spread("rough", 100, top=0.8),
        *spread("easy", 50, top=1.0, harmful=True),
        *spread("hard", 50, top=0.5, harmful=True),
    ]
    found = tuned(texts, Entry(name="bombs", use="x", threshold=0.4321), limit=0.2, confidence=0.9)
    point = next(one for one in found.curve if one.threshold == 0.4321)
    assert (point.flagged_source, point.missed_source) == ("rough", "hard")
    assert point.flagged == np.mean(np.linspace(0, 0.8, 100) >= 0.4321) < point.flagged_most
    assert point.missed == pytest.approx(np.mean(np.linspace(0, 0.5, 50) < 0.4321))
    assert [one.threshold for one in found.curve] == sorted(one.threshold for one in found.curve)


def test_a_detector_that_scores_0_or_1_keeps_its_threshold() -> None:
    harmless = [sighting(f"g{at}", float(at < 2), harmful=False) for at in range(900)]
    texts = [*harmless, sighting("bad", 1.0, harmful=True)]
    entry = Entry(name="bombs", use="x", threshold=0.77)
    found = tuned(texts, entry, limit=0.01, confidence=0.95)
    assert (found.binary, found.threshold, found.sources[0].flagged) == (True, 0.77, 2)
    graded = [*texts, sighting("b", 0.4, harmful=True)]
    assert not tuned(graded, entry, limit=0.01, confidence=0.95).binary
    assert tuned(graded, entry, limit=0.01, confidence=0.95).threshold == 0.001


def test_it_keeps_none_that_flags_everything_or_breaks_the_promise() -> None:
    texts = [sighting(f"g{at}", float(at < 2), harmful=False) for at in range(900)]
    zero = tuned(texts, Entry(name="bombs", use="x", threshold=0), limit=0.01, confidence=0.95)
    assert (zero.binary, zero.threshold) == (False, 0.001)
    few = tuned(texts, BOMBS, limit=0.001, confidence=0.95)
    assert (few.threshold, few.why != "") == (None, True)
    lost = [sighting("g", None, harmful=False)]
    assert not tuned(lost, BOMBS, limit=0.01, confidence=0.95).binary
