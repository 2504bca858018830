"""Multiple choice: which letter, or which option's full text, a reply gives as its answer.

>>> read("**Answer: B) Paris**").value, read("A common mistake is to add them.").value
('B', None)
>>> read("It is Paris.", options=("London", "Paris")).value
'B'
"""

from collections.abc import Sequence
from functools import lru_cache

from statera.records.scores import Reading
from statera.scorers.reading.lexicon import letters
from statera.scorers.reading.source import prepare
from statera.scorers.reading.verdict import Habits, declared_letter, named_letter, read_label

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PLAIN = Habits(declares=declared_letter, mentions=named_letter)
_SHORT = 8


def read(text: str, labels: Sequence[str] = "ABCD", options: Sequence[str] = ()) -> Reading:
    """Return the label that the reply chooses; `options` are the choices' texts, in label order."""
    bare = _bare(tuple(labels)).get(text) if len(text) < _SHORT else None
    return bare or read_in_full(text, labels, options)


def read_in_full(text: str, labels: Sequence[str], options: Sequence[str] = ()) -> Reading:
    """Return what `read` returns, without its short way for replies of one letter."""
    lexicon = letters(tuple(labels))
    if not options:
        return read_label(prepare(text), lexicon, _PLAIN)
    texts = tuple((prepare(o).text, label) for o, label in zip(options, labels, strict=False))
    habits = Habits(declares=declared_letter, mentions=named_letter, options=texts)
    return read_label(prepare(text), lexicon, habits)


@lru_cache(maxsize=256)
def _bare(labels: tuple[str, ...]) -> dict[str, Reading]:
    """The replies that need no second look ("B", " B", "B.", "(B)"), each read in full once."""
    shapes = ("{}", " {}", "{}.", "({})", "{})", "{}\n", "({}).", " {}.")
    shown = [shape.format(label) for label in labels if label.isascii() for shape in shapes]
    read_once = {text: read_in_full(text, labels) for text in shown}
    return {text: reading for text, reading in read_once.items() if reading.value is not None}
