"""The text that is read, cleaned, with the way back to the text that was given.

Models wrap answers in reasoning blocks, look-alike characters, zero-width characters, Markdown and
LaTeX. All of that is taken away here, once, and every character that is left remembers which
characters of the original it stands for, so that a span can be shown to a person.

>>> source = prepare("<think>A?</think>**Ｂ**")
>>> source.text, source.original(0, 1)
('B', (19, 20))
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

CUT_OFF = "cut off inside the reasoning"

_INVISIBLE = re.compile(r"[\u034f\u180b-\u180f\u20e3\ufe00-\ufe0f\U000e0000-\U000e0fff]")
_COMBINING = (
    r"[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u1160-\u11ff"
    r"\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f]"
)
_CLUSTER = re.compile(rf"[^\x00-\x7f]{_COMBINING}*|[\x00-\x7f]{_COMBINING}+")
_THINK = re.compile(
    r"(?P<open><(?:seed:)?(?:think(?:ing)?|thoughts?|reasoning|reflection|scratchpad|analysis)\b[^<>\n]*>"
    r"|\[THINK\]|◁think▷|<\|begin_of_thought\|>|<\|START_THINKING\|>"
    r"|<\|channel\|>(?:analysis|commentary)<\|message\|>|<unused94>)"
    r"|(?P<close></(?:seed:)?(?:think(?:ing)?|thoughts?|reasoning|reflection|scratchpad|analysis)\s*>"
    r"|\[/THINK\]|◁/think▷|<\|end_of_thought\|>|<\|END_THINKING\|>"
    r"|<\|channel\|>final<\|message\|>|<unused95>)",
    re.I,
)
_MARKUP = re.compile(
    r"~~[^~\n]{1,200}~~"  # struck out: taken back
    r"|</?(?:b|strong|i|em|u|p|div|span|code|pre|mark|center|h[1-6]|small|big|font)(?:\s[^<>\n]{0,99})?/?>"
    r"|<\|[A-Za-z_]{1,24}\|>"
    r"|`{1,4}(?:json|JSON|text|txt|latex|markdown|md|plaintext|output)?"
    r"|(?<![\s*\d])\*+|\*+(?![\s*\d])|(?<=\s)\*{2,}(?=\d)|(?<=\d)\*{2,}(?=\D|$)|^\*{2,}(?=\d)"
    r"|(?<![\w\\])_++(?=\S)|(?<=[^\s_\\])_++(?!\w)"
    r"|\\(?=[_*#$%&.\-])"
    r"|\\[()\[\],;!:]|\\(?:quad|qquad|displaystyle|left|right|large|Large)\b",
    re.M,
)
_LATEX_WRAP = re.compile(
    r"\\(?:text|textbf|textit|textrm|textsf|mathrm|mathbf|mathsf|mathit|mbox|operatorname)\s*"
    r"\{([^{}]{0,300})\}"
)
_BREAK = re.compile(r"<br\s*/?>|\r\n?|[\u2028\u2029\x0b\x0c\x85]", re.I)
_PLAIN = re.compile(r"[^<`*_\\~\r\x0b\x0c\[]*")


@dataclass(frozen=True)
class Source:
    """Cleaned text; `places[i]` is the half-open range of the original behind character i.

    `places` is None while the text is the original. `note` is set when nothing may be read.
    """

    text: str
    places: tuple[tuple[int, int], ...] | None = None
    note: str = ""

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of the original text behind `text[start:end]` (not empty)."""
        if self.places is None:
            return start, end
        return self.places[start][0], self.places[end - 1][1]

    def trimmed(self) -> tuple[int, int] | None:
        """Return the range of the original behind the text, without the space around it, if any."""
        kept = self.text.strip()
        start = self.text.find(kept)
        return self.original(start, start + len(kept)) if kept else None

    def replaced(self, pattern: re.Pattern[str], by: Callable[[re.Match[str]], str]) -> "Source":
        """Return the source with each match replaced; the new characters stand for all of it."""
        return self._edited((m.start(), m.end(), by(m)) for m in pattern.finditer(self.text))

    def without(self, pieces: Iterable[tuple[int, int]]) -> "Source":
        """Return the source without the given ranges (ascending, not overlapping)."""
        return self._edited((start, end, "") for start, end in pieces)

    def _edited(self, edits: Iterable[tuple[int, int, str]]) -> "Source":
        old = self.places or tuple((i, i + 1) for i in range(len(self.text)))
        text: list[str] = []
        places: list[tuple[int, int]] = []
        done = 0
        for start, end, new in edits:
            text += (self.text[done:start], new)
            places += old[done:start]
            places += [(old[start][0], old[end - 1][1])] * len(new)
            done = end
        if not done:
            return self
        return Source("".join((*text, self.text[done:])), (*places, *old[done:]), self.note)


def prepare(text: str) -> Source:
    """Return the text without reasoning, markup and invisible characters, look-alikes unified.

    A reply that ends inside its reasoning leaves nothing to read: the text is empty and `note` says
    so.
    """
    source = Source(text)
    if text.isascii() and _PLAIN.fullmatch(text):
        return source
    source = _without_reasoning(_unified(source))
    source = source.replaced(_BREAK, lambda _: "\n")
    for _ in range(3):
        source = source.replaced(_LATEX_WRAP, lambda m: m[1])
    return source.replaced(_MARKUP, lambda _: "")


def unified(text: str) -> Source:
    """Return the text with look-alikes unified and invisible characters gone, all else as it is."""
    return _unified(Source(text))


def _unified(source: Source) -> Source:
    """NFKC, character by character with its combining marks; invisible characters go."""
    if source.text.isascii():
        return source
    return source.replaced(_CLUSTER, lambda m: _plain_form(m[0]))


def _plain_form(cluster: str) -> str:
    if cluster.isascii():
        return cluster
    shape = unicodedata.decomposition(cluster[0]).partition(" ")[0]
    if shape in ("<super>", "<sub>"):  # 5² is not 52
        return cluster
    cluster = "".join(c for c in cluster if not _invisible(c))
    plain = unicodedata.normalize("NFKC", cluster)
    if shape == "<fraction>":  # 2½ is not 21/2
        return " " + plain.replace("\u2044", "/")
    return plain.replace("\u2044", "/").replace("\u2212", "-")


def _invisible(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or bool(_INVISIBLE.match(character))


def _without_reasoning(source: Source) -> Source:
    """Cut reasoning blocks; a lone closing mark ends a block that the prompt had opened."""
    pieces: list[tuple[int, int]] = []
    depth = start = 0
    for mark in _THINK.finditer(source.text):
        if mark.lastgroup == "open":
            start = start if depth else mark.start()
            depth += 1
        elif depth <= 1:
            pieces = [*pieces, (start, mark.end())] if depth else [(0, mark.end())]
            depth = 0
        else:
            depth -= 1
    if depth:
        return Source("", (), CUT_OFF)
    return source.without(pieces)


def prepare_code(text: str) -> Source:
    """Return the text without reasoning blocks and otherwise untouched: code is not prose."""
    return _without_reasoning(Source(text))
