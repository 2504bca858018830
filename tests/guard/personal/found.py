"""What a finder of personal data names in a text."""

from collections.abc import Callable, Iterable, Iterator

from statera.guard.personal.numbers import Number, numbers


def by_number(
    find: Callable[[str, Iterable[Number]], Iterator[tuple[int, int]]], text: str
) -> list[str]:
    """Return the places that a finder which reads numbers names."""
    return [text[start:end] for start, end in find(text, list(numbers(text)))]


def by_text(find: Callable[[str], Iterator[tuple[int, int]]], text: str) -> list[str]:
    """Return the places that a finder which reads the text names."""
    return [text[start:end] for start, end in find(text)]
