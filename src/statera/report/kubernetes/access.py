"""Who the pods are, what people may do with them, and the files that their containers read."""

from pathlib import Path

from statera.codec.files import read_text
from statera.report.kubernetes import pod
from statera.report.kubernetes.values import Object, Values

SCRIPTS = Path(__file__).parent / "inpod"


def service_account(values: Values, namespace: str) -> Object:
    """Return an account of their own for the pods, without a token and with no right at all."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": pod.metadata(values, namespace),
        "automountServiceAccountToken": False,
    }


def role(values: Values, namespace: str) -> Object:
    """Return a Role for those who run the service: look, read logs, restart, scale.

    It leaves out what reaches into a pod and so around the guard: pods/portforward, pods/exec,
    pods/attach and pods/ephemeralcontainers; and changes to a pod's template.
    """
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": pod.metadata(values, namespace, "-operator"),
        "rules": [
            _rule("", ["pods", "pods/log", "services", "configmaps", "events"]),
            _rule("apps", ["deployments", "replicasets"]),
            _rule("autoscaling", ["horizontalpodautoscalers"]),
            _rule("apps", ["deployments/scale"], "get", "patch", "update"),
            _rule("", ["pods"], "delete"),
        ],
    }


def policy_map(values: Values, namespace: str, policy: str) -> Object:
    """Return the ConfigMap with the guard's policy, which it takes up when it changes."""
    return _files(pod.metadata(values, namespace, "-policy"), {pod.POLICY_FILE: policy})


def hooks(values: Values, namespace: str) -> Object:
    """Return the ConfigMap with what runs in the model's container: probe, drain, resume."""
    return _files(pod.metadata(values, namespace, "-hooks"), scripts())


def scripts() -> dict[str, str]:
    """Return the text of each file of `inpod`."""
    return {path.name: read_text(path) for path in sorted(SCRIPTS.glob("[!_]*.py"))}


def _files(metadata: Object, data: dict[str, str]) -> Object:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def _rule(group: str, resources: list[str], *verbs: str) -> Object:
    return {
        "apiGroups": [group],
        "resources": resources,
        "verbs": list(verbs) or ["get", "list", "watch"],
    }
