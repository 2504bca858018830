from collections.abc import Iterator

import pytest

from tests.endpoint import Endpoint


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A real server that answers with a letter until it is told otherwise."""
    with Endpoint() as running:
        yield running
