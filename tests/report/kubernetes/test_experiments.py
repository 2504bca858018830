from pathlib import Path

from statera.report.kubernetes import experiments
from statera.report.kubernetes.experimentcharts import experiment_values
from statera.report.kubernetes.values import read_values
from tests.deploy.trials import carried


def test_nothing_is_added_where_none_is_served(tmp_path: Path) -> None:
    values, trial = read_values(), carried(tmp_path / "x")
    assert experiments.variables(values) == experiments.mounts(values) == []
    assert experiments.volumes(values, trial) == experiments.egress(values) == []
    assert experiments.group(values) == experiments.annotations(values, trial) == {}


def test_facts_wait_in_a_volume_that_ends_with_its_pod_unless_a_claim_is_named(
    tmp_path: Path,
) -> None:
    trial = carried(tmp_path / "x")
    values = read_values(experiment=experiment_values(trial))
    assert experiments.volumes(values, trial)[1] == {
        "name": "experiment-data", "emptyDir": {"sizeLimit": "4Gi"},
    }  # fmt: skip
    assert experiments.group(values) == {}


def test_ways_out_lead_to_the_database_and_the_arms_endpoints(tmp_path: Path) -> None:
    trial = carried(tmp_path / "x")
    found = experiments.egress(read_values(experiment=experiment_values(trial)))
    assert [rule["ports"][0]["port"] for rule in found] == [5432, 9000]
    assert all(rule["to"] for rule in found)
