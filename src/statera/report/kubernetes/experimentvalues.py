"""What a deployment can be told of live experiments, and what of it contradicts itself."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import msgspec

OWN_VARIABLES = (
    "STATERA_GUARD_EXPERIMENT",
    "STATERA_GUARD_SPOOL",
    "STATERA_LIVE",
    "STATERA_GUARD_LIVE",
    "STATERA_GUARD_UNIT_KEY",
    "STATERA_GUARD_FEEDBACK_KEY",
    "STATERA_GUARD_FEEDBACK_TOKEN",
    "STATERA_GUARD_TESTER_TOKEN",
)
"""Set here: where facts go, and what comes from the Secret, which no manifest may hold."""

Rule = dict[str, Any]
Path = Annotated[str, msgspec.Meta(pattern=r"^[-_A-Za-z0-9]+(/[-_A-Za-z0-9][-._A-Za-z0-9]*)+$")]
Variable = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Object = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$")]
Claim = Annotated[str, msgspec.Meta(pattern=r"^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)?$")]
Size = Annotated[str, msgspec.Meta(pattern=r"^[0-9]+(\.[0-9]+)?(M|G|T|Mi|Gi|Ti)$")]
_ONE = "one pod alone: replicas 1, autoscaling.enabled false, rollout.maxSurge 0"


class Database(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """Where PostgreSQL is: peers of a NetworkPolicy, and the port of its pods."""

    to: Annotated[list[Rule], msgspec.Meta(min_length=1)]
    port: Annotated[int, msgspec.Meta(ge=1, le=65_535)]


class Spool(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """Where facts wait: `size` of a volume that ends with its pod, or a PersistentVolumeClaim."""

    size: Size
    claim: Claim


class Experiment(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """Live experiments. `designs`: their files below the folder of all; none are served without.

    `keys`: variables of arms' endpoints, from the Secret. `endpoints`: egress rules by HOST:PORT,
    empty where it must still be said.
    """

    designs: list[Path]
    secret: Object
    keys: list[Variable]
    store: Literal["postgresql", "sqlite"]
    database: Database
    endpoints: dict[str, Rule]
    spool: Spool


def contradictions(
    experiment: Experiment, pods: int, surge: int | str, env: Mapping[str, str]
) -> Iterator[str]:
    """Yield what cannot be; `pods` at most, `surge` more in a rollout, `env` as the user set it."""
    for name in env:
        if name in OWN_VARIABLES:
            yield (
                f"'{name}' at `$.guard.env` is not for a user to set: `$.experiment` and its "
                "Secret say it"
            )
    several = pods > 1 or surge not in (0, "0%")
    shared = f"up to {pods} pods" if pods > 1 else "two pods, while a rollout lasts,"
    claim = experiment.spool.claim
    if experiment.store == "sqlite" and several:
        yield (
            f"`$.experiment.store` is sqlite and {shared} would share it: PostgreSQL is needed "
            f"(store: postgresql), or {_ONE}"
        )
    elif experiment.store == "sqlite" and not claim:
        yield (
            "`$.experiment.spool.claim`: sqlite would end with its pod and all facts with it: "
            "name a PersistentVolumeClaim"
        )
    elif claim and several:
        yield (
            f"`$.experiment.spool.claim` '{claim}' would be mounted by {shared}: leave it empty, "
            f"or {_ONE}"
        )
    for place, rule in experiment.endpoints.items():
        if not rule:
            yield (
                f"`$.experiment.endpoints.{place}`: a NetworkPolicy knows no names of hosts; say "
                "where it is, as {to: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: "
                f"[{{port: {place.rpartition(':')[2]}, protocol: TCP}}]}}"
            )
