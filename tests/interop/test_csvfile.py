import csv
import io

from statera.interop import csvfile
from statera.store.rows import Stored
from tests.interop import made


def _read(*stored: Stored) -> list[dict[str, str]]:
    text = b"".join(csvfile.rows(stored)).decode()
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_every_trial_is_a_row_with_two_columns_a_metric() -> None:
    rows = _read(*made.every())
    assert len(rows) == len(made.every())
    metrics = ["accuracy", "accuracy_outcome", "strict", "strict_outcome"]
    assert list(rows[0]) == [*csvfile.FIELDS, *metrics]
    assert rows[0]["reply"] == 'Das ist "B",\nsicher — 漢'
    assert (rows[0]["accuracy"], rows[0]["strict"]) == ("1.0", "0.25")
    assert rows[0]["strict_outcome"] == "wrong"
    assert rows[0]["prompt_tokens"] == "20"


def test_absent_is_an_empty_cell() -> None:
    refused, ungraded = _read(made.refused(), made.ungraded())
    assert (refused["accuracy"], refused["accuracy_outcome"]) == ("", "refused")
    assert (refused["reply"], refused["cost"]) == ("", "")
    assert refused["failure"] == "refused: the peer went away"
    assert (ungraded["outcome"], ungraded["accuracy"]) == ("", "")


def test_a_metric_that_comes_late_has_its_columns() -> None:
    rows = _read(made.refused(), made.right())
    assert (rows[0]["strict"], rows[1]["strict"]) == ("", "0.25")


def test_no_trial_is_a_header_alone() -> None:
    assert b"".join(csvfile.rows([])).decode().strip() == ",".join(csvfile.FIELDS)
