"""What a design must be beyond its form: every mistake is one line with file, place and remedy.

check(design, source="tone.yaml")      # DeclarationError, or nothing

Files that a design names are read by `statera.experiment.opened`; what several designs must be
beside each other is in `statera.experiment.layers`.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from statera.errors import unknown
from statera.experiment.design import OTHER, Arm, Design, Unit
from statera.experiment.durations import seconds, told
from statera.experiment.outcomechecks import check_outcomes
from statera.experiment.places import at, wrong

ALIKE = 1e-9
"""Weights add up to 1 when they are no further from it."""

OWN_FIELDS = {
    "model": "`model:` of the arm sets it",
    "messages": "`system_prompt:` of the arm sets the system message",
    "input": "it is what the client asks",
    "prompt": "it is what the client asks",
    "instructions": "`system_prompt:` of the arm sets it",
    "system": "`system_prompt:` of the arm sets it",
    "stream": "the client says how it reads the answer",
    "stream_options": "the client says how it reads the answer",
    "user": "it may name the unit",
}
"""Fields of a request that no arm sets as a parameter, and why."""

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def check(design: Design, source: str) -> None:
    """Raise DeclarationError for the first thing in a design that cannot be meant."""
    _check_numbers(design, source)
    _check_text(design.salt, source, "salt")
    _check_arms(design, source)
    _check_weights(design, source)
    _check_unit(design.units, source)
    _check_ramp(design, source)
    _check_layer(design, source)
    _check_lengths(design, source)
    check_outcomes(design, source)
    _check_analysis(design, source)
    _check_segments(design, source)
    with at(source, "overrides"):
        for name in design.overrides.values():
            _known("arm", name, _names(design))


def _names(design: Design) -> tuple[str, ...]:
    return tuple(arm.name for arm in design.arms)


def _known(kind: str, name: str, allowed: Iterable[str]) -> None:
    allowed = tuple(allowed)
    if name not in allowed:
        raise unknown(kind, name, allowed)


def _check_numbers(design: Design, source: str) -> None:
    """Refuse what YAML calls a number and is none: `.inf`, `.nan`."""
    for place, value in _numbers(msgspec.to_builtins(design)):
        if not math.isfinite(value):
            raise wrong(source, place, f"{value} is no number that anything can be compared with")


def _numbers(value: Any, place: str = "") -> Iterator[tuple[str, float]]:
    """Yield each number with its place, as `arms[1].weight`."""
    if isinstance(value, float):
        yield place, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _numbers(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _numbers(inner, f"{place}[{number}]")


def _check_text(text: str, source: str, place: str) -> None:
    """Refuse control characters: a line feed parts the texts that are hashed."""
    if not text.isprintable():
        raise wrong(source, place, "allowed are characters that can be printed, on one line")


def _check_arms(design: Design, source: str) -> None:
    names: list[str] = []
    for number, arm in enumerate(design.arms):
        place = f"arms[{number}]"
        if arm.name in names:
            raise wrong(source, place, f"the name '{arm.name}' is already taken")
        names.append(arm.name)
        _check_model(arm, source, place)
        for name in arm.parameters:
            if why := OWN_FIELDS.get(name):
                raise wrong(source, f"{place}.parameters", f"'{name}' is no parameter: {why}")


def _check_model(arm: Arm, source: str, place: str) -> None:
    url, mark, name = arm.model.rpartition("#")
    if mark and not (url.startswith(("http://", "https://")) and name):
        allowed = "Allowed: a name, or URL#NAME as http://localhost:8000/v1#candidate"
        raise wrong(source, f"{place}.model", f"'{arm.model}' is no endpoint. {allowed}")
    if mark and "@" in url:
        raise wrong(source, f"{place}.model", "a key in the URL would be stored. Use key_env: NAME")
    if arm.key_env and not mark:
        told = "a key goes with another endpoint: model: URL#NAME"
        raise wrong(source, f"{place}.key_env", told)
    if arm.key_env and not _VARIABLE.fullmatch(arm.key_env):
        told = "not the name of an environment variable, as CANDIDATE_API_KEY. Never the key itself"
        raise wrong(source, f"{place}.key_env", told)


def _check_weights(design: Design, source: str) -> None:
    own = {arm.name: arm.weight for arm in design.arms}
    reached = set()
    for place, weights in _stated_weights(design, own):
        with at(source, place):
            for name in weights:
                _known("arm", name, own)
        _check_sum(weights, source, place)
        _check_base(design, weights, source, place)
        reached |= {name for name, weight in weights.items() if weight > 0}
    for number, arm in enumerate(design.arms):
        if arm.name not in reached and not (number == 0 and design.mode == "shadow"):
            told = f"'{arm.name}' is unreachable: its weight is 0 wherever units join"
            raise wrong(source, f"arms[{number}]", told)


def _stated_weights(
    design: Design, own: Mapping[str, float]
) -> Iterator[tuple[str, Mapping[str, float]]]:
    """Yield where weights are stated and what they are; the arms' own where no step says others."""
    if not all(step.weights for step in design.ramp) or not design.ramp:
        yield "arms", own
    for number, step in enumerate(design.ramp):
        if step.weights:
            yield f"ramp[{number}].weights", step.weights


def _check_sum(weights: Mapping[str, float], source: str, place: str) -> None:
    total = math.fsum(weights.values())
    if abs(total - 1) > ALIKE:
        told = " + ".join(f"{weight:g}" for weight in weights.values())
        raise wrong(source, place, f"the weights add up to {total:.10g}, not 1: {told}")


def _check_base(design: Design, weights: Mapping[str, float], source: str, place: str) -> None:
    """A slice without the base has nothing to be compared with; a shadow shows the base to all."""
    base = design.base.name
    if design.mode != "shadow" and weights.get(base, 0.0) == 0:
        told = f"the base '{base}' has no weight: those who join here are compared with nobody"
        raise wrong(source, place, told)


def _check_unit(unit: Unit, source: str) -> None:
    said = [name for name in ("header", "cookie", "field") if getattr(unit, name)]
    if len(said) > 1:
        raise wrong(source, "unit", f"{' and '.join(said)}: one of them names the unit")
    if unit.cluster and unit.kind == "user":
        told = "it binds requests or sessions of one user; the unit is the user already"
        raise wrong(source, "unit.cluster", told)
    for name in ("header", "cookie", "cluster"):
        _check_token(getattr(unit, name), source, f"unit.{name}")
    _check_text(unit.field, source, "unit.field")


def _check_token(text: str, source: str, place: str) -> None:
    if text and not _TOKEN.fullmatch(text):
        told = f"'{text}' cannot be the name of a header or cookie. Allowed: x-user-id and the like"
        raise wrong(source, place, told)


def _check_ramp(design: Design, source: str) -> None:
    """A ramp only grows: a unit that was exposed once stays where it is."""
    for number, step in enumerate(design.ramp):
        if step.at.tzinfo is None:
            told = f"{step.at.isoformat()} has no time zone, as {step.at.isoformat()}Z"
            raise wrong(source, f"ramp[{number}].at", told)
    for number, (before, step) in enumerate(zip(design.ramp, design.ramp[1:], strict=False)):
        place = f"ramp[{number + 1}]"
        if step.at <= before.at:
            told = f"{step.at.isoformat()} is not after {before.at.isoformat()} of the step before"
            raise wrong(source, f"{place}.at", told)
        if step.traffic <= before.traffic:
            told = (
                f"{step.traffic:g} is not above {before.traffic:g} of the step before: a ramp only "
                "grows, or units that were exposed would move. `statera experiment stop` ends one"
            )
            raise wrong(source, f"{place}.traffic", told)


def _check_layer(design: Design, source: str) -> None:
    layer = design.layer
    if layer and layer.start >= layer.end:
        told = f"[{layer.start:g}, {layer.end:g}) is empty: no unit would be in it"
        raise wrong(source, "layer", told)


def _check_lengths(design: Design, source: str) -> None:
    for place in ("length", "history"):
        text = getattr(design, place)
        if text and not seconds(text, place=f"{source}: {place}"):
            raise wrong(source, place, f"'{text}' is no time at all")
    window = seconds(design.window, place=f"{source}: window")
    if design.length and window >= (length := seconds(design.length, place="length")):
        raise wrong(
            source,
            "window",
            f"{told(window)} is not shorter than the planned length {told(length)}: no unit's "
            "outcome would be known by then",
        )


def _check_analysis(design: Design, source: str) -> None:
    arms = len(design.arms)
    if design.analysis == "group-sequential":
        if design.planned is None:
            told = (
                "a group-sequential design needs the number of units at its planned end. "
                "`statera experiment plan` says how many, and a confidence-sequence needs none"
            )
            raise wrong(source, "planned", told)
        if design.planned < (least := 2 * arms * design.looks):
            told = f"{design.planned} units are too few for {design.looks} looks. At least {least}"
            raise wrong(source, "planned", told)
    if design.mode == "canary" and not design.guardrails:
        raise wrong(source, "guardrails", "a canary needs one: nothing else could stop it")


def _check_segments(design: Design, source: str) -> None:
    for name, segment in design.segments.items():
        place = f"segments.{name}"
        if not segment.header:
            raise wrong(source, f"{place}.header", "say which header has the segment's value")
        _check_token(segment.header, source, f"{place}.header")
        if not segment.values or not all(segment.values):
            raise wrong(source, f"{place}.values", "say the values that there are, none empty")
        if len(set(segment.values)) < len(segment.values):
            raise wrong(source, f"{place}.values", "a value is there twice")
        if OTHER in segment.values:
            told = f"'{OTHER}' is what any other value becomes, and needs no saying"
            raise wrong(source, f"{place}.values", told)
