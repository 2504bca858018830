"""What people are shown to label: which replies, drawn how, and what is asked of them.

    things = single_things(answers_of(store, info), criterion, Draw(items=100))
    desk = Desk(things, single_sheet(criterion, info), sink)

A random part is drawn with a known probability, item by item within each task, so that the labels
say something of all items. The same seed draws the same items, and a larger part holds a smaller.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from statera.api.answers import check_same_questions
from statera.errors import DeclarationError
from statera.graders.asks import paired
from statera.graders.criterion import Criterion
from statera.interop.labels import Label
from statera.records.specs import RunInfo
from statera.records.verdicts import Answer
from statera.seeds import unit
from statera.web.desk import PAIR_CHOICES, Choice, Sheet, Thing

Item = tuple[str, str]

_DIGITS = 10


@dataclass(frozen=True, kw_only=True)
class Draw:
    """How much of each task is labelled: so many items, or a share of them; else all."""

    items: int | None = None
    share: float | None = None
    seed: int = 0

    def size(self, total: int) -> int | None:
        """Return how many of so many items are drawn, None for all of them undrawn."""
        if self.items is not None:
            return min(self.items, total)
        return None if self.share is None else max(1, round(self.share * total))


def single_things(answers: Sequence[Answer], criterion: Criterion, draw: Draw) -> list[Thing]:
    """Return the replies to be graded; an empty one needs no grade.

    DeclarationError for nothing to grade, or a reply without the reference that is needed.
    """
    filled = [answer for answer in answers if answer.output.strip()]
    return _things([(answer,) for answer in filled], criterion, draw)


def pair_things(
    candidate: Sequence[Answer],
    other: Sequence[Answer],
    criterion: Criterion,
    draw: Draw,
    names: tuple[str, str] = ("A", "B"),
) -> list[Thing]:
    """Return the pairs to be compared: both replies to the same items.

    DeclarationError for different questions, nothing in common, or a reference that is missing.
    """
    check_same_questions(candidate, other, names)
    return _things(list(paired(candidate, other)), criterion, draw)


def single_sheet(criterion: Criterion, info: RunInfo, *, name: str = "") -> Sheet:
    """Return what is asked of every reply. `name` is the criterion's, where there are several.

    DeclarationError for a checklist.
    """
    scale = criterion.scale
    if scale is None:
        raise DeclarationError(
            f"criterion {criterion.name} is a checklist; people label on a scale: --rubric NAME"
        )
    keys = _keys(scale.values)
    choices = tuple(
        Choice(
            value=str(level),
            name=str(level),
            text=" ".join(told.split()),
            key=keys[level],
            hint=keys[level] if keys[level] != str(level) else "",
        )
        for level, told in scale.levels.items()
    )
    return Sheet(
        title="Grade each reply",
        question=_question(criterion),
        choices=choices,
        criterion=name,
        run=info.id,
    )


def pair_sheet(criterion: Criterion, info: RunInfo, other: RunInfo) -> Sheet:
    """Return what is asked of every pair."""
    return Sheet(
        title="Compare the two replies",
        question=_question(criterion),
        choices=PAIR_CHOICES,
        pairs=True,
        run=info.id,
        against=other.id,
    )


def drawn(items: Iterable[Item], draw: Draw) -> dict[Item, float | None]:
    """Return the items that are drawn in each task, with the probability that each of it had.

    None where nothing is drawn: all items are there.
    """
    by_task: dict[str, list[Item]] = {}
    for item in dict.fromkeys(items):
        by_task.setdefault(item[0], []).append(item)
    found: dict[Item, float | None] = {}
    for own in by_task.values():
        size = draw.size(len(own))
        if size is None:
            found |= dict.fromkeys(own)
        else:
            ranked = sorted(own, key=lambda item: unit("draw", draw.seed, *item))
            found |= dict.fromkeys(ranked[:size], size / len(own))
    return found


def check_entries(entries: Iterable[Label], things: Sequence[Thing], sheet: Sheet) -> None:
    """Raise DeclarationError where a file's labels are of another run or of another draw."""
    shares = {thing.place: thing.probability for thing in things}
    for entry in entries:
        if entry.criterion != sheet.criterion:
            continue
        if (entry.run, entry.against) != (sheet.run, sheet.against):
            raise DeclarationError(
                f"{entry.where}: a label of other runs ({_runs(entry.run, entry.against)}, not "
                f"{_runs(sheet.run, sheet.against)}); give this labelling its own --labels FILE"
            )
        place = (entry.task, entry.id, entry.epoch)
        if place not in shares or shares[place] != entry.probability:
            raise DeclarationError(
                f"{entry.where}: a label from another draw; repeat its --sample or --share, --seed "
                "and --task, or give this labelling its own --labels FILE"
            )


def _things(shown: Sequence[tuple[Answer, ...]], criterion: Criterion, draw: Draw) -> list[Thing]:
    if not shown:
        raise DeclarationError("there is nothing to label: every reply is empty or lost")
    shares = drawn((answers[0].place[:2] for answers in shown), draw)
    return [
        _thing(answers, criterion, shares[answers[0].place[:2]])
        for answers in shown
        if answers[0].place[:2] in shares
    ]


def _thing(answers: tuple[Answer, ...], criterion: Criterion, probability: float | None) -> Thing:
    first = answers[0]
    if criterion.reference == "required" and not (first.reference or "").strip():
        raise DeclarationError(
            f"{criterion.name} grades against a reference, and {first.task} sample "
            f"'{first.sample_id}' has none"
        )
    return Thing(
        place=first.place,
        prompt=first.prompt,
        replies=tuple(answer.output for answer in answers),
        reference=None if criterion.reference == "never" else first.reference,
        probability=probability,
    )


def _question(criterion: Criterion) -> str:
    return " ".join(f"{criterion.text} {criterion.limits}".split())


def _keys(levels: Sequence[int]) -> dict[int, str]:
    """Return the key of each level: its own digit; `0` for the tenth; or its place on the scale."""
    if all(0 <= level < _DIGITS for level in levels):
        return {level: str(level) for level in levels}
    places = [str(place % _DIGITS) for place in range(1, _DIGITS + 1)]
    return {level: places[i] if i < _DIGITS else "" for i, level in enumerate(levels)}


def _runs(run: str, against: str) -> str:
    return " and ".join(name[:8] for name in (run, against) if name) or "none is named"
