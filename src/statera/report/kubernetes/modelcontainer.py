"""The container with the model server: it listens inside the pod only, and ends when drained."""

from statera.report.kubernetes import pod
from statera.report.kubernetes.values import Object, Values

_CACHE = "/cache"
_SETTINGS = {
    "HOME": _CACHE,
    "USER": "vllm",
    "VLLM_HOST_IP": "127.0.0.1",
    "VLLM_LOOPBACK_IP": "127.0.0.1",
    "VLLM_NO_USAGE_STATS": "1",
    "HF_HUB_OFFLINE": "1",
}
"""A home that can be written, the server's own sockets on loopback, and no call out of the pod."""


def script(name: str, *arguments: str) -> list[str]:
    """Return the command that runs a file of `inpod` with the Python of the model's image."""
    return ["python3", f"{pod.HOOKS_FOLDER}/{name}.py", *arguments]


def model_container(values: Values) -> Object:
    """Return the container. It declares no port, and the kubelet asks it by `exec` alone."""
    model, drain = values.model, values.drain
    return {
        "name": "model",
        "image": model.image,
        "imagePullPolicy": model.pull_policy,
        "command": _command(values),
        "args": [*model.args, *_listening(values)],
        "env": pod.variables(_SETTINGS | model.env),
        "resources": {
            "requests": {"cpu": model.cpu, "memory": model.memory, "nvidia.com/gpu": model.gpus},
            "limits": {"memory": model.memory, "nvidia.com/gpu": model.gpus},
        },
        "startupProbe": _probe(values, period=10, failures=-(-model.start_seconds // 10)),
        "livenessProbe": _probe(values, period=30, failures=4),
        "lifecycle": {
            "postStart": {"exec": {"command": script("resume")}},
            "preStop": {"exec": {"command": script("drain", str(drain.wait_seconds))}},
        },
        "securityContext": pod.restrictions(),
        "volumeMounts": _mounts(values),
    }


def _command(values: Values) -> list[str]:
    """Return the command; a socket that the last start of this container left is in the way."""
    if values.model.listen == "loopback":
        return values.model.command
    return ["sh", "-c", f'rm -f {pod.SOCKET} && exec "$0" "$@"', *values.model.command]


def _listening(values: Values) -> list[str]:
    if values.model.listen == "socket":
        return ["--uds", pod.SOCKET]
    return ["--host", "127.0.0.1", "--port", str(pod.MODEL_PORT)]


def _probe(values: Values, *, period: int, failures: int) -> Object:
    place = pod.SOCKET if values.model.listen == "socket" else str(pod.MODEL_PORT)
    return {
        "exec": {"command": script("health", place)},
        "periodSeconds": period,
        "timeoutSeconds": 10,
        "failureThreshold": failures,
    }


def _mounts(values: Values) -> list[Object]:
    found: list[Object] = [
        {"name": "weights", "mountPath": "/models", "readOnly": True},
        {"name": "hooks", "mountPath": pod.HOOKS_FOLDER, "readOnly": True},
        *pod.mounts(shared_memory="/dev/shm", model_cache=_CACHE, model_temporary="/tmp"),
    ]
    if values.model.listen == "socket":
        found += pod.mounts(socket=pod.SOCKET_FOLDER)
    return found
