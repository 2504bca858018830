import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.errors import DeclarationError
from statera.experiment.durations import dated, seconds, told


@pytest.mark.parametrize(
    ("text", "length"),
    [("0s", 0), ("90s", 90), ("30m", 1800), ("1.5h", 5400), ("7d", 604_800), ("2w", 1_209_600)],
)
def test_a_length_of_time_is_read_in_its_unit(text: str, length: float) -> None:
    assert seconds(text, place="window") == length


@pytest.mark.parametrize("text", ["", "7", "d", "7 d", "-1d", "1e3s", "7D", "1d2h", "٧d", "nan"])
def test_what_is_no_length_is_told_with_its_place(text: str) -> None:
    with pytest.raises(DeclarationError, match=r"^tone.yaml: window: .*no length of time. Allowed"):
        seconds(text, place="tone.yaml: window")


@given(st.integers(0, 10**7))
def test_what_is_told_reads_back(length: int) -> None:
    assert seconds(told(length), place="") == length


def test_the_largest_whole_unit_is_told() -> None:
    assert [told(x) for x in (90, 7200, 86_400, 604_800, 0)] == ["90s", "2h", "1d", "1w", "0s"]


def test_a_moment_is_told_in_utc() -> None:
    assert dated(0.0) == "1970-01-01 00:00 UTC"
