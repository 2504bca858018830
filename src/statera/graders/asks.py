"""One judgement to be asked: which replies are shown, in which order, under which criterion.

Its id is a digest of what the judge gets to see, so that the same judgement is one judgement,
whoever asks for it: it is asked once a repeat and found again in the judge's own run.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Literal, NamedTuple

import msgspec

from statera.codec.canonical import digest
from statera.records.verdicts import Answer, Verdict

Order = Literal["ab", "ba"]
ORDERS: tuple[Order, Order] = ("ab", "ba")


class Ask(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One reply, or two: the candidate's first. `order` says which of two is shown first."""

    criterion: str
    answers: tuple[Answer, ...]
    order: Order = "ab"

    @property
    def shown(self) -> tuple[str, ...]:
        """The texts in the order in which the judge sees them."""
        texts = tuple(answer.output for answer in self.answers)
        return texts if self.order == "ab" else texts[::-1]

    @cached_property
    def id(self) -> str:
        """What names the judgement: a digest of all that is shown."""
        first = self.answers[0]
        return digest([self.criterion, first.prompt, first.reference, self.shown])


Verdicts = Mapping[tuple[str, str], Mapping[int, Verdict]]
"""By criterion and id of the judgement, the verdict of each repeat."""


class PairAsk(NamedTuple):
    """The two judgements of a pair: the candidate's reply shown first, and shown second."""

    forward: Ask
    backward: Ask

    @property
    def criterion(self) -> str:
        """The criterion under which both are judged."""
        return self.forward.criterion

    @property
    def candidate(self) -> Answer:
        """The candidate's reply."""
        return self.forward.answers[0]

    @property
    def other(self) -> Answer:
        """The reply that it is compared with."""
        return self.forward.answers[1]

    @property
    def same(self) -> bool:
        """Whether both replies are the same text: a tie, and nothing to ask about."""
        return self.candidate.output.strip() == self.other.output.strip()


def both_orders(criterion: str, candidate: Answer, other: Answer) -> PairAsk:
    """Return the two judgements of a pair."""
    first, second = (
        Ask(criterion=criterion, answers=(candidate, other), order=order) for order in ORDERS
    )
    return PairAsk(first, second)


def to_ask(pairs: Iterable[PairAsk]) -> list[Ask]:
    """Return the judgements of all pairs but those of the same text."""
    return [ask for pair in pairs if not pair.same for ask in pair]


def paired(candidate: Iterable[Answer], other: Iterable[Answer]) -> Iterator[tuple[Answer, Answer]]:
    """Yield the replies of both to the same sample in the same repeat, in the first's order."""
    there = {answer.place: answer for answer in other}
    for answer in candidate:
        if answer.place in there:
            yield answer, there[answer.place]


def for_candidate(verdict: Verdict, order: Order) -> float | None:
    """Return the worth of a pair's verdict for the candidate: 1, 0.5, 0, or None without one.

    The judge's value is that of the reply shown first.
    """
    if verdict.value is None:
        return None
    return verdict.value if order == "ab" else 1.0 - verdict.value


def of_pair(forward: Verdict, backward: Verdict) -> Verdict:
    """Return the verdict of a pair from those of both orders, each as the judge gave it.

    Both must name the same reply; orders that disagree are a tie and flagged `flip`. Without a
    verdict in one of the orders there is none for the pair.
    """
    for order, verdict in zip(ORDERS, (forward, backward), strict=True):
        if verdict.value is None:
            why = f"order {order}: {verdict.why}"
            return Verdict(value=None, label=None, outcome=verdict.outcome, why=why)
    first, second = for_candidate(forward, "ab"), for_candidate(backward, "ba")
    if first is None or first != second:
        return Verdict(value=0.5, label="flip", outcome="wrong", flags=("flip",))
    label = {1.0: "win", 0.0: "loss"}.get(first, "tie")
    return Verdict(value=first, label=label, outcome="right" if first > 0.5 else "wrong")
