"""How a mistake in a design is told: file, place, what is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

from statera.errors import DeclarationError


def wrong(source: str, place: str, told: str) -> DeclarationError:
    """Return the one-line error `source: place: told`."""
    return DeclarationError(f"{source}: {place}: {told}")


@contextmanager
def at(source: str, place: str) -> Iterator[None]:
    """Put file and place before what a declaration inside is told to be wrong with."""
    try:
        yield
    except DeclarationError as error:
        raise wrong(source, place, str(error)) from None
