r"""Patterns of your own, by RE2, so that none can hang: a last resort.

```yaml
- {name: codenames, use: regex, with: {patterns: ['\bProject (Osprey|Heron)\b'], label: CODENAME}}
```
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec

from statera.codec.canonical import digest
from statera.codec.patterns import compiled
from statera.errors import DeclarationError
from statera.guard.tools import Tools
from statera.protocols import View
from statera.records.guarding import Passage, Reading, Span

_NOTHING = Reading(0.0)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """RE2 patterns, of which any may match; what a redaction puts in the place of a match."""

    patterns: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    ignore_case: bool = True
    label: Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9_]*$")] = "PATTERN"


class Regex:
    """Scores 1 where a pattern matches the raw text or one of its views, else 0."""

    cost: Literal["inline"] = "inline"

    def __init__(self, settings: Settings) -> None:
        self.digest = digest(msgspec.to_builtins(settings))
        self._label = settings.label
        self._patterns = [_compiled(one, settings.ignore_case) for one in settings.patterns]

    def find(self, passage: Passage, views: Sequence[View]) -> Reading:
        """Return every match in the first view that has one; the raw text comes first."""
        if spans := self._spans(passage.text):
            return Reading(1.0, self._label, spans)
        for view in views:
            if view.text != passage.text and (spans := self._spans(view.text)):
                raw = (Span(*view.raw_span(one.start, one.end), self._label) for one in spans)
                return Reading(1.0, self._label, tuple(raw), view.name)
        return _NOTHING

    def _spans(self, text: str) -> tuple[Span, ...]:
        found = (match.span() for one in self._patterns for match in one.finditer(text))
        return tuple(Span(start, end, self._label) for start, end in found if end > start)


def detector(settings: Settings, tools: Tools) -> Regex:
    """Return the detector; DeclarationError for what is no pattern."""
    return Regex(settings)


def _compiled(pattern: str, ignore_case: bool) -> Any:
    try:
        return compiled(f"(?i){pattern}" if ignore_case else pattern)
    except ValueError as error:
        raise DeclarationError(f"with.patterns: '{pattern}': {error}") from None
