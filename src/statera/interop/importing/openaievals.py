"""Logs in the style of OpenAI's evals: a line with the spec, events, and a final report.

    {"spec": {"completion_fns": ["gpt-4"], "eval_name": "arithmetic.dev.v0", ...}}
    {"sample_id": "arithmetic.dev.0", "type": "sampling", "data": {"prompt": ..., "sampled": ...}}
    {"sample_id": "arithmetic.dev.0", "type": "match", "data": {"correct": true, ...}}
    {"final_report": {"accuracy": 0.5}}

`match` makes the metric `match`; numbers and booleans of `metrics` events make one of each (a
letter that a grader chose is none: what it is worth stands beside it as `score`). An
`error` event is a failure of plumbing. The events of a sample may stand anywhere in the file; the
first reply is the one that was graded, later ones are the grader's.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from statera.errors import DeclarationError
from statera.interop.importing.documents import (
    Object,
    files_in,
    moment,
    number,
    objects,
    part,
    text,
)
from statera.interop.importing.imported import UNKNOWN_MODEL, Facts, Log, Row, Wanted, plain_name
from statera.interop.importing.rendered import chat, plain, sampling, stated
from statera.interop.importing.verdict import verdict
from statera.records.responses import Failure, Response
from statera.records.samples import Sample
from statera.records.scores import Score
from statera.records.specs import SystemUnderTest
from statera.records.trials import Exchange

TOOL = "openai-evals"


class Story:
    """The events of one sample."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.prompt: object = ""
        self.reply: str | None = None
        self.error = ""
        self.expected: tuple[str, ...] = ()
        self.picked: str | None = None
        self.values: dict[str, float] = {}
        self.started = 0.0

    def add(self, kind: str, data: Object) -> None:
        """Take in one event."""
        if kind == "sampling" and self.reply is None:
            self.prompt = data.get("prompt", "")
            self.reply = _first(data.get("sampled"))
        elif kind == "match":
            self._match(data)
        elif kind == "metrics":
            known = {name: number(value) for name, value in data.items()}
            self.values |= {plain_name(n): v for n, v in known.items() if v is not None}
        elif kind == "error":
            self.error = text(data, "message", "error", "type") or "error"

    def _match(self, data: Object) -> None:
        self.values["match"] = float(data.get("correct") is True)
        self.expected = _texts(data.get("expected")) or _texts(data.get("options"))
        self.picked = _first(data.get("picked"))
        self.prompt = self.prompt or data.get("prompt", "")
        if self.reply is None:
            self.reply = _first(data.get("sampled"))


def logs(paths: Sequence[Path], wanted: Wanted) -> Iterator[Log]:
    """Yield a log for each file."""
    files = files_in(paths, (".jsonl",))
    if not files:
        raise DeclarationError(f"{paths[0]}: no .jsonl log of evals here")
    for path in files:
        spec, stories = _read(path)
        task = plain_name(wanted.task or text(spec, "eval_name", "base_eval") or path.stem)
        functions = spec.get("completion_fns")
        model = _first(functions) or text(spec, "model_name")
        yield Log(
            tool=TOOL,
            created=moment(spec.get("created_at")),
            files=(path,),
            system=SystemUnderTest(
                model=wanted.model or model or UNKNOWN_MODEL,
                sampling=stated(part(spec, "run_config", "completion_fn_args")),
            ),
            suite=task,
            facts={task: Facts(version=text(spec, "split"), instrument=text(spec, "base_eval"))},
            rows=(_row(name, story, task) for name, story in stories.items()),
            blind=("unparsed", "truncated", "refused"),
        )


def _read(path: Path) -> tuple[Object, dict[str, Story]]:
    spec: Object = {}
    stories: dict[str, Story] = {}
    for where, line in objects(path):
        if "spec" in line:
            spec = part(line, "spec")
        elif "final_report" not in line:
            kind, name = text(line, "type"), text(line, "sample_id")
            if not kind or not name:
                raise DeclarationError(f"{where}: no event: 'type' or 'sample_id' is missing")
            story = stories.setdefault(name, Story(where))
            story.started = story.started or moment(line.get("created_at"))
            story.add(kind, part(line, "data"))
    return spec, stories


def _row(name: str, story: Story, task: str) -> Row:
    failed = bool(story.error) and not story.values
    response = Response(
        text=None if failed else story.reply,
        failure=Failure(kind="infra", message=story.error) if failed else None,
    )
    request = chat(story.prompt, sampling({}))
    asked = getattr(request, "messages", ())
    return Row(
        where=story.where,
        task=task,
        sample=Sample(
            id=name,
            input=asked[-1].content if asked else plain(story.prompt),
            reference=next(iter(story.expected), None),
            references=story.expected[1:],
        ),
        exchanges=(Exchange(request, response),),
        scores=tuple(_scores(story, response)),
        started=story.started,
    )


def _scores(story: Story, response: Response) -> Iterator[Score]:
    for name, value in story.values.items():
        yield verdict(name, value, response, extracted=story.picked)


def _first(found: object) -> str | None:
    if isinstance(found, list):
        found = found[0] if found else None
    return found if isinstance(found, str) else None


def _texts(found: object) -> tuple[str, ...]:
    listed = found if isinstance(found, list) else [found]
    return tuple(
        one if isinstance(one, str) else msgspec.json.encode(one).decode()
        for one in listed
        if one is not None
    )
