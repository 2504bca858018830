"""A gate's policy: the YAML file that a team reviews like code, and what it may say.

    gate: support-release
    alpha: 0.05
    anchor: v1.0               # a fixed release that every baseline rule is held to as well
    anchor_margin: 0.05
    rules:
      - {metric: gsm8k/accuracy, than: baseline, margin: 0.02}
      - {metric: "mmlu/*/accuracy", min: 0.55}
      - {metric: allergies/critical, max: 0.01, critical: true}

Metric names are `task/metric` and `task/category/metric`; `*` stands for one part.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from statera.codec.canonical import digest_bytes
from statera.codec.files import YAML, read_text
from statera.codec.strict import convert, from_yaml
from statera.errors import DeclarationError, unknown

Than = Literal["baseline", "anchor"]
Detector = Literal["exact", "fallible"]
Alpha = Annotated[float, msgspec.Meta(gt=0, le=0.5)]
Margin = Annotated[float, msgspec.Meta(ge=0, le=1)]

HELPFULNESS = "helpfulness_on_edge_cases"
EDGE_CASES = ("over_refusal_any", "over_refusal_full", "discrimination")
"""The metrics that tell whether safe prompts which sound unsafe are helped with."""

READY = Path(__file__).parent / "ready"
_SILENT = (("unvalidated", False), ("transported", False), ("epochs", None))
_FORMS = "`than` with `margin`, `min`, or `max`"


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One condition, of one of three forms.

    `than` with `margin`: not worse than that run by more than the margin (in the metric's unit; a
    margin of 0 asks for better). `min`: surely above. `max`: surely below.

    `critical`: one confirmed failure of one item fails the gate. `detector: fallible` says that
    what tells a failure can err, so that a person confirms it first. `anchor_margin` is what the
    rule allows against the policy's anchor. `counter` names a metric that another rule must read;
    `helpfulness_on_edge_cases` stands for any of over_refusal_any, over_refusal_full and
    discrimination, of whatever task: a model that refuses all passes every safety rule. `epochs`
    is how often each item has to have been asked: a rule on what fails in any of K tries is another
    rule for another K, so it is decided on runs of exactly that many alone.
    `unvalidated` takes a judge at its word whose error nobody measured. `transported` takes a
    judge's error to be here what it was on other replies, or by labels that nobody knows how they
    were drawn. The ruling repeats either.
    """

    metric: Annotated[str, msgspec.Meta(pattern="^[^/]+(/[^/]+)+$")]
    than: Than | None = None
    margin: Margin | None = None
    min: float | None = None
    max: float | None = None
    critical: bool = False
    detector: Detector = "exact"
    anchor_margin: Margin | None = None
    counter: str | None = None
    unvalidated: bool = False
    transported: bool = False
    epochs: Annotated[int, msgspec.Meta(ge=1)] | None = None

    def __post_init__(self) -> None:
        stated = [name for name in ("than", "min", "max") if getattr(self, name) is not None]
        if len(stated) != 1:
            said = "none" if not stated else " and ".join(f"`{name}`" for name in stated)
            raise ValueError(f"a rule states exactly one of {_FORMS}; this one states {said}")
        if (self.than is None) != (self.margin is None):
            missing = "margin" if self.margin is None else "than"
            raise ValueError(f"`than` and `margin` go together; `{missing}` is missing")
        if self.anchor_margin is not None and self.than != "baseline":
            raise ValueError("`anchor_margin` belongs to a rule with `than: baseline`")
        if self.critical and self.than is not None:
            raise ValueError("`critical` belongs to a rule with `max` or `min`")


class Stopping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How `statera run --until` looks at the gate while it asks.

    `estimand`: the `population` that the items stand for, or this `benchmark` alone.
    """

    design: Literal["group-sequential", "confidence-sequence"] = "group-sequential"
    estimand: Literal["population", "benchmark"] = "population"


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A gate: it passes only if every rule passes.

    `alpha` is the one-sided chance of a wrong pass, in (0, 0.5]. `anchor` is the tag or id of a
    second, fixed run; every `than: baseline` rule then holds against it too, with the rule's or the
    policy's `anchor_margin`, or else the rule's margin. `unvalidated` says of every rule that an
    unmeasured judge is taken at its word.
    """

    gate: Annotated[str, msgspec.Meta(min_length=1)]
    rules: Annotated[tuple[Rule, ...], msgspec.Meta(min_length=1)]
    alpha: Alpha = 0.05
    anchor: str | None = None
    anchor_margin: Margin | None = None
    stopping: Stopping = Stopping()
    unvalidated: bool = False

    def __post_init__(self) -> None:
        if self.anchor is None:
            wants = self.anchor_margin is not None or any(
                rule.than == "anchor" or rule.anchor_margin is not None for rule in self.rules
            )
            if wants:
                raise ValueError("`anchor` is missing: the run that the anchor's rules speak of")
        names = [rule.metric for rule in self.rules]
        for place, rule in enumerate(self.rules):
            if rule.counter is not None and not _reads(names[:place] + names[place + 1 :], rule):
                raise ValueError(
                    f"no other rule reads `{rule.counter}`, counter of `{rule.metric}`"
                    f"{_instead(rule)}"
                )

    @property
    def digest(self) -> str:
        """What identifies the rules: the same for the same policy, however it is written."""
        return digest_bytes(msgspec.json.encode(_stated(msgspec.to_builtins(self))))

    @property
    def needs_base(self) -> bool:
        """True when a rule compares with the baseline."""
        return any(rule.than == "baseline" for rule in self.rules)

    def margin(self, rule: Rule, than: Than) -> float:
        """Return what a `than` rule allows against that run."""
        stated = [rule.margin]
        if than == "anchor" and rule.than == "baseline":
            stated = [rule.anchor_margin, self.anchor_margin, rule.margin]
        return next(margin for margin in stated if margin is not None)


def _reads(others: Sequence[str], rule: Rule) -> bool:
    """Return whether one of the other rules' metrics is the counter-metric that a rule names."""
    if rule.counter == HELPFULNESS:
        return any(name.rpartition("/")[2] in EDGE_CASES for name in others)
    return rule.counter in others


def _instead(rule: Rule) -> str:
    return f"; allowed: a rule on {', '.join(EDGE_CASES)}" if rule.counter == HELPFULNESS else ""


def _stated(policy: dict[str, Any]) -> dict[str, Any]:
    """Return the policy without what it says by saying nothing: as it was before one could.

    In the order of the fields: rulings that are kept know the policy by these very bytes.
    """
    rules = [{k: v for k, v in rule.items() if (k, v) not in _SILENT} for rule in policy["rules"]]
    return {k: v for k, v in policy.items() if (k, v) not in _SILENT} | {"rules": rules}


def ready_policies() -> dict[str, Path]:
    """Return the policies that ship, by name."""
    return {path.stem: path for path in sorted(READY.glob("*.yaml"))}


def read_policy(path: str | Path) -> Policy:
    """Return the policy in a YAML file, or one that ships by its name (`alignment`).

    DeclarationError names file, place and nearest name. A file of that name goes first.
    """
    found = Path(path)
    if not found.exists() and found.suffix not in YAML:
        ready = ready_policies()
        if str(path) not in ready:
            raise unknown("policy", str(path), [*ready, "FILE.yaml"])
        found = ready[str(path)]
    return from_yaml(read_text(found), Policy, source=str(path))


@contextmanager
def naming(source: str | Path) -> Iterator[None]:
    """Put the policy's file before a mistake in one of its rules, wherever that is found."""
    try:
        yield
    except DeclarationError as error:
        told = str(error)
        if not told.startswith("rules["):
            raise
        raise DeclarationError(f"{source}: {told}") from None


def policy(value: Any, *, source: str = "policy") -> Policy:
    """Return the policy in plain Python values, checked like a file's."""
    return convert(value, Policy, source=source)


def policy_schema() -> dict[str, Any]:
    """Return the JSON schema of a policy file, for editors."""
    return msgspec.json.schema(Policy)
