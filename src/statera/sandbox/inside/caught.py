"""Holding what hostile or foreign code raises, whatever it is."""

from types import TracebackType


class Caught:
    """A context that keeps what was raised in `error` instead of letting it out.

    >>> with Caught() as attempt:
    ...     _ = 1 / 0
    >>> type(attempt.error).__name__
    'ZeroDivisionError'
    """

    def __init__(self) -> None:
        self.error: BaseException | None = None

    def __enter__(self) -> "Caught":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        self.error = error
        return True


def line_in(error: BaseException, filename: str) -> int | None:
    """Return the deepest line of `filename` that the error passed through."""
    if isinstance(error, SyntaxError) and error.filename == filename:
        return error.lineno
    found, traceback = None, error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == filename:
            found = traceback.tb_lineno
        traceback = traceback.tb_next
    return found


def told(error: BaseException) -> str:
    """Return `Type: message` on one line of at most 300 characters."""
    with Caught() as attempt:
        text = " ".join(str(error).split())
    text = "" if attempt.error is not None else text
    name = type(error).__name__
    return (f"{name}: {text}" if text else name)[:300]
