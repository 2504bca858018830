"""Who is on no common scale, in words."""

import doctest

import pytest

import statera.analysis.rankingwords as module
from statera.analysis.rankingwords import Seen, components, notes_of
from statera.stats.ranking import UNRANKED

ABOVE = "never beaten by the ranked group"
BELOW = "never beats the ranked group"


@pytest.mark.parametrize(
    ("count", "pairs", "found"),
    [
        (0, [], []),
        (3, [], [(0,), (1,), (2,)]),
        (4, [(0, 1), (1, 2)], [(0, 1, 2), (3,)]),
        (5, [(4, 3), (3, 2), (0, 1)], [(2, 3, 4), (0, 1)]),
    ],
)
def test_components(count: int, pairs: list[tuple[int, int]], found: list[tuple[int, ...]]) -> None:
    assert components(count, pairs) == found


def test_a_ranking_of_all_needs_no_words() -> None:
    assert notes_of(Seen(("a", "b"), frozenset({(0, 1)}), (0, 1), ("m", "m"), 1000, 0)) == []


def test_who_won_or_lost_everything_is_named() -> None:
    pairs = frozenset({(0, 1), (0, 2), (0, 3), (2, 3)})
    notes = notes_of(Seen(("a", "b", "c", "d"), pairs, (2, 3), (ABOVE, BELOW, "m", "m"), 1000, 7))
    assert notes == [
        "a: never lost to those ranked: above them, but by how much cannot be said",
        "b: never won against those ranked: below them, but by how much cannot be said",
        "7 of 1000 resamples had no finite strengths of their own: more items make the intervals "
        "surer",
    ]


def test_where_no_one_is_ranked_the_order_is_by_games_won() -> None:
    reasons = ("never beaten", UNRANKED, "never won", "no games")
    notes = notes_of(Seen(("a", "b", "c", "d"), frozenset({(0, 1), (1, 2)}), (), reasons))
    assert notes[0] == "never compared, not even through others: a, b, c | d"
    assert notes[1:4] == ["a: never lost", "c: never won", "d: no games"]
    assert notes[4].endswith("no finite strengths; the order is by games won")


def test_long_lists_are_cut() -> None:
    names = tuple(f"m{k}" for k in range(12))
    (note, *_) = notes_of(Seen(names, frozenset({(k, k + 1) for k in range(10)}), (), ("",) * 12))
    assert note.endswith("m0, m1, m2, m3, m4, m5, m6, m7 and 3 more | m11")


def test_the_example_is_true() -> None:
    assert doctest.testmod(module).failed == 0
