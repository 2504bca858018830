import pytest

from statera.errors import DeclarationError
from statera.interop.pastexperiments import read_past_experiments

GOOD = (
    '{"experiment": "tone", "metric": "s/accuracy", "offline": 0.03, "offline_error": 0.01, '
    '"online": 0.01, "online_error": 0.004}'
)


def test_lines_are_read() -> None:
    other = GOOD.replace('"metric"', '"outcome": "rating", "metric"')
    found = read_past_experiments([GOOD, "", GOOD.replace("tone", "topic"), other], source="past")
    assert [one.experiment for one in found] == ["tone", "topic", "tone"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (GOOD, r"past:2: tone s/accuracy is already on line 1"),
        (GOOD.replace("0.004", "0"), r"past:2: .*> 0"),
        (GOOD.replace("metric", "metrik"), r"past:2: .*metri"),
    ],
)
def test_a_bad_line_is_told_by_its_number(line: str, told: str) -> None:
    with pytest.raises(DeclarationError, match=told):
        read_past_experiments([GOOD, line], source="past")
