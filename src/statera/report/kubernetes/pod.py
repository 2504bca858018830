"""What the containers of the pod share: addresses, labels, volumes and what they may not do."""

from statera.report.kubernetes.values import Object, Values

PORT = 8080
"""The guard's, and the only one that anything outside the pod may reach."""
MODEL_PORT = 8000
SOCKET_FOLDER = "/run/model"
SOCKET = f"{SOCKET_FOLDER}/api.sock"
POLICY_FOLDER = "/etc/statera"
HOOKS_FOLDER = "/etc/hooks"
POLICY_FILE = "policy.yaml"
NAME_LABEL = "app.kubernetes.io/name"
VERSION_LABEL = "app.kubernetes.io/version"


def selector(values: Values) -> dict[str, str]:
    """Return what finds the pods, whatever their version."""
    return {NAME_LABEL: values.name}


def labels(values: Values) -> dict[str, str]:
    """Return the labels of everything."""
    return {**selector(values), VERSION_LABEL: values.version}


def metadata(values: Values, namespace: str, suffix: str = "") -> Object:
    """Return name, namespace and labels of a document."""
    return {"name": values.name + suffix, "namespace": namespace, "labels": labels(values)}


def restrictions() -> Object:
    """Return a container's security context: Kubernetes' profile `restricted`, and read-only."""
    return {
        "runAsNonRoot": True,
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def variables(named: dict[str, str]) -> list[Object]:
    """Return environment variables as a container states them, in the order of their names."""
    return [{"name": name, "value": value} for name, value in sorted(named.items())]


def mounts(**paths: str) -> list[Object]:
    """Return the places of volumes that may be written; `model_cache` names `model-cache`."""
    return [{"name": name.replace("_", "-"), "mountPath": path} for name, path in paths.items()]


def volumes(values: Values) -> list[Object]:
    """Return the pod's volumes: weights and policy, and folders in place of a writable root."""
    claim = {"claimName": values.model.weights, "readOnly": True}
    memory = {"medium": "Memory", "sizeLimit": values.model.shared_memory}
    found: list[Object] = [
        {"name": "weights", "persistentVolumeClaim": claim},
        {"name": "shared-memory", "emptyDir": memory},
        {"name": "model-cache", "emptyDir": {}},
        {"name": "model-temporary", "emptyDir": {}},
        {"name": "guard-temporary", "emptyDir": {"sizeLimit": "256Mi"}},
        {"name": "hooks", "configMap": {"name": f"{values.name}-hooks"}},
        {"name": "policy", "configMap": {"name": f"{values.name}-policy"}},
    ]
    if values.model.listen == "socket":
        found.append({"name": "socket", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}})
    return found
