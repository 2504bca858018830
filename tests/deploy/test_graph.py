"""The model cannot be reached around the guard by pod traffic, and planted ways are found."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from statera.report.kubernetes.values import Object
from tests.deploy.graph import ways_around
from tests.deploy.made import CASES, made, of_kind
from tests.deploy.words import leaves


@pytest.mark.parametrize("case", CASES)
def test_the_guard_is_the_only_way_in(case: str) -> None:
    assert ways_around(made(case)) == []


@pytest.mark.parametrize("case", CASES)
def test_the_models_port_is_named_by_the_model_its_probes_and_the_guards_upstream(
    case: str,
) -> None:
    named = {
        path[path.index("spec", 1) + 1 :] if path.count("spec") > 1 else path
        for body in made(case)
        if body["kind"] != "ConfigMap"
        for path, value in leaves(body)
        if "8000" in str(value)
    }
    own = {
        ("containers", "args"),
        ("containers", "startupProbe", "exec", "command"),
        ("containers", "livenessProbe", "exec", "command"),
    }
    guard = ("initContainers" if "sidecar" in case else "containers", "env", "value")
    assert named == (set() if "socket" in case else own | {guard})


def containers(body: Object) -> Any:
    return body["spec"]["template"]["spec"]["containers"]


WAYS: list[tuple[str, Callable[[Object], object]]] = [
    ("Service", lambda d: d["spec"]["ports"][0].update(targetPort=8000)),
    ("Service", lambda d: d["spec"]["ports"].append({"port": 8000})),
    ("NetworkPolicy", lambda d: d["spec"]["ingress"][0]["ports"].append({"port": 8000})),
    ("NetworkPolicy", lambda d: d["spec"]["ingress"][0]["ports"][0].update(endPort=9000)),
    ("ServiceMonitor", lambda d: d["spec"]["endpoints"][0].update(port="8000")),
    ("Deployment", lambda d: containers(d)[0].update(ports=[{"containerPort": 8000}])),
    ("Deployment", lambda d: containers(d)[0].update(livenessProbe={"tcpSocket": {"port": 8000}})),
    ("Deployment", lambda d: containers(d)[0].update(startupProbe={"grpc": {"port": 8000}})),
    (
        "Deployment",
        lambda d: containers(d)[0]["lifecycle"].update(preStop={"httpGet": {"port": 1}}),
    ),
    (
        "Deployment",
        lambda d: containers(d)[1]["readinessProbe"]["httpGet"].update(host="127.0.0.1"),
    ),
    ("Deployment", lambda d: containers(d)[1]["ports"][0].update(hostPort=8080)),
    ("Deployment", lambda d: containers(d)[0]["args"].extend(["--host", "0.0.0.0"])),
    ("Deployment", lambda d: containers(d)[0]["args"].append("--host=0.0.0.0")),
    ("Deployment", lambda d: containers(d)[0].update(args=["/models/chat"])),
    ("Deployment", lambda d: d["spec"]["template"]["spec"].update(hostNetwork=True)),
    ("Deployment", lambda d: d["spec"]["template"]["spec"].update(shareProcessNamespace=True)),
]


@pytest.mark.parametrize(("kind", "change"), WAYS)
def test_a_planted_way_around_is_found(kind: str, change: Callable[[Object], object]) -> None:
    body = copy.deepcopy(of_kind(made(""), kind))
    change(body)
    assert ways_around([body])
