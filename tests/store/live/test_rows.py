import pytest

from statera.records.live import Fact
from statera.store.live.backend import FactRefused
from statera.store.live.rows import rows_of
from statera.store.live.tables import metadata
from tests.store.live.made import answer, exposure, said, scored


def test_rows_have_the_columns_of_their_tables_and_contexts_come_first() -> None:
    facts: list[Fact] = [said(1, 1), exposure(1, 10), exposure(2, 11), answer(1), scored(1, 0.5)]
    parts = rows_of(facts)
    assert [table.name for table, _ in parts] == [
        "live_contexts", "live_feedback", "live_exposures", "live_answers", "live_scores",
    ]  # fmt: skip
    assert [len(rows) for _, rows in parts] == [1, 1, 2, 1, 1]
    for table, rows in parts:
        assert {len(row) for row in rows} == {len(metadata.tables[table.name].columns)}


def test_a_context_is_the_same_whatever_the_order_of_segments() -> None:
    one = exposure(1, 10, segments={"a": "1", "b": "2"})
    other = exposure(2, 11, segments={"b": "2", "a": "1"})
    assert len(rows_of([one, other])[0][1]) == 1
    for more in ({"entry": "override"}, {"slice": 1}, {"design": "d"}, {"mode": "canary"}):
        assert (
            len(rows_of([one, exposure(3, 12, segments={"a": "1", "b": "2"}, **more)])[0][1]) == 2
        )


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(bad: float) -> None:
    for fact in (
        said(1, 1, bad),
        said(1, 1, at=bad),
        answer(1, seconds=bad),
        exposure(1, 1, at=bad),
    ):
        with pytest.raises(FactRefused, match="neither a time nor a value"):
            rows_of([fact])
