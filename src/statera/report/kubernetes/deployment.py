"""The Deployment, in two forms: two containers, or the guard as a native sidecar."""

from statera.report.kubernetes import experiments, pod
from statera.report.kubernetes.designs import NOTHING, Carried
from statera.report.kubernetes.guardcontainer import guard_container
from statera.report.kubernetes.modelcontainer import model_container
from statera.report.kubernetes.values import Object, Values

_SLACK = 600
"""Seconds that a rollout may need beside loading the weights: pulling images, finding a node."""


def deployment(values: Values, namespace: str, carried: Carried = NOTHING) -> Object:
    """Return the Deployment in the form that the values name; `carried`: live experiments."""
    rollout = values.rollout
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": pod.metadata(values, namespace),
        "spec": {
            "replicas": values.replicas,
            "revisionHistoryLimit": 5,
            "progressDeadlineSeconds": values.model.start_seconds + _SLACK,
            "selector": {"matchLabels": pod.selector(values)},
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {
                    "maxSurge": rollout.max_surge,
                    "maxUnavailable": rollout.max_unavailable,
                },
            },
            "template": {
                "metadata": {
                    "labels": pod.labels(values),
                    "annotations": {
                        "kubectl.kubernetes.io/default-container": "model",
                        **experiments.annotations(values, carried),
                    },
                },
                "spec": _pod(values, carried),
            },
        },
    }


def _pod(values: Values, carried: Carried) -> Object:
    return {
        "serviceAccountName": values.name,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": values.drain.grace_seconds,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": values.user,
            "runAsGroup": values.user,
            **experiments.group(values),
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        **_containers(values),
        **_places(values),
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": pod.selector(values)},
            }
        ],
        "volumes": [*pod.volumes(values), *experiments.volumes(values, carried)],
    }


def _places(values: Values) -> Object:
    """Return on which nodes the pods may be, where the values say it."""
    said: Object = {"nodeSelector": values.node_selector, "tolerations": values.tolerations}
    return {key: value for key, value in said.items() if value}


def _containers(values: Values) -> Object:
    """Return the containers: a sidecar stands among the init containers and starts first."""
    if values.form == "sidecar":
        return {
            "initContainers": [guard_container(values)],
            "containers": [model_container(values)],
        }
    return {"containers": [model_container(values), guard_container(values)]}
