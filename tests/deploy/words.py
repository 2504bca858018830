"""Words that Kubernetes allows at a place: its published schemas type them as text and no more."""

from collections.abc import Iterator

Path = tuple[str, ...]

WORDS: dict[Path, set[str]] = {
    ("initContainers", "restartPolicy"): {"Always"},
    ("imagePullPolicy",): {"Always", "IfNotPresent", "Never"},
    ("ports", "protocol"): {"TCP", "UDP", "SCTP"},
    ("seccompProfile", "type"): {"RuntimeDefault", "Localhost"},
    ("strategy", "type"): {"RollingUpdate", "Recreate"},
    ("emptyDir", "medium"): {"", "Memory"},
    ("topologySpreadConstraints", "whenUnsatisfiable"): {"DoNotSchedule", "ScheduleAnyway"},
    ("tolerations", "operator"): {"Exists", "Equal"},
    ("tolerations", "effect"): {"NoSchedule", "PreferNoSchedule", "NoExecute"},
    ("policyTypes",): {"Ingress", "Egress"},
    ("unhealthyPodEvictionPolicy",): {"IfHealthyBudget", "AlwaysAllow"},
    ("metrics", "type"): {"Pods", "Object", "External", "Resource", "ContainerResource"},
    ("target", "type"): {"AverageValue", "Value", "Utilization"},
    ("policies", "type"): {"Pods", "Percent"},
    ("verbs",): {"get", "list", "watch", "patch", "update", "delete"},
    ("drop",): {"ALL"},
}
KINDS = {
    "v1": {"Service", "ServiceAccount", "ConfigMap"},
    "apps/v1": {"Deployment"},
    "policy/v1": {"PodDisruptionBudget"},
    "autoscaling/v2": {"HorizontalPodAutoscaler"},
    "networking.k8s.io/v1": {"NetworkPolicy"},
    "rbac.authorization.k8s.io/v1": {"Role"},
    "monitoring.coreos.com/v1": {"ServiceMonitor"},
}
SERVICE_TYPES = {"ClusterIP", "NodePort", "LoadBalancer", "ExternalName"}


def leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Yield every scalar with the keys that lead to it; places in lists are left out."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, str(key)))
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, path)
    else:
        yield path, value


def wrong_words(body: dict[str, object]) -> list[str]:
    """Return each word of the document that Kubernetes would refuse."""
    found = [
        f"{'.'.join(path)}: {value}"
        for path, value in leaves(body)
        for keys, allowed in WORDS.items()
        if path[-len(keys) :] == keys and value not in allowed
    ]
    if body["kind"] not in KINDS.get(str(body["apiVersion"]), set()):
        found.append(f"{body['apiVersion']} {body['kind']}")
    if body["kind"] == "Service":
        found += [
            f"{v}" for p, v in leaves(body) if p == ("spec", "type") and v not in SERVICE_TYPES
        ]
    return found
