from typing import get_args

from statera.records.contents import CONTENT, KEY, SENSITIVE, Content


def test_the_words_of_a_run_s_environment_are_apart() -> None:
    assert get_args(Content) == ("full", "hashed", "encrypted")
    assert len({CONTENT, SENSITIVE, KEY}) == 3
