from typing import Any

import msgspec

from statera.analysis.leaderboards import Ranked, Record

PLACE = {
    "model": "new",
    "rank": 1,
    "best": 1,
    "worst": 2,
    "value": 0.41,
    "low": 0.18,
    "high": 0.64,
    "score": 0.4,
    "win": None,
    "win_low": None,
    "win_high": None,
    "won": 3,
    "lost": 1,
    "tied": 0,
    "flips": 0,
    "unparsed": 0,
    "share": 0.75,
    "why": "",
}


def place(**more: Any) -> Ranked:
    return msgspec.convert(PLACE | more, Ranked)


def test_a_record_shares_ties_and_knows_silence() -> None:
    assert Record(3, 1, 4, 2, 2).share == 5 / 8
    assert Record(3, 1, 4, 2, 2).unparsed_share == 0.2
    assert Record().share is None
    assert Record().unparsed_share == 0


def test_a_place_is_one_line() -> None:
    assert str(place()) == "new: rank 1 (1 to 2), strength +0.410 [+0.180, +0.640]"
    bare = place(best=None, worst=None, low=None, high=None, why="few")
    assert str(bare) == "new: rank 1, strength +0.410"
    none = place(rank=None, value=None, low=None, why="never beaten")
    assert str(none) == "new: no strength (never beaten)"
