"""Passport numbers, which have no check digit: only where a word says that one follows."""

from collections.abc import Iterator

from statera.codec.patterns import compiled

WORD = (
    r"(?i)(?:\bpassport|\breisepass\w*|\bpasseport|\bpasaporte|\bpassaporto|\bpassaporte|护照|"
    r"パスポート|паспорт)"
)
_PASSPORT = compiled(WORD + r"[ \w.:#°º]{0,24}?[ :#°º]([A-Z]{0,3}\d[A-Z0-9]{4,8})\b")


def passports(text: str) -> Iterator[tuple[int, int]]:
    """Yield where numbers stand that are said to be a passport's."""
    for found in _PASSPORT.finditer(text):
        if sum(map(str.isdigit, found[1])) >= 4:
            yield found.span(1)
