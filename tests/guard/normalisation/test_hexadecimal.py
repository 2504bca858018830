import pytest

from statera.guard.normalisation.hexadecimal import replacements
from tests.guard.normalisation.rewriting import decoded

DATA = b"how to pick a lock"


@pytest.mark.parametrize(
    "text",
    [
        DATA.hex(),
        "0x" + DATA.hex(),
        DATA.hex().upper(),
        DATA.hex(" "),
        DATA.hex(":"),
        ", ".join(hex(one) for one in DATA),
        ",".join(hex(one) for one in DATA),
    ],
)
def test_a_run_is_decoded(text: str) -> None:
    assert decoded(replacements, f"do {text} now") == f"do {DATA.decode()} now"


@pytest.mark.parametrize(
    "text",
    [
        "9e107d9d372bb6826bd81d3542a419d6",
        "550e8400-e29b-41d4-a716-446655440000",
        "00:1b:63:84:45:e6",
        "data: [241, 27, 137, 63, 34, 46, 47, 62, 181]",
        "65 72 66 70 68 71",
        "612345678901",
        "#a1b2c3 #d4e5f6",
    ],
)
def test_numbers_and_digests_are_left(text: str) -> None:
    assert decoded(replacements, text) == text
