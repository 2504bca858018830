import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from statera.analysis.disagreement import Vote, disagreements
from statera.api.judging import Bench
from statera.cli.main import cli as commands
from statera.cli.panels import panel_shape, print_agreement, sentences, warnings
from statera.errors import DeclarationError
from statera.store.runstore import RunStore
from tests.cli.commands.conftest import Cli, cli
from tests.judges_made import REFERENCE, bench, stored
from tests.panels_made import judge_model, judgements, pairwise, qualities, rubric, seat

__all__ = ["cli"]

Call = Callable[..., Result]

VOTES = [
    Vote("t", "c", f"q{i}", (float(i % 2), float(i % 3 > 0), None if i % 4 else 1.0), split=i < 2)
    for i in range(40)
]


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    """A folder with the scripts of three judges and a run that they can judge."""
    for name, seed in (("a", 1), ("b", 2), ("c", 3)):
        (tmp_path / f"{name}.yaml").write_text(f"judge: {{noise: 0.2, seed: {seed}}}\n")
    models = "models: [scripted:a.yaml, scripted:b.yaml, scripted:c.yaml]\n"
    (tmp_path / "grades.yaml").write_text(f"judge: quality\nrubric: reference\n{models}")
    (tmp_path / "pairs.yaml").write_text(f"judge: preferred\nkind: pairwise\n{models}")
    store = RunStore(tmp_path / ".statera")
    for run, values in (("old", [3] * 30), ("new", qualities(30))):
        stored(store, [f"Reply {i} quality={v}" for i, v in enumerate(values)], name=run)
    store.close()
    return tmp_path


@pytest.fixture
def call(panel: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Return a function that calls `statera ARGS` in that folder."""
    monkeypatch.chdir(panel)

    def run(*args: str) -> Result:
        return CliRunner().invoke(commands, args, standalone_mode=False)

    return run


def test_a_run_is_scored_by_a_panel_and_nothing_is_asked_twice(call: Call) -> None:
    said = call("score", "--judge", "grades.yaml")
    assert said.exception is None
    assert "30 judged of 30 asked" in said.stderr
    assert "90/90 judgements" in said.stderr
    assert "open/quality" in said.stdout
    assert "open · panel of 3, majority" in said.stdout
    assert "members agree: alpha" in said.stdout
    again = call("score", "--judge", "grades.yaml", "--json", "--max-requests", "1")
    assert again.exception is None
    found = json.loads(again.stdout)
    assert list(found["panel"]["members"]) == ["a", "b", "c"]
    (agreed,) = found["agreement"]
    assert [(r["judged"], r["asked"]) for r in agreed["raters"]] == [(30, 30)] * 3
    assert agreed["alpha"]["low"] < agreed["alpha"]["value"] < agreed["alpha"]["high"]


def test_two_runs_are_compared_by_a_panel(call: Call, panel: Path) -> None:
    new, old = (info.id[:8] for info in RunStore(panel / ".statera").runs())
    args = ("judge", "compare", new, old, "--judge", "pairs.yaml", "-q")
    found = json.loads(call(*args, "--json").stdout)
    assert found["win_rates"][0]["rate"]["asked"] == 30
    assert all(rater["flips"] > 0 for rater in found["agreement"][0]["raters"])
    assert "3 of 3 members were never audited" in found["notes"][-1]
    people = call(*args).stdout
    assert "open · panel of 3, majority" in people
    assert "flips" in people
    shown = json.loads(call("show", new, "--json").stdout)["metrics"]
    rate = next(m for m in shown if m["metric"] == "open/preferred")
    assert rate["estimate"] == pytest.approx(found["win_rates"][0]["rate"]["value"])


def test_one_member_is_asked_alone(call: Call, panel: Path) -> None:
    said = call("score", "--judge", "grades.yaml", "--member", "b", "-q")
    assert said.exception is None
    assert "open/quality-b" in said.stdout
    assert judgements(RunStore(panel / ".statera")) == {"judge quality-b": 30}


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("score", "--member", "d"), "unknown member of judge quality 'd'. Allowed: a, b, c"),
        (("score", "--judge-model", "x"), "every member of the panel names its model"),
        (("judge", "audit"), "--member a or b or c"),
    ],
)
def test_what_is_asked_of_a_panel_in_vain(
    call: Call, panel: Path, args: tuple[str, ...], told: str
) -> None:
    said = call(*args, "--judge", "grades.yaml")
    assert isinstance(said.exception, DeclarationError)
    assert told in str(said.exception)
    assert judgements(RunStore(panel / ".statera")) == {}


def test_weights_that_were_never_measured_are_told_before_any_request(
    cli: Cli, panel: Path
) -> None:
    text = (panel / "grades.yaml").read_text() + "combine: weighted\n"
    (panel / "weighted.yaml").write_text(text)
    said = cli("score", "--judge", "weighted.yaml")
    assert said.returncode == 2
    assert len(said.stderr.strip().splitlines()) == 1
    assert "how accurate a is was never measured" in said.stderr
    assert "statera judge calibrate RUN --judge quality-a" in said.stderr
    assert judgements(RunStore(panel / ".statera")) == {}


def test_repeats_of_a_judge_are_shown_to_agree(call: Call, panel: Path) -> None:
    (panel / "one.yaml").write_text(
        "judge: quality\nrubric: reference\nrepeats: 3\nmodel: scripted:a.yaml\n"
    )
    said = call("score", "--judge", "one.yaml", "-q")
    assert said.exception is None
    assert "open · repeats" in said.stdout
    assert "repeats agree: alpha" in said.stdout


def test_members_are_told_apart_and_the_silent_one_is_named(
    store_folder: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    models = tuple(judge_model(seed=seed) for seed in range(3))
    judges = rubric(combine="weighted", weights={"one": 1, "two": 2, "three": 0.5})
    found = disagreements(VOTES, judges.names)
    print_agreement(seat(judges, store_folder, *models), found)
    text = capsys.readouterr().out
    assert "panel of 3, weighted" in text
    assert re.search(r"three +10 of 40 +0\.5\n", text)
    assert "warning three gave no verdict on 30 of 40" in text
    assert "2 split evenly: the mean of what was said" in text
    assert warnings(found[0]) == ["three gave no verdict on 30 of 40"]


def test_of_pairs_an_even_split_is_a_tie() -> None:
    votes = [vote._replace(flips=(False,) * 3) for vote in VOTES]
    (found,) = disagreements(votes, ("one", "two", "three"))
    assert "2 split evenly: a tie, flagged `split`" in sentences(found)


def test_json_says_who_sits_there_and_nothing_of_a_single_judge(store_folder: RunStore) -> None:
    models = tuple(judge_model(seed=seed) for seed in range(3))
    panel = seat(pairwise(), store_folder, *models)
    assert panel_shape(panel, []) == {"panel": panel.described, "agreement": []}
    single: Bench = bench(REFERENCE, models[0], store_folder)
    assert panel_shape(single, []) == {}


@pytest.fixture
def store_folder(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "store")
