"""A task that a user writes: one YAML file beside a data file.

    task: refunds
    version: "1"
    data: refunds.jsonl            # or .csv; relative to this file
    prompt: |
      A customer writes: {{ message }}
      May this be refunded? Reply with yes or no.
    reference: decision            # a column, or a template
    scorers: [exact]
    category: topic

With `choices` the answer is the index or letter in `answer`, or the text in `reference`; the
prompt can use `{{ lettered }}`, the choices as lettered lines. `statera tasks --schema` prints the
JSON schema for editors. Everything is read and rendered before the first request, so that every
mistake is found before a token is spent.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import defstruct

from statera.codec.files import read_yaml
from statera.codec.strict import convert
from statera.errors import DeclarationError
from statera.graders.catalogue import scoring_type
from statera.protocols import Grader, Scorer
from statera.records.levels import Level
from statera.records.requests import Chat, Complete, Likelihood, Message, Request, Sampling
from statera.records.samples import Sample
from statera.records.specs import Api, Mode
from statera.scorers.choice import Choice
from statera.scorers.choice_likelihood import ChoiceLikelihood
from statera.tasks import catalogue
from statera.tasks.choices import LETTERS
from statera.tasks.columns import is_template
from statera.tasks.data import DataFolder
from statera.tasks.fewshot import shots
from statera.tasks.needs import (
    Given,
    check_needs,
    check_samples,
    reads_number,
    reads_reference,
    reads_tests,
)
from statera.tasks.samples import Needs, Reader, SampleColumns
from statera.tasks.task import Task, TaskOptions, template_of

Count = Annotated[int, msgspec.Meta(ge=1)]
_NAME = re.compile(r"[\w.-]+")


class TaskFile(SampleColumns, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A custom task as it is written in YAML.

    `data` is a path relative to the file. `system` is plain text. `scorers` are names (`exact`) or
    mappings (`{type: contains, any: [sorry], not: true}`), the first one leading; without any, a
    task with choices is scored by the choice. `repeats` is how often each sample is asked when the
    user does not say, `level` where the scorecard shows it. `continuation` says what log-likelihood
    scores after the prompt: the text of each choice, or its letter.
    """

    task: str
    data: str
    scorers: tuple[Any, ...] = ()
    version: str | int = "1"
    summary: str = ""
    system: str | None = None
    mode: Mode = "generate"
    continuation: Literal["choice", "letter"] = "choice"
    repeats: Count = 1
    level: Level = "capability"
    max_tokens: Count | None = None
    temperature: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    stop: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prompt:
    """Sends a sample's rendered input, as a chat, a text to continue, or before its choices."""

    file: TaskFile
    api: Api

    def __call__(self, sample: Sample) -> Request:
        """Return the request in the task's mode."""
        if self.file.mode == "loglikelihood":
            return Likelihood(context=sample.input, continuations=self._continuations(sample))
        sampling = Sampling(
            temperature=self.file.temperature,
            max_tokens=self.file.max_tokens,
            stop=self.file.stop,
        )
        if self.api == "completions":
            head = f"{self.file.system}\n\n" if self.file.system else ""
            return Complete(prompt=head + sample.input, sampling=sampling)
        system = (Message("system", self.file.system),) if self.file.system else ()
        return Chat(messages=(*system, Message("user", sample.input)), sampling=sampling)

    def _continuations(self, sample: Sample) -> tuple[str, ...]:
        letters = self.file.continuation == "letter"
        shown = LETTERS[: len(sample.choices)] if letters else sample.choices
        return tuple(f" {choice}" for choice in shown)


@dataclass(frozen=True)
class CustomTask:
    """The definition that a YAML file makes; the data are read when it is loaded."""

    path: Path
    file: TaskFile
    scorers: tuple[Scorer | Grader, ...]

    @property
    def name(self) -> str:
        """The name that the file gives."""
        return self.file.task

    @property
    def source(self) -> str:
        """The path of the file."""
        return str(self.path)

    @property
    def version(self) -> str:
        """The version that the file gives."""
        return str(self.file.version)

    @property
    def summary(self) -> str:
        """The file's summary, or its path."""
        return self.file.summary or str(self.path)

    @property
    def items(self) -> int | None:
        """Not known before the data are read."""
        return None

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The one mode that the file is written for."""
        return (self.file.mode,)

    def load(self, options: TaskOptions, data: DataFolder) -> Task:
        """Return the task with every row checked and rendered; `data` is not needed."""
        shots(self.name, options, default=0, most=0, why="put examples into the prompt")
        render = Prompt(self.file, options.api)
        reader = Reader(
            self.file,
            task=self.name,
            source=str(self.path),
            needs=Needs(
                reference=any(map(reads_reference, self.scorers)),
                number=any(map(reads_number, self.scorers)),
                tests=any(map(reads_tests, self.scorers)),
            ),
        )
        samples = reader.samples(self.path.parent / self.file.data)
        check_samples(self.scorers, samples, str(self.path))
        return Task(
            name=self.name,
            version=self.version,
            options=msgspec.structs.replace(options, mode=self.file.mode),
            samples=samples,
            render=render,
            scorers=self.scorers,
            metrics=(),
            template=template_of(render, Sample(id="", input=self.file.prompt, choices=("{c}",))),
            epochs=self.file.repeats,
            level=self.file.level,
        )


def load_custom(path: Path) -> CustomTask:
    """Return the task that the YAML file declares; DeclarationError says what is wrong where."""
    source = str(path)
    file = read_yaml(path, file_type())
    if not _NAME.fullmatch(file.task):
        raise DeclarationError(f"{source}: task: '{file.task}' has more than letters, digits, .-_")
    if file.task in catalogue.names():
        raise DeclarationError(f"{source}: task: '{file.task}' is a task that comes with statera")
    if file.system and is_template(file.system):
        raise DeclarationError(f"{source}: system: is plain text; put columns into the prompt")
    if file.mode == "loglikelihood" and file.choices is None:
        raise DeclarationError(f"{source}: mode: loglikelihood needs `choices`")
    return CustomTask(path, file, _scorers(file, source))


@cache
def file_type() -> type[TaskFile]:
    """Return TaskFile with the scorers that are installed here, to decode with."""
    kind = defstruct(
        "TaskFile",
        [("scorers", tuple[str | scoring_type(), ...], ())],  # type: ignore[misc]
        bases=(TaskFile,),
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
    )
    return cast(type[TaskFile], kind)


def schema() -> dict[str, Any]:
    """Return the JSON schema of a custom task's file, for editors."""
    return msgspec.json.schema(file_type())


def _scorers(file: TaskFile, source: str) -> tuple[Scorer | Grader, ...]:
    found: dict[str, Scorer | Grader] = {}
    answers = (file.reference, file.references, file.answer)
    given = Given(file.mode, file.choices is not None, answers != (None, None, None))
    for place, declared in enumerate(file.scorers or _default(file, source)):
        where = f"{source}: scorers[{place}]"
        scorer: Scorer | Grader = declared
        if isinstance(declared, str):
            scorer = convert({"type": declared}, scoring_type(), source=where)
        check_needs(scorer, given, where)
        if scorer.metric in found:
            raise DeclarationError(
                f"{where}: another scorer is called '{scorer.metric}'; give one a `metric`"
            )
        found[scorer.metric] = scorer
    return tuple(found.values())


def _default(file: TaskFile, source: str) -> tuple[Scorer | Grader, ...]:
    if file.choices is None:
        raise DeclarationError(f"{source}: scorers: name at least one, for example [exact]")
    return (ChoiceLikelihood(),) if file.mode == "loglikelihood" else (Choice(),)
