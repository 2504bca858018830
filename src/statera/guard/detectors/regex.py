r"""Patterns of your own, by RE2, so that none can hang: a last resort.

```yaml
- {name: codenames, use: regex, with: {patterns: ['\bProject (Osprey|Heron)\b'], label: CODENAME}}
```
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

import msgspec

from statera.codec.canonical import digest
from statera.codec.patterns import compiled
from statera.guard.sightings import sighted
from statera.guard.tools import Tools
from statera.protocols import View
from statera.records.guarding import Passage, Reading, Span


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """RE2 patterns, of which any may match; what a redaction puts in the place of a match."""

    patterns: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    ignore_case: bool = True
    label: Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9_]*$")] = "PATTERN"

    def __post_init__(self) -> None:
        for pattern in self.patterns:
            _compiled(pattern, self.ignore_case)


class Regex:
    """Scores 1 where a pattern matches the raw text or one of its views, else 0."""

    cost: Literal["inline"] = "inline"

    def __init__(self, settings: Settings) -> None:
        self.digest = digest(["regex", msgspec.to_builtins(settings)])
        self._label = settings.label
        self._patterns = [_compiled(one, settings.ignore_case) for one in settings.patterns]

    def find(self, passage: Passage, views: Sequence[View]) -> Reading:
        """Return every match, in the raw text and in what it hides."""
        return sighted(passage, views, self._spans)

    def _spans(self, text: str) -> Iterator[Span]:
        for pattern in self._patterns:
            for match in pattern.finditer(text):
                if match.end() > match.start():
                    yield Span(match.start(), match.end(), self._label)


def detector(settings: Settings, tools: Tools) -> Regex:
    """Return the detector."""
    return Regex(settings)


def _compiled(pattern: str, ignore_case: bool) -> Any:
    try:
        return compiled(f"(?i){pattern}" if ignore_case else pattern)
    except ValueError as error:
        told = str(error).partition(":")[0]
        raise ValueError(f"patterns: '{pattern}': {told}") from None
