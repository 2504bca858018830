"""Payment cards: a known issuer, the length that it uses, Luhn's digit, and a usual grouping."""

from collections.abc import Iterable, Iterator

from statera.codec.patterns import compiled
from statera.guard.personal.checksums import luhn
from statera.guard.personal.numbers import Number, stands_alone

_SHORTEST, _LONGEST = 14, 19
_ISSUERS = compiled(
    r"4\d{15}(?:\d{3})?"  # Visa
    r"|5[1-5]\d{14}|(?:222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|(?:6011|64[4-9]\d|65\d\d)\d{12,15}"  # Discover
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"  # JCB
    r"|3(?:0[0-5]|[689]\d)\d{11}"  # Diners Club
    r"|62\d{14,17}"  # UnionPay
    r"|(?:5018|5020|5038|5893|6304|6759|676[1-3])\d{12,15}"  # Maestro
)
_FORMS = ([4, 6, 5], [4, 6, 4])
_SIGNS = frozenset((" ", "  ", "-", ".", "\xa0"))


def cards(text: str, found: Iterable[Number]) -> Iterator[tuple[int, int]]:
    """Yield where cards stand; of a long run of groups, any groups that make one."""
    for number in found:
        if number.end - number.start < _SHORTEST:
            continue
        sizes, separators = number.sizes, number.separators
        first = 0
        while first < len(sizes):
            last = _card(number, sizes, separators, first)
            if last:
                start, end = number.groups[first][0], number.groups[last - 1][1]
                if stands_alone(text, start, end) and not _fraction(text, start):
                    yield start, end
            first = last or first + 1


def _card(number: Number, sizes: list[int], separators: list[str], first: int) -> int:
    """Return the group after the card that begins with the group `first`; 0 where none does."""
    total = 0
    for last in range(first, min(len(sizes), first + _LONGEST)):
        total += sizes[last]
        signs = set(separators[first:last])
        if total > _LONGEST or len(signs) > 1 or not signs <= _SIGNS:
            return 0
        if total >= _SHORTEST and _usual(sizes[first : last + 1]):
            at = sum(sizes[:first])
            digits = number.digits[at : at + total]
            if _ISSUERS.fullmatch(digits) and luhn(digits):
                return last + 1
    return 0


def _usual(sizes: list[int]) -> bool:
    """Say whether the groups are as cards have them: all in one, by four, or every digit alone."""
    by_four = set(sizes[:-1]) <= {4} and sizes[-1] <= 4
    return len(sizes) == 1 or by_four or set(sizes) == {1} or sizes in _FORMS


def _fraction(text: str, start: int) -> bool:
    """Say whether the digits are those behind a decimal point."""
    return text[start - 1 : start] == "." and text[start - 2 : start - 1].isdigit()
