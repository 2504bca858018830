"""Every document against the schemas of Kubernetes 1.35, and against what those leave open."""

import copy
from collections.abc import Callable
from typing import Any

import kubernetes_validate
import msgspec
import pytest

from statera.report.kubernetes.values import Object
from tests.deploy.made import CASES, made, of_kind
from tests.deploy.words import wrong_words

VERSION = "1.35"
CUSTOM = "ServiceMonitor"


class Endpoint(msgspec.Struct, forbid_unknown_fields=True):
    port: str
    path: str
    interval: str


class Selector(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    match_labels: dict[str, str]


class MonitorSpec(msgspec.Struct, forbid_unknown_fields=True):
    selector: Selector
    endpoints: list[Endpoint]


def valid(body: Object) -> None:
    kubernetes_validate.validate(body, VERSION, strict=True)


@pytest.mark.parametrize("case", CASES)
def test_every_document_is_valid(case: str) -> None:
    found = made(case)
    assert len(found) == 10
    for body in found:
        assert wrong_words(body) == []
        if body["kind"] == CUSTOM:
            msgspec.convert(body["spec"], MonitorSpec, strict=True)
        else:
            valid(body)


def pod(body: Object) -> Any:
    return body["spec"]["template"]["spec"]


WRONG: list[tuple[str, Callable[[Object], object]]] = [
    ("Deployment", lambda d: pod(d)["initContainers"][0].update(restartPolicy="Sometimes")),
    ("Deployment", lambda d: pod(d)["containers"][0].update(imagePullPolicy="Maybe")),
    ("Deployment", lambda d: pod(d)["initContainers"][0]["ports"][0].update(protocol="HTTP")),
    ("Deployment", lambda d: pod(d)["securityContext"]["seccompProfile"].update(type="Default")),
    ("Deployment", lambda d: d["spec"]["strategy"].update(type="Rolling")),
    ("Deployment", lambda d: pod(d)["volumes"][1]["emptyDir"].update(medium="memory")),
    ("Deployment", lambda d: pod(d)["tolerations"][0].update(effect="NoScheduling")),
    ("NetworkPolicy", lambda d: d["spec"]["policyTypes"].append("Both")),
    ("PodDisruptionBudget", lambda d: d["spec"].update(unhealthyPodEvictionPolicy="Yes")),
    ("HorizontalPodAutoscaler", lambda d: d["spec"]["metrics"][0].update(type="Pod")),
    ("Service", lambda d: d["spec"].update(type="Internal")),
    ("Role", lambda d: d["rules"][0]["verbs"].append("read")),
    ("Deployment", lambda d: d.update(apiVersion="apps/v2")),
]


@pytest.mark.parametrize(("kind", "change"), WRONG)
def test_a_wrong_word_is_found(kind: str, change: Callable[[Object], object]) -> None:
    body = copy.deepcopy(of_kind(made("form: sidecar"), kind))
    change(body)
    assert wrong_words(body)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["spec"].update(replicas="3"),
        lambda d: d["spec"].update(replica=3),
        lambda d: pod(d)["containers"][0].pop("name"),
        lambda d: pod(d)["containers"][0].update(restartPolicy=True),
    ],
)
def test_a_wrong_type_and_an_unknown_key_are_found(change: Callable[[Object], object]) -> None:
    body = copy.deepcopy(of_kind(made(""), "Deployment"))
    change(body)
    with pytest.raises(kubernetes_validate.ValidationError):
        valid(body)
