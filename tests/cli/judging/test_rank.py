"""`statera judge rank` as its users meet it."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from statera.cli.main import cli as commands
from statera.errors import DeclarationError
from statera.store.runstore import RunStore
from tests.cli.commands.conftest import Cli, cli
from tests.judges_made import stored
from tests.replies_made import replied

__all__ = ["cli"]

JUDGE = ("--judge", "judge.yaml")
Ranked = Callable[..., Result]


@pytest.fixture
def rank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ranked:
    """Return a function that runs `statera judge rank ARGS` in the test's folder and process."""
    monkeypatch.chdir(tmp_path)

    def run(*args: str, env: dict[str, str] | None = None) -> Result:
        given = ["judge", "rank", *args]
        return CliRunner().invoke(commands, given, standalone_mode=False, env=env)

    return run


@pytest.fixture
def runs(tmp_path: Path) -> dict[str, str]:
    """Three runs of known quality in a store, by what they are called, and an honest judge."""
    (tmp_path / "script.yaml").write_text("judge: {prefers: better}\n", encoding="utf-8")
    text = "judge: preferred\nkind: pairwise\nmodel: scripted:script.yaml\n"
    (tmp_path / "judge.yaml").write_text(text, encoding="utf-8")
    store, draw, found = RunStore(tmp_path / ".statera"), np.random.default_rng(3), {}
    for name, strength in {"new": 1.0, "old": 0.0, "mini": -1.0}.items():
        noise = draw.gumbel(size=48)
        words = ["word " * int(count) for count in draw.integers(1, 30, 48)]
        replies = [
            f"quality={50 + strength + each:.4f} {more}\n- item"
            for each, more in zip(noise, words, strict=True)
        ]
        found[name] = stored(store, replies, name=name).id[:8]
    store.close()
    return found


def test_runs_are_ranked_and_asked_once(
    rank: Ranked, cli: Cli, runs: dict[str, str], tmp_path: Path
) -> None:
    args = (*runs.values(), *JUDGE)
    counted = rank(*args, "--estimate")
    assert counted.stdout == "3 runs in 3 pairs: 288 judgements, 0 of them stored, 288 to ask\n"
    first = rank(*args)
    rows = [line.split() for line in first.stdout.splitlines()[2:5]]
    assert [next(cell for cell in row if cell in runs.values()) for row in rows] == [*runs.values()]
    assert "never audited" in first.stdout
    assert "288 of them stored, 0 to ask" in rank(*args).stderr
    store = RunStore(tmp_path / ".statera")
    judge = next(run for run in store.runs() if run.judging)
    assert store.counts(judge.id).trials == 288
    compared = cli("judge", "compare", runs["new"], runs["old"], *JUDGE)
    assert compared.returncode == 0, compared.stderr
    assert store.counts(judge.id).trials == 288  # a ranking's judgements serve a comparison


def test_a_judge_that_an_audit_voids_ranks_nobody(
    rank: Ranked, runs: dict[str, str], tmp_path: Path
) -> None:
    args = (*runs.values(), *JUDGE)
    store = RunStore(tmp_path / ".statera")
    run = json.loads(rank(*args, "--json").stdout)["judge_run"]
    audit = {"void": True, "why": "a constant reply gets 0.70"}
    store.change_environment(run, lambda found: found | {"audit": audit})
    said = rank(*args)
    assert said.exit_code == 0
    assert "warning void: a constant reply gets 0.70" in said.stdout
    assert "no strength: void\n" in said.stdout
    assert said.stdout.count("a constant reply") == 1
    (board,) = json.loads(rank(*args, "--json").stdout)["leaderboards"]
    assert board["void"]
    assert {one["value"] for one in board["raw"]["models"]} == {None}


def test_json_with_a_base_at_equal_traits(rank: Ranked, runs: dict[str, str]) -> None:
    args = (*runs.values(), *JUDGE, "--base", runs["old"], "--control", "length,style")
    found = json.loads(rank(*args, "--json").stdout)
    assert found["schema"] == 1
    assert set(found["runs"]) == set(runs.values())
    assert found["judge"] == "preferred"
    (board,) = found["leaderboards"]
    assert [one["model"] for one in board["raw"]["models"]] == [*runs.values()]
    assert board["raw"]["models"][0]["win"] > 0.5
    assert board["raw"]["models"][0]["win_low"] is not None
    assert [one["control"] for one in board["coefficients"]] == ["length"]
    assert board["asked"] == 96


def test_files_of_outputs_are_ranked(rank: Ranked, runs: dict[str, str], tmp_path: Path) -> None:
    for name, quality in {"a": 3, "b": 2, "c": 1}.items():
        lines = [
            json.dumps({"id": str(i), "prompt": f"Q{i}?", "output": f"{name} quality={quality}"})
            for i in range(3)
        ]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    said = rank("c.jsonl", "a.jsonl", "b.jsonl", *JUDGE)
    models = [line.split()[1] for line in said.stdout.splitlines()[2:5]]
    assert models == ["a.jsonl", "b.jsonl", "c.jsonl"]
    assert "note a.jsonl: never lost" in said.stdout
    assert "the order is by games won" in said.stdout


def test_recorded_games_are_ranked_without_a_judge(rank: Ranked, tmp_path: Path) -> None:
    lines = ["model_a,model_b,winner,item,length_a,length_b"]
    draw = np.random.default_rng(0)
    for i in range(200):
        left, right = draw.permutation(["x", "y", "z"])[:2]
        winner = "model_a" if draw.random() < (0.8 if left < right else 0.3) else "model_b"
        lines.append(f"{left},{right},{winner},q{i // 2},{draw.integers(1, 9)},5")
    (tmp_path / "games.csv").write_text("\n".join(lines), encoding="utf-8")
    args = ("--games", "games.csv", "--control", "length,place")
    env = {"STATERA_JUDGE": "pairwise"}  # a judge for other commands is no mistake here
    said = rank(*args, env=env)
    assert "at equal length, place" in said.stdout
    assert "200 games, on 100 items" in said.stdout
    found = json.loads(rank(*args, "--base", "y", "--json").stdout)
    assert found["games"] == "games.csv"
    assert found["leaderboards"][0]["raw"]["models"][0]["model"] == "x"
    assert not (tmp_path / ".statera").exists()


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ((), "a ranking needs at least 3, got 0"),
        (("NEW", "OLD"), "two are compared: `statera judge compare RUN_A RUN_B`"),
        (("NEW", "OLD", "NEW"), "is there twice"),
        (("NEW", "OLD", "MINI", "latest"), "same run"),
        (("NEW", "OLD", "nothing"), "unknown run 'nothing'"),
        (("NEW", "OLD", "a.jsonl"), "give runs only, or .jsonl files of outputs only"),
        (("NEW", "OLD", "MINI", "NONE"), "or a ready one: --judge pairwise"),
        (("NEW", "OLD", "MINI", "--task", "opem"), "Did you mean 'open'"),
        (("NEW", "OLD", "MINI", "--control", "lenght"), "Did you mean 'length'"),
        (("NEW", "OLD", "MINI", "--control", "length", "--ties", "davidson"), "leave one"),
        (("NEW", "OLD", "MINI", "--judge", "tone"), "judge tone has no model"),
        (
            ("NEW", "OLD", "MINI", "--judge", "tone", "--judge-model", "scripted:script.yaml"),
            "grades single replies",
        ),
        (("NEW", "OLD", "OTHER"), "not on the same data"),
        (("NEW", "--games", "games.csv"), "asks no judge: leave RUN"),
        (("--games", "games.csv", "--judge", "tone"), "asks no judge: leave --judge"),
        (("--games", "games.csv", "--base", "z"), "unknown base 'z'. Allowed: x, y"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_asked(
    rank: Ranked, runs: dict[str, str], tmp_path: Path, args: tuple[str, ...], told: str
) -> None:
    (tmp_path / "games.csv").write_text("model_a,model_b,winner\nx,y,x\n", encoding="utf-8")
    store = RunStore(tmp_path / ".statera")
    other = replied(store, {"q0": "x"}, tasks=("open",))  # its question q0 is another one
    named = {name.upper(): run for name, run in {**runs, "other": other.id[:8]}.items()}
    judge = () if {"--judge", "--games", "NONE"} & set(args) else JUDGE
    said = rank(*(named.get(arg, arg) for arg in args if arg != "NONE"), *judge)
    assert isinstance(said.exception, DeclarationError)
    assert told in str(said.exception)
    assert "\n" not in str(said.exception)
    assert len(store.runs()) == 4


def test_a_mistake_is_one_line_and_exit_code_2(cli: Cli) -> None:
    said = cli("judge", "rank", "--games", "missing.csv")
    assert said.returncode == 2
    assert said.stderr == "statera: missing.csv: no such file\n"
