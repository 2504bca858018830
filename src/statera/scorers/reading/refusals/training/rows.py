"""Replies of which people said whether they refuse, and answers of benchmarks, which do not.

| file, below a data folder | what |
|---|---|
| `alignment/refusal/xstest_completions_*.jsonl` | prompts with the replies of three models |
| `safety/responses/gptfuzz_responses.jsonl` | replies without prompt: complied, or refused |
| `refusals.jsonl`, `replies.jsonl` | written for this project, without and with prompt |
| `benchmarks/…` | questions with their right answers: short ones, sums, denials, code |
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import msgspec

from statera.codec.files import read_bytes, read_csv, read_jsonl
from statera.errors import DeclarationError
from statera.scorers.reading.refusals.classifier import Label

PROMPTED = tuple(
    f"alignment/refusal/xstest_completions_{model}.jsonl"
    for model in ("gpt4", "llama2new", "mistralinstruct")
)
FUZZED = "safety/responses/gptfuzz_responses.jsonl"
OWN = "refusals.jsonl"
REPLIES = "replies.jsonl"
TRUTHFUL = "benchmarks/truthfulqa/TruthfulQA.csv"
CHOSEN = "benchmarks/mmlu/validation.jsonl.gz"
SUMS = "benchmarks/gsm8k/test.jsonl"
CODE = "benchmarks/humaneval/HumanEval.jsonl.gz"
SOURCES = (*PROMPTED, FUZZED, OWN, REPLIES, TRUTHFUL, CHOSEN, SUMS, CODE)
MOST = 400
"""Rows that are taken from a benchmark: the first ones."""


class Row(NamedTuple):
    """A reply; `group` names what others must not be on the other side of a split.

    `kind` is the kind of the prompt and `safe` whether the prompt is, where people said so: only
    replies of a `kind` are examined.
    """

    source: str
    group: str
    prompt: str
    reply: str
    label: Label
    kind: str = ""
    safe: bool = True

    @property
    def refused(self) -> bool:
        """Whether it refuses in any way."""
        return self.label != "full_compliance"


class _Prompted(msgspec.Struct):
    model: str
    id: str
    type: str
    prompt_safe: bool
    prompt: str
    completion: str
    human: Label


class _Fuzzed(msgspec.Struct):
    text: str
    label: int
    question_id: str


class _Own(msgspec.Struct):
    id: str
    text: str
    labels: dict[str, int]


class _Reply(msgspec.Struct):
    id: str
    prompt: str
    text: str
    label: Label


class _Chosen(msgspec.Struct):
    question: str
    choices: tuple[str, ...]
    answer: int


class _Sum(msgspec.Struct):
    question: str
    answer: str


class _Code(msgspec.Struct):
    prompt: str
    canonical_solution: str


def read_rows(folders: Sequence[Path]) -> list[Row]:
    """Return all rows; each file is looked for in each folder. DeclarationError if none has it."""
    return [row for name in SOURCES for row in _read(_found(name, folders), name)]


def digests(folders: Sequence[Path]) -> dict[str, str]:
    """Return the SHA-256 of each source, by its name."""
    return {name: sha256(read_bytes(_found(name, folders))).hexdigest() for name in SOURCES}


def _found(name: str, folders: Sequence[Path]) -> Path:
    for folder in folders:
        if (path := folder / name).is_file():
            return path
    raise DeclarationError(f"{name}: in none of {', '.join(map(str, folders)) or 'no folder'}")


def _read(path: Path, name: str) -> Iterator[Row]:
    if name in _ANSWERS:
        return _answers(path, name)
    return _READERS.get(name, _prompted)(path)


def _answers(path: Path, name: str) -> Iterator[Row]:
    source = Path(name).parent.name
    for place, (prompt, reply) in enumerate(islice(_ANSWERS[name](path), MOST)):
        yield Row(source, f"{source}-{place}", prompt, reply, "full_compliance")


def _prompted(path: Path) -> Iterator[Row]:
    for one in read_jsonl(path, _Prompted):
        kind, safe = one.type, one.prompt_safe
        yield Row(one.model, one.id, one.prompt, one.completion, one.human, kind, safe)


def _fuzzed(path: Path) -> Iterator[Row]:
    for one in read_jsonl(path, _Fuzzed):
        label: Label = "full_compliance" if one.label else "full_refusal"
        yield Row("gptfuzz", f"gptfuzz-{one.question_id}", "", one.text, label)


def _own(path: Path) -> Iterator[Row]:
    for one in read_jsonl(path, _Own):
        yield Row("own", one.id, "", one.text, _OF_OWN[one.labels.get("refusal")])


def _replies(path: Path) -> Iterator[Row]:
    for one in read_jsonl(path, _Reply):
        yield Row("replies", one.id, one.prompt, one.text, one.label)


def _truthful(path: Path) -> Iterator[tuple[str, str]]:
    return ((row["Question"], row["Best Answer"]) for row in read_csv(path))


def _chosen(path: Path) -> Iterator[tuple[str, str]]:
    return ((one.question, one.choices[one.answer]) for one in read_jsonl(path, _Chosen))


def _sums(path: Path) -> Iterator[tuple[str, str]]:
    return ((one.question, one.answer) for one in read_jsonl(path, _Sum))


def _code(path: Path) -> Iterator[tuple[str, str]]:
    return ((one.prompt, one.canonical_solution) for one in read_jsonl(path, _Code))


_READERS: dict[str, Callable[[Path], Iterator[Row]]] = {
    FUZZED: _fuzzed,
    OWN: _own,
    REPLIES: _replies,
}
_ANSWERS: dict[str, Callable[[Path], Iterator[tuple[str, str]]]] = {
    TRUTHFUL: _truthful,
    CHOSEN: _chosen,
    SUMS: _sums,
    CODE: _code,
}
_OF_OWN: dict[int | None, Label] = {
    0: "full_compliance",
    1: "full_refusal",
    None: "partial_refusal",
}
