"""A head of the small classifier: toxicity, harmful requests, jailbreaks, injections, refusals.

```yaml
- {name: toxicity, use: classifier, with: {head: toxicity}, threshold: 0.85}
- {name: ours, use: classifier, with: {head: complaint, path: classifiers/ours}}
```

All heads are read in one pass, so that five of them cost as much as one.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from statera.codec.canonical import digest
from statera.errors import DeclarationError, nearest
from statera.guard.tools import TextClassifier, TextReading, Tools
from statera.protocols import View
from statera.records.guarding import Passage, Reading, Span

HEADS = ("toxicity", "harmful", "jailbreak", "injection", "refusal")
"""The heads of the classifier that ships."""

CONVERSATION = "conversation"
"""The name of a view: the passage behind the messages before it."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which head; `path`: a folder that `statera guard train` wrote, instead of what ships."""

    head: str
    path: str | None = None

    def __post_init__(self) -> None:
        if self.path is None and self.head not in HEADS:
            raise ValueError(f"head: {no_head(self.head, HEADS)}")


class Classifier:
    """Scores a passage by the worst of its views and, with context, of the conversation."""

    cost: Literal["thread"] = "thread"

    def __init__(self, classifier: TextClassifier, heads: Sequence[str]) -> None:
        self.digest = digest(["classifier", classifier.digest, list(heads)])
        self._classifier = classifier
        self._heads = heads

    def find(self, passage: Passage, views: Sequence[View]) -> Reading:
        """Return the highest score, where it was; text past the last window is said to be so."""
        read = [self._seen(text) for text in _texts(passage, views)]
        worst = max(read, key=lambda one: one.score)
        return Reading(
            score=worst.score,
            category=worst.head,
            spans=_spans(passage, worst),
            view=worst.text.name,
            beyond=any(one.reading.beyond for one in read),
        )

    def _seen(self, text: "_Text") -> "_Seen":
        reading = self._classifier.read(text.text)
        head = max(self._heads, key=reading.scores.__getitem__)
        return _Seen(reading.scores[head], head, text, reading)


class _Text(NamedTuple):
    """A text to read: a view, or the conversation, in which the passage begins at `offset`."""

    name: str
    text: str
    view: View | None
    offset: int = 0


class _Seen(NamedTuple):
    score: float
    head: str
    text: _Text
    reading: TextReading


def detector(settings: Settings, tools: Tools) -> Classifier:
    """Return the detector; DeclarationError for a classifier without that head."""
    path = None if settings.path is None else tools.folder / settings.path
    classifier = tools.encoder(path)
    check_heads((settings.head,), classifier, path)
    return Classifier(classifier, (settings.head,))


def check_heads(heads: Sequence[str], classifier: TextClassifier, path: Path | None) -> None:
    """Raise DeclarationError for a head that the classifier in `path` does not have."""
    for head in heads:
        if head not in classifier.heads:
            raise DeclarationError(f"{path or 'the classifier'}: {no_head(head, classifier.heads)}")


def no_head(head: str, heads: Sequence[str]) -> str:
    """Return what is said of a head that is not there."""
    return f"no head is named '{head}'.{nearest(head, heads)} Allowed: {', '.join(heads)}"


def _texts(passage: Passage, views: Sequence[View]) -> Iterator[_Text]:
    if not views:
        yield _Text("plain", passage.text, None)
    for view in views:
        yield _Text(view.name, view.text, view)
    if passage.before:
        before = "\n\n".join((*passage.before, ""))
        yield _Text(CONVERSATION, before + passage.text, None, len(before))


def _spans(passage: Passage, seen: _Seen) -> tuple[Span, ...]:
    """Return the window's place in the raw text; none where it is all of it."""
    start, end = seen.reading.spans[seen.head]
    if seen.text.view is None:
        start, end = max(0, start - seen.text.offset), max(0, end - seen.text.offset)
    else:
        start, end = seen.text.view.raw_span(start, end)
    size = len(passage.text)
    whole = not passage.text[:start].strip() and not passage.text[end:].strip()
    return () if whole or start >= min(end, size) else (Span(start, min(end, size)),)
