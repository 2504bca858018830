import asyncio
import json
import re
from pathlib import Path

import pytest

from statera.api.judged import judge_pairs
from statera.store.runstore import RunStore
from tests.cli.commands.conftest import Cli
from tests.endpoint import Endpoint
from tests.judges_made import PAIRWISE, answer, bench, scripted, stored


@pytest.fixture
def measured(cli: Cli) -> Cli:
    with Endpoint() as endpoint:
        done = cli(
            "run", "starter_knowledge", "-m", f"{endpoint.url}#mock", "--limit", "12", "--mode",
            "generate", "-q",
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return cli


def test_a_scorer_is_added_with_no_request(measured: Cli) -> None:
    done = measured("score", "latest", "--scorer", "{type: contains, any: [A, B]}", "--json")
    assert done.returncode == 0, done.stderr
    assert "12 scores made again, no request sent" in done.stderr
    metrics = {row["metric"]: row for row in json.loads(done.stdout)["metrics"]}
    assert "starter_knowledge/contains" in metrics
    assert "starter_knowledge/accuracy" in metrics


def test_scoring_again_with_the_same_scorers_changes_nothing(measured: Cli) -> None:
    done = measured("score")
    assert "0 scores made again" in done.stderr


def test_the_example_of_the_help_works_and_twice_is_once(measured: Cli) -> None:
    example = "{type: contains, any: [yes]}"
    assert example in " ".join(measured("score", "--help").stdout.split())
    assert "12 scores" in measured("score", "latest", "-s", example).stderr
    again = measured("score", "latest", env={"STATERA_SCORER": example})
    assert again.returncode == 0, again.stderr
    assert "0 scores made again" in again.stderr
    assert again.stdout.count("starter_knowledge/contains ") == 1


def test_scorers_come_from_a_file_too(measured: Cli, tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("- {type: length, max: 3}\n- {type: exact}\n")
    done = measured("score", "--scorer", "more.yaml")
    assert done.returncode == 0, done.stderr
    assert "starter_knowledge/length" in done.stdout


@pytest.mark.parametrize(
    ("args", "parts"),
    [
        (["--scorer", "exat"], ["--scorer", "Did you mean 'exact'?"]),
        (["--scorer", "{type: contains, al: [x]}"], ["unknown field `al`"]),
        (["--task", "other"], ["unknown task 'other'"]),
        (
            ["--scorer", "{type: number, metric: accuracy}"],
            ["--scorer: task starter_knowledge: another scorer is called 'accuracy'; give this"],
        ),
        (["-s", "length: 3"], ["--scorer"]),
        (
            ["-s", "choice_likelihood"],
            ["task starter_knowledge: 'acc' needs `mode: loglikelihood`"],
        ),
        (["-s", "code"], ["'pass' needs a column `test`"]),
    ],
)
def test_wrong_scorers_are_one_line(measured: Cli, args: list[str], parts: list[str]) -> None:
    done = measured("score", "latest", *args)
    assert done.returncode == 2
    assert all(part in done.stderr for part in parts), done.stderr


@pytest.fixture
def open_answers(cli: Cli, tmp_path: Path) -> str:
    """Return the id of a run with open answers; a script in its folder judges them."""
    (tmp_path / "script.yaml").write_text("default: |-\n  Good.\n  [4]\n", encoding="utf-8")
    return stored(RunStore(tmp_path / ".statera"), ["alpha", "omega", ""]).id[:8]


JUDGE = ("--judge", "reference", "--judge-model", "scripted:script.yaml")


def test_a_judge_grades_what_is_stored(cli: Cli, open_answers: str) -> None:
    done = cli("score", open_answers, *JUDGE)
    assert done.returncode == 0, done.stderr
    assert "2 judged of 2 asked" in done.stderr
    assert re.search(r"open/reference +0\.750", done.stdout)
    assert re.search(r"open/reference_good +0\.667", done.stdout)
    second = cli("score", open_answers, "--judge", "helpfulness", *JUDGE[2:])
    assert "open/helpfulness_good" in second.stdout
    assert "open/reference" not in second.stdout  # what was judged just now, and where the rest is
    assert re.search(r"\d other metrics: statera show \w{8}$", second.stdout.rstrip())
    again = cli("score", open_answers)  # its own scorers; the judge is not asked
    assert "0 scores made again" in again.stderr
    assert "open/reference " in again.stdout


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--judge", "reference"], "judge reference has no model"),
        (["--judge", "pairwise", "--judge-model", "scripted:script.yaml"], "compares pairs"),
        (["--judge-model", "scripted:script.yaml"], "--judge-model goes with --judge"),
        ([*JUDGE, "--scorer", "exact"], "--scorer or --judge, not both"),
        (["--judge", "refrence"], "Did you mean 'reference'"),
        ([*JUDGE, "--task", "opn"], "Did you mean 'open'"),
    ],
)
def test_a_judge_declared_wrong_is_one_line(
    cli: Cli, open_answers: str, args: list[str], told: str
) -> None:
    done = cli("score", open_answers, *args)
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_a_judges_own_run_is_not_measured(cli: Cli, open_answers: str, tmp_path: Path) -> None:
    store = RunStore(tmp_path / ".statera")
    judging = bench(PAIRWISE, scripted(default="[[A]]"), store)
    judged = asyncio.run(judge_pairs(judging, [answer("x")], [answer("y")]))
    work = judged.sitting.run
    before = store.counts(work)
    pairs = ["--judge", "pairwise", "--judge-model", "scripted:script.yaml"]
    for args in (
        ["score", work[:8]],
        ["score", work[:8], *JUDGE],
        ["judge", "compare", work[:8], open_answers, *pairs],
        ["judge", "rank", work[:8], open_answers, *pairs],
        ["judge", "audit", work[:8], *JUDGE],
    ):
        done = cli(*args)
        assert done.returncode == 2, done.stdout
        assert f"{work[:8]} is a judge's work, not a system's run" in done.stderr
    assert store.counts(work) == before
