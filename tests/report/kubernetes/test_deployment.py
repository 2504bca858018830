from statera.report.kubernetes.deployment import deployment
from statera.report.kubernetes.values import Object, read_values


def pod(text: str = "") -> Object:
    found: Object = deployment(read_values(text), "production")["spec"]["template"]["spec"]
    return found


def names(containers: list[Object]) -> list[str]:
    return [one["name"] for one in containers]


def test_the_plain_form_has_two_containers() -> None:
    assert names(pod()["containers"]) == ["model", "guard"]
    assert "initContainers" not in pod()


def test_a_sidecar_stands_among_the_init_containers() -> None:
    found = pod("form: sidecar")
    assert names(found["initContainers"]) == ["guard"]
    assert names(found["containers"]) == ["model"]


def test_the_rollout_waits_longer_than_the_model_may_load() -> None:
    spec = deployment(read_values("model: {startSeconds: 900}"), "production")["spec"]
    assert spec["progressDeadlineSeconds"] == 1500


def test_places_are_named_only_where_the_values_name_them() -> None:
    found = pod("nodeSelector: {gpu: h100}\ntolerations: []")
    assert found["nodeSelector"] == {"gpu": "h100"}
    assert "tolerations" not in found
    assert "nodeSelector" not in pod()
