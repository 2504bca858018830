"""What may be done to a question: seven changes that keep its meaning, two that do not.

Every change of a kind is checked for the item before anything is asked: the text must become
another one, and keep its numbers, what is in quotation marks, and every option that it names. Where
it does not, the item is not asked so.

| keeps the meaning | |
|---|---|
| `typos` | slips in a tenth of the words |
| `paraphrase` | a polite frame, contractions, other function words |
| `number_format` | two -> 2, 12,000 -> 12000 |
| `distractor` | a true sentence in front that has nothing to do with it |
| `option_order` | the options moved round, so that the right one stands elsewhere |
| `casing` | all in small letters; not where a capital means something |
| `trailing_noise` | marks behind it |

| changes the meaning | the answer must become another one |
|---|---|
| `negation` | "Which of these is ..." -> "... is not ...", else a wrong option is asked for |
| `changed_number` | another number in a word problem |
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction

import msgspec

from statera.records.samples import Sample
from statera.scorers.perturbation import ORDER
from statera.scorers.reading.figures import figures
from statera.seeds import unit
from statera.tasks.forms.distractors import distracted, noisy
from statera.tasks.forms.typos import mistyped
from statera.tasks.forms.wording import WORTH, quotes, refigured, reworded

OPTION_ORDER = "option_order"
Change = Callable[[Sample], str]

_WORDS = re.compile(r"[a-z]+")
_DIGITS = re.compile(r"[\d.,:/-]*\d")
_MEANT = re.compile(r"\w[A-Z]|\b(?![AI]\b)[A-Z]\b|[A-Z]\d")
_NEGATED = re.compile(r"\b(?:not|never|no|none|except|without|least)\b|n['’]t\b", re.I)
_WHICH = re.compile(
    r"\A(?:Which|Who)\s(?:(?!(?:do|does|did|while|when|if|that|who|which|because)\b)\w+\s+){0,5}?"
    r"(?:is|are|was|were|can|has|have|will|would|could)\b(?=\s)"
)
_COUNT = re.compile(r"(?<![\w.,:/$€£-])(?:[2-9]|[1-9]\d{1,2})(?![\w:/%-])(?![.,]\d)")
ASKED_AROUND = "Which option would be a wrong answer to this question?"
_TOGETHER = re.compile(
    r"\b(?:all|none|both|neither|either|any|each)\s+of\b|\babove\b|\bbelow\b|\bnone\b"
    r"|\b[A-E]\s+(?:and|or)\s+[A-E]\b",
    re.I,
)


def _typos(sample: Sample) -> str:
    named = (sample.reference or "", *sample.choices)
    spared = {word for text in named for word in _WORDS.findall(text.lower())}
    return mistyped(sample.input, spared, sample.id)


def _paraphrase(sample: Sample) -> str:
    return reworded(sample.input, unit("paraphrase", sample.id))


def _number_format(sample: Sample) -> str:
    return refigured(sample.input)


def _casing(sample: Sample) -> str:
    return sample.input if _MEANT.search(sample.input) else sample.input.lower()


def _negation(sample: Sample) -> str:
    text, found = sample.input, _WHICH.match(sample.input)
    if not sample.choices:
        return text
    if found is None or _NEGATED.search(text) or text.count("?") != 1:
        return f"{ASKED_AROUND} {text}"
    return f"{text[: found.end()]} not{text[found.end() :]}"


def _changed_number(sample: Sample) -> str:
    found = None if sample.choices else _COUNT.search(sample.input)
    if found is None:
        return sample.input
    return f"{sample.input[: found.start()]}{int(found[0]) + 3}{sample.input[found.end() :]}"


KEEPING: Mapping[str, Change] = {
    "typos": _typos,
    "paraphrase": _paraphrase,
    "number_format": _number_format,
    "distractor": distracted,
    "casing": _casing,
    "trailing_noise": noisy,
}
"""The changes of a question's text that keep its meaning."""

CHANGING: Mapping[str, Change] = {"negation": _negation, "changed_number": _changed_number}
"""The changes after which the right answer is another one."""

MEANING_KEPT = (*KEEPING, OPTION_ORDER)
NAMES = (*MEANING_KEPT, *CHANGING)


def perturbed(sample: Sample, name: str) -> Sample | None:
    """Return the sample changed so, or None where the change does nothing or would cost meaning."""
    if name == OPTION_ORDER:
        return turned(sample) if may_turn(sample) else None
    text = (KEEPING.get(name) or CHANGING[name])(sample)
    if text == sample.input or (name in KEEPING and not keeps(sample, text)):
        return None
    return msgspec.structs.replace(sample, input=text)


def keeps(sample: Sample, text: str) -> bool:
    """Return whether the text has the numbers, quotations and options of the question."""
    if quotes(text) != quotes(sample.input) or not _same_numbers(sample.input, text):
        return False
    before, after = sample.input.casefold(), text.casefold()
    named = (sample.reference or "", *sample.references, *sample.choices)
    return all(
        one in after for one in map(str.casefold, named) if one and one in before and not _bare(one)
    )


def worths(text: str) -> Counter[Fraction]:
    """Return how often each number stands in the text, in figures or as a word."""
    words = (WORTH[word] for word in _WORDS.findall(text.lower()) if word in WORTH)
    return Counter(one.value for one in figures(text)) + Counter(map(Fraction, words))


def _same_numbers(before: str, after: str) -> bool:
    """Return whether the numbers are the same, as they are written or by their worth."""
    if _DIGITS.findall(before) == _DIGITS.findall(after):
        written = (_WORDS.findall(text.lower()) for text in (before, after))
        first, then = ([word for word in words if word in WORTH] for words in written)
        if first == then:
            return True
    return worths(before) == worths(after)


def may_turn(sample: Sample) -> bool:
    """Return whether the options may stand in another order: none speaks of others."""
    plain = sample.answer is not None and len(set(sample.choices)) == len(sample.choices) > 1
    return plain and not any(map(_TOGETHER.search, sample.choices))


def order(sample: Sample) -> tuple[int, ...]:
    """Return which option stands at each place: moved round, so that none keeps its own."""
    count = len(sample.choices)
    by = 1 + int(unit("option order", sample.id) * (count - 1))
    return tuple((place + by) % count for place in range(count))


def turned(sample: Sample) -> Sample:
    """Return the sample with its options moved round, and the answer with them."""
    moved = tuple(sample.fields.get(ORDER) or order(sample))
    return msgspec.structs.replace(
        sample,
        choices=tuple(sample.choices[place] for place in moved),
        answer=moved.index(sample.answer or 0),
    )


def _bare(text: str) -> bool:
    """Return whether a number alone: numbers are compared as such."""
    return not any(sign.isalpha() for sign in text)
