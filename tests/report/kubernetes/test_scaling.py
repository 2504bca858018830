from statera.report.kubernetes.scaling import autoscaler, disruption_budget
from statera.report.kubernetes.values import read_values


def test_pods_follow_what_is_in_flight_and_not_the_processor() -> None:
    spec = autoscaler(read_values("autoscaling: {inflight: 16}"), "production")["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (3, 8)
    assert spec["metrics"] == [
        {
            "type": "Pods",
            "pods": {
                "metric": {"name": "statera_guard_inflight"},
                "target": {"type": "AverageValue", "averageValue": "16"},
            },
        }
    ]


def test_one_pod_may_be_away_and_a_broken_one_never_holds_a_node() -> None:
    spec = disruption_budget(read_values(), "production")["spec"]
    assert (spec["maxUnavailable"], spec["unhealthyPodEvictionPolicy"]) == (1, "AlwaysAllow")
