"""The reply contains all, any, or none of some texts."""

from statera.records.responses import Response
from statera.records.samples import Sample
from statera.scorers.reading.source import prepare_code
from statera.scorers.rules import BadScorer, Check, ReplyRule


class Contains(ReplyRule, frozen=True, kw_only=True, tag="contains"):
    """Every text of `all`, at least one of `any`, and no text of `none` occurs in the reply.

    Without any of them, one of the sample's references must occur. Reasoning is not searched.
    """

    version = "1"
    default_metric = "contains"

    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    ignore_case: bool = True

    def __post_init__(self) -> None:
        if "" in (*self.all, *self.any, *self.none):
            raise BadScorer("scorer 'contains': an empty text is in every reply")

    def check(self, reply: str, sample: Sample, response: Response) -> Check:
        """Return whether the reply holds what it must and nothing that it must not."""
        text = self._plain(prepare_code(reply).text)
        open_to = self.any or (() if self.all or self.none else sample.accepted)
        missing = [part for part in self.all if self._plain(part) not in text]
        present = [part for part in self.none if self._plain(part) in text]
        lacking = bool(open_to) and not [part for part in open_to if self._plain(part) in text]
        unasked = not (self.all or self.none or open_to)
        why = _why(missing, present, open_to if lacking else ())
        return Check(not why and not unasked, float(not why and not unasked), why)

    def _plain(self, text: str) -> str:
        return text.casefold() if self.ignore_case else text


def _why(missing: list[str], present: list[str], lacking: tuple[str, ...]) -> str:
    parts = (
        ("lacks", missing),
        ("has", present),
        ("has none of", lacking),
    )
    return "; ".join(f"{word} {', '.join(map(repr, found))}" for word, found in parts if found)
