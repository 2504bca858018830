from msgspec import structs

from statera.guard.readings import ReadingCache, content_of
from statera.records.guarding import Passage, Reading


def _said(text: str, *before: str) -> bytes:
    return content_of(Passage(text=text, side="input", before=before))


def test_a_reading_is_kept_for_the_same_detector_text_and_context() -> None:
    cache = ReadingCache(2)
    cache.put("d1", _said("a", "b"), Reading(0.3))
    assert cache.get("d1", _said("a", "b")) == Reading(0.3)
    for other in (("d2", _said("a", "b")), ("d1", _said("a")), ("d1", _said("ba"))):
        assert cache.get(*other) is None
    assert (cache.hits, cache.misses) == (1, 3)


def test_the_reading_not_asked_for_longest_gives_way() -> None:
    cache = ReadingCache(2)
    for text in "ab":
        cache.put("d", _said(text), Reading(0.1))
    cache.get("d", _said("a"))
    cache.put("d", _said("c"), Reading(0.1))
    assert [cache.get("d", _said(text)) is not None for text in "abc"] == [True, False, True]


def test_size_zero_keeps_nothing_and_lone_surrogates_have_a_key() -> None:
    cache = ReadingCache(0)
    cache.put("d", _said("\ud800"), Reading(0.1))
    assert cache.get("d", _said("\ud800")) is None


def test_the_content_is_all_that_a_detector_reads() -> None:
    whole = Passage(text="a", side="output", role="assistant", before=("b",), guarded=("c",))
    changes = ({"text": "x"}, {"side": "input"}, {"role": ""}, {"before": ()}, {"guarded": ()})
    others = [structs.replace(whole, **change) for change in changes]
    others.append(structs.replace(whole, text="b", before=(), guarded=("a", "c")))
    others.append(structs.replace(whole, text="c", before=("b", "a"), guarded=()))
    assert len({content_of(one) for one in (whole, *others)}) == len(others) + 1
