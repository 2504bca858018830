"""`statera run` end to end, over HTTP against a real server."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from statera.cli.commands.run import printable
from tests.cli.commands.conftest import Cli
from tests.endpoint import Behaviour, Endpoint

KEY = "sk-verysecretkey123"


def test_a_run_prints_health_and_table_and_resumes(cli: Cli) -> None:
    with Endpoint() as endpoint:
        model = f"{endpoint.url}#mock"
        first = cli("run", "starter_knowledge", "-m", model, "--limit", "24", "--mode", "generate")
        asked = endpoint.count
        again = cli("run", "starter_knowledge", "-m", model, "--limit", "24", "--mode", "generate")
        assert endpoint.count - asked <= 2
    assert first.returncode == 0, first.stderr
    assert "health 24 trials · infra errors 0 (0.0%)" in first.stdout
    assert "starter_knowledge/accuracy_given_answer" in first.stdout
    assert "24/24 trials" in first.stderr
    assert first.stdout == again.stdout


def test_json_is_the_documented_shape(cli: Cli) -> None:
    with Endpoint() as endpoint:
        done = cli(
            "run", "starter_knowledge", "-m", f"{endpoint.url}#mock", "--limit", "12", "--json"
        )
    found = json.loads(done.stdout)
    assert (found["schema"], found["status"]) == (1, "done")
    row = found["metrics"][0]
    assert list(row)[:10] == [
        "metric", "category", "estimate", "low", "high", "level", "method", "n", "clusters",
        "outcomes",
    ]  # fmt: skip
    assert row["metric"] == "starter_knowledge/accuracy"
    assert sum(row["outcomes"].values()) == 12


def test_flags_reach_the_requests(cli: Cli) -> None:
    with Endpoint() as endpoint:
        done = cli(
            "run", "starter_arithmetic", "-m", f"{endpoint.url}#mock", "--limit", "3",
            "--temperature", "0.7", "--top-p", "0.9", "--max-tokens", "33", "--epochs", "2",
            "--system-message", "Be brief.", "--tag", "warm", env={"OPENAI_API_KEY": KEY},
        )  # fmt: skip
        bodies = [r.body for r in endpoint.received if r.body.get("max_tokens") == 33]
        keys = {r.headers.get("Authorization") for r in endpoint.received}
    assert done.returncode == 0, done.stderr
    assert len(bodies) == 6
    assert {body["temperature"] for body in bodies} == {0.7}
    assert {body["top_p"] for body in bodies} == {0.9}
    assert {body["messages"][0]["content"] for body in bodies} == {"Be brief."}
    assert len({body["seed"] for body in bodies}) == 6
    assert keys == {f"Bearer {KEY}"}
    assert "(warm)" in done.stdout


def test_the_key_is_nowhere(cli: Cli, tmp_path: Path) -> None:
    with Endpoint() as endpoint:
        done = cli(
            "run", "starter_knowledge", "-m", f"{endpoint.url}#mock", "--limit", "4", "-v",
            "-o", "out.jsonl", env={"OPENAI_API_KEY": KEY},
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 2
    assert not any(KEY.encode() in path.read_bytes() for path in files)
    assert KEY not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("args", "parts"),
    [
        (["mmul"], ["unknown task or suite 'mmul'", "Did you mean 'mmlu'?"]),
        ([], ["nothing to run"]),
        (["starter", "--tasks", "mmlu"], ["not both"]),
        (["mmlu", "--data", "nowhere"], ["nowhere: no such folder"]),
        (["starter_knowledge", "--sample-id", "x"], ["no sample 'x'"]),
        (["starter_arithmetic", "--mode", "loglikelihood"], ["has no mode 'loglikelihood'"]),
        (["starter_knowledge", "--filter-failing", "none"], ["no run 'none'"]),
        (["starter_knowledge", "-o", "x.xls"], ["x.xls", ".jsonl"]),
    ],
)
def test_wrong_input_is_one_line_before_any_request(
    cli: Cli, args: list[str], parts: list[str]
) -> None:
    with Endpoint() as endpoint:
        done = cli("run", *args, "-m", f"{endpoint.url}#mock")
        asked = endpoint.count
    assert done.returncode == 2
    assert all(part in done.stderr for part in parts), done.stderr
    assert "Traceback" not in done.stderr
    assert asked == 0


@pytest.mark.parametrize(
    ("behaviour", "part"),
    [
        (Behaviour(fault="body", status=401, body={"error": {"message": "bad key"}}), "bad key"),
        (Behaviour(fault="body", status=404, body={"error": {"message": "no model"}}), "no model"),
    ],
)
def test_a_wrong_key_or_model_ends_with_2_in_the_servers_words(
    cli: Cli, behaviour: Behaviour, part: str
) -> None:
    with Endpoint() as endpoint:
        endpoint.behaviour = behaviour
        done = cli("run", "starter_knowledge", "-m", f"{endpoint.url}#mock")
    assert done.returncode == 2
    assert part in done.stderr
    assert done.stderr.strip().count("\n") == 0


def test_an_unreachable_endpoint_ends_with_2(cli: Cli) -> None:
    done = cli("run", "starter_knowledge", "-m", "http://127.0.0.1:9/v1#mock")
    assert done.returncode == 2
    assert "cannot connect" in done.stderr


def test_max_requests_ends_with_4_and_the_same_command_goes_on(cli: Cli) -> None:
    with Endpoint() as endpoint:
        args = ("run", "starter_knowledge", "-m", f"{endpoint.url}#mock", "--mode", "generate")
        first = cli(*args, "--limit", "10", "--max-requests", "6")
        second = cli(*args, "--limit", "10")
    assert first.returncode == 4
    assert "6 of 10 trials are kept; the same command resumes" in first.stderr
    assert second.returncode == 0
    assert "health 10 trials" in second.stdout


def test_failing_samples_can_be_asked_alone(cli: Cli) -> None:
    with Endpoint() as endpoint:
        model = f"{endpoint.url}#mock"
        cli(
            "run",
            "starter_knowledge",
            "-m",
            model,
            "--limit",
            "12",
            "--mode",
            "generate",
            "--tag",
            "a",
        )
        wrong = json.loads(cli("show", "a", "--json").stdout)["metrics"][0]["outcomes"]["wrong"]
        again = cli(
            "run", "starter_knowledge", "-m", model, "--mode", "generate", "--filter-failing", "a",
            "--fresh", "--json",
        )  # fmt: skip
    outcomes = json.loads(again.stdout)["metrics"][0]["outcomes"]
    assert (outcomes["wrong"], outcomes["right"]) == (wrong, 0)


def test_estimate_asks_nothing(cli: Cli) -> None:
    with Endpoint() as endpoint:
        done = cli("run", "starter_arithmetic", "-m", f"{endpoint.url}#mock", "--estimate")
        seeded = [r for r in endpoint.received if "seed" in r.body]
    assert done.returncode == 0
    assert "80 trials: about" in done.stdout
    assert not seeded


def test_ctrl_c_keeps_all_and_says_how_to_resume(cli: Cli, tmp_path: Path) -> None:
    with Endpoint() as endpoint:
        endpoint.behaviour = Behaviour(latency=0.2)
        args = [
            sys.executable, "-m", "statera", "run", "starter_knowledge", "-m",
            f"{endpoint.url}#mock", "--mode", "generate", "-j", "4",
        ]  # fmt: skip
        process = subprocess.Popen(args, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 60
        while endpoint.count < 20 and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=600)
        endpoint.behaviour = Behaviour()
        assert process.returncode == 130, err
        assert "are kept; the same command resumes" in err
        listed = json.loads(cli("runs", "--json").stdout)["runs"]
        assert listed[0]["status"] == "interrupted"
        done = cli(*args[3:], "--json")
    assert sum(json.loads(done.stdout)["metrics"][0]["outcomes"].values()) == 96


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("http://user:secret@h:1/v1?key=k#m", "http://h:1/v1#m"),
        ("http://u:p#w@h/v1", "not a valid URL"),
        ("embedded", "embedded"),
        (3, 3),
    ],
)
def test_no_credential_is_printed(value: object, shown: object) -> None:
    assert printable(value) == shown


def test_a_run_that_holds_more_than_was_asked_says_so(cli: Cli) -> None:
    with Endpoint() as endpoint:
        args = ("run", "starter_knowledge", "-m", f"{endpoint.url}#mock", "--mode", "generate")
        cli(*args, "--limit", "9")
        done = cli(*args, "--limit", "4")
    assert "the run holds 9 trials; this command asks for 4" in done.stderr
    assert "health 9 trials" in done.stdout


def test_until_a_gate_is_decided_ends_with_its_exit_code(cli: Cli, tmp_path: Path) -> None:
    lines = [f'{{"q": "item {i}", "a": "yes", "c": "c{i % 2}"}}\n' for i in range(400)]
    (tmp_path / "t.jsonl").write_text("".join(lines))
    (tmp_path / "t.yaml").write_text(
        "task: t\ndata: t.jsonl\nprompt: '{{ q }}'\nreference: a\ncategory: c\nscorers: [exact]\n"
    )
    (tmp_path / "gate.yaml").write_text(
        "gate: g\nrules: [{metric: t/exact, than: baseline, margin: 0.1}]\n"
    )
    (tmp_path / "good.yaml").write_text("default: {text: 'yes'}\n")
    (tmp_path / "bad.yaml").write_text("default: {text: 'no'}\n")
    assert cli("run", "t.yaml", "-m", "scripted:good.yaml", "--tag", "b", "-q").returncode == 0
    until = ("--until", "gate.yaml", "--base", "b", "-q")
    missing = cli("run", "t.yaml", "-m", "scripted:bad.yaml", "--until", "gate.yaml", "-q")
    assert (missing.returncode, "--base RUN" in missing.stderr) == (2, True)
    assert missing.stderr.count("\n") == 1  # before the plan is printed
    failed = cli("run", "t.yaml", "-m", "scripted:bad.yaml", *until)
    assert failed.returncode == 1, failed.stderr
    assert "FAIL g" in failed.stdout
    assert "stopped early by gate g: fail, after " in cli("show", "latest").stdout
    found = json.loads(cli("run", "t.yaml", "-m", "scripted:bad.yaml", *until, "--json").stdout)
    assert found["environment"]["early_stopping"]["asked"] < 400
