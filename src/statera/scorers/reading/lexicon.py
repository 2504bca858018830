"""How the labels of a kind look in running text, and where a text names one.

A label is a single sign ("B", "3") or a word ("unsafe", "NOT_ATTEMPTED"). It is found between
boundaries only: "ANSWER" has no A, "CORRECT" no C, "TIE" no E. "A common mistake" has an article,
"not unsafe" and "(A) is wrong" name what the answer is not; none of these is a mark.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

NOUNS = r"(?:option|choice|answer|letter|assistant|response|model|candidate|number|grade|label)"

_FILLER = r"(?:(?!but|so|because|and|hence|then|thus|it|rather|just)[a-z']+\s+){0,2}"
_NOT_BEFORE = re.compile(
    r"(?:\b(?:not|never|neither|nor|cannot\sbe|rul(?:e|es|ed|ing)\sout|eliminat\w+|exclud\w+"
    r"|reject\w*|discard\w*|rather\sthan|instead\sof|unlike|than|over|except|versus|against|without"
    r"|wrong|incorrect|less|anything\sbut|hardly|barely|far\sfrom|no\slonger)|n't)\s+"
    + _FILLER
    + r"[\"'(\[]*$",
    re.I,
)
_NOT_AFTER = re.compile(
    r"[\"')\]]*\s*(?:(?:is|are|was|were|seems?|looks?|appears?|would\sbe|can\sbe|could\sbe|being)\s+"
    r"(?:\w+\s+){0,2}?(?:not|wrong|incorrect|false|worse|weaker|inferior|eliminated|ruled|out\b"
    r"|excluded|implausible|unlikely|impossible|misleading|bad|too|off|flawed|irrelevant)"
    r"|isn't|wasn't|cannot|can't|can\snot|doesn't|does\snot|do\snot|don't|fails?\b|contains?\san?\serror"
    r"|loses\b|misstates)",
    re.I,
)
_JUDGED_WRONG = re.compile(r"[)\].:\s–—-]{1,6}(?:\(?(?:incorrect|wrong|false)\b|✗|❌|✘)", re.I)
_ALSO_NOT = re.compile(r"[\s,)\]\"']*(?:or|and|nor)?[\s(\[\"']*(?:" + NOUNS + r"\s+)?", re.I)
_ASKED = re.compile(r"[\"')\]]*\s*\?(?=\s*\S)")
_ORNAMENT = re.compile(
    r"[\u2300-\u2715\u2719-\u274b\u274f-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
)
_NO_ARTICLE = re.compile(
    r"(?:because|since|as|is|was|wins?|has|does|gives|and|or|but|not|nor|seems|looks|would|due|given"
    r"|deserves|over|though|although|however)\b"
)


class Mark(NamedTuple):
    """A label named at `text[start:end]`; `word` is False for a single sign."""

    value: str
    start: int
    end: int
    word: bool


class Lexicon:
    """The labels of one kind: what they are written like, and the value that each stands for.

    `signs` are single characters, case-sensitive in running text; `words` in any case.
    `judges_options` is True when "B: incorrect" says that B is not the answer. `ignores(text,
    start, end)` tells words that look like a label and are none ("no" in "no doubt").
    """

    def __init__(
        self,
        signs: Mapping[str, str],
        words: Mapping[str, str],
        *,
        judges_options: bool = True,
        ignores: Callable[[str, int, int], bool] = lambda text, start, end: False,
    ) -> None:
        self.signs = dict(signs)
        self.words = {_folded(word): value for word, value in words.items()}
        self.judges_options = judges_options
        self.ignores = ignores
        self.token = _token(tuple(self.signs), tuple(words))
        self._bare = _bare_forms(self.signs, self.words)

    def bare(self, text: str) -> str | None:
        """Return the value when the text is a label and nothing else ("B", "(b).", "Unsafe")."""
        text = text.strip()
        return self._bare.get(text) or self._bare.get(_folded(_unwrapped(text)))

    def marks(self, text: str, start: int, end: int) -> Iterator[Mark]:
        """Yield every label named in `text[start:end]`; articles and negated labels are not."""
        negated_until = -1
        for found in self.token.finditer(text, start, end):
            mark = self._mark(found)
            if _ASKED.match(text, mark.end, end) or self._article(text, mark, end):
                continue
            if self.ignores(text, mark.start, mark.end):
                continue
            chained = negated_until >= 0 and _ALSO_NOT.fullmatch(text, negated_until, mark.start)
            if chained or self._negated(text, mark, start):
                negated_until = mark.end
                continue
            negated_until = -1
            yield mark

    def _mark(self, found: re.Match[str]) -> Mark:
        shown = found[0]
        if (value := self.signs.get(shown)) is not None:
            return Mark(value, found.start(), found.end(), word=False)
        return Mark(self.words[_folded(shown)], found.start(), found.end(), word=True)

    def _article(self, text: str, mark: Mark, end: int) -> bool:
        """True for "A common mistake" and "I think": a sign that is a word of the sentence."""
        if mark.word or text[mark.start : mark.end] not in ("A", "I"):
            return False
        after = re.compile(r"[ \t]+(?=\w)").match(text, mark.end, end)
        if after is None:
            return False
        before = re.search(NOUNS + r"\s+$", text[max(0, mark.start - 12) : mark.start], re.I)
        return before is None and not _NO_ARTICLE.match(text, after.end(), end)

    def _negated(self, text: str, mark: Mark, start: int) -> bool:
        before = text[max(start, mark.start - 60) : mark.start]
        if _NOT_BEFORE.search(before):
            return True
        if mark.word:
            return False
        wrong = self.judges_options and _JUDGED_WRONG.match(text, mark.end)
        return bool(wrong or _NOT_AFTER.match(text, mark.end))


@lru_cache(maxsize=256)
def letters(labels: tuple[str, ...]) -> Lexicon:
    """Return the lexicon in which every label stands for itself."""
    signs = {label: label for label in labels if len(label) == 1}
    return Lexicon(signs, {label: label for label in labels if len(label) != 1})


def _folded(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text).strip().casefold()


def _unwrapped(text: str) -> str:
    text = _ORNAMENT.sub("", text).strip()
    text = re.sub(r"^(?:[#>•–-]+\s+|\d{1,2}[.)]\s+(?=\S))", "", text)
    text = text.strip(" \t\n\"'“”‘’«»「」【】*$,;:!?。、")
    return re.sub(r"^[(\[{<]{0,2}(.*?)[)\]}>]{0,2}[.!?。]*[)\]}>]{0,2}$", r"\1", text, flags=re.S)


def _bare_forms(signs: Mapping[str, str], words: Mapping[str, str]) -> dict[str, str]:
    forms = {shown: value for word, value in words.items() for shown in (word, word.upper())}
    for sign, value in signs.items():
        for shown in (sign, f"{sign}.", f"({sign})", f"{sign})", f"({sign})."):
            forms[shown] = value
        forms.setdefault(sign.casefold(), value)
    return forms


def _token(signs: tuple[str, ...], words: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for all labels; words first and longest first, so that none hides another."""
    spelled = sorted(words, key=len, reverse=True)
    loose = "|".join(re.sub(r"(?:\\?[\s_-])+", r"[\\s_-]+", re.escape(word)) for word in spelled)
    single = "|".join(re.escape(sign) for sign in signs)
    parts = []
    if loose:
        parts.append(rf"(?<![\w-])(?i:{loose})(?![\w])(?!-\w)")
    if single:
        parts.append(
            rf"(?<![\w'’°@&+-])(?<!\w\.)(?:{single})(?![\w+#'’])(?!\.\w)(?!-\w)(?!\s*&\s*\w)"
        )
    return re.compile("|".join(parts) or r"(?!)")
