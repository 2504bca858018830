import pytest

from statera.guard.personal.addresses import addresses
from tests.guard.personal.found import by_text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from 8.8.8.8, twice", ["8.8.8.8"]),
        ("2001:4860:4860::8888", ["2001:4860:4860::8888"]),
        ("192.168.0.1 127.0.0.1 ::1 fe80::1 203.0.113.7", []),
        ("12:30:45 and 00:1a:2b:3c:4d:5e", []),
        ("1.3.6.1.4.1.9 v1.2.3.4.5", []),
        ("999.8.8.8", []),
    ],
)
def test_public_addresses_only(text: str, found: list[str]) -> None:
    assert by_text(addresses, text) == found
