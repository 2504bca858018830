import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from statera.cli.guarding.serve import command, terms_of
from statera.errors import DeclarationError
from statera.proxy.terms import Terms
from tests.proxy.guards import CHAT, POLICY, asking, get, post
from tests.proxy.upstreams import RawUpstream, answer, chat


def run(*flags: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    """Run the command, which is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "statera", "guard", "serve", *flags],
        env={**os.environ, **environ}, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip


def test_every_term_has_a_flag_and_a_variable() -> None:
    flags = {param.name: param.envvar for param in command.params}
    assert flags.keys() == {*Terms.__struct_fields__, "config"}
    for name in Terms.__struct_fields__:
        assert f"STATERA_GUARD_{name.upper()}" in (flags[name] or ())
    assert "TARGET_UPSTREAM" in (flags["upstream"] or ())
    assert "TOXICITY_THRESHOLD" in (flags["toxicity_threshold"] or ())
    assert "STATERA_POLICY" in (flags["policy"] or ())


def test_flags_and_variables_go_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "guard.yaml"
    file.write_text("port: 9000\nworkers: 3\nupstream: unix:/run/model.sock\n", encoding="utf-8")
    terms = terms_of(str(file), {"port": "9001", "workers": None})
    assert (terms.port, terms.workers, terms.upstream) == (9001, 3, "unix:/run/model.sock")
    assert terms_of(None, {}).policy.endswith("default.yaml")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("port", "99999", r"--port \(STATERA_GUARD_PORT\): .*<= 65535"),
        ("toxicity_threshold", "high", r"\(TOXICITY_THRESHOLD\): Expected a number"),
        ("toxicity_threshold", "1.5", r"\(TOXICITY_THRESHOLD\): .*<= 1"),
        ("toxicity_threshold", "nan", r"\(TOXICITY_THRESHOLD\): "),
        ("upstream", "localhost", "expected http://HOST:PORT"),
        ("log_level", "inf", "Did you mean 'info'"),
        ("workers", "0", "--workers .*>= 1"),
        ("control_host", "0.0.0.0", "needs a control-token"),
    ],
)
def test_a_wrong_value_is_one_line(name: str, text: str, told: str) -> None:
    with pytest.raises(DeclarationError, match=told) as found:
        terms_of(None, {name: text})
    assert "\n" not in str(found.value)


def test_a_wrong_policy_ends_before_anything_listens(tmp_path: Path) -> None:
    policy = tmp_path / "p.yaml"
    policy.write_text(POLICY.replace("regex", "regx"), encoding="utf-8")
    for workers in ("1", "2"):
        flags = ("--policy", str(policy), "--port", "0", "--control-port", "0")
        found = run(*flags, "--workers", workers)
        assert found.returncode == 2
        lines = found.stderr.strip().splitlines()
        assert len(lines) == 1, lines
        assert "Did you mean 'regex'?" in lines[0]


def test_a_wrong_experiment_ends_before_anything_listens(tmp_path: Path) -> None:
    policy, design = tmp_path / "p.yaml", tmp_path / "tone.yaml"
    policy.write_text(POLICY, encoding="utf-8")
    design.write_text("experiment: tone\narms: []\n", encoding="utf-8")
    flags = ("--policy", str(policy), "--port", "0", "--control-port", "0")
    found = run(*flags, "--experiment", str(design), STATERA_LIVE=str(tmp_path / "live.sqlite"))
    assert (found.returncode, found.stderr.count("\n")) == (2, 1)
    assert "tone.yaml" in found.stderr


def test_without_its_extra_it_says_what_to_install() -> None:
    source = (
        "import sys; sys.modules['uvicorn'] = None\n"
        "from statera.cli.main import main\n"
        "sys.argv = ['statera', 'guard', 'serve']\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, timeout=600, check=False
    )
    told = "statera: the guard needs 'uvicorn'; run: pip install 'statera[guard]'\n"
    assert (done.returncode, done.stderr) == (2, told)


def test_a_wrong_threshold_in_the_environment_is_exit_2() -> None:
    found = run(TOXICITY_THRESHOLD="very")
    assert found.returncode == 2
    assert found.stderr.startswith("statera: --toxicity-threshold (TOXICITY_THRESHOLD)")
    assert found.stderr.count("\n") == 1


def test_it_serves_until_it_is_told_to_end(tmp_path: Path) -> None:
    policy, path = tmp_path / "p.yaml", tmp_path / "model.sock"
    policy.write_text(POLICY, encoding="utf-8")
    with RawUpstream(lambda asked: [answer(chat("fine"))], path=path) as upstream:
        process = subprocess.Popen(
            [sys.executable, "-m", "statera", "guard", "serve", "--port", "0"],
            env={
                **os.environ, "TARGET_UPSTREAM": upstream.url, "STATERA_POLICY": str(policy),
                "STATERA_GUARD_CONTROL_PORT": "0", "STATERA_GUARD_HOST": "127.0.0.1",
            },
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stderr is not None
        line = process.stderr.readline()
        url = line.split(" at ")[1].split()[0]
        assert post(url + CHAT, asking("hello")).status == 200
        assert post(url + CHAT, asking("forbidden")).status == 400
        process.send_signal(signal.SIGHUP)
        until = time.monotonic() + 10
        while b'policy_reloads_total{result="ok"} 1.0' not in get(f"{url}/metrics").body:
            assert time.monotonic() < until, "SIGHUP reads the policy again"
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=600)
    assert process.returncode == 0
    assert err.count("\n") == 1
    assert "is in force" in err
    assert [line.count('"event":"decision"') for line in out.splitlines()] == [1, 1, 1]
