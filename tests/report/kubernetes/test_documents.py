from statera.report.kubernetes.documents import documents
from statera.report.kubernetes.values import read_values


def test_all_are_there_in_the_order_in_which_they_are_needed() -> None:
    kinds = [one.body["kind"] for one in documents(read_values(), "production", "name: a\n")]
    assert kinds == [
        "ServiceAccount", "Role", "ConfigMap", "ConfigMap", "NetworkPolicy", "Service",
        "Deployment", "PodDisruptionBudget", "HorizontalPodAutoscaler", "ServiceMonitor",
    ]  # fmt: skip


def test_all_are_in_the_namespace_and_carry_the_labels() -> None:
    for one in documents(read_values(), "elsewhere", "name: a\n"):
        assert one.body["metadata"]["namespace"] == "elsewhere"
        assert one.body["metadata"]["labels"]["app.kubernetes.io/name"] == "genai-backend"
        assert one.note


def test_what_is_not_wanted_is_left_out() -> None:
    values = read_values("autoscaling: {enabled: false}\nmonitoring: {enabled: false}")
    kinds = {one.body["kind"] for one in documents(values, "production", "name: a\n")}
    assert not kinds & {"HorizontalPodAutoscaler", "ServiceMonitor"}
