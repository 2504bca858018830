"""A pod ends while a reply is streamed: real processes, ended in the order of a kubelet."""

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from statera.report.kubernetes.inpod import resume
from tests.deploy import slow_model
from tests.deploy.made import FORMS, made, of_kind
from tests.deploy.processes import (
    POLICY,
    answered,
    free_ports,
    hook,
    running,
    serve_command,
    until,
)

BODY = {"model": "slow", "stream": True, "messages": [{"role": "user", "content": "Count."}]}


@contextmanager
def ask(port: int) -> Iterator[http.client.HTTPResponse]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    head = {"Content-Type": "application/json"}
    with closing(line):
        line.request("POST", "/v1/chat/completions", json.dumps(BODY), head)
        with line.getresponse() as answer:
            yield answer


def words(stream: bytes) -> str:
    lines = [line[6:] for line in stream.split(b"\n") if line.startswith(b"data: {")]
    deltas = [choice["delta"] for line in lines for choice in json.loads(line).get("choices", [])]
    return "".join(delta.get("content") or "" for delta in deltas)


def hooks(form: str, control: int) -> dict[str, list[str]]:
    """Each container's preStop, as the manifest says it."""
    spec: Any = of_kind(made(f"form: {form}"), "Deployment")["spec"]["template"]["spec"]
    containers = [*spec["containers"], *spec.get("initContainers", [])]
    return {
        one["name"]: hook(one["lifecycle"]["preStop"]["exec"]["command"], control)
        for one in containers
    }


class Pod:
    """Two processes and how a kubelet ends them: hooks at once, a sidecar after the model."""

    def __init__(self, form: str, model: Any, guard: Any, control: int) -> None:
        self.form, self.model, self.guard = form, model, guard
        self.hooks = hooks(form, control)
        self.ended: list[str] = []

    def end_model(self) -> None:
        assert subprocess.run(self.hooks["model"], check=False).returncode == 0
        self.model.terminate()
        self.model.wait(60)
        self.ended.append("model")

    def end_guard(self) -> None:
        assert subprocess.run(self.hooks["guard"], check=False).returncode == 0
        if self.form == "sidecar":
            self.model.wait(60)
        self.guard.terminate()
        self.guard.wait(60)
        self.ended.append("guard")


@pytest.mark.parametrize("form", FORMS)
def test_an_open_stream_is_finished_and_nothing_new_is_taken(form: str, tmp_path: Path) -> None:
    served, port, control = free_ports(3)
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    upstream = f"http://127.0.0.1:{served}"
    flags = ["--host", "127.0.0.1", "--port", str(port), "--control-port", str(control)]
    with (
        running(sys.executable, slow_model.__file__, str(served)) as model,
        running(*serve_command(policy, upstream, *flags)) as guard,
        ThreadPoolExecutor() as kubelet,
    ):
        until(lambda: answered(port, "/health/ready") == 200, "ready")
        with ask(port) as stream:
            begun = stream.read(200)
            assert stream.status == 200
            pod = Pod(form, model, guard, control)
            endings = [kubelet.submit(pod.end_model), kubelet.submit(pod.end_guard)]
            until(lambda: answered(port, "/health/ready") == 503, "not ready")
            with ask(port) as refused:
                assert refused.status == 503
                assert refused.headers["Retry-After"]
            assert answered(port, "/health/live") == 200
            assert (model.poll(), guard.poll()) == (None, None)
            assert answered(served, "/release") == 200
            whole = begun + stream.read()
        for ending in endings:
            ending.result(60)
    assert words(whole) == "".join(f"word{number} " for number in range(slow_model.WORDS))
    assert whole.rstrip().endswith(b"data: [DONE]")
    assert guard.returncode == 0
    assert pod.ended == ["model", "guard"] or form == "plain"


def test_without_the_hook_the_reply_would_be_cut(tmp_path: Path) -> None:
    """The planted fault: a model that ends at once, as a kubelet ends it without a preStop."""
    served, port, control = free_ports(3)
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    flags = ["--host", "127.0.0.1", "--port", str(port), "--control-port", str(control)]
    with (
        running(sys.executable, slow_model.__file__, str(served)) as model,
        running(*serve_command(policy, f"http://127.0.0.1:{served}", *flags)),
    ):
        until(lambda: answered(port, "/health/ready") == 200, "ready")
        with ask(port) as stream:
            begun = stream.read(200)
            model.terminate()
            model.wait(60)
            whole = begun + rest(stream)
    assert words(whole).startswith("word0 ")
    assert f"word{slow_model.WORDS - 1}" not in words(whole)
    assert b'"error"' in whole


def rest(stream: http.client.HTTPResponse) -> bytes:
    try:
        return stream.read()
    except http.client.IncompleteRead as cut:
        return cut.partial


def test_a_model_that_is_restarted_alone_is_served_again(tmp_path: Path) -> None:
    served, port, control = free_ports(3)
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    upstream = f"http://127.0.0.1:{served}"
    flags = ["--host", "127.0.0.1", "--port", str(port), "--control-port", str(control)]
    start = (sys.executable, slow_model.__file__, str(served))
    with running(*serve_command(policy, upstream, *flags)):
        with running(*start):
            until(lambda: answered(port, "/health/ready") == 200, "ready")
            assert subprocess.run(hooks("plain", control)["model"], check=False).returncode == 0
            until(lambda: answered(port, "/health/ready") == 503, "not ready")
        with running(*start):
            subprocess.run([sys.executable, "-I", resume.__file__, str(control)], check=True)
            until(lambda: answered(served, "/release") == 200, "it listens again")
            until(lambda: answered(port, "/health/ready") == 200, "ready again")
            with ask(port) as stream:
                assert words(stream.read()).startswith("word0 ")
