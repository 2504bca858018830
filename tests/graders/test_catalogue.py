import msgspec
import pytest

from statera.graders.catalogue import scoring_type, scoring_types
from statera.graders.code import CodeTests
from statera.scorers.catalogue import scorer_types


def test_graders_stand_beside_every_scorer() -> None:
    assert set(scorer_types()) | {"code"} == set(scoring_types())


def test_entries_are_decoded_by_their_type() -> None:
    assert msgspec.convert({"type": "code"}, scoring_type()) == CodeTests()
    with pytest.raises(msgspec.ValidationError, match="Invalid value 'cod'"):
        msgspec.convert({"type": "cod"}, scoring_type())
