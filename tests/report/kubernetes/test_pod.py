from statera.report.kubernetes import pod
from statera.report.kubernetes.values import read_values


def test_the_selector_leaves_the_version_out_so_that_it_may_change() -> None:
    values = read_values("version: '2.1'")
    assert pod.selector(values) == {"app.kubernetes.io/name": "genai-backend"}
    assert pod.labels(values) == pod.selector(values) | {"app.kubernetes.io/version": "2.1"}


def test_a_container_may_do_nothing_that_the_restricted_profile_forbids() -> None:
    assert pod.restrictions() == {
        "runAsNonRoot": True,
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def test_a_socket_needs_a_folder_that_both_containers_see() -> None:
    names = [volume["name"] for volume in pod.volumes(read_values())]
    shared = [volume["name"] for volume in pod.volumes(read_values("model: {listen: socket}"))]
    assert shared == [*names, "socket"]
