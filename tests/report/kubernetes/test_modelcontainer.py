from statera.report.kubernetes.modelcontainer import model_container
from statera.report.kubernetes.values import read_values


def test_it_listens_on_loopback_and_declares_no_port() -> None:
    model = model_container(read_values())
    assert "ports" not in model
    assert model["args"][-4:] == ["--host", "127.0.0.1", "--port", "8000"]
    assert model["command"] == ["vllm", "serve"]
    probes = [model["startupProbe"], model["livenessProbe"]]
    assert all(p["exec"]["command"] == ["python3", "/etc/hooks/health.py", "8000"] for p in probes)


def test_on_a_socket_no_port_is_open_and_what_the_last_start_left_is_removed() -> None:
    model = model_container(read_values("model: {listen: socket}"))
    assert model["args"][-2:] == ["--uds", "/run/model/api.sock"]
    assert model["command"] == [
        "sh", "-c", 'rm -f /run/model/api.sock && exec "$0" "$@"', "vllm", "serve",
    ]  # fmt: skip
    assert model["livenessProbe"]["exec"]["command"][-1] == "/run/model/api.sock"
    assert "8000" not in str(model)


def test_the_time_to_load_is_the_startup_probes() -> None:
    probe = model_container(read_values("model: {startSeconds: 605}"))["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] == 610


def test_it_ends_after_the_drain_and_resumes_when_restarted_alone() -> None:
    hooks = model_container(read_values("drain: {waitSeconds: 90}"))["lifecycle"]
    assert hooks["preStop"]["exec"]["command"] == ["python3", "/etc/hooks/drain.py", "90"]
    assert hooks["postStart"]["exec"]["command"] == ["python3", "/etc/hooks/resume.py"]


def test_own_variables_win() -> None:
    model = model_container(read_values("model: {env: {HOME: /models, EXTRA: '1'}}"))
    named = {one["name"]: one["value"] for one in model["env"]}
    assert (named["HOME"], named["EXTRA"], named["VLLM_HOST_IP"]) == ("/models", "1", "127.0.0.1")
    assert len(named) == len(model["env"])
