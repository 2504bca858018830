"""What a judge's file says of a panel: who sits on it, and how their verdicts become one.

One rubric, question or list of points that several models are asked:

    judge: three
    rubric: reference
    models: [http://a/v1#x, http://b/v1#y, gpt-4o-mini]

Several judges, each with a model of its own:

    judge: mixed
    panel:
      - strict.yaml
      - {judge: reference, model: gpt-4o-mini}
      - {judge: kind, rubric: tone, model: http://b/v1#y}
    combine: weighted                       # or majority (as it is unless stated), mean
    weights: {strict: 2, reference: 1, kind: 1}      # or `measured`, as it is unless stated

All members judge the same: replies or pairs, on one scale, or by the same points.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Annotated, Any, Literal

import msgspec

from statera.codec.files import YAML
from statera.errors import DeclarationError, unknown
from statera.graders.criterion import Criterion
from statera.graders.panel import Combine

MEASURED = "measured"

Weight = Annotated[float, msgspec.Meta(ge=0)]
Weights = Literal["measured"] | dict[str, Weight]

_NO_NAME = re.compile(r"[^A-Za-z0-9_.-]+")
_FILES = (".yaml", ".yml", ".json", ".gguf")
_OWN = frozenset({"judge", "version", "panel", "combine", "weights"})


class PanelPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part of a judge's file about a panel; nothing in it is stated for a single judge.

    `models` are asked one and the same; `panel` lists judges: files, ready ones, or written in
    place. `combine` makes one verdict of theirs, `weights` go with `weighted`: a number a member,
    or `measured`, by how often people agreed with each.
    """

    models: tuple[str, ...] | None = None
    panel: tuple[str | dict[str, Any], ...] | None = None
    combine: Combine | None = None
    weights: Weights | None = None

    @property
    def seats(self) -> int:
        """How many members there are; 0 for a single judge."""
        return len(self.panel or self.models or ())

    def check_panel(self) -> None:
        """Raise ValueError for a panel that cannot be."""
        stated = [name for name in ("models", "panel") if getattr(self, name) is not None]
        if len(stated) > 1:
            raise ValueError("`models` are asked the same, `panel` lists judges: not both")
        if not stated:
            self._check_single()
            return
        (name,) = stated
        if self.seats < 2:
            raise ValueError(f"a panel has two members or more, `{name}` has {self.seats}")
        if name == "models" and (again := _again(self.models or ())):
            raise ValueError(f"`models` has '{again}' twice: one verdict is not two")
        if name == "panel":
            self._check_alone()
        self._check_weights()

    def _check_single(self) -> None:
        if self.combine is not None or self.weights is not None:
            name = "weights" if self.combine is None else "combine"
            raise ValueError(f"`{name}` goes with `models` (or `panel`), the members of a panel")

    def _check_alone(self) -> None:
        """Raise ValueError where a list of judges states more, which would be nobody's."""
        for field in msgspec.structs.fields(self):
            default = field.default if field.default is not msgspec.NODEFAULT else None
            if field.default_factory is not msgspec.NODEFAULT:
                default = field.default_factory()
            if field.name not in _OWN and getattr(self, field.name) != default:
                raise ValueError(
                    f"`{field.name}` belongs in each judge of `panel`; several models that are "
                    "asked the same are listed in `models`"
                )

    def _check_weights(self) -> None:
        if self.weights is not None and self.combine != "weighted":
            raise ValueError("`weights` go with `combine: weighted`")
        if isinstance(self.weights, dict) and not 0 < sum(self.weights.values()) < float("inf"):
            raise ValueError("`weights` are numbers of which one at least is above 0")


def member_names(judges: Sequence[tuple[str, str | None]]) -> list[str]:
    """Return what the members are called, given the judge and the model of each.

    By the judge; where two have the same, by the model, in short if that tells them apart.
    """
    called = [name for name, _ in judges]
    if len(set(called)) == len(called):
        return called
    models = [model for _, model in judges if model]
    if len(set(models)) == len(called):
        return model_names(models)
    return [f"{name} {place}" for place, name in enumerate(called, start=1)]


def model_names(models: Sequence[str]) -> list[str]:
    """Return what several models are called: in short, if that tells them apart."""
    short = [_short(model) for model in models]
    return short if len(set(short)) == len(short) and all(short) else list(models)


def as_name(text: str) -> str:
    """Return a text as a part of a judge's name."""
    return _NO_NAME.sub("-", text)


def _short(model: str) -> str:
    """Return the name behind `#`, a file's without folder and ending, else the whole."""
    if "#" in model:
        return model.rpartition("#")[2]
    return PurePath(model.partition(":")[2] or model).stem if model.endswith(_FILES) else model


def check_members(panel: str, members: Mapping[str, Sequence[Criterion]]) -> None:
    """Raise DeclarationError, in one line, unless all members judge the same things alike."""
    first, *others = members
    for name in others:
        for one, other in _twins(panel, (first, members[first]), (name, members[name])):
            if differs := _difference(one, other):
                raise DeclarationError(
                    f"judge {panel}: members {first} and {name} do not judge the same: {differs}"
                )


def check_weights(panel: str, weights: Weights | None, members: Sequence[str]) -> None:
    """Raise DeclarationError for the weight of nobody, or a member without one."""
    if not isinstance(weights, dict):
        return
    for name in weights:
        if name not in members:
            found = unknown("member", name, members)
            raise DeclarationError(f"judge {panel}: `weights`: {found}")
    if without := [name for name in members if name not in weights]:
        raise DeclarationError(f"judge {panel}: `weights` says nothing of member '{without[0]}'")


def twin(criteria: Sequence[Criterion], name: str) -> Criterion:
    """Return a member's criterion that answers to the panel's of that name."""
    return criteria[0] if len(criteria) == 1 else next(c for c in criteria if c.name == name)


def _twins(
    panel: str, first: tuple[str, Sequence[Criterion]], other: tuple[str, Sequence[Criterion]]
) -> list[tuple[Criterion, Criterion]]:
    names, there = ({c.name for c in criteria} for _, criteria in (first, other))
    if len(names) != len(there) or (len(names) > 1 and names != there):
        told = [f"{who} {', '.join(c.name for c in criteria)}" for who, criteria in (first, other)]
        raise DeclarationError(f"judge {panel}: members have other criteria: {told[0]}; {told[1]}")
    return [(c, twin(other[1], c.name)) for c in first[1]]


def _difference(one: Criterion, other: Criterion) -> str:
    if one.kind != other.kind:
        return f"kind {one.kind} and {other.kind}"
    if one.scale is not None and other.scale is not None:
        told = [", ".join(map(str, scale.values)) for scale in (one.scale, other.scale)]
        if told[0] != told[1]:
            return f"levels {told[0]} and {told[1]}"
        if one.scale.good_from != other.scale.good_from:
            return f"good from {one.scale.good_from} and from {other.scale.good_from}"
    if one.points != other.points:
        return "other points"
    return ""


def _again(names: Sequence[str]) -> str:
    return next((name for place, name in enumerate(names) if name in names[:place]), "")


def beside(model: str | None, base: Path) -> str | None:
    """Return the model, the path of a model file or a script being relative to `base`."""
    if model is None or "://" in model:
        return model
    kind, colon, rest = model.partition(":")
    if kind == "scripted" and colon:
        return f"scripted:{base / rest}"
    return str(base / model) if model.endswith((*YAML, ".json")) else model
