import json
from pathlib import Path

import pytest

from statera.api.scoring import remember
from statera.metrics.means import Accuracy
from statera.records.scores import Score
from statera.store.rows import Keyed, Scored
from statera.store.runstore import RunStore
from tests.cli.commands.conftest import Cli
from tests.runs_made import alternating, stored

KEYS = [
    *("metric", "category", "n", "base", "candidate", "difference", "low", "high", "level"),
    *("method", "p", "p_adjusted", "wins", "losses", "ties"),
]


@pytest.fixture
def two(cli: Cli, tmp_path: Path) -> tuple[str, str]:
    store = RunStore(tmp_path / ".statera")
    base = alternating(400, 100)
    candidate = dict(base)
    for place in range(380, 400):
        candidate[f"all/{place}"] = ["wrong"]
    for place in range(400, 430):
        candidate[f"all/{place}"] = ["right"]
    new = stored(store, candidate, model="new", system_message="Be [bold]brief[/].")
    old = stored(store, base, model="old")
    store.close()
    return new.info.id[:8], old.info.id[:8]


def test_82_against_80_on_500(cli: Cli, two: tuple[str, str]) -> None:
    done = cli("compare", *two)
    assert done.returncode == 0, done.stderr
    assert "model: old -> new" in done.stdout
    assert "system_message: none -> Be [bold]brief[/]." in done.stdout
    line = next(x for x in done.stdout.splitlines() if x.startswith("t/accuracy "))
    assert line.split()[1:5] == ["0.800", "0.820", "+0.020", "-0.008"]
    assert "30/20/450" in line
    assert "t: 20 worse; read: statera show" in done.stdout
    assert done.stderr == ""


def test_json_rows_have_the_documented_keys(cli: Cli, two: tuple[str, str]) -> None:
    found = json.loads(cli("compare", *two, "--json").stdout)
    assert found["schema"] == 1
    assert found["items"] == [{"task": "t", "shared": 500, "only_run": 0, "only_base": 0}]
    for row in found["metrics"]:
        assert set(KEYS) <= set(row)
    names = [(row["metric"], row["category"]) for row in found["metrics"]]
    assert names[:2] == [("t/accuracy", None), ("t/accuracy", "all")]


def test_one_metric_with_its_categories(cli: Cli, two: tuple[str, str]) -> None:
    found = json.loads(cli("compare", *two, "--json", "--metric", "t/accuracy").stdout)
    assert {row["metric"] for row in found["metrics"]} == {"t/accuracy"}
    done = cli("compare", *two, "--metric", "t/acuracy")
    assert done.returncode == 2
    assert "unknown metric 't/acuracy'. Did you mean 't/accuracy'?" in done.stderr
    assert done.stderr.count("t/accuracy,") == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["RUN", "RUN"], "RUN and BASE are the same run"),
        (["RUN", "nothing"], "unknown run 'nothing'"),
        (["RUN", "BASE", "--level", "1"], "--level"),
    ],
)
def test_bad_input_is_one_line(
    cli: Cli, two: tuple[str, str], arguments: list[str], told: str
) -> None:
    names = {"RUN": two[0], "BASE": two[1]}
    done = cli("compare", *(names.get(word, word) for word in arguments))
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_items_of_one_run_only_and_another_instrument_are_loud(cli: Cli, tmp_path: Path) -> None:
    store = RunStore(tmp_path / ".statera")
    new = stored(store, alternating(30, 20, first=10), model="new", data="e")
    old = stored(store, alternating(30, 20), model="old")
    names = (new.info.id[:8], old.info.id[:8])
    refused = cli("compare", *names)
    assert refused.returncode == 2
    assert "not the same instrument: t data: d -> e" in refused.stderr
    done = cli("compare", *names, "--allow")
    assert "t: 10 items of RUN only, left out" in done.stdout
    assert "t: 10 items of BASE only, left out" in done.stdout
    assert "not the same instrument: t data: d -> e" in done.stdout


def test_a_metric_of_another_scorer_is_left_out_loudly_and_refused_if_named(
    cli: Cli, tmp_path: Path
) -> None:
    store = RunStore(tmp_path / ".statera")
    new, old = (stored(store, alternating(30, 20), model=name) for name in ("new", "old"))
    for run, key in ((new, "x"), (old, "y")):
        score = Score(metric="extra", value=1.0, outcome="right")
        trials = list(store.trials(run.info.id))
        store.write_scores(run.info.id, [Scored(one.trial, (Keyed(key, score),)) for one in trials])
        remember(store, run.info, {"t": ()}, {"t": (Accuracy(score="extra"),)})
    names = (new.info.id[:8], old.info.id[:8])
    done = cli("compare", *names)
    assert done.returncode == 0, done.stderr
    assert 'left out, not the same instrument: t scorer of extra: ["y"] -> ["x"]' in done.stdout
    assert "t/extra" not in done.stdout
    refused = cli("compare", *names, "--metric", "t/extra")
    assert refused.returncode == 2
    assert "t/extra: not the same instrument" in refused.stderr
