"""All documents of one deployment, in the order in which they are applied."""

from collections.abc import Iterator
from typing import NamedTuple

from statera.report.kubernetes.access import hooks, policy_map, role, service_account
from statera.report.kubernetes.deployment import deployment
from statera.report.kubernetes.designs import NOTHING, Carried
from statera.report.kubernetes.experiments import config_map, served
from statera.report.kubernetes.exposure import network_policy, service, service_monitor
from statera.report.kubernetes.scaling import METRIC, autoscaler, disruption_budget
from statera.report.kubernetes.values import Object, Values


class Document(NamedTuple):
    """A document, the name of its file without an ending, and what its reader should know."""

    file: str
    body: Object
    note: str


def documents(
    values: Values, namespace: str, policy: str, carried: Carried = NOTHING
) -> Iterator[Document]:
    """Yield the documents; `policy` is the text of the guard's file, `carried` live experiments."""
    trying = served(values) is not None
    account = service_account(values, namespace)
    yield Document("serviceaccount", account, "The pods' own account; it may do nothing.")
    yield Document("role", role(values, namespace), _ROLE)
    yield Document("policy", policy_map(values, namespace, policy), _POLICY)
    if trying:
        designs = config_map(values, namespace, carried)
        yield Document("experiments", designs, _EXPERIMENTS)
    yield Document("hooks", hooks(values, namespace), _HOOKS)
    network = network_policy(values, namespace)
    yield Document("networkpolicy", network, _TRYING if trying else _NETWORK)
    yield Document("service", service(values, namespace), "The guard's port, and no other.")
    pods = deployment(values, namespace, carried)
    yield Document("deployment", pods, _DEPLOYMENT[values.form] + (_DATA if trying else ""))
    budget = disruption_budget(values, namespace)
    yield Document("disruptionbudget", budget, "Nodes are emptied one pod at a time.")
    if values.autoscaling.enabled:
        yield Document("autoscaler", autoscaler(values, namespace), _SCALING)
    if values.monitoring.enabled:
        monitor = service_monitor(values, namespace)
        yield Document("servicemonitor", monitor, "Needs the Prometheus Operator.")


_ROLE = """\
For those who run the service; bind it to them. Who may use pods/portforward, pods/exec,
pods/attach or pods/ephemeralcontainers reaches the model around the guard: give those to nobody."""
_POLICY = """\
The guard takes up a change without a restart. Keep the name: one with a hash restarts all pods."""
_HOOKS = """\
Python scripts for the model's container: the kubelet cannot ask a server on loopback, but it can
run these beside it."""
_NETWORK = """\
Whatever listens in the pod, only the guard's port can be reached, and it calls nothing out."""
_EXPERIMENTS = """\
The designs of live experiments, their prompts and the policies of their arms: read when the guard
starts, so that the pods' annotation has their digest."""
_TRYING = """\
Whatever listens in the pod, only the guard's port can be reached; it calls out what is named here,
and for live experiments their database and the arms' own endpoints."""
_DATA = """
Live experiments: what is secret comes from a Secret, which you make. Facts wait in the volume
experiment-data until the database has them. Where that is an emptyDir it outlives a restart of the
container and ends with its pod: what the database has not taken by then is lost."""
_DEPLOYMENT = {
    "plain": """\
Two containers. The model listens on loopback inside the pod; the guard is the way to it.""",
    "sidecar": """\
The guard is a native sidecar: it starts before the model and ends after it.""",
}
_SCALING = f"""\
Needs a metrics adapter that serves {METRIC} of pods. For prometheus-adapter:
  - seriesQuery: '{METRIC}{{namespace!="",pod!=""}}'
    resources: {{overrides: {{namespace: {{resource: namespace}}, pod: {{resource: pod}}}}}}
    metricsQuery: 'sum(<<.Series>>{{<<.LabelMatchers>>}}) by (<<.GroupBy>>)'"""
