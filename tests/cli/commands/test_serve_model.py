import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

STATERA = [sys.executable, "-m", "statera", "serve-model"]


def started(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*STATERA, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )


def ended(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*STATERA, *arguments], capture_output=True, text=True, timeout=600, check=False
    )


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_says_where_and_ends_cleanly(end: signal.Signals) -> None:
    with started("embedded", "--port", "0", "--context", "64") as process:
        try:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(3)]
            found = re.search(r"(http://127\.0\.0\.1:\d+)/v1;", lines[0])
            assert found, lines
            assert f"{found[1]}/v1#smollm2-135m-instruct" in lines[1]
            assert lines[2].startswith("Try: curl http://127.0.0.1:")
            body = json.loads(lines[2].split("-d '")[1].rstrip("'\n"))
            request = Request(
                f"{found[1]}/v1/chat/completions",
                data=json.dumps(body | {"max_tokens": 1}).encode(),
            )
            with urlopen(request, timeout=30) as answer:
                assert answer.status == 200
            process.send_signal(end)
            rest, error = process.communicate(timeout=600)
        finally:
            process.kill()
    assert (process.returncode, rest, error) == (0, "Stopping.\n", "")


def test_a_port_that_is_taken_ends_with_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = ended("--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert re.fullmatch(r"statera: port \d+ on 127\.0\.0\.1 is taken; .*--port\n", done.stderr)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("gpt-4", "only an embedded model can be served, not 'gpt-4'"),
        ("embedded:no/such.gguf", "no/such.gguf: no such file"),
        (f"embedded:{Path(__file__)}", "not a GGUF file"),
    ],
)
def test_what_cannot_be_served_ends_with_2(model: str, said: str) -> None:
    done = ended(model, "--port", "0")
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_the_extra_it_says_what_to_install() -> None:
    source = (
        "import sys; sys.modules['uvicorn'] = None\n"
        "from statera.cli.main import main\n"
        "sys.argv = ['statera', 'serve-model']\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 2
    assert done.stderr == (
        "statera: the model server needs 'uvicorn'; run: pip install 'statera[embedded]'\n"
    )
