from statera.report.kubernetes.access import hooks, policy_map, role, scripts, service_account
from statera.report.kubernetes.values import read_values

AROUND = {"pods/portforward", "pods/exec", "pods/attach", "pods/ephemeralcontainers", "pods/proxy"}


def test_the_role_gives_nothing_that_reaches_into_a_pod() -> None:
    rules = role(read_values(), "production")["rules"]
    given = {name for rule in rules for name in rule["resources"]}
    verbs = {verb for rule in rules for verb in rule["verbs"]}
    assert "pods/log" in given
    assert not given & (AROUND | {"*"})
    assert not verbs & {"*", "create", "escalate", "bind", "impersonate"}
    changes = [r for r in rules if {"patch", "update"} & set(r["verbs"])]
    assert [r["resources"] for r in changes] == [["deployments/scale"]]


def test_the_pods_account_has_no_token() -> None:
    assert service_account(read_values(), "x")["automountServiceAccountToken"] is False


def test_the_files_of_the_containers_are_config_maps() -> None:
    values = read_values()
    assert policy_map(values, "production", "name: a\n")["data"] == {"policy.yaml": "name: a\n"}
    assert hooks(values, "production")["data"] == scripts()
    assert set(scripts()) == {"drain.py", "health.py", "resume.py"}
