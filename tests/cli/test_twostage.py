import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from statera.analysis.stages import Seen, staged
from statera.api.stored import Run
from statera.api.twostage import Stages
from statera.cli.main import cli as commands
from statera.cli.twostage import Bill, named_stages, shape, told
from statera.errors import DeclarationError
from statera.graders.judge import JudgeFile, judge_of
from statera.store.runstore import RunStore
from tests.judges_made import stored, write_judge

CHEAP, DEAR = (
    judge_of(JudgeFile(judge=name, rubric="reference", model=name)) for name in ("cheap", "dear")
)


def said(*args: str) -> str:
    """Return what a command prints."""
    found = CliRunner().invoke(commands, args, standalone_mode=False)
    if found.exception is not None:
        raise found.exception
    return found.stdout


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A run with replies of known quality, and judge files: a cheap one that errs, a dear one."""
    monkeypatch.chdir(tmp_path)
    drawn = random.Random(5)
    store = RunStore(tmp_path / ".statera")
    info = stored(store, [f"reply {i} quality={drawn.randint(1, 5)}" for i in range(120)])
    for name, noise in (("cheap", 0.3), ("dear", 0.02)):
        script = f"judge: {{prefers: better, noise: {noise}, seed: {len(name)}}}\n"
        write_judge(tmp_path, script, f"{name}-script.yaml")
        for kind, rest in (("", "rubric: reference"), ("pairs-", "kind: pairwise")):
            text = f"judge: {name}\n{rest}\nmodel: scripted:{name}-script.yaml\n"
            write_judge(tmp_path, text, f"{kind}{name}.yaml")
    return info.id[:8]


def test_a_run_is_scored_in_two_stages_and_nothing_is_asked_twice(run: str, tmp_path: Path) -> None:
    args = ("score", run, "--judge", "cheap.yaml", "--second", "dear.yaml", "--part", "0.3", "-q")
    text = said(*args)
    line = next(x for x in text.splitlines() if "36 of 120" in x)
    assert line.split()[0] == "open/dear"
    assert "tell as much as" in text
    assert "not what people would" in text
    found = json.loads(said(*args, "--json"))
    assert found["two_stages"]["second"]["asked"] == 36
    store = RunStore(tmp_path / ".statera")
    assert sorted(store.counts(i.id).trials for i in store.runs()) == [36, 120, 120]
    row = found["two_stages"]["rows"][0]
    assert (row["metric"], row["of"], row["category"]) == ("open/dear", "cheap", None)
    assert row["two_stages"]["low"] <= row["two_stages"]["value"] <= row["two_stages"]["high"]
    assert row["saved"] == pytest.approx(row["worth"] - 36)


def test_win_rates_in_two_stages(run: str, tmp_path: Path) -> None:
    store = RunStore(tmp_path / ".statera")
    other = stored(store, [f"other {i} quality=3" for i in range(120)], name="old").id[:8]
    args = ("--judge", "pairs-cheap.yaml", "--second", "pairs-dear.yaml", "--part", "0.4", "-q")
    found = json.loads(said("judge", "compare", run, other, *args, "--json"))
    row = found["two_stages"]["rows"][0]
    assert (row["metric"], row["two_stages"]["labels"]) == ("open/dear", 48)
    assert Run(store, store.find(run))["open/dear"].n == 48
    dear = next(i.id for i in store.runs() if i.spec.suite == "judge dear")
    audit = {"void": True, "why": "a constant reply gets 0.70"}
    store.change_environment(dear, lambda known: known | {"audit": audit})
    told = "open: the second judge is void: a constant reply gets 0.70"
    assert told in json.loads(said("judge", "compare", run, other, *args, "--json"))["notes"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"second": "dear.yaml"}, "how much does the second judge see?"),
        ({"part": 0.2}, "--part: of which judge?"),
        ({"second": "dear.yaml", "part": 0.0}, "--part 0: a share above 0, and at most 1"),
        ({"second": "dear.yaml", "part": 1.5}, "--part 1.5: a share"),
        ({"second": "cheap.yaml", "part": 0.2}, "is both stages"),
        ({"second": "pairs-dear.yaml", "part": 0.2}, "judge dear compares pairs"),
        ({"second": "reference", "part": 0.2}, "judge reference has no model"),
        ({"second": "nowhere.yaml", "part": 0.2}, "nowhere.yaml"),
        ({"judge": None, "second": "dear.yaml", "part": 0.2}, "go with --judge"),
    ],
)
def test_bad_stages_are_refused(run: str, given: dict[str, object], message: str) -> None:
    nothing = dict.fromkeys(("judge_model", "second", "second_model", "part"))
    with pytest.raises(DeclarationError, match=message):
        named_stages(nothing | {"judge": "cheap.yaml"} | given, RunStore(".statera"))


def test_one_judge_is_no_stages() -> None:
    nothing = dict.fromkeys(("judge_model", "second", "second_model", "part"))
    assert named_stages(nothing | {"judge": "cheap.yaml"}, RunStore(".statera")) is None


def test_bad_stages_send_no_request(run: str, tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="--part 2: a share above 0"):
        said("score", run, "--judge", "cheap.yaml", "--second", "dear.yaml", "--part", "2")
    two = ("--judge", "pairs-cheap.yaml", "--second", "pairs-dear.yaml", "--part", "0.2")
    with pytest.raises(DeclarationError, match="--until stops on one judge's verdicts"):
        said("judge", "compare", run, run, *two, "--until", "0.5")
    assert len(RunStore(tmp_path / ".statera").runs()) == 1  # no judge has a run


def rows(share: float) -> list[Seen]:
    drawn = random.Random(1)
    found = []
    for i in range(400):
        truth = drawn.randint(0, 4) / 4
        first = min(1.0, truth + drawn.choice([0, 0, 0.25]))
        part = i < 400 * share
        found.append(Seen(first, truth if part else None, part, i))
    return found


def test_the_saving_is_told_in_judgements_and_in_dollars() -> None:
    row = staged(("t/dear", "cheap"), rows(0.25))
    stages, worth = Stages(CHEAP, DEAR, 0.25), row.worth or 0.0
    lines = told([row], stages, Bill(400, 100, (0.001, 0.02)))
    assert f"100 items of the second judge tell as much as {worth:,.0f} would alone" in lines[1]
    assert lines[2].startswith("cost: $2.4000 for both, $")
    assert lines[2].endswith("saved")
    dear = told([row], stages, Bill(400, 100, (0.02, 0.02)))
    assert dear[2].endswith("lost: the second judge alone is cheaper")
    unknown = told([row], stages, Bill(400, 100, (None, 0.02)))
    assert unknown[2].startswith("cost: a price is not known")


def test_without_an_estimate_the_reason_is_told() -> None:
    row = staged(("t/dear", "cheap"), rows(0.05))
    lines = told([row], Stages(CHEAP, DEAR, 0.05), Bill(400, 20, (None, None)))
    assert "t/dear: no estimate: 20 labels, at least 30 are needed" in lines
    found = shape([row], Stages(CHEAP, DEAR, 0.05), Bill(400, 20, (None, None)))
    assert found["part"] == 0.05
