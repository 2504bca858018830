"""What a deployment of the guard can be told: one file for Helm and for `statera guard manifest`.

The defaults are the chart's own `values.yaml`; a user's file says only what differs.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from statera.codec.files import read_text
from statera.codec.strict import convert, from_yaml
from statera.errors import DeclarationError
from statera.report.kubernetes.experimentvalues import (
    Database,
    Experiment,
    Spool,
    contradictions,
)

CHART = Path(__file__).parent / "chart"
DEFAULTS = CHART / "values.yaml"
OWN_FLAGS = ("--host", "--port", "--uds")
"""What the model server listens on is set here and nowhere else."""
OWN_NAMES = (
    "TARGET_UPSTREAM",
    "TOXICITY_THRESHOLD",
    "STATERA_POLICY",
    "STATERA_GUARD_HOST",
    "STATERA_GUARD_PORT",
    "STATERA_GUARD_CONTROL_HOST",
    "STATERA_GUARD_CONTROL_PORT",
    "STATERA_GUARD_CONTROL_TOKEN",
)
"""Another value would lead around the guard, or keep probes and hooks from it."""
MARGIN = 15
"""Seconds that the grace period leaves to the processes after the drain."""

Form = Literal["plain", "sidecar"]
Pull = Literal["Always", "IfNotPresent", "Never"]
Count = Annotated[int, msgspec.Meta(ge=1)]
Text = Annotated[str, msgspec.Meta(min_length=1)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$")]
Label = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$")]
Claim = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$")]
Quantity = Annotated[str, msgspec.Meta(pattern=r"^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$")]
Duration = Annotated[str, msgspec.Meta(pattern=r"^[0-9]+(ms|s|m)$")]
Amount = Annotated[int, msgspec.Meta(ge=0)] | Annotated[str, msgspec.Meta(pattern=r"^[0-9]+%$")]
Object = dict[str, Any]


class Compute(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """Processor and memory as Kubernetes writes them."""

    cpu: Quantity
    memory: Quantity


class ModelServer(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """The container with the model. `weights` is a PersistentVolumeClaim, mounted on /models."""

    image: Text
    pull_policy: Pull
    listen: Literal["loopback", "socket"]
    command: Annotated[list[Text], msgspec.Meta(min_length=1)]
    args: list[str]
    env: dict[str, str]
    weights: Claim
    cpu: Quantity
    memory: Quantity
    gpus: Annotated[int, msgspec.Meta(ge=0)]
    shared_memory: Quantity
    start_seconds: Annotated[int, msgspec.Meta(ge=30)]


class GuardServer(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """The container with the guard. `threshold`: None where the policy has no `toxicity`."""

    image: Text
    pull_policy: Pull
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    env: dict[str, str]
    requests: Compute
    limits: Compute


class Drain(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """How long open replies may take once a pod ends, and how long until it is killed."""

    wait_seconds: Count
    grace_seconds: Annotated[int, msgspec.Meta(ge=120, le=3600)]


class Rollout(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """How many pods more or fewer there may be while a new version comes."""

    max_surge: Amount
    max_unavailable: Amount


class Autoscaling(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """More pods when each has more than `inflight` requests open."""

    enabled: bool
    max_replicas: Count
    inflight: Count


class Monitoring(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """A ServiceMonitor of the Prometheus Operator."""

    enabled: bool
    interval: Duration


class Network(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """Who may call the guard, and what the pod may call beside the cluster's DNS."""

    callers: list[Object]
    egress: list[Object]


class Values(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """Everything; `version` is the label of the whole, `policy` the guard's file as text."""

    form: Form
    name: Name
    version: Label
    replicas: Count
    user: Count
    model: ModelServer
    guard: GuardServer
    policy: str
    drain: Drain
    rollout: Rollout
    autoscaling: Autoscaling
    monitoring: Monitoring
    network: Network
    node_selector: dict[str, str]
    tolerations: list[Object]
    experiment: Experiment | None = None
    """None where no live experiment is carried."""


def read_values(
    text: str = "", *, source: str = str(DEFAULTS), experiment: str | None = None
) -> Values:
    """Return the defaults with what the YAML says; DeclarationError with the place in `source`.

    `experiment`: the values of live experiments as YAML, where some are carried.
    """
    defaults = from_yaml(read_text(DEFAULTS), Object, source=str(DEFAULTS))
    stated = from_yaml(text, Object, source=source) if text.strip() else {}
    if experiment is not None:
        defaults |= from_yaml(experiment, Object, source="experiment")
        stated = _with_carried(stated, defaults["experiment"], source)
    elif "experiment" in stated:
        raise DeclarationError(
            f"{source}: `$.experiment` is for designs that are carried: name them with "
            "--experiment FILE"
        )
    values = convert(_merged(defaults, stated), Values, source=source)
    for told in _wrong(values):
        raise DeclarationError(f"{source}: {told}")
    return values


def states_threshold(text: str) -> bool:
    """Return whether a file of values, which was read before, says `guard.threshold`."""
    stated = from_yaml(text, Object, source="values") if text.strip() else {}
    return "threshold" in stated.get("guard", {})


def schema(*, experiment: bool = False) -> Object:
    """Return the JSON schema of a values file, as Helm and editors read it.

    `experiment`: whether the chart carries live experiments.
    """
    found: Object = msgspec.json.schema(Values)
    if not experiment:
        del found["$defs"]["Values"]["properties"]["experiment"]
        for kind in (Experiment, Database, Spool):
            del found["$defs"][kind.__name__]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | found


def _with_carried(stated: Object, carried: Object, source: str) -> Object:
    """Return what is stated with the designs that are carried, and the variables that they need."""
    own = stated.get("experiment", {})
    if not isinstance(own, dict):
        raise DeclarationError(f"{source}: `$.experiment` must be a mapping; leave it out for ours")
    told = {name: carried[name] for name in ("designs", "keys")}
    return stated | {"experiment": own | told}


def _merged(defaults: Mapping[str, Any], stated: Mapping[str, Any]) -> Object:
    """Return the defaults with what is stated: mappings are merged, anything else is replaced."""
    both = {
        key: _merged(defaults[key], value)
        for key, value in stated.items()
        if isinstance(value, dict) and isinstance(defaults.get(key), dict)
    }
    return {**defaults, **stated, **both}


def _wrong(values: Values) -> list[str]:
    """Return what contradicts itself."""
    drain, model = values.drain, values.model
    told = [
        f"'{arg}' at `$.model.args`: where the model listens is said by `$.model.listen`, "
        "loopback or socket"
        for arg in [*model.command, *model.args]
        if arg.partition("=")[0] in OWN_FLAGS
    ]
    told += [
        f"'{name}' at `$.guard.env` is not for a user to set: probes and hooks rest on it"
        for name in values.guard.env
        if name in OWN_NAMES
    ]
    if drain.wait_seconds > drain.grace_seconds - MARGIN:
        told.append(
            f"`$.drain.waitSeconds` must leave {MARGIN} s of `$.drain.graceSeconds`: at most "
            f"{drain.grace_seconds - MARGIN}, not {drain.wait_seconds}"
        )
    if values.autoscaling.max_replicas < values.replicas:
        told.append(
            f"`$.autoscaling.maxReplicas` is {values.autoscaling.max_replicas}, below "
            f"`$.replicas`, {values.replicas}"
        )
    if (experiment := values.experiment) is not None:
        more = values.autoscaling.max_replicas if values.autoscaling.enabled else 1
        pods, surge = max(values.replicas, more), values.rollout.max_surge
        told += contradictions(experiment, pods, surge, values.guard.env)
    return told
