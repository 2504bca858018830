"""Payment cards: a known issuer, the length that it uses, Luhn's digit, and a usual grouping."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

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
_FOUR = 4
_FORMS = (
    (4, 6, 5),
    (4, 6, 4),
    (4, 4, 4, 4),
    *((4, 4, 4, 4, more) for more in (1, 2, 3)),
    (4, 4, 4, 2),
)
_SIGNS = frozenset((" ", "  ", "-", ".", "\xa0"))


def cards(text: str, found: Iterable[Number]) -> Iterator[tuple[int, int]]:
    """Yield where cards stand; of a long run of groups, any groups that make one."""
    for number in found:
        if number.end - number.start < _SHORTEST:
            continue
        first = 0
        while first < len(number.sizes):
            last = _card(number, first)
            if last:
                start, end = number.groups[first][0], number.groups[last - 1][1]
                if stands_alone(text, start, end) and not _fraction(text, start):
                    yield start, end
            first = last or first + 1


def _card(number: Number, first: int) -> int:
    """Return the group after the card that begins with the group `first`; 0 where none does."""
    for last in _ends(number.sizes, first):
        digits = number.part(first, last)
        if _ISSUERS.fullmatch(digits) and luhn(digits):
            signs = set(number.separators[first : last - 1])
            return last if len(signs) <= 1 and signs <= _SIGNS else 0
    return 0


def _ends(sizes: Sequence[int], first: int) -> Sequence[int]:
    """Return where groups may end that look like a card: all in one, by four, or digit by digit."""
    if sizes[first] == _FOUR:
        forms = [first + len(form) for form in _FORMS if _starts(sizes, first, form)]
        return sorted(set(forms), reverse=True)
    if sizes[first] == 1 and (first == 0 or sizes[first - 1] != 1):
        ones = list(takewhile(lambda size: size == 1, sizes[first : first + _LONGEST + 1]))
        return [first + len(ones)]
    return [first + 1] if _SHORTEST <= sizes[first] <= _LONGEST else []


def _starts(sizes: Sequence[int], first: int, form: Sequence[int]) -> bool:
    return tuple(sizes[first : first + len(form)]) == form


def _fraction(text: str, start: int) -> bool:
    """Say whether the digits are those behind a decimal point."""
    return text[start - 1 : start] == "." and text[start - 2 : start - 1].isdigit()
