"""A policy that was not run: which arm it would choose, where; a YAML file.

    policy: warm_on_mobile
    choose:
      - {when: {device: mobile}, arm: warm}
      - {when: {device: [web, tv]}, chances: {base: 0.8, warm: 0.2}}
      - {arm: base}

The first entry whose `when` holds says; the last one has none, so that every context is told of.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from statera.codec.strict import from_yaml
from statera.errors import DeclarationError, unknown

Chance = Annotated[float, msgspec.Meta(ge=0, le=1)]
_SUM = 1e-9


class Choice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry: `arm`, or `chances` by arm, where every field of `when` has one of its values."""

    when: dict[str, str | tuple[str, ...]] = {}
    arm: str = ""
    chances: dict[str, Chance] = {}

    def holds(self, context: Mapping[str, str]) -> bool:
        """Return whether this entry is for that context."""
        return all(
            context.get(name) in ((wanted,) if isinstance(wanted, str) else wanted)
            for name, wanted in self.when.items()
        )

    def told(self) -> dict[str, float]:
        """Return the chances by arm."""
        return self.chances or {self.arm: 1.0}


class TargetPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole policy; `read_target` has checked that it speaks of every context."""

    policy: str
    choose: Annotated[tuple[Choice, ...], msgspec.Meta(min_length=1)]

    def chances(self, context: Mapping[str, str]) -> dict[str, float]:
        """Return the chances by arm in a context."""
        return next(one for one in self.choose if one.holds(context)).told()


def read_target(text: str, *, source: str) -> TargetPolicy:
    """Return the policy in a YAML file; DeclarationError with `source` and place."""
    policy = from_yaml(text, TargetPolicy, source=source)
    for number, choice in enumerate(policy.choose):
        place = f"{source}: choose[{number}]"
        if bool(choice.arm) == bool(choice.chances):
            raise DeclarationError(f"{place}: say `arm` or `chances`, and not both")
        if abs(sum(choice.told().values()) - 1) > _SUM:
            total = sum(choice.chances.values())
            raise DeclarationError(f"{place}.chances: they sum to {total:g}. Allowed: 1")
        if not choice.when and number + 1 < len(policy.choose):
            raise DeclarationError(f"{place}: without `when` it hides the entries after it")
    if policy.choose[-1].when:
        raise DeclarationError(f"{source}: choose: the last entry must be for all, without `when`")
    return policy


def check_target(
    policy: TargetPolicy, arms: Sequence[str], fields: Mapping[str, Sequence[str]], source: str
) -> None:
    """Raise DeclarationError for an arm, or a field or value of a context, that nobody knows.

    `fields` has the values of each, none where any may be.
    """
    for number, choice in enumerate(policy.choose):
        place = f"{source}: choose[{number}]"
        for name in choice.told():
            if name not in arms:
                raise DeclarationError(f"{place}: {unknown('arm', name, arms)}")
        for name, wanted in choice.when.items():
            if name not in fields:
                raise DeclarationError(f"{place}.when: {unknown('field', name, fields)}")
            for value in (wanted,) if isinstance(wanted, str) else wanted:
                if fields[name] and value not in fields[name]:
                    told = unknown("value", value, fields[name])
                    raise DeclarationError(f"{place}.when.{name}: {told}")
