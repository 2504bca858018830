"""`statera judge audit` as a user meets it, against the scripted model and a real endpoint."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from statera.cli.main import cli as commands
from statera.errors import DeclarationError
from statera.models.scriptedjudge import ScriptedJudge, judge_reply
from statera.store.runstore import RunStore
from tests.audits_made import two_runs
from tests.cli.commands.conftest import Cli, cli
from tests.endpoint import Behaviour, Endpoint

__all__ = ["cli"]

Statera = Callable[..., Result]

HONEST = "judge: {prefers: better}\n"
FIRST = "judge: {prefers: first, strength: 0.3}\n"
NEVER = "judge: {prefers: never}\n"
CONSTANT = "judge: {prefers: constant}\n"


@pytest.fixture
def statera(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Statera:
    """Return a function that runs `statera ARGS` in the test's folder and process."""
    monkeypatch.chdir(tmp_path)

    def run(*args: str) -> Result:
        return CliRunner().invoke(commands, args, standalone_mode=False)

    return run


@pytest.fixture
def runs(tmp_path: Path) -> list[str]:
    """The ids of two stored runs; scripts of judges beside their store."""
    store = RunStore(tmp_path / ".statera")
    ids = [info.id[:8] for info in two_runs(store)]
    store.close()
    scripts = {"honest": HONEST, "first": FIRST, "never": NEVER, "constant": CONSTANT}
    for name, text in scripts.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return ids


def asking(name: str, judge: str = "pairwise") -> tuple[str, ...]:
    return ("--judge", judge, "--judge-model", f"scripted:{name}.yaml")


def test_a_fair_judge_passes_and_the_page_is_written(
    statera: Statera, runs: list[str], tmp_path: Path
) -> None:
    done = statera("judge", "audit", *runs, *asking("honest"), "-o", "audit.md")
    assert done.exit_code == 0, done.stdout + done.stderr
    assert "pairwise: no fault found" in done.stdout
    assert "audit of judge pairwise: " in done.stderr
    assert "to ask" in done.stderr
    page = (tmp_path / "audit.md").read_text(encoding="utf-8")
    assert "no fault found" in page
    assert "| flip rate |" in page


def test_what_is_asked_is_told_and_nothing_is_with_estimate(
    statera: Statera, runs: list[str], tmp_path: Path
) -> None:
    args = ("judge", "audit", *runs, *asking("honest"), "--items", "8", "--repeats", "2")
    told = statera(*args, "--estimate")
    assert told.exit_code == 0, told.stderr
    assert told.stdout == ""
    # 8 pairs, 8 padded, 8 of each of 4 responders, both orders; the pairs once more
    assert "112 judgements, 0 of them known: 112 to ask" in told.stderr
    assert len(RunStore(tmp_path / ".statera").runs()) == 2
    found = json.loads(statera(*args, "--json").stdout)
    assert (found["about"]["judgements"], found["about"]["new"]) == (112, 112)
    again = statera(*args, "--estimate")
    assert "112 judgements, 112 of them known, 8 anchors again: 8 to ask" in again.stderr


@pytest.mark.parametrize(
    ("script", "judge", "code", "told"),
    [
        ("first", "pairwise", 0, "it leans to the first place"),
        ("never", "reference", 1, "100.0 % of the replies hold no verdict"),
        ("constant", "reference", 1, "off_topic reply gets 1.00"),
    ],
)
def test_the_exit_code_says_whether_the_judge_can_be_used(
    statera: Statera, runs: list[str], script: str, judge: str, code: int, told: str
) -> None:
    done = statera("judge", "audit", *runs, *asking(script, judge))
    assert done.exit_code == code, done.stdout + done.stderr
    assert told in done.stdout
    assert ("VOID" in done.stdout) == (code == 1)


def test_few_items_show_nothing(statera: Statera, runs: list[str]) -> None:
    done = statera("judge", "audit", *runs, *asking("honest"), "--items", "2")
    assert done.exit_code == 3
    assert "NOT SHOWN" in done.stdout


def test_a_void_judge_is_not_believed_by_a_gate(
    statera: Statera, runs: list[str], tmp_path: Path
) -> None:
    policy = "gate: g\nrules:\n  - {metric: open/reference, min: 0.1, unvalidated: true}\n"
    (tmp_path / "gate.yaml").write_text(policy, encoding="utf-8")
    judge = asking("constant", "reference")
    assert statera("score", runs[0], *judge).exit_code == 0
    assert statera("gate", runs[0], "--policy", "gate.yaml").exit_code == 0
    assert statera("judge", "audit", *runs, *judge, "--items", "12").exit_code == 1
    done = statera("gate", runs[0], "--policy", "gate.yaml")
    assert done.exit_code != 0
    assert "is void" in done.stdout


def test_a_family_is_stated_where_no_name_tells_it(statera: Statera, runs: list[str]) -> None:
    new = runs[0]
    asked = ("judge", "audit", *runs, *asking("honest"), "--items", "10")
    for bad in (new, f"{new}=", "=openai"):
        with pytest.raises(DeclarationError, match="write RUN=NAME"):
            raise statera(*asked, "--family", bad).exception or AssertionError
    done = statera(*asked, "--family", f"{new}=openai", "--estimate")
    assert done.exit_code == 0


def test_a_second_judge_is_a_file_or_a_model(
    statera: Statera, runs: list[str], tmp_path: Path
) -> None:
    text = "judge: other\nkind: pairwise\nmodel: scripted:honest.yaml\nfamily: google\n"
    (tmp_path / "other.yaml").write_text(text, encoding="utf-8")
    for second in ("other.yaml", "scripted:honest.yaml"):
        done = statera(
            "judge", "audit", *runs, *asking("first"), "--second-judge", second, "--json"
        )
        assert done.exit_code == 0, done.stderr
        (section,) = (
            s for s in json.loads(done.stdout)["sections"] if s["name"] == "self-enhancement"
        )
        assert not any("one judge family" in line for line in section["said"])


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--judge", "pairwise"), "judge pairwise has no model"),
        ((), "no judge named"),
        ((*asking("honest"), "--items", "0"), "--items"),
        ((*asking("honest"), "--repeats", "1"), "--repeats"),
        ((*asking("honest"), "--task", "opne"), "opne"),
        ((*asking("honest"), "--second-judge", "missing.yaml"), "missing.yaml"),
        ((*asking("honest"), "--second-judge", "modelless.yaml"), "`model:` is missing"),
        ((*asking("honest"), "--second-judge", "single.yaml"), "judges single replies"),
        ((*asking("missing"),), "missing.yaml"),
    ],
)
def test_what_is_wrong_is_one_line_and_nothing_is_asked(
    statera: Statera, runs: list[str], tmp_path: Path, args: tuple[str, ...], told: str
) -> None:
    bare = "judge: bare\nkind: pairwise\n"
    (tmp_path / "modelless.yaml").write_text(bare, encoding="utf-8")
    single = "judge: single\nrubric: reference\nmodel: scripted:honest.yaml\nfamily: x\n"
    (tmp_path / "single.yaml").write_text(single, encoding="utf-8")
    done = statera("judge", "audit", *runs, *args)
    error = done.exception
    assert isinstance(error, DeclarationError | click.UsageError), error
    said = error.format_message() if isinstance(error, click.UsageError) else str(error)
    assert told in said
    assert len(said.splitlines()) == 1
    assert len(RunStore(tmp_path / ".statera").runs()) == 2


def test_a_run_is_not_audited_against_itself(cli: Cli, runs: list[str]) -> None:
    done = cli("judge", "audit", runs[0], runs[0], *asking("honest"))
    assert done.returncode == 2
    assert done.stderr == f"statera: a run is not compared with itself: {runs[0]}\n"


def test_an_audit_that_is_killed_goes_on_where_it_was(
    statera: Statera, runs: list[str], tmp_path: Path
) -> None:
    def answer(text: str) -> str:
        return judge_reply(ScriptedJudge(), text, None) or "?"

    with Endpoint(Behaviour(latency=0.05), answer=answer) as endpoint:
        model = ("--judge", "pairwise", "--judge-model", f"{endpoint.url}#judge", "-j", "4")
        args = ("judge", "audit", *runs, *model, "--items", "10", "--repeats", "2")
        process = subprocess.Popen(
            [sys.executable, "-m", "statera", *args],
            cwd=tmp_path,
            env={k: v for k, v in os.environ.items() if not k.startswith("STATERA_")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while endpoint.count < 60 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        before = endpoint.count
        endpoint.reset(Behaviour())
        done = statera(*args, "--json")
        after = endpoint.count
    assert done.exit_code == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)["about"]
    assert found["new"] < found["judgements"]
    # twice is asked only what was in flight, or answered within the last tenth of a second
    assert before + after <= found["judgements"] + 4 + 16


def test_a_real_endpoint_that_shifts_is_caught(
    statera: Statera, runs: list[str], tmp_path: Path
) -> None:
    planted = [ScriptedJudge()]

    def answer(text: str) -> str:
        return judge_reply(planted[0], text, None) or "?"

    with Endpoint(answer=answer) as endpoint:
        model = ("--judge", "reference", "--judge-model", f"{endpoint.url}#judge")
        args = ("judge", "audit", *runs, *model, "--items", "15", "--repeats", "2")
        assert statera(*args).exit_code == 0
        assert statera("score", runs[1], *model).exit_code == 0
        planted[0] = ScriptedJudge(shift=-1)
        done = statera(*args)
        assert "has shifted: its mean verdict on the anchors moved by -0.250" in done.stdout
        scored = statera("score", runs[0], *model)
    assert "moved by -0.250" in scored.stderr
    compared = statera("compare", runs[0], runs[1])
    assert "open/reference" in compared.stdout
    assert "left out" in compared.stdout
