"""The padding probe: the same answer, made longer without a word of new content.

A judge that likes the longer answer for its length alone is found by it: what is added restates the
question, fills, sums up by repeating the answer's own sentences and closes politely.

>>> padded("Paris is the capital of France.", seed=0).count("Paris is the capital of France.")
1
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from statera.records.verdicts import Answer
from statera.seeds import unit

MOST = 1.0
"""At most so much is added, as a share of the answer's length in characters."""

LEAST = 0.68
"""Less than this share is added to very short answers only."""

Place = Literal["opening", "between", "summary", "closing"]
_PLACES: tuple[Place, ...] = ("opening", "between", "summary", "closing")

_OPENING = (
    "Thank you for asking.",
    "Let us take this one step at a time.",
    "Before going on, here is a word on how the text below is laid out.",
    "There are several ways to begin, and this is one of them.",
    "What follows is set out in the order in which it is usually read.",
    "It makes sense to go through this slowly and from the start.",
)
_BETWEEN = (
    "With that said, let us go on.",
    "That is one part, and the next part follows.",
    "This is worth reading a second time.",
    "The same can be said again in other words.",
    "Having said so much, we can move on to what comes after it.",
    "As with many things, there is a beginning, a middle and an end to this.",
    "None of this stands alone; each part goes with the part before it and the part after it.",
    "It may help to pause here for a moment before reading the rest.",
    "To put it differently, what stands above is what was meant.",
    "All of the above belongs together, as was said a moment ago.",
    "One could dwell on this for longer, and some people do.",
)
_CLOSING = (
    "I hope this helps.",
    "Please feel free to ask if there is anything else.",
    "That brings us to the end of what there was to say here.",
    "Thank you for reading this far, and have a pleasant day.",
    "As always, do not hesitate to come back with a further question at any time.",
)
_GENERIC: tuple[tuple[Place, Sequence[str]], ...] = (
    ("between", _BETWEEN),
    ("closing", _CLOSING),
    ("opening", _OPENING),
)

_SHORT = ("If I may say so:", "Very well then.", "In short:", "Well now:", "So:")
"""What fits where no sentence does any more, the longest first."""

_AGAIN = (
    "To say it once more: {}",
    "In other words: {}",
    "As was said before: {}",
    "Again, put briefly: {}",
    "To repeat what stands above: {}",
)
_RECAP = "To sum up, in the words used at the start: {}"
_ASKED = "What was asked was this: {}"

_COMMON = "the of and to a in is that for it on as with are be this was by or an at from not you"
_ENGLISH = frozenset(_COMMON.split())
_FEW_WORDS = 8
_ENGLISH_SHARE = 0.08

_FENCE = re.compile(r"[ \t]*(?:```|~~~)")
_CLOSED = re.compile(r".*(?:```|~~~)\s*$")
_PROSE = re.compile(r"[^\W_]|[\"'“‘(¿¡]")
_LIST = re.compile(r"\s*(?:[-*+•]|\(?(?:\d+|[A-Za-z])[.)])\s")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
_SENTENCE = re.compile(r"[^\W\d_][^\[\]{}<>`|*#=_\\^~$\n:]*[.!?。！？]")
_SENTENCE_SIZE = (12, 300)
_VERDICT_WORDS = re.compile(
    r"(?i)\b(?:answers?|verdicts?|winners?|grades?|scores?|ratings?|better|best|worse|tie|final|"
    r"choice|option|correct|yes|no)\b"
)
_FINAL = re.compile(
    r"(?i)^\W*(?:final|answer|verdict|result|conclusion|so|thus|therefore|hence|in conclusion)\b"
    r"|####|\\boxed|\banswer\s*(?:is|:)|^\W*\S{1,40}\W*$|\]\W*$|\}\W*$"
)


class _Filler(NamedTuple):
    place: Place
    text: str
    time: int = 0


class _Layout(NamedTuple):
    """An answer in blocks, each with the blank lines behind it.

    `final` is its last line where that is a final answer, or code that was never closed: nothing is
    added behind it.
    """

    blocks: tuple[str, ...]
    final: str


def padded(text: str, *, seed: int, prompt: str = "") -> str:
    """Return the answer, lengthened to about 1.7 to 2 times its characters.

    Everything in it stays, in order; code blocks stay whole, and a final answer stays last. The
    question is restated where `prompt` has a short one. An empty answer stays empty, one of a few
    words gets a word or two. The same seed always adds the same.
    """
    if not text.strip():
        return text
    layout = _laid_out(text)
    fillers = list(_chosen(text, layout, seed, prompt))
    return _joined(layout, fillers)


def padded_answers(answers: Iterable[Answer], *, seed: int = 0) -> list[Answer]:
    """Return the same answers with padded outputs."""
    return [
        msgspec.structs.replace(a, output=padded(a.output, seed=seed, prompt=a.prompt))
        for a in answers
    ]


def _laid_out(text: str) -> _Layout:
    blocks: list[str] = [""]
    code = False
    blank = False
    for line in text.splitlines(keepends=True):
        fence = (_CLOSED if code else _FENCE).match(line) is not None
        if (blank and line.strip() and not code) or (fence and not code and blocks[-1]):
            blocks.append("")
        blocks[-1] += line
        code = code != fence
        blank = not line.strip()
    final = blocks[-1] if code else _final(blocks[-1])
    blocks[-1] = blocks[-1][: len(blocks[-1]) - len(final)]
    return _Layout(tuple(block for block in blocks if block), final)


def _final(block: str) -> str:
    """Return the last line of a block where it is a final answer, with what is behind it."""
    kept = block.rstrip()
    line = kept.splitlines()[-1] if kept else ""
    if _FENCE.match(line) or not _FINAL.search(line):
        return ""
    return block[len(kept) - len(line) :]


def _chosen(text: str, layout: _Layout, seed: int, prompt: str) -> Iterator[_Filler]:
    """Yield what is added, until it is enough; what would be too much is left out."""
    size = len(text.strip())
    added = 0
    seen: set[_Filler] = set()
    for filler in _offered(text, layout, seed, prompt):
        if added >= LEAST * size:
            return
        cost = len(filler.text) + 2
        if filler not in seen and added + cost <= MOST * size:
            seen.add(filler)
            added += cost
            yield filler
    if not added:
        yield _Filler("opening", _SHORT[-1])


def _offered(text: str, layout: _Layout, seed: int, prompt: str) -> Iterator[_Filler]:
    """Yield what may be added, in the order in which it is tried: the best first."""
    sentences = [s for block in layout.blocks if _is_prose(block) for s in _sentences(block)]
    english = _is_english(text)
    if english:
        yield from _framed(sentences, seed, prompt)
    for number, sentence in enumerate(sentences[1:] if english else sentences):
        form = _AGAIN[int(unit(seed, "again", number) * len(_AGAIN))] if english else "{}"
        yield _Filler("summary", form.format(sentence))
    yield from _filling(len(text), seed)


def _framed(sentences: Sequence[str], seed: int, prompt: str) -> Iterator[_Filler]:
    """Yield one thing of each kind: the question, a sentence of each place, the summary."""
    if asked := next(_sentences(prompt), ""):
        yield _Filler("opening", _ASKED.format(asked))
    if sentences:
        yield _Filler("summary", _RECAP.format(sentences[0]))
    for place, texts in _GENERIC:
        yield _shuffled(place, texts, seed)[0]


def _filling(size: int, seed: int) -> Iterator[_Filler]:
    """Yield sentences that say nothing, as often as it takes, and at last the shortest ones."""
    every = [one for place, texts in _GENERIC for one in _shuffled(place, texts, seed)]
    times = 2 + size // sum(len(filler.text) for filler in every)
    yield from (filler._replace(time=time) for time in range(times) for filler in every)
    yield from (_Filler("opening", text) for text in _SHORT)


def _shuffled(place: Place, texts: Sequence[str], seed: int) -> list[_Filler]:
    """Return the sentences of one place in the seed's order."""
    return [_Filler(place, text) for text in sorted(texts, key=lambda one: unit(seed, one))]


def _sentences(block: str) -> Iterator[str]:
    """Yield the sentences that can be said again: plain words, and nothing like a verdict."""
    for one in _SENTENCE_END.split(block.strip()):
        plain = _SENTENCE.fullmatch(one) and not _VERDICT_WORDS.search(one)
        if plain and _SENTENCE_SIZE[0] <= len(one) <= _SENTENCE_SIZE[1]:
            yield one


def _is_prose(block: str) -> bool:
    return not _LIST.match(block) and _PROSE.match(block.lstrip()) is not None


def _is_english(text: str) -> bool:
    """Guess by the commonest words; of very few words, by the alphabet."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    if len(words) < _FEW_WORDS:
        return text.isascii()
    return sum(word in _ENGLISH for word in words) >= _ENGLISH_SHARE * len(words)


def _joined(layout: _Layout, fillers: Sequence[_Filler]) -> str:
    opening, between, summary, closing = (
        [filler.text for filler in fillers if filler.place == place] for place in _PLACES
    )
    if not layout.blocks:
        return "\n\n".join([" ".join([*opening, *between, *summary, *closing]), layout.final])
    blocks = list(layout.blocks)
    places = [n for n, block in enumerate(blocks[:-1]) if not block.rstrip().endswith(":")]
    for number, sentence in enumerate(between if places else ()):
        place = places[number % len(places)]
        blocks[place] = _after(blocks[place], sentence)
    last = [*(() if places else between), *summary, *closing]
    body = _before(" ".join(opening), "".join(blocks))
    if last:
        body = _after(body, " ".join(last), apart=True, least="\n\n" if layout.final else "")
    return body + layout.final


def _before(opening: str, text: str) -> str:
    if not opening:
        return text
    return opening + (" " if _is_prose(text) and not text[0].isspace() else "\n\n") + text


def _after(block: str, sentence: str, *, apart: bool = False, least: str = "") -> str:
    """Return the block with a sentence behind it, and behind that its blank lines."""
    kept = block.rstrip()
    last = kept.splitlines()[-1] if kept else ""
    gap = " " if _is_prose(last) and not _CLOSED.match(last) and not apart else "\n\n"
    return kept + gap + sentence + (block[len(kept) :] or least)
