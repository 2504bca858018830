import pytest

from statera.codec.patterns import compiled


def test_a_pattern_is_found() -> None:
    assert compiled("^Which .*river").search("Which is the longest river?") is not None
    assert compiled("^x").search("ax") is None


def test_what_is_no_pattern_is_told_quietly(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match=r"missing \]: \["):
        compiled("([")
    assert capfd.readouterr().err == ""


def test_no_pattern_hangs() -> None:
    assert compiled("(a+)+$").search("a" * 50_000 + "b") is None
