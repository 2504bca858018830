import pytest

from statera.errors import DeclarationError
from statera.interop.loggedchoices import read_choices

GOOD = '{"action": "warm", "propensity": 0.5, "reward": 1, "context": {"device": "tv"}}'


def test_lines_are_read_and_blank_ones_are_none() -> None:
    found = read_choices([GOOD, "", GOOD.replace("tv", "web")], source="log")
    assert [one.context["device"] for one in found] == ["tv", "web"]
    assert found[0].reward == 1.0


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (GOOD.replace("0.5", "0"), r"log:2: .*> 0"),
        (GOOD.replace("propensity", "propensty"), r"log:2: .*propens"),
        (GOOD.replace('"context"', '"target": {"warm": 0.4}, "context"'), r"log:2: target sums to"),
        (GOOD.replace('"context"', '"target": {"warm": 1}, "context"'), r"log:2: .*all or none"),
        (GOOD.replace("device", "plan"), r"log:2: context has other fields than before \(device\)"),
        ("{", r"log:2"),
    ],
)
def test_a_bad_line_is_told_by_its_number(line: str, told: str) -> None:
    with pytest.raises(DeclarationError, match=told):
        read_choices([GOOD, line], source="log")


def test_nothing_is_no_log() -> None:
    with pytest.raises(DeclarationError, match="no logged choice"):
        read_choices(["", " "], source="log")
