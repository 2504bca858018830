"""Ways into a pod: everything that lets traffic reach the model without passing the guard."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from statera.report.kubernetes.values import Object
from tests.deploy.words import leaves

GUARD, MODEL = 8080, 8000
_SHARED = ("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace")
_ASKING = ("startupProbe", "livenessProbe", "readinessProbe")
_HOOKS = ("postStart", "preStop")


def ways_around(found: Iterable[Object]) -> list[str]:
    """Return each way around the guard that the documents open."""
    told: list[str] = []
    for body in found:
        kind = body["kind"]
        if kind == "Deployment":
            told += _pod(body["spec"]["template"]["spec"])
        else:
            told += [
                f"{kind}: {'.'.join(path)} is {value}"
                for path, value in leaves(body)
                if kind != "ConfigMap"
                and "egress" not in path
                and _is_port(path, value)
                and value not in (GUARD, 53, "http")
            ]
    return told


def _is_port(path: tuple[str, ...], value: object) -> bool:
    return path[-1] in ("port", "targetPort", "nodePort", "endPort") or value in (MODEL, str(MODEL))


def _pod(pod: Object) -> Iterator[str]:
    yield from (f"pod: {key}" for key in _SHARED if pod.get(key))
    for container in [*pod["containers"], *pod.get("initContainers", [])]:
        name = container["name"]
        for port in container.get("ports", []):
            if name != "guard" or port["containerPort"] != GUARD or "hostPort" in port:
                yield f"{name}: port {port}"
        lifecycle = container.get("lifecycle", {})
        for handler in [container.get(key, {}) for key in _ASKING] + [
            lifecycle.get(key, {}) for key in _HOOKS
        ]:
            yield from _asked(name, handler)
        if name == "model":
            yield from _listens(container)


def _asked(name: str, handler: Any) -> Iterator[str]:
    """The kubelet asks from the node: only the guard's port, and never another host."""
    for way in ("httpGet", "tcpSocket", "grpc"):
        if way in handler and (handler[way].get("port") != GUARD or "host" in handler[way]):
            yield f"{name}: {way} {handler[way]}"


def _listens(container: Object) -> Iterator[str]:
    words = [*container["command"], *container["args"]]
    said = list(pairwise(words))
    inside = ("--host", "127.0.0.1") in said or ("--uds", "/run/model/api.sock") in said
    others = [word for word in words if word.partition("=")[0] in ("--host", "--uds")]
    if not inside or len(others) != 1:
        yield f"model: listens by {words}"
