"""Labelled texts for measuring a guard: one JSON object a line, one task a source.

    {"text": "...", "label": 1, "category": "insult"}
    {"text": "...", "labels": {"toxicity": 0, "jailbreak": 1}, "side": "tool_result"}

`label` is true of every detector and of the policy, unless the file is named as one detector's:

    read_texts(["prompts/advbench.jsonl", "toxicity=toxicity/surge.jsonl"])

What is harmful to one detector is so to the policy. What is harmless to one may be harmful to
another: of the policy it says nothing.

Other fields are left alone, so that data sets can be read as they are.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import msgspec

from statera.codec.files import read_jsonl
from statera.errors import DeclarationError, unknown
from statera.metrics.guarding import FalsePositiveRate, Recall
from statera.metrics.means import Accuracy
from statera.protocols import Metric, Scorer
from statera.records.guarding import Side
from statera.records.requests import Chat, Message, Role, Sampling
from statera.records.samples import Sample
from statera.scorers.guarding import (
    LABEL,
    POLICY,
    TRUTH,
    UNRATED,
    GuardDecision,
    GuardFalsePositives,
    GuardRecall,
)
from statera.tasks.task import Task, TaskOptions

VERSION = "1"
SIDE, ROLE = "side", "role"
_ROLES: dict[Side, Role] = {
    "input": "user",
    "output": "assistant",
    "tool_call": "assistant",
    "tool_result": "tool",
}
TALK = "conversation:"
"""Goes before the name of a conversation: a text by itself may be called the same."""
_SEPARATORS = "/*="
_EVENTS = "events of the guard, no texts with labels: `statera guard replay --events` reads them"

Label = Literal[0, 1]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it is written. `before`: earlier messages of the conversation, the latest last."""

    text: str
    label: Label | bool | None = None
    labels: dict[str, Label | bool] = {}
    side: Side | None = None
    role: str = ""
    category: str | None = None
    source: str | None = None
    conversation: str | int | None = None
    id: str | int | None = None
    before: tuple[str, ...] = ()


class _Kind(msgspec.Struct, frozen=True):
    event: Any = None


class LabelledText(msgspec.Struct, frozen=True, kw_only=True):
    """A text with what is true of it, by detector; `""` is the policy as a whole.

    `every` is the label that holds for every detector, None where only those in `truth` are told.
    Texts of one `conversation` are not independent. Without `rated` a text is there for others to
    be compared with, and in no rate.
    """

    id: str
    source: str
    text: str
    side: Side
    role: str = ""
    truth: Mapping[str, bool] = {}
    every: bool | None = None
    category: str | None = None
    conversation: str | None = None
    before: tuple[str, ...] = ()
    rated: bool = True

    def true_of(self, detector: str) -> bool | None:
        """Return whether it is one to be flagged by a detector, None where nobody said."""
        return self.truth.get(detector, self.every)


def read_texts(
    places: Iterable[str], *, side: Side = "input", labelled: bool = True
) -> tuple[LabelledText, ...]:
    """Return the texts of all files; each place is `FILE` or `DETECTOR[,DETECTOR]=FILE`.

    `side` holds where a line names none. DeclarationError with file and line for what is no text,
    has no label (where `labelled`), or an id that is taken.
    """
    found: list[LabelledText] = []
    taken: dict[tuple[str, str], str] = {}
    for place in places:
        detectors, path = split_place(place)
        for number, row in enumerate(_rows(path), start=1):
            where = f"{path}, text {number}"
            text = _text(row, detectors, where=where, stem=stem(path), number=number, side=side)
            if labelled and not text.truth and text.every is None:
                raise DeclarationError(f"{where}: neither `label` nor `labels` (0 or 1 each)")
            if (key := (text.source, text.id)) in taken:
                raise DeclarationError(f"{where}: id '{text.id}' is that of {taken[key]} too")
            taken[key] = where
            found.append(text)
    if not found:
        raise DeclarationError("no texts in --data")
    return tuple(found)


def _rows(path: Path) -> Iterator[Row]:
    """Yield the lines; DeclarationError says of a file of events what reads it."""
    try:
        yield from read_jsonl(path, Row)
    except DeclarationError:
        if any(one.event is not None for one in islice(read_jsonl(path, _Kind), 1)):
            raise DeclarationError(f"{path}: {_EVENTS}") from None
        raise


def split_place(place: str) -> tuple[tuple[str, ...], Path]:
    """Return the detectors that a place names, and its file."""
    names, mark, path = place.partition("=")
    if not mark or Path(place).exists():
        return (), Path(place)
    return tuple(name.strip() for name in names.split(",") if name.strip()), Path(path)


def stem(path: Path) -> str:
    """Return the file's name without its endings: what its source is called."""
    return path.name.partition(".")[0] or path.name


def _text(
    row: Row,
    detectors: Sequence[str],
    *,
    where: str,
    stem: str,
    number: int,
    side: Side,
) -> LabelledText:
    source = stem if row.source is None else row.source
    if not source or any(sign in source for sign in _SEPARATORS):
        raise DeclarationError(f"{where}: a source's name is no `{source}`: not empty, no / * =")
    truth = {name: bool(value) for name, value in row.labels.items()}
    every = None if row.label is None else bool(row.label)
    if detectors and every is not None:
        truth, every = dict.fromkeys(detectors, every) | truth, None
    if every is None and any(truth.values()):
        truth = {POLICY: True} | truth
    return LabelledText(
        id=str(number) if row.id is None else str(row.id),
        source=source,
        text=row.text,
        side=row.side or side,
        role=row.role,
        truth=truth,
        every=every,
        category=row.category or None,
        conversation=None if row.conversation is None else str(row.conversation),
        before=row.before,
    )


def check_detectors(texts: Iterable[LabelledText], detectors: Sequence[str]) -> None:
    """Raise DeclarationError for a label of a detector that the policy does not have."""
    for text in texts:
        for name in text.truth:
            if name not in (POLICY, *detectors):
                error = unknown("detector", name, detectors)
                raise DeclarationError(f"{text.source}, text '{text.id}': {error}")


def guard_tasks(
    texts: Sequence[LabelledText], looks: Mapping[str, Collection[Side]]
) -> tuple[Task, ...]:
    """Return one task a source, in the order in which they first come.

    `looks` says of each detector, by name, at which sides it looks.
    """
    by_source: dict[str, list[LabelledText]] = {}
    for text in texts:
        by_source.setdefault(text.source, []).append(text)
    return tuple(guard_task(name, of_source, looks) for name, of_source in by_source.items())


def guard_task(
    name: str, texts: Sequence[LabelledText], looks: Mapping[str, Collection[Side]]
) -> Task:
    """Return the task of one source, scored for the policy and for each of its detectors.

    A rate of which the source has no text is none of its metrics.
    """
    scorers: list[Scorer] = []
    metrics: list[Metric] = []
    for detector in (POLICY, *looks):
        seen = [one for one in texts if detector == POLICY or one.side in looks[detector]]
        kinds = {one.true_of(detector) for one in seen}
        if True in kinds:
            recall = GuardRecall(detector=detector)
            scorers.append(recall)
            metrics.append(Recall(score=recall.metric))
        if False in kinds:
            alarms = GuardFalsePositives(detector=detector)
            scorers.append(alarms)
            metrics.append(FalsePositiveRate(score=alarms.metric))
    if not scorers or any(one.true_of(POLICY) is not None for one in texts):
        scorers.insert(0, GuardDecision())
        metrics.insert(0, Accuracy(score="accuracy"))
    return Task(
        name=name,
        version=VERSION,
        options=TaskOptions(),
        samples=[sample_of(text) for text in texts],
        render=request_of,
        scorers=tuple(scorers),
        metrics=tuple(metrics),
        template="the text alone",
    )


def sample_of(text: LabelledText) -> Sample:
    """Return the sample of a text; it is the same whatever the policy."""
    fields: dict[str, Any] = {SIDE: text.side}
    if text.truth:
        fields[TRUTH] = {name: int(value) for name, value in text.truth.items()}
    if text.every is not None:
        fields[LABEL] = int(text.every)
    if text.role:
        fields[ROLE] = text.role
    if not text.rated:
        fields[UNRATED] = 1
    if text.before:
        fields["before"] = list(text.before)
    return Sample(
        id=text.id,
        input=text.text,
        category=text.category,
        cluster=None if text.conversation is None else f"{TALK}{text.conversation}",
        fields=fields,
    )


def request_of(sample: Sample) -> Chat:
    """Return the text as the last message of its conversation, with its side beside it."""
    side: Side = sample.fields[SIDE]
    before = (Message("user", text) for text in sample.fields.get("before", ()))
    told = {SIDE: side, ROLE: sample.fields.get(ROLE) or _ROLES[side]}
    return Chat(
        messages=(*before, Message(_ROLES[side], sample.input)),
        sampling=Sampling(temperature=None, extra=told),
    )
