from typing import get_args

import pytest

from statera.scorers.assertions.assertion import Relation
from statera.scorers.assertions.relations import FAMILY, RELATIONS


def test_every_relation_has_its_words() -> None:
    assert set(RELATIONS) == set(get_args(Relation))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mother takes it", True),
        ("family history of it", True),
        ("an expectant mother", False),
        ("daughter reports that he takes it", False),
        ("agreed with the family", False),
    ],
)
def test_whose_it_is(text: str, expected: bool) -> None:
    assert bool(FAMILY.search(text)) is expected
