"""The replies that are to be judged: those of a stored run, or a file's of outputs from anywhere.

A file has one object a line: `id`, `prompt`, `output`, and perhaps `reference`, `category`,
`cluster`.
"""

from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec

from statera.api.systems import check_system
from statera.codec.files import read_jsonl
from statera.errors import DeclarationError, listed, unknown
from statera.records.samples import Sample
from statera.records.specs import RunInfo
from statera.records.verdicts import Answer
from statera.scorers.outcomes import broken
from statera.store.rows import Stored
from statera.store.runstore import RunStore
from statera.store.sealing import check_readable

OUTPUTS = "outputs"
"""The task that the outputs of a file stand for."""

WRONG = ("wrong", "wrong_references")
"""Fields in which a sample lists false answers."""

_SHOWN = 3


class OutputLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a file of outputs; fields with other names are ignored."""

    id: str | int
    prompt: str
    output: str
    reference: str | None = None
    category: str | None = None
    cluster: str | None = None

    @property
    def answer(self) -> Answer:
        """The reply as it is judged."""
        return Answer(
            task=OUTPUTS,
            sample_id=str(self.id),
            epoch=0,
            prompt=self.prompt,
            output=self.output,
            unit=self.cluster or str(self.id),
            reference=self.reference,
            category=self.category,
        )


def answers_of(store: RunStore, info: RunInfo, tasks: Collection[str] = ()) -> list[Answer]:
    """Return the replies of a run, of these tasks or of all; those lost to plumbing are none.

    DeclarationError for a task that the run does not have, a run of log-likelihoods, or a judge's
    own run.
    """
    check_system(info)
    known = {spec.name: spec.mode for spec in info.spec.tasks}
    for name in tasks:
        if name not in known:
            raise unknown("task", name, known)
    chosen = tuple(tasks) or tuple(name for name, mode in known.items() if mode == "generate")
    if silent := [name for name in chosen if known[name] != "generate"]:
        raise DeclarationError(f"task {silent[0]} has no replies to judge: {known[silent[0]]} mode")
    if not chosen:
        raise DeclarationError(f"run {info.id[:8]} has no replies to judge: log-likelihoods only")
    for task in chosen:
        check_readable(info.environment, task)
    return [
        answer
        for task in chosen
        for stored in store.trials(info.id, task=task)
        if (answer := answer_of(stored)) is not None
    ]


def answer_of(stored: Stored) -> Answer | None:
    """Return a trial's reply, None where plumbing lost it."""
    sample, trial = stored.sample, stored.trial
    if broken(trial.response):
        return None
    return Answer(
        task=trial.task,
        sample_id=sample.id,
        epoch=trial.epoch,
        prompt=sample.input,
        output=trial.response.text or "",
        unit=sample.unit,
        reference=ideal(sample),
        category=sample.category,
    )


def ideal(sample: Sample) -> str | None:
    """Return the ideal answer: the first reference, or the text of the right choice.

    Where the sample lists false answers (field `wrong` or `wrong_references`), a judge sees them,
    and every other true one, below it.
    """
    first = _first(sample)
    wrong = [text for name in WRONG for text in sample.fields.get(name) or ()]
    if first is None or not wrong:
        return first
    parts = {"Also true:": sample.accepted[1:], "False, and not to be said:": wrong}
    listed = ["\n- ".join((head, *map(str, texts))) for head, texts in parts.items() if texts]
    return "\n\n".join((first, *listed))


def _first(sample: Sample) -> str | None:
    if sample.accepted:
        return sample.accepted[0]
    if sample.answer is not None and sample.choices:
        return sample.choices[sample.answer]
    return None


def read_outputs(path: Path) -> list[Answer]:
    """Return the outputs in a JSONL file; DeclarationError for an id that is there twice."""
    answers = [line.answer for line in read_jsonl(path, OutputLine)]
    seen: set[str] = set()
    for number, answer in enumerate(answers, start=1):
        if answer.sample_id in seen:
            raise DeclarationError(f"{path}: output {number} has the id '{answer.sample_id}' again")
        seen.add(answer.sample_id)
    if not answers:
        raise DeclarationError(f"{path}: holds no output")
    return answers


def check_same_questions(
    candidate: Sequence[Answer], other: Sequence[Answer], names: tuple[str, str]
) -> None:
    """Raise DeclarationError unless both answer the same questions against the same references."""
    asked = {a.place[:2]: (a.prompt, a.reference) for a in other}
    shared = 0
    for answer in candidate:
        if (there := asked.get(answer.place[:2])) is not None:
            shared += 1
            if there != (answer.prompt, answer.reference):
                what = "prompt" if there[0] != answer.prompt else "reference"
                raise DeclarationError(
                    f"{names[0]} and {names[1]} are not on the same data: the {what} of "
                    f"'{answer.sample_id}' differs"
                )
    if not shared:
        sides = zip(names, (candidate, other), strict=True)
        told = "; ".join(f"{name} has {_some_of(answers)}" for name, answers in sides)
        raise DeclarationError(f"{names[0]} and {names[1]} have no item in common: {told}")


def _some_of(answers: Sequence[Answer]) -> str:
    """Return the first items by their ids, as in `'q1', 'q2', 'q3' and 8 more`."""
    ids = dict.fromkeys(f"'{answer.sample_id}'" for answer in answers)
    return listed(list(ids), _SHOWN) or "none"


def unshared(candidate: Sequence[Answer], other: Sequence[Answer]) -> tuple[int, int]:
    """Return how many replies of each have no counterpart."""
    ours, theirs = {a.place for a in candidate}, {a.place for a in other}
    return len(ours - theirs), len(theirs - ours)
