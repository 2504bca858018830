"""What may be spoken of and what not, by example: phrases that a text comes close to.

```yaml
- name: subject
  use: topics
  with:
    deny: {medicine: [What dose of ibuprofen may I take?, Is this mole dangerous?]}
    allow: {shop: [Where is my order?, I want to send the shoes back]}
```

With `deny`, a text scores by the nearest of the topics; with `allow`, by how far it is from all of
them; with both, by the worse of the two. A text is compared as a whole: one sentence about a topic
in a long text about something else is not seen.
"""

from collections.abc import Mapping, Sequence
from math import exp
from typing import Annotated, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from statera.codec.canonical import digest
from statera.guard.tools import TextEncoder, Tools
from statera.protocols import View
from statera.records.guarding import Passage, Reading

ELSEWHERE = "elsewhere"
"""The category of a text that is about none of the allowed topics."""

ORDINARY = (
    "Good morning, how are you today?",
    "Could you summarise this article in three sentences?",
    "What is the capital of Portugal?",
    "Please translate the following sentence into Spanish.",
    "Write a short poem about the sea.",
    "How do I sort a list in Python?",
    "My train was late again this morning.",
    "What shall I cook for six guests tonight?",
    "The meeting has been moved to Thursday at ten.",
    "Explain how a bicycle stays upright.",
    "Which films were released this year?",
    "I am looking for a present for my sister.",
    "The invoice was paid last week.",
    "How many grams are in an ounce?",
    "Our garden needs more rain.",
    "Who won the match on Saturday?",
    "Please correct the grammar in this paragraph.",
    "What does this error message mean?",
    "Tell me a joke about cats.",
    "The hotel had a lovely view of the lake.",
    "Is it cheaper to fly or to drive?",
    "List five names for a bakery.",
    "What happened in the year 1848?",
    "He plays the violin in a small orchestra.",
)
"""Texts about all and nothing: how near they come to a topic is how near chance comes."""

_MIDDLE, _WIDTH = 3.0, 0.75
"""Standard deviations above chance at which a score is .5, and in which it rises to .73."""

_TINY = 1e-6

Phrases = Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Phrases by topic; `path`: a folder that `statera guard train` wrote, instead of what ships.

    A dozen phrases, as different as what users write, serve better than three: with three for each
    of eight topics, 19 of 32 questions scored above .5, and 4 of 196 about something else. What a
    threshold is worth on your texts, `statera guard eval` tells.
    """

    deny: dict[str, Phrases] = {}
    allow: dict[str, Phrases] = {}
    path: str | None = None

    def __post_init__(self) -> None:
        if not self.deny and not self.allow:
            raise ValueError("give topics that are denied (`deny`), or those allowed (`allow`)")


class Chance:
    """What texts about all and nothing look like to an encoder: the middle that is taken away.

    Embeddings lie in a narrow cone; what tells topics apart is how they lie to its middle.
    """

    def __init__(self, encoder: TextEncoder) -> None:
        found = np.stack([encoder.embed(one) for one in ORDINARY])
        self._middle = found.mean(axis=0)
        self.ordinary = self.directions(found)

    def directions(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return where embeddings (n, 384) lie, seen from the middle, of length 1."""
        found = embeddings - self._middle
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        return np.asarray(found / np.maximum(lengths, _TINY), dtype=np.float32)


class Topic:
    """A topic's phrases as one direction, and how near ordinary texts come to it.

    The score of a text is logistic in (c - m) / s: c is its mean cosine with the phrases, seen from
    the middle of ordinary texts, m and s mean and standard deviation of the same for these. It so
    means the same for every topic and every encoder: .5 at three standard deviations, .79 at four.
    """

    def __init__(self, phrases: Sequence[str], encoder: TextEncoder, chance: Chance) -> None:
        self._chance = chance
        found = chance.directions(np.stack([encoder.embed(one) for one in phrases]))
        self._direction = found.mean(axis=0)
        near = chance.ordinary @ self._direction
        self._mean, self._deviation = float(near.mean()), max(float(near.std()), _TINY)

    def score(self, embedding: NDArray[np.float32]) -> float:
        """Return how surely a text with this embedding (384,) is about the topic."""
        near = float(self._chance.directions(embedding[None])[0] @ self._direction)
        above = (near - self._mean) / self._deviation
        return 1 / (1 + exp(min(60.0, (_MIDDLE - above) / _WIDTH)))


class Topics:
    """Scores a text by the topics that it is about."""

    cost: Literal["thread"] = "thread"

    def __init__(self, settings: Settings, encoder: TextEncoder) -> None:
        self.digest = digest(["topics", encoder.digest, settings.deny, settings.allow])
        self._encoder = encoder
        chance = Chance(encoder)
        self._deny, self._allow = (
            {name: Topic(phrases, encoder, chance) for name, phrases in stated.items()}
            for stated in (settings.deny, settings.allow)
        )

    def find(self, passage: Passage, views: Sequence[View]) -> Reading:
        """Return the worst of the views; a text without letters is about nothing."""
        texts = {"plain": passage.text} | {view.name: view.text for view in views}
        read = [self._reading(*one) for one in texts.items() if any(map(str.isalpha, one[1]))]
        return max(read, key=lambda one: one.score, default=Reading(0.0))

    def _reading(self, name: str, text: str) -> Reading:
        embedding = self._encoder.embed(text)
        denied = _scores(self._deny, embedding)
        if self._allow:
            denied[ELSEWHERE] = 1 - max(_scores(self._allow, embedding).values())
        topic = max(denied, key=denied.__getitem__)
        return Reading(denied[topic], topic, view=name)


def detector(settings: Settings, tools: Tools) -> Topics:
    """Return the detector, its phrases read."""
    path = None if settings.path is None else tools.folder / settings.path
    return Topics(settings, tools.encoder(path))


def _scores(topics: Mapping[str, Topic], embedding: NDArray[np.float32]) -> dict[str, float]:
    return {name: topic.score(embedding) for name, topic in topics.items()}
