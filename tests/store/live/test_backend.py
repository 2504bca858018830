from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import Connection

from statera.errors import StoreError
from statera.store.live.backend import Backend, FactRefused, LiveStoreAway, Query
from statera.store.live.database import Database, backend_of
from statera.store.live.tables import answers

ENDS = (-(2**63), -(2**62), -1, 0, 1, 2**60, 2**63 - 1)
FLOATS = (0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -0.0, 1764318045.123457, None)


@pytest.fixture
def opened(place: str) -> Iterator[tuple[Backend, Connection]]:
    database = Database(backend_of(place))
    with database.writing() as connection:
        yield database.backend, connection
    database.close()


def test_columns_come_back_as_they_were_written(opened: tuple[Backend, Connection]) -> None:
    backend, connection = opened
    rows = [
        (number, 0, 0.5, "", None, 200, value, None, None, None, None, 0, "", "", "", None, None)
        for number, value in zip(ENDS, FLOATS, strict=True)
    ]
    assert backend.insert(connection, answers, rows) == len(rows)
    assert backend.insert(connection, answers, rows[:3]) == 0
    column = answers.c
    query = Query(column.decision, "iff", [column.decision, column.seconds, column.at], [])
    decision, seconds, at = backend.arrays(connection, query)
    order = np.argsort(decision)
    assert decision[order].tolist() == list(ENDS)
    assert (str(decision.dtype), str(seconds.dtype)) == ("int64", "float64")
    assert seconds[order].tolist()[:-1] == list(FLOATS[:-1])
    assert np.isnan(seconds[order][-1])
    assert set(at.tolist()) == {0.5}
    none = Query(column.decision, "if", query.columns[:2], [column.at > 1])
    assert [part.tolist() for part in backend.arrays(connection, none)] == [[], []]


def test_what_is_refused_and_what_is_away_are_told_apart() -> None:
    assert issubclass(FactRefused, StoreError)
    assert issubclass(LiveStoreAway, StoreError)
    assert not issubclass(FactRefused, LiveStoreAway)
