from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.guard.personal import checksums

NUMBERS: dict[Callable[[str], bool], tuple[str, ...]] = {
    checksums.luhn: ("4111111111111111", "79927398713", "378282246310005"),
    checksums.verhoeff: ("2363", "999941057058"),
    checksums.steuer_id: ("86095742719", "47036892816"),
    checksums.cpf: ("52998224725", "11144477735"),
}


@pytest.mark.parametrize(("valid", "numbers"), NUMBERS.items())
def test_published_numbers_are_valid_and_one_wrong_digit_is_seen(
    valid: Callable[[str], bool], numbers: tuple[str, ...]
) -> None:
    for number in numbers:
        assert valid(number)
        last = str((int(number[-1]) + 1) % 10)
        assert not valid(number[:-1] + last)


@given(st.text("0123456789", min_size=11, max_size=11), st.integers(0, 10), st.integers(1, 9))
def test_luhn_and_verhoeff_see_any_single_wrong_digit(digits: str, at: int, by: int) -> None:
    wrong = digits[:at] + str((int(digits[at]) + by) % 10) + digits[at + 1 :]
    for valid in (checksums.luhn, checksums.verhoeff):
        assert not (valid(digits) and valid(wrong))


@given(st.text("0123456789", min_size=10, max_size=10), st.integers(0, 8))
def test_verhoeff_sees_neighbours_that_changed_places(digits: str, at: int) -> None:
    turned = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    if turned != digits and checksums.verhoeff(digits):
        assert not checksums.verhoeff(turned)


def test_accounts() -> None:
    assert checksums.mod97("GB82WEST12345698765432")
    assert not checksums.mod97("GB82WEST12345698765423")


def test_a_spanish_letter_belongs_to_its_number() -> None:
    assert checksums.dni("12345678", "Z")
    assert not checksums.dni("12345678", "A")


def test_a_french_key_counts_corsica_as_numbers() -> None:
    assert checksums.nir("2550814168025", "38")
    body = "1800612A12345"[:5] + "2A" + "004042"
    key = 97 - int(body.replace("2A", "19")) % 97
    assert checksums.nir(body, f"{key:02d}")
    assert not checksums.nir(body, f"{(key + 1) % 97:02d}")


def test_chinas_example() -> None:
    assert checksums.resident("11010519491231002X")
    assert not checksums.resident("110105194912310021")


def test_a_number_of_equal_digits_is_no_cpf() -> None:
    assert not checksums.cpf("11111111111")


def test_a_steuer_id_repeats_exactly_one_digit() -> None:
    assert not checksums.steuer_id("01234567890")
    assert not checksums.steuer_id("11223456781")
