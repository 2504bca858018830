"""Personal data: cards, accounts, e-mail, telephone, numbers of identity; checked, not guessed.

```yaml
- {name: personal, use: personal, action: redact}
- {name: cards, use: personal, with: {kinds: [card, iban]}, action: block}
```

Names, postal addresses and dates of birth have no form that tells them, and are not found.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Literal, get_args

import msgspec

from statera.codec.canonical import digest
from statera.codec.patterns import signs
from statera.guard.personal.addresses import addresses
from statera.guard.personal.cards import cards
from statera.guard.personal.emails import emails
from statera.guard.personal.ibans import BEGINNING as IBAN
from statera.guard.personal.ibans import ibans
from statera.guard.personal.identities import identities, social_security
from statera.guard.personal.numbers import Number, numbers
from statera.guard.personal.passports import WORD as PASSPORT
from statera.guard.personal.passports import passports
from statera.guard.personal.phones import phones
from statera.guard.sightings import sighted
from statera.guard.tools import Tools
from statera.protocols import View
from statera.records.guarding import Passage, Reading, Span

Kind = Literal["card", "iban", "email", "ssn", "national_id", "phone", "passport", "ip"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_POSSIBLE = {
    "digits": r"\d(?:\D{0,3}\d){5}",
    "at": r"@|(?i:[\[({] ?at ?[\])}])",
    "address": r"[0-9A-Fa-f]:[0-9A-Fa-f:]+:",
}
"""Where none of these stands, nothing is looked for."""
_BESIDES = {
    "iban": IBAN,
    "passport": PASSPORT,
    "national_id": r"\d(?:\D{0,3}\d){6}|[A-Z]{2} ?\d|2[AB]",
    **{f"{many} digits": rf"\d(?:\D{{0,3}}\d){{{many - 1}}}" for many in (7, 9, 14)},
    "any": "",
}
_NAMES = (*_POSSIBLE, *_BESIDES)
_signs = signs(*_POSSIBLE.values(), *_BESIDES.values())
_ALWAYS = frozenset(range(len(_POSSIBLE)))
_DIGITS = _NAMES.index("digits")

_Finder = Callable[[str, Sequence[Number]], Iterator[tuple[int, int]]]
_FINDERS: dict[Kind, tuple[str, _Finder]] = {
    "iban": ("iban", lambda text, found: ibans(text) if found else iter(())),
    "card": ("14 digits", cards),
    "ssn": ("9 digits", social_security),
    "national_id": ("national_id", identities),
    "phone": ("7 digits", phones),
    "passport": ("passport", lambda text, _: passports(text)),
    "ip": ("any", lambda text, _: addresses(text)),
    "email": ("at", lambda text, _: emails(text)),
}
"""With the sign without which there is none of a kind. In this order: where two say that the same
place is theirs, the first is right."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is looked for. Each is a label of its own in a redaction: `[CARD]`, `[EMAIL]`.

    `ip` (public addresses) is not looked for unless named: in logs and code it is rarely personal,
    and versions such as 1.2.3.4 look the same.
    """

    kinds: Annotated[tuple[Kind, ...], msgspec.Meta(min_length=1)] = tuple(
        kind for kind in KINDS if kind != "ip"
    )


class Personal:
    """Scores 1 where a text or one of its views holds personal data, else 0."""

    cost: Literal["inline"] = "inline"

    def __init__(self, settings: Settings) -> None:
        self.digest = digest(["personal", sorted(settings.kinds)])
        self._finders = [
            (kind.upper(), _NAMES.index(sign), find)
            for kind, (sign, find) in _FINDERS.items()
            if kind in settings.kinds
        ]

    def find(self, passage: Passage, views: Sequence[View]) -> Reading:
        """Return every place of the raw text that holds some."""
        return sighted(passage, views, self._spans)

    def _spans(self, text: str) -> Iterator[Span]:
        seen = _signs(text)
        if _ALWAYS.isdisjoint(seen):
            return
        finders = [(label, find) for label, sign, find in self._finders if sign in seen]
        found = list(numbers(text)) if finders and _DIGITS in seen else []
        for label, find in finders:
            for start, end in find(text, found):
                yield Span(start, end, label)


def detector(settings: Settings, tools: Tools) -> Personal:
    """Return the detector."""
    return Personal(settings)
