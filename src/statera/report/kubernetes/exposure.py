"""How the guard is reached: a Service to its port, who may call it, and who reads its metrics."""

from statera.report.kubernetes import experiments, pod
from statera.report.kubernetes.values import Object, Values

_DNS = {
    "to": [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
        }
    ],
    "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
}


def service(values: Values, namespace: str) -> Object:
    """Return the Service: one port, the guard's."""
    port = {"name": "http", "port": pod.PORT, "targetPort": pod.PORT, "protocol": "TCP"}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": pod.metadata(values, namespace),
        "spec": {"type": "ClusterIP", "selector": pod.selector(values), "ports": [port]},
    }


def network_policy(values: Values, namespace: str) -> Object:
    """Return the NetworkPolicy: in to the guard's port, out to DNS and what is named."""
    ports = [{"port": pod.PORT, "protocol": "TCP"}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": pod.metadata(values, namespace),
        "spec": {
            "podSelector": {"matchLabels": pod.selector(values)},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": values.network.callers, "ports": ports}],
            "egress": [_DNS, *values.network.egress, *experiments.egress(values)],
        },
    }


def service_monitor(values: Values, namespace: str) -> Object:
    """Return the ServiceMonitor of the Prometheus Operator."""
    endpoint = {"port": "http", "path": "/metrics", "interval": values.monitoring.interval}
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": pod.metadata(values, namespace),
        "spec": {
            "selector": {"matchLabels": pod.selector(values)},
            "endpoints": [endpoint],
        },
    }
