"""The container with the guard: the pod's only door."""

from statera.report.kubernetes import experiments, pod
from statera.report.kubernetes.values import Object, Values


def guard_container(values: Values) -> Object:
    """Return the container; as a native sidecar it has a restart policy of its own."""
    guard, drain = values.guard, values.drain
    sidecar: Object = {"restartPolicy": "Always"} if values.form == "sidecar" else {}
    stop = ["statera", "guard", "drain", "--wait", str(drain.wait_seconds)]
    return {
        "name": "guard",
        "image": guard.image,
        "imagePullPolicy": guard.pull_policy,
        **sidecar,
        "ports": [{"name": "http", "containerPort": pod.PORT, "protocol": "TCP"}],
        "env": [
            *pod.variables(_settings(values) | guard.env),
            *experiments.variables(values),
        ],
        "resources": {
            "requests": {"cpu": guard.requests.cpu, "memory": guard.requests.memory},
            "limits": {"cpu": guard.limits.cpu, "memory": guard.limits.memory},
        },
        "startupProbe": _probe("/health/startup", periodSeconds=1, failureThreshold=60),
        "livenessProbe": _probe("/health/live", periodSeconds=10, failureThreshold=3),
        "readinessProbe": _probe(
            "/health/ready", initialDelaySeconds=10, periodSeconds=5, failureThreshold=2
        ),
        "lifecycle": {"preStop": {"exec": {"command": stop}}},
        "securityContext": pod.restrictions(),
        "volumeMounts": _mounts(values),
    }


def _settings(values: Values) -> dict[str, str]:
    socket, threshold = values.model.listen == "socket", values.guard.threshold
    return {
        "TARGET_UPSTREAM": (
            f"unix:{pod.SOCKET}" if socket else f"http://127.0.0.1:{pod.MODEL_PORT}"
        ),
        **({} if threshold is None else {"TOXICITY_THRESHOLD": str(threshold)}),
        "STATERA_POLICY": f"{pod.POLICY_FOLDER}/{pod.POLICY_FILE}",
    }


def _probe(path: str, **times: int) -> Object:
    return {"httpGet": {"path": path, "port": pod.PORT}, **times, "timeoutSeconds": 3}


def _mounts(values: Values) -> list[Object]:
    found: list[Object] = [
        {"name": "policy", "mountPath": pod.POLICY_FOLDER, "readOnly": True},
        *pod.mounts(guard_temporary="/tmp"),
        *experiments.mounts(values),
    ]
    if values.model.listen == "socket":
        found += pod.mounts(socket=pod.SOCKET_FOLDER)
    return found
