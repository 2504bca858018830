import pytest

from statera.sandbox.inside.caught import Caught, line_in, told


class Silent(Exception):
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(0), KeyboardInterrupt()])
def test_everything_is_held(error: BaseException) -> None:
    with Caught() as attempt:
        raise error
    assert attempt.error is error


def test_nothing_raised_is_none() -> None:
    with Caught() as attempt:
        pass
    assert attempt.error is None


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("two\nlines"), "ValueError: two lines"),
        (ValueError(), "ValueError"),
        (Silent(), "Silent"),
        (ValueError("x" * 999), "ValueError: " + "x" * 288),
    ],
)
def test_errors_are_told_on_one_line(error: Exception, text: str) -> None:
    assert told(error) == text


@pytest.mark.parametrize(
    ("source", "line"),
    [("\n1/0", 2), ("def f():\n    1/0\n\nf()", 2), ("a = = 1", 1), ("a = 1", None)],
)
def test_the_line_in_a_file_is_found(source: str, line: int | None) -> None:
    with Caught() as attempt:
        exec(compile(source, "<here>", "exec"), {})
    assert line_in(attempt.error or ValueError(), "<here>") == line
