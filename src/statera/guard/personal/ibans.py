"""Bank accounts: IBAN by country, length and ISO 7064 MOD 97-10 (ISO 13616)."""

from collections.abc import Iterator

from statera.codec.patterns import compiled
from statera.guard.personal.checksums import mod97
from statera.guard.personal.numbers import stands_alone

_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FK FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ DJ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI FR GR IT MC MR SM",
        28: "AL AZ BY CY DO EG GT HU LB NI PL SV",
        29: "BR PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}
_LONGEST = 33
BEGINNING = r"(?i)[A-Z]{2}\d{2}[ \-]?[A-Z0-9]"
_BEGINNING = compiled(rf"{BEGINNING}(?:[ \-]?[A-Z0-9]){{10}}")


def ibans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where valid IBANs stand, in one piece or in groups."""
    for found in _BEGINNING.finditer(text):
        start = found.start()
        length = _LENGTHS.get(text[start : start + 2].upper())
        if length is None:
            continue
        end = _end(text, start, length)
        compact = text[start:end].replace(" ", "").replace("-", "").upper()
        if len(compact) != length or not (compact.isascii() and compact.isalnum()):
            continue
        if stands_alone(text, start, end) and mod97(compact):
            yield start, end


def _end(text: str, start: int, length: int) -> int:
    """Return where so many signs end, spaces and hyphens not counted."""
    left = length
    for at in range(start, min(len(text), start + 2 * _LONGEST)):
        left -= text[at] not in " -"
        if not left:
            return at + 1
    return len(text)
