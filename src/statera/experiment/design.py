"""The design of an experiment: a YAML file, checked whole before anybody is exposed.

opened = open_design(path)              # statera.experiment.opened
opened.design.base.name, opened.digest

The first arm is the base. A ramp's step takes more of the traffic; those who join with it are split
by that step's weights and stay where they are: they are a slice, and slices are strata.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from statera.codec.canonical import digest
from statera.experiment.durations import seconds
from statera.experiment.outcomes import KNOWN, Better, Outcome
from statera.records.live import Mode

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Share = Annotated[float, msgspec.Meta(gt=0, lt=1)]
Positive = Annotated[float, msgspec.Meta(gt=0)]
UnitKind = Literal["user", "session", "request"]
Analysis = Literal["confidence-sequence", "group-sequential"]


_USUAL: dict[UnitKind, str] = {
    "user": "user, safety_identifier, metadata.user_id or x-statera-user",
    "session": "x-statera-session",
    "request": "",
}


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mapping that knows all its keys."""


class Price(_Strict, frozen=True, kw_only=True):
    """Money for a million tokens."""

    input: float
    output: float


class Arm(_Strict, frozen=True, kw_only=True):
    """One variant. What is not said stays as the client sent it.

    `weight`: its share. `model`: a name, or URL#NAME of another endpoint, whose key is in the
    environment's variable `key_env`. `system_prompt`: a file beside the design, set by `place` in
    place of the client's system messages, or before or after them. `parameters` of the request.
    `policy`: the guard's for this arm. `run` and `ruling`: the offline run of this arm, and the
    hash of the release ruling that allowed it.
    """

    name: Name
    weight: Annotated[float, msgspec.Meta(ge=0, le=1)]
    model: str = ""
    key_env: str = ""
    system_prompt: str = ""
    place: Literal["replace", "before", "after"] = "replace"
    parameters: dict[str, Any] = {}
    policy: str = ""
    price: Price | None = None
    run: str = ""
    ruling: str = ""


class Unit(_Strict, frozen=True, kw_only=True):
    """What is randomised, and what names it: one of header, cookie, or field of the body.

    Where nothing is said a user is named by the body's `user`, `safety_identifier` or
    `metadata.user_id`, else by the header `x-statera-user`; a session by `x-statera-session`; a
    request needs no name.
    """

    kind: UnitKind = "user"
    header: str = ""
    cookie: str = ""
    field: str = ""
    cluster: str = ""  # unit request: the header that names the user, for within-user analysis

    @property
    def naming(self) -> tuple[str, str, str, str]:
        """What names a unit, alike for alike names: kind, header, cookie, field."""
        return self.kind, self.header.lower(), self.cookie, self.field

    @property
    def named(self) -> str:
        """What names it, in the words of people; "" for a request."""
        return self.header or self.cookie or self.field or _USUAL[self.kind]


class Primary(_Strict, frozen=True, kw_only=True):
    """The outcome that decides; `minimum`: the least difference worth having, above 0."""

    outcome: str
    minimum: Positive


class Guardrail(_Strict, frozen=True, kw_only=True):
    """An outcome that must not become worse by more than `margin`, in the outcome's own unit."""

    outcome: str
    margin: Positive


class Layer(_Strict, frozen=True, kw_only=True):
    """The part [start, end) of a layer; experiments of one layer with parts apart share no unit."""

    name: Name
    start: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    end: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0


class Step(_Strict, frozen=True, kw_only=True):
    """From `at` (with a time zone) on, `traffic` of the layer's part takes part.

    `weights` by arm for those who join with this step; without, the arms' own.
    """

    at: datetime
    traffic: Annotated[float, msgspec.Meta(gt=0, le=1)]
    weights: dict[str, Annotated[float, msgspec.Meta(ge=0, le=1)]] = {}


OTHER = "other"
"""What a segment's value becomes that its design does not declare."""


class Segment(_Strict, frozen=True, kw_only=True):
    """A declared segment: the header that says it, and its allowed values; others are OTHER."""

    header: str
    values: tuple[str, ...]


class Online(_Strict, frozen=True, kw_only=True):
    """Scorers that read a `share` of the answers, at most `per_minute` of them."""

    scorers: tuple[str, ...] = ("refusal",)
    share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    per_minute: Annotated[int, msgspec.Meta(ge=0)] = 6000


class Design(_Strict, frozen=True, kw_only=True):
    """A whole design. Lengths of time are texts as `7d`; see the fields' parts.

    `alpha` is two-sided for the primary outcome; each guardrail is one-sided at alpha over their
    number. `planned`: units of all arms together at the planned end; `length`: time until then.
    `looks`: of a group-sequential design. `overrides`: arm by unit id, for testers. `history`: how
    far back outcomes of a unit are read for CUPED; "" for none. `prior`: standard deviation of the
    effect for the Bayesian view.
    """

    experiment: Name
    arms: Annotated[tuple[Arm, ...], msgspec.Meta(min_length=2, max_length=20)]
    primary: Primary
    unit: UnitKind | Unit = "user"
    guardrails: tuple[Guardrail, ...] = ()
    outcomes: dict[Name, Outcome] = {}
    mode: Mode = "ab"
    analysis: Analysis = "confidence-sequence"
    looks: Annotated[int, msgspec.Meta(ge=1, le=50)] = 5
    alpha: Share = 0.05
    power: Share = 0.8
    planned: Annotated[int, msgspec.Meta(ge=2)] | None = None
    length: str = ""
    window: str = "1d"
    salt: str = ""
    layer: Layer | None = None
    ramp: Annotated[tuple[Step, ...], msgspec.Meta(max_length=100)] = ()
    segments: Annotated[dict[Name, Segment], msgspec.Meta(max_length=20)] = {}
    overrides: dict[str, str] = {}
    history: str = ""
    prior: Positive | None = None
    online: Online | None = None

    @property
    def base(self) -> Arm:
        """The first arm, with which the others are compared."""
        return self.arms[0]

    @property
    def units(self) -> Unit:
        """What is randomised, written out."""
        return self.unit if isinstance(self.unit, Unit) else Unit(kind=self.unit)

    @property
    def digest(self) -> str:
        """The design's digest: 32 hexadecimal digits of everything in it, and nothing else."""
        return digest(msgspec.to_builtins(self))

    def outcome(self, name: str) -> Outcome:
        """Return an outcome by its name, own ones first; KeyError for one that is neither."""
        return self.outcomes[name] if name in self.outcomes else KNOWN[name]

    def window_of(self, name: str) -> float:
        """Return an outcome's window in seconds."""
        return seconds(self.outcome(name).window or self.window, place="window")

    def better(self, name: str) -> Better:
        """Return which way an outcome is better."""
        return self.outcome(name).better

    @property
    def read(self) -> tuple[str, ...]:
        """The outcomes that the analysis reads: the primary one, then the guardrails'."""
        return tuple(dict.fromkeys([self.primary.outcome, *(g.outcome for g in self.guardrails)]))
