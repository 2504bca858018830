"""How much a reply has in common with a reference: token F1, ROUGE-L, chrF. All in [0, 1].

The best of all references counts. A graded reply is right when its value reaches `least`.
"""

import re
import string
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import ClassVar

from statera.records.responses import Response
from statera.records.samples import Sample
from statera.scorers.reading.source import prepare_code
from statera.scorers.rules import BadScorer, Check, ReplyRule, package

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


class Overlap(ReplyRule, frozen=True, kw_only=True):
    """A likeness of reply and reference; right when it reaches `least`."""

    graded: ClassVar[bool] = True

    least: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.least <= 1:
            raise BadScorer(f"scorer '{self.default_metric}': least is in (0, 1]")
        self.likeness("", "")

    def likeness(self, reply: str, reference: str) -> float:
        """Return how much the two have in common, in [0, 1]."""
        raise NotImplementedError

    def check(self, reply: str, sample: Sample, response: Response) -> Check:
        """Return the likeness with the closest reference."""
        text = prepare_code(reply).text.strip()
        value = max((self.likeness(text, wanted) for wanted in sample.accepted), default=0.0)
        return Check(value >= self.least, value)


class TokenF1(Overlap, frozen=True, kw_only=True, tag="token_f1"):
    """F1 of the words in common, as SQuAD defines it (Rajpurkar et al. 2016, section 6.1).

    Case, English articles, punctuation and repeated space do not count.
    """

    version = "1"
    default_metric = "token_f1"

    def likeness(self, reply: str, reference: str) -> float:
        """Return 2PR / (P + R) over words with their counts; two empty texts are alike."""
        said, wanted = words(reply), words(reference)
        if not said or not wanted:
            return float(said == wanted)
        common = (Counter(said) & Counter(wanted)).total()
        return 2 * common / (len(said) + len(wanted))


class RougeL(Overlap, frozen=True, kw_only=True, tag="rouge_l"):
    """F-measure of the longest common subsequence of words (Lin 2004), by `rouge-score`."""

    version = "1"
    default_metric = "rouge_l"

    stem: bool = False

    def likeness(self, reply: str, reference: str) -> float:
        """Return ROUGE-L's F-measure."""
        return _rouge(self.stem)(reply, reference)


class Chrf(Overlap, frozen=True, kw_only=True, tag="chrf"):
    """Character n-gram F-score with beta 2 (Popović 2015), by `sacrebleu`, divided by 100.

    `word_order` 2 gives chrF++.
    """

    version = "1"
    default_metric = "chrf"

    word_order: int = 0

    def likeness(self, reply: str, reference: str) -> float:
        """Return chrF in [0, 1]."""
        return _chrf(self.word_order)(reply, reference)


def words(text: str) -> list[str]:
    """Return the words that SQuAD's F1 counts."""
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


@cache
def _rouge(stem: bool) -> Callable[[str, str], float]:
    module = package("rouge_score.rouge_scorer", scorer="rouge_l", extra="text")
    scorer = module.RougeScorer(["rougeL"], use_stemmer=stem)

    def likeness(reply: str, reference: str) -> float:
        return float(scorer.score(reference, reply)["rougeL"].fmeasure)

    return likeness


@cache
def _chrf(word_order: int) -> Callable[[str, str], float]:
    module = package("sacrebleu.metrics.chrf", scorer="chrf", extra="text")
    scorer = module.CHRF(word_order=word_order)

    def likeness(reply: str, reference: str) -> float:
        return min(float(scorer.sentence_score(reply, [reference]).score) / 100, 1.0)

    return likeness
