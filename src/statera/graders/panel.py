"""Several verdicts on the same thing as one: the repeats of a judge, or the members of a panel.

| how | the verdict |
|---|---|
| `mean` | the mean of the values |
| `majority` | the value that most of them gave; among several such, their mean |
| `weighted` | the mean of the values, each with the weight of its judge |

A majority that is split evenly is flagged `split`. A panel says nothing unless more than half of it
(by weight) gave a verdict. Of a pair it names a side, the one to which the value leans; a split or
the very middle is a tie.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from statera.records.verdicts import Verdict

Combine = Literal["mean", "majority", "weighted"]

SPLIT = "split"
FLIP = "flip"
MIDDLE = 0.5
QUORUM = 0.5
SAME = 1e-9


def decided(
    verdicts: Sequence[Verdict],
    how: Combine,
    *,
    weights: Sequence[float] | None = None,
    pairs: bool = False,
) -> Verdict:
    """Return the verdict of a panel, of which `verdicts` are the members', one of each.

    None unless more than half of the members, by weight, gave one. A tie of `pairs` is flagged
    `flip` where most of those with a verdict contradicted themselves. ValueError as `together`.
    """
    found = together(verdicts, how, weights=weights)
    shares = [1.0] * len(verdicts) if weights is None else list(weights)
    known = [(v, w) for v, w in zip(verdicts, shares, strict=True) if v.value is not None]
    if found.value is None or not sum(w for _, w in known) > QUORUM * sum(shares):
        return _no_quorum(verdicts)
    if not pairs:
        return found
    side = MIDDLE if SPLIT in found.flags else _side(found.value)
    flips = sum(w for v, w in known if FLIP in v.flags)
    flipped = side == MIDDLE and 2 * flips > sum(w for _, w in known)
    flags = (*(f for f in found.flags if f != FLIP), *((FLIP,) if flipped else ()))
    return Verdict(
        value=side, label=found.label, outcome="right" if side > MIDDLE else "wrong", flags=flags
    )


def vote(repeats: Sequence[Verdict], how: Combine, *, pairs: bool = False) -> Verdict:
    """Return what a member says in a panel so combined, given what it said in each repeat.

    In a majority that is what it said most often, of a pair a side, so that members who lean to the
    same side agree however often they wavered; else its mean. `flip` if most repeats were.
    """
    if len(repeats) < 2:
        return together(repeats)
    found = together(repeats, "majority" if how == "majority" else "mean")
    if found.value is None:
        return found
    known = [v for v in repeats if v.value is not None]
    flipped = 2 * sum(FLIP in v.flags for v in known) > len(known)
    flags = tuple(f for f in found.flags if f != SPLIT and (f != FLIP or flipped))
    if not pairs:
        return replace(found, flags=flags)
    value = found.value
    if how == "majority":
        value = MIDDLE if SPLIT in found.flags else _side(value)
    return replace(found, value=value, outcome="right" if value > MIDDLE else "wrong", flags=flags)


def _no_quorum(verdicts: Sequence[Verdict]) -> Verdict:
    """Return no verdict, with how many there were and why the others are not."""
    without = [v for v in verdicts if v.value is None]
    told = [f"{len(verdicts) - len(without)} of {len(verdicts)} members gave a verdict"]
    whys = dict.fromkeys(v.why for v in without if v.why)
    outcome = without[0].outcome if without else "unparsed"
    return Verdict(value=None, label=None, outcome=outcome, why="; ".join((*told, *whys)))


def _side(value: float) -> float:
    """Return 1, 0.5 or 0: where the value lies from the middle."""
    if abs(value - MIDDLE) < SAME:
        return MIDDLE
    return 1.0 if value > MIDDLE else 0.0


def together(
    verdicts: Sequence[Verdict], how: Combine = "mean", *, weights: Sequence[float] | None = None
) -> Verdict:
    """Return one verdict; those without a value are left out, and without any there is none.

    `weights` goes with `weighted` and is at least 0, not all 0. ValueError otherwise.
    """
    shares = [1.0] * len(verdicts) if weights is None else list(weights)
    if len(shares) != len(verdicts) or any(not share >= 0 for share in shares):
        raise ValueError(f"{len(shares)} weights of at least 0 for {len(verdicts)} verdicts")
    known = [(v, w) for v, w in zip(verdicts, shares, strict=True) if v.value is not None]
    if len(verdicts) == 1:
        return verdicts[0]
    if not known or not sum(weight for _, weight in known) > 0:
        why = "; ".join(dict.fromkeys(v.why for v in verdicts if v.why)) or "no verdict"
        outcome = verdicts[0].outcome if verdicts else "unparsed"
        return Verdict(value=None, label=None, outcome=outcome, why=why)
    kept = _most(known) if how == "majority" else known
    value = sum(_value(v) * w for v, w in kept) / sum(w for _, w in kept)
    flags = dict.fromkeys(flag for v, _ in known for flag in v.flags)
    if len({v.value for v, _ in kept}) > 1 and how == "majority":
        flags[SPLIT] = None
    label = "|".join("-" if v.label is None else v.label for v in verdicts)
    good = sum(w for v, w in kept if v.outcome == "right") * 2 > sum(w for _, w in kept)
    return Verdict(
        value=value, label=label, outcome="right" if good else "wrong", flags=tuple(flags)
    )


def _most(known: Sequence[tuple[Verdict, float]]) -> list[tuple[Verdict, float]]:
    """Return the verdicts of the commonest value, or of all the values that are equally common."""
    counts = Counter(v.value for v, _ in known)
    top = max(counts.values())
    return [(v, w) for v, w in known if counts[v.value] == top]


def _value(verdict: Verdict) -> float:
    return 0.0 if verdict.value is None else verdict.value
