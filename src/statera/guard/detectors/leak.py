"""The system prompt in a reply: marks that were put into it, and passages copied from it.

```yaml
- {name: leak, use: leak, sides: [output, tool_call], with: {canaries: [CANARY-7f3a]}}
```

A canary is a text that stands nowhere but in the system prompt. Copies are found by runs of words,
in the reply and in what it hides (base64, reversed, spaced out); a prompt told in other words or in
another language is not.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Annotated, Literal, NamedTuple

import msgspec

from statera.codec.canonical import digest
from statera.guard.sightings import sighted
from statera.guard.tools import Tools
from statera.protocols import View
from statera.records.guarding import Passage, Reading, Span

LABEL, MARK = "SYSTEM_PROMPT", "CANARY"

_RUN = 6
"""Words that two texts share by copying, and seldom by chance."""

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")
_Run = tuple[str, ...]
_NOTHING = Reading(0.0)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must not appear, and how many copied words are a leak for sure: a score of 1.

    Half as many score 0.5. A system prompt of fewer words leaks when all of it is there.
    """

    canaries: tuple[Annotated[str, msgspec.Meta(min_length=6)], ...] = ()
    words: Annotated[int, msgspec.Meta(ge=_RUN)] = 40


class Copied(NamedTuple):
    """How many words of a text are copied, and where the copies stand."""

    words: int
    spans: tuple[Span, ...]


class Leak:
    """Scores 1 for a canary, else by the words that are copied from what is guarded."""

    cost: Literal["inline"] = "inline"

    def __init__(self, settings: Settings) -> None:
        self.digest = digest(["leak", msgspec.to_builtins(settings)])
        self._words = settings.words
        marks = "|".join(map(re.escape, settings.canaries))
        self._canaries = re.compile(marks, re.IGNORECASE) if marks else None

    def find(self, passage: Passage, views: Sequence[View]) -> Reading:
        """Return the worst of the raw text and its views; what the user said first is no leak."""
        marked = sighted(passage, views, self._marks)
        if marked.score or not passage.guarded:
            return marked
        guarded = runs("\n".join(passage.guarded)) - runs("\n".join(passage.before))
        enough = min(self._words, max(_RUN, len(_WORD.findall("\n".join(passage.guarded)))))
        worst = _copies(passage.text, guarded, enough, None)
        for view in views:
            if view.text != passage.text:
                worst = max(worst, _copies(view.text, guarded, enough, view), key=_score)
        return worst

    def _marks(self, text: str) -> Iterator[Span]:
        if self._canaries is not None:
            for found in self._canaries.finditer(text):
                yield Span(found.start(), found.end(), MARK)


def detector(settings: Settings, tools: Tools) -> Leak:
    """Return the detector."""
    return Leak(settings)


@lru_cache(maxsize=256)
def runs(text: str) -> frozenset[_Run]:
    """Return the runs of six words in a text; signs of Chinese, Japanese and Korean are words."""
    words = [found.casefold() for found in _WORD.findall(text)]
    return frozenset(tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))


def copied(text: str, guarded: frozenset[_Run]) -> Copied:
    """Return what stands in a text of the guarded runs."""
    words = list(_WORD.finditer(text))
    plain = [found[0].casefold() for found in words]
    spans: list[Span] = []
    count, done = 0, 0
    for at in range(len(words) - _RUN + 1):
        if tuple(plain[at : at + _RUN]) not in guarded:
            continue
        end = words[at + _RUN - 1].end()
        if spans and at <= done:
            spans[-1] = Span(spans[-1].start, end, LABEL)
        else:
            spans.append(Span(words[at].start(), end, LABEL))
        count += at + _RUN - max(at, done)
        done = at + _RUN
    return Copied(count, tuple(spans))


def _copies(text: str, guarded: frozenset[_Run], enough: int, view: View | None) -> Reading:
    found = copied(text, guarded)
    if not found.words:
        return _NOTHING
    spans = found.spans
    if view is not None:
        spans = tuple(Span(*view.raw_span(start, end), LABEL) for start, end, _ in spans)
    name = "plain" if view is None else view.name
    return Reading(min(1.0, found.words / enough), LABEL, spans, name)


def _score(reading: Reading) -> float:
    return reading.score
