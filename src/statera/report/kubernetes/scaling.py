"""How many pods there are: more under load, and never all away at once."""

from statera.report.kubernetes import pod
from statera.report.kubernetes.values import Object, Values

METRIC = "statera_guard_inflight"


def autoscaler(values: Values, namespace: str) -> Object:
    """Return the HorizontalPodAutoscaler: by requests in flight, which grow where a GPU is full."""
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": pod.metadata(values, namespace),
        "spec": {
            "scaleTargetRef": {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "name": values.name,
            },
            "minReplicas": values.replicas,
            "maxReplicas": values.autoscaling.max_replicas,
            "metrics": [
                {
                    "type": "Pods",
                    "pods": {
                        "metric": {"name": METRIC},
                        "target": {
                            "type": "AverageValue",
                            "averageValue": str(values.autoscaling.inflight),
                        },
                    },
                }
            ],
            "behavior": {
                "scaleUp": {"policies": [{"type": "Pods", "value": 2, "periodSeconds": 60}]},
                "scaleDown": {
                    "stabilizationWindowSeconds": 600,
                    "policies": [{"type": "Pods", "value": 1, "periodSeconds": 300}],
                },
            },
        },
    }


def disruption_budget(values: Values, namespace: str) -> Object:
    """Return the PodDisruptionBudget: one pod at a time; one that is not ready may always go."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": pod.metadata(values, namespace),
        "spec": {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": pod.selector(values)},
        },
    }
