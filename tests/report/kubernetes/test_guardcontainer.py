from statera.report.kubernetes.guardcontainer import guard_container
from statera.report.kubernetes.values import read_values


def named(text: str = "") -> dict[str, str]:
    return {one["name"]: one["value"] for one in guard_container(read_values(text))["env"]}


def test_it_is_told_what_people_tell_it() -> None:
    assert named() == {
        "TARGET_UPSTREAM": "http://127.0.0.1:8000",
        "TOXICITY_THRESHOLD": "0.85",
        "STATERA_POLICY": "/etc/statera/policy.yaml",
    }
    assert named("model: {listen: socket}")["TARGET_UPSTREAM"] == "unix:/run/model/api.sock"
    assert named("guard: {env: {OTEL_SERVICE_NAME: chat}}")["OTEL_SERVICE_NAME"] == "chat"


def test_readiness_is_asked_after_ten_seconds_every_five() -> None:
    probe = guard_container(read_values())["readinessProbe"]
    assert probe["httpGet"] == {"path": "/health/ready", "port": 8080}
    assert (probe["initialDelaySeconds"], probe["periodSeconds"]) == (10, 5)


def test_a_sidecar_restarts_on_its_own_and_a_container_says_nothing_about_it() -> None:
    assert "restartPolicy" not in guard_container(read_values())
    assert guard_container(read_values("form: sidecar"))["restartPolicy"] == "Always"


def test_the_policy_is_a_folder_so_that_a_change_reaches_it() -> None:
    mounts = {one["name"]: one for one in guard_container(read_values())["volumeMounts"]}
    assert mounts["policy"] == {
        "name": "policy", "mountPath": "/etc/statera", "readOnly": True,
    }  # fmt: skip
