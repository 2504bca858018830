from hypothesis import given
from hypothesis import strategies as some

from statera.cli.controls import visible


def test_escapes_are_spelled_out() -> None:
    assert visible("A\x1b]52;c;ZXZpbA==\x07\tB\nC\x9b") == "A\\x1b]52;c;ZXZpbA==\\x07\tB\nC\\x9b"


@given(some.text())
def test_nothing_that_moves_a_terminal_is_left(text: str) -> None:
    shown = visible(text)
    assert not any((ord(c) < 32 and c not in "\t\n") or 127 <= ord(c) < 160 for c in shown)
