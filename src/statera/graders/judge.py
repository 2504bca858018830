"""A judge: its file, and the criteria that it makes.

    judge: support
    model: http://localhost:8000/v1#judge
    rubric: reference                 # a ready one, a file, or written here

    judge: preferred
    kind: pairwise
    question: Which reply would help this customer more?

    judge: never-omit
    kind: checklist
    points:
      - {ask: "Does the reply name the penicillin allergy?", weight: 3}
      - "Is the dose stated?"

A ready rubric is a judge too: `--judge reference`. So is `pairwise`. Of several judges as one, a
panel, see `panelfile`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import structs

from statera.codec.canonical import digest
from statera.codec.files import YAML, read_text
from statera.codec.strict import convert, from_yaml
from statera.errors import DeclarationError, unknown
from statera.graders.criterion import Criterion, Needs, Output, Point
from statera.graders.formulas import Name as Formula
from statera.graders.formulas import check_criteria
from statera.graders.panel import Combine
from statera.graders.panelfile import (
    PanelPart,
    Weights,
    as_name,
    beside,
    check_members,
    check_weights,
    member_names,
    model_names,
    twin,
)
from statera.graders.prompting import Kind, check_template
from statera.graders.rubrics import (
    Rubric,
    limits_text,
    read_rubric,
    ready_judge,
    ready_judges,
    ready_rubrics,
)
from statera.records.labels import PEOPLE
from statera.records.parts import SECOND

PAIRWISE = "pairwise"
QUESTION = (
    "Which reply serves the person who asked better: correct, helpful, to the point, and as "
    "instructed? Length alone is no merit."
)
NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
_TAKEN = {PEOPLE: "people's labels", SECOND: "a second judge's"}
"""Ends of scores' names, and whose they say that the scores are."""


Count = Annotated[int, msgspec.Meta(ge=1)]


class JudgeFile(PanelPart, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A judge as it is written in YAML, or a panel of them.

    `rubric` states one criterion, `criteria` several that are scored separately, each a ready
    rubric's name, a file, or a rubric written in place; a `formula` makes their verdicts one
    number. `question` says what makes a reply better,
    or introduces a checklist. `reference` says whether the ideal answer is shown. `template` is the
    path of a prompt of one's own. `output` is the form of the judge's reply: `text`, `json` by a
    schema, or `auto`, JSON where the endpoint takes one. `content: false` says that form alone is
    looked at. `family` names the makers of the model where its name does not. `repeats` is how
    often each judgement is asked.
    """

    judge: Annotated[str, msgspec.Meta(pattern=NAME)]
    kind: Kind = "rubric"
    model: str | None = None
    family: str = ""
    rubric: str | dict[str, Any] | None = None
    criteria: dict[str, str | dict[str, Any]] = msgspec.field(default_factory=dict)
    formula: Formula | None = None
    points: tuple[str | Point, ...] = ()
    question: str = ""
    reference: Needs | None = None
    template: str | None = None
    output: Output = "auto"
    content: bool = True
    max_tokens: Count = 1024
    temperature: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    repeats: Count = 1
    version: str | int = "1"

    def __post_init__(self) -> None:
        self.check_panel()
        if self.models is not None and self.model is not None:
            raise ValueError("`model` names one model, `models` several: not both")
        if self.panel is None:
            self._check_criteria()

    def _check_criteria(self) -> None:
        stated = {
            "rubric": bool(self.rubric) or bool(self.criteria),
            "checklist": bool(self.points),
        }
        for kind, there in stated.items():
            if there and self.kind != kind:
                raise ValueError(f"a judge of kind {self.kind} has no {_OWN[kind]}")
        if wrong := [name for name in self.criteria if not re.match(NAME, name)]:
            raise ValueError(f"criteria: '{wrong[0]}': a name has letters, digits, _, . and -")
        if self.formula is not None:
            check_criteria(self.formula, self.criteria)
        if self.rubric is not None and self.criteria:
            raise ValueError("`rubric` states one criterion, `criteria` several: not both")
        if self.kind in stated and not stated[self.kind]:
            raise ValueError(f"a judge of kind {self.kind} states {_OWN[self.kind]}")
        if self.kind == "rubric" and self.question:
            raise ValueError(
                "a rubric says in its `criterion` what is looked at, not in `question`"
            )


_OWN = {"rubric": "`rubric` or `criteria`", "checklist": "`points`"}


@dataclass(frozen=True, kw_only=True)
class Judge:
    """A judge, ready to be asked: its criteria, and what its file says of its model.

    A panel has `members`, each a judge with a run of its own, called by `names` in their order;
    `combine` makes their verdicts one, weighted by `weights`. DeclarationError where its scores
    would have the name of people's or of a second judge's.
    """

    name: str
    version: str
    criteria: tuple[Criterion, ...]
    model: str | None = None
    family: str = ""
    repeats: int = 1
    formula: Formula | None = None
    members: tuple["Judge", ...] = ()
    names: tuple[str, ...] = ()
    combine: Combine = "majority"
    weights: Weights = "measured"

    def __post_init__(self) -> None:
        for name in map(self.metric, self.criteria):
            for end, whose in _TAKEN.items():
                if name.endswith(end):
                    raise DeclarationError(
                        f"judge {self.name}: scores called '{name}' would pass for {whose}; "
                        f"give them a name that does not end in '{end}'"
                    )

    @classmethod
    def load(cls, text: str) -> "Judge":
        """Return the judge that `text` names: a YAML file, a ready rubric, or `pairwise`."""
        return read_judge(text)

    @property
    def pairs(self) -> bool:
        """True when it compares two replies."""
        return self.criteria[0].pairs

    @property
    def needs_reference(self) -> bool:
        """True when it cannot judge without an ideal answer."""
        return any(criterion.reference == "required" for criterion in self.criteria)

    @property
    def asks(self) -> tuple[str | None, str]:
        """What makes it another judge than the next: its model, and all that it is asked."""
        plain = [structs.replace(criterion, name="") for criterion in self.criteria]
        return self.model, digest([criterion.instrument for criterion in plain])

    @property
    def instrument(self) -> str:
        """The digest of everything but the model: two judges with the same ask the same."""
        own = [self.name, self.version, [c.instrument for c in self.criteria]]
        if not self.members:
            return digest(own)
        return digest([own, self.combine, self.weights, [m.instrument for m in self.members]])

    def metric(self, criterion: Criterion) -> str:
        """Return the name of the scores under a criterion: the judge's, or with the criterion's."""
        return self.name if len(self.criteria) == 1 else f"{self.name}_{criterion.name}"

    def with_model(self, model: str | None) -> "Judge":
        """Return the judge with another model, where one is named.

        In a panel it is that of the members that name none; DeclarationError where all do.
        """
        if model is None:
            return self
        if not self.members:
            return replace(self, model=model)
        if all(member.model for member in self.members):
            raise DeclarationError(f"judge {self.name}: every member of the panel names its model")
        members = [m if m.model else replace(m, model=model) for m in self.members]
        return panel_of(self, members)

    def member(self, name: str) -> "Judge":
        """Return a member of the panel, to be asked alone. DeclarationError for who is none."""
        if not self.members:
            raise DeclarationError(f"judge {self.name} is no panel: it has no member '{name}'")
        if name not in self.names:
            raise unknown(f"member of judge {self.name}", name, self.names)
        return self.members[self.names.index(name)]


def read_judge(text: str) -> Judge:
    """Return the judge that `text` names: a YAML file, a ready rubric, or `pairwise`.

    DeclarationError, in one line, for what is declared wrong.
    """
    return _read(text)


def _read(text: str, *, member: bool = False) -> Judge:
    if text.endswith(YAML):
        file = from_yaml(read_text(Path(text)), JudgeFile, source=text)
        if member and file.seats:
            raise DeclarationError(f"{text}: a panel is no member of a panel")
        return judge_of(file, base=Path(text).parent, source=text)
    if text == PAIRWISE:
        return judge_of(JudgeFile(judge=PAIRWISE, kind="pairwise"))
    if text in ready_rubrics():
        return judge_of(JudgeFile(judge=text, rubric=text))
    if text in ready_judges():
        return _read(str(ready_judge(text)), member=member)
    raise unknown("judge", text, [*ready_rubrics(), *ready_judges(), PAIRWISE])


def judge_of(file: JudgeFile, *, base: Path = Path(), source: str = "judge") -> Judge:
    """Return the judge of a file's content; its paths are relative to `base`."""
    if file.seats:
        return _panel(file, base, source)
    template = _template(file, base, source)
    if file.kind == "rubric":
        stated = {name: (given, f"criteria.{name}") for name, given in file.criteria.items()}
        rubrics = stated or {file.judge: (file.rubric or "", "rubric")}
        criteria = tuple(
            _of_rubric(file, name, _rubric(given, base, f"{source}: {place}"), template)
            for name, (given, place) in rubrics.items()
        )
    else:
        criteria = (_of_question(file, template),)
    return Judge(
        name=file.judge,
        version=str(file.version),
        criteria=criteria,
        model=beside(file.model, base),
        family=file.family,
        repeats=file.repeats,
        formula=file.formula,
    )


def _panel(file: JudgeFile, base: Path, source: str) -> Judge:
    """Return the panel of a file's content."""
    names = None
    if file.models is not None:
        alone = structs.replace(file, models=None, combine=None, weights=None)
        names = model_names(file.models)
        members = [
            judge_of(
                structs.replace(alone, judge=f"{file.judge}-{as_name(name)}", model=model),
                base=base,
                source=source,
            )
            for name, model in zip(names, file.models, strict=True)
        ]
    else:
        members = [
            _member(given, base, f"{source}: panel[{place}]")
            for place, given in enumerate(file.panel or ())
        ]
    panel = Judge(
        name=file.judge,
        version=str(file.version),
        criteria=(),
        combine=file.combine or "majority",
        weights=file.weights or "measured",
    )
    return panel_of(panel, members, names)


def _member(given: str | dict[str, Any], base: Path, source: str) -> Judge:
    """Return a member: a file, a ready judge, one of these with a model, or one in place."""
    if isinstance(given, str):
        return _read(str(base / given) if given.endswith(YAML) else given, member=True)
    if set(given) == {"judge", "model"} and all(isinstance(v, str) for v in given.values()):
        return replace(_member(given["judge"], base, source), model=beside(given["model"], base))
    file = convert(given, JudgeFile, source=source)
    if file.seats:
        raise DeclarationError(f"{source}: a panel is no member of a panel")
    return judge_of(file, base=base, source=source)


def panel_of(panel: Judge, members: Sequence[Judge], names: Sequence[str] | None = None) -> Judge:
    """Return the panel with these members, who are called by their judges unless `names` says else.

    DeclarationError, in one line, for members that do not judge the same, for one that is there
    twice, and for weights that are not theirs.
    """
    names = names or member_names([(member.name, member.model) for member in members])
    for place, name in enumerate(names):
        for before in range(place):
            if members[before].asks == members[place].asks:
                raise DeclarationError(
                    f"judge {panel.name}: members {names[before]} and {name} are the same judge: "
                    "one verdict is not two"
                )
    check_members(panel.name, dict(zip(names, (m.criteria for m in members), strict=True)))
    check_weights(panel.name, panel.weights, names)
    return replace(
        panel,
        criteria=tuple(_shared(panel.name, c, members) for c in members[0].criteria),
        members=tuple(members),
        names=tuple(names),
    )


def _shared(panel: str, criterion: Criterion, members: Sequence[Judge]) -> Criterion:
    """Return a criterion of the panel: the first member's, under the panel's name if alone."""
    alike = [twin(member.criteria, criterion.name) for member in members]
    needed: Needs = "required" if any(c.reference == "required" for c in alike) else "optional"
    name = panel if len(members[0].criteria) == 1 else criterion.name
    return structs.replace(criterion, name=name, reference=needed)


def _template(file: JudgeFile, base: Path, source: str) -> str:
    if file.template is None:
        return ""
    if "{{" in file.template or "\n" in file.template:
        raise DeclarationError(f"{source}: `template` is the path of a file that holds the prompt")
    path = base / file.template
    text = read_text(path)
    check_template(text, source=f"{source}: {path}", kind=file.kind)
    return text


def _rubric(given: str | dict[str, Any], base: Path, source: str) -> Rubric:
    if isinstance(given, str):
        try:
            return read_rubric(given, base)
        except DeclarationError as error:
            raise DeclarationError(f"{source}: {error}") from None
    return convert({"rubric": "own", **given}, Rubric, source=source)


def _of_rubric(file: JudgeFile, name: str, rubric: Rubric, template: str) -> Criterion:
    needs: Needs = "required" if rubric.needs_reference else "optional"
    if file.reference is not None and rubric.needs_reference and file.reference != "required":
        raise DeclarationError(
            f"judge {file.judge}: rubric '{rubric.rubric}' grades against a reference; "
            f"`reference: {file.reference}` takes it away"
        )
    return Criterion(
        name=name,
        kind="rubric",
        text=rubric.criterion,
        scale=rubric.grades,
        limits=limits_text(rubric),
        reference=file.reference or needs,
        template=template,
        output=file.output,
        content=file.content and rubric.content,
        max_tokens=file.max_tokens,
        temperature=file.temperature,
    )


def _of_question(file: JudgeFile, template: str) -> Criterion:
    points = tuple(Point(ask=p) if isinstance(p, str) else p for p in file.points)
    question = file.question or (QUESTION if file.kind == "pairwise" else "")
    return Criterion(
        name=file.judge,
        kind=file.kind,
        text=question,
        points=points,
        reference=file.reference or "optional",
        template=template,
        output=file.output,
        content=file.content,
        max_tokens=file.max_tokens,
        temperature=file.temperature,
    )
