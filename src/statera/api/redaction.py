"""What a text gives away of people, taken out: e-mail, telephone, cards, accounts, keys, passwords.

    redact = Redaction()
    redact("Write to anna@example.org")              # "Write to [EMAIL]"

By the guard's detectors of personal data and of secrets; names and addresses have no form that
tells them, and stay unless they are said: `Redaction(names=["Anna Berg"])`.
"""

import re
from collections.abc import Iterable, Sequence

from statera.guard.detectors.personal import Personal, Settings
from statera.guard.detectors.secrets import Secrets
from statera.guard.sightings import outermost
from statera.records.guarding import Passage, Span


class Redaction:
    """Redacts texts; `names` are further words that must not stay, whatever their case."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        self._detectors = (Secrets(), Personal(Settings()))
        words = [re.escape(name.strip()) for name in names if name.strip()]
        self._names = re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.I) if words else None

    def __call__(self, text: str) -> str:
        """Return the text with `[EMAIL]` and the like in place of what was found."""
        passage = Passage(text=text, side="input")
        found = [span for one in self._detectors for span in one.find(passage, ()).spans]
        if self._names is not None:
            found += [Span(one.start(), one.end(), "NAME") for one in self._names.finditer(text)]
        return _edited(text, outermost(found))


def _edited(text: str, spans: Iterable[Span]) -> str:
    pieces, at = [], 0
    for span in spans:
        start = max(span.start, at)
        if span.end > start:
            pieces += [text[at:start], f"[{span.label or 'REDACTED'}]"]
            at = span.end
    return "".join([*pieces, text[at:]])
