"""Labels for measuring a judge: which run each one is of, and outputs that carry their own.

by_run = labels_by_run(store, read_labels(path), (info,))
await keep_for(store, by_run, judge="reference")

{"id": "q1", "prompt": "…", "output": "…", "reference": "…", "label": 4}
{"id": "q1", "prompt": "…", "output": "…", "other": "…", "label": "A"}
"""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import msgspec

from statera.api.answers import OutputLine
from statera.api.calibrating import criterion_of, judged_by
from statera.api.labelreading import LabelsOf
from statera.api.labels import check_labels, keep_labels
from statera.api.stored import Run
from statera.codec.files import read_jsonl
from statera.errors import DeclarationError, unknown
from statera.graders.judged import Judged
from statera.interop.importing.documents import objects
from statera.interop.labels import Label, read_entries, standing
from statera.records.specs import RunInfo
from statera.records.verdicts import Answer
from statera.store.runstore import RunStore

Told = str | int | float | bool


class LabelledOutput(OutputLine, frozen=True, kw_only=True):
    """One line of a file of outputs with labels; fields with other names are ignored.

    With `other`, the output that it is compared with, the label is A (`output` is better), B, TIE.
    """

    label: Told
    other: str | None = None
    labeller: str = ""

    @property
    def compared(self) -> Answer:
        """The reply that it is compared with."""
        return msgspec.structs.replace(self.answer, output=self.other or "")

    def said(self, where: str) -> Label:
        """Return the label; `where` is its place in the file."""
        return Label(id=str(self.id), label=_word(self.label), labeller=self.labeller, where=where)


def _word(told: Told) -> str:
    """Return a label as one writes it: 4.0 is `4`, true is `yes`."""
    if isinstance(told, bool):
        return "yes" if told else "no"
    return f"{told:g}" if isinstance(told, float) else str(told)


def read_labelled_outputs(path: Path) -> list[LabelledOutput]:
    """Return the outputs in a JSONL file, all of them alone or all beside another.

    DeclarationError, with the line, for one that is there twice, or of the other sort.
    """
    found: dict[str, LabelledOutput] = {}
    for number, line in enumerate(read_jsonl(path, LabelledOutput), start=1):
        where = f"{path}, output {number}"
        if str(line.id) in found:
            raise DeclarationError(f"{where}: the id '{line.id}' is there a second time")
        first = next(iter(found.values()), line)
        if (line.other is None) != (first.other is None):
            raise DeclarationError(f"{where}: `other` stands in some lines and not in all")
        found[str(line.id)] = line
    return list(found.values())


def read_run_labels(paths: Sequence[Path]) -> list[Label]:
    """Return the labels that stand in the files, where one labeller may label several runs."""
    found: dict[tuple[str, str], list[Label]] = {}
    for path in paths:
        for entry in read_entries(path):
            found.setdefault((entry.run, entry.against), []).append(entry)
    labels = [label for entries in found.values() for label in standing(entries)]
    if not labels:
        raise DeclarationError(f"{paths[0]}: holds no label")
    return labels


def holds_outputs(path: Path) -> bool:
    """Return whether a file has outputs beside its labels, and not labels of stored runs."""
    if not path.name.lower().removesuffix(".gz").endswith(".jsonl"):
        return False
    first = next(iter(objects(path)), None)
    return first is not None and "output" in first.value


def labels_by_run(
    store: RunStore, labels: Sequence[Label], named: Sequence[RunInfo] = ()
) -> list[tuple[RunInfo, list[Label]]]:
    """Return the labels of each run: those `named`, or without any those that the labels name.

    A label says in `run` which one it is of, by id, prefix or tag; it need not where one run alone
    is named. DeclarationError, with the label's place, for a run that is not meant.
    """
    found: dict[str, tuple[RunInfo, list[Label]]] = {info.id: (info, []) for info in named}
    for label in labels:
        info = _run_of(store, label, named)
        if named and info.id not in found:
            meant = " and ".join(one.id[:8] for one in named)
            raise DeclarationError(f"{label.where}: labelled in run {info.id[:8]}, not in {meant}")
        against = store.find(label.against).id if label.against else ""
        replaced = msgspec.structs.replace(label, run=info.id, against=against)
        found.setdefault(info.id, (info, []))[1].append(replaced)
    if len(found) > 2:
        raise DeclarationError(f"labels of {len(found)} runs: a judge is measured on one or two")
    return list(found.values())


def _run_of(store: RunStore, label: Label, named: Sequence[RunInfo]) -> RunInfo:
    if label.run:
        return store.find(label.run)
    if len(named) == 1:
        return named[0]
    if not named:
        raise DeclarationError(
            f"{label.where}: of which run? State it in `run`, or name the run: "
            "statera judge calibrate RUN --judge NAME --labels FILE"
        )
    raise DeclarationError(
        f"{label.where}: of which of {named[0].id[:8]} and {named[1].id[:8]}? State it in `run`"
    )


async def keep_for(
    store: RunStore, by_run: Sequence[tuple[RunInfo, Sequence[Label]]], *, judge: str = ""
) -> None:
    """Keep labels beside the judge's scores of each run, nothing before all of them fit.

    DeclarationError where a run was not judged, or a label does not fit.
    """
    wanted = [
        (info, of, own)
        for info, labels in by_run
        for of, own in _by_score(store, info, labels, judge)
    ]
    for info, of, own in wanted:
        check_labels(store, info, own, of)
    for info, of, own in wanted:
        await keep_labels(store, store.find(info.id), own, of)


def _by_score(
    store: RunStore, info: RunInfo, labels: Sequence[Label], judge: str
) -> Iterator[tuple[LabelsOf, list[Label]]]:
    """Yield what a run's labels are of, each with its labels."""
    judged = {one.metric: one for _, one in judged_by(Run(store, store.find(info.id)), judge)}
    known = {one.criterion: one for one in judged.values()}
    for label in labels:
        if label.criterion not in known and (label.criterion or len(known) > 1):
            raise _which(label, known)
    for one in known.values():
        own = [label for label in labels if label.criterion in ("", one.criterion)]
        if own:
            of = _of(store, one)
            yield of, [_against(label, one) for label in own]


def _which(label: Label, known: Collection[str]) -> DeclarationError:
    if label.criterion:
        return DeclarationError(f"{label.where}: {unknown('criterion', label.criterion, known)}")
    return DeclarationError(
        f"{label.where}: of which criterion? Known: {', '.join(known)}; state it in `criterion`"
    )


def _against(label: Label, judged: Judged) -> Label:
    """Return the label with the run that its pair was compared with, where it does not say."""
    return label if label.against else msgspec.structs.replace(label, against=judged.against)


def _of(store: RunStore, judged: Judged) -> LabelsOf:
    criterion = criterion_of(store, judged)
    if criterion is None:
        raise DeclarationError(
            f"the criteria of judge {judged.judge} are not on record here: statera judge label RUN "
            "--judge FILE --labels FILE --import-only keeps the labels"
        )
    return LabelsOf(
        metric=judged.metric,
        scale=criterion.scale,
        criterion=judged.criterion,
        against=store.find(judged.against) if judged.against else None,
    )
