from typing import get_args

from statera.records.levels import LEVELS, Level


def test_every_level_asks_its_question() -> None:
    assert tuple(LEVELS) == get_args(Level)
    assert all(question.endswith("?") for question in LEVELS.values())
