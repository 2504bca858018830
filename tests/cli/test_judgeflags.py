from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from statera.api.judging import Bench
from statera.api.panelbench import AnySeat, benches
from statera.cli.judgeflags import ask_judge, ask_seat, named_judge
from statera.cli.main import cli
from statera.errors import DeclarationError, RunStopped
from statera.store.runstore import RunStore
from tests.judges_made import stored

FLAGS: dict[str, Any] = {
    "judge": "reference",
    "judge_model": None,
    "base_url": None,
    "max_connections": None,
    "max_retries": None,
    "timeout": None,
    "max_cost": None,
    "max_requests": 7,
    "fail_on_error": 0.25,
    "quiet": True,
}


def test_a_judge_and_its_model_must_be_named(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "store")
    with pytest.raises(DeclarationError, match="no judge named"):
        named_judge(FLAGS | {"judge": None}, store)
    with pytest.raises(DeclarationError, match="judge reference has no model"):
        named_judge(FLAGS, store)
    assert named_judge(FLAGS | {"judge_model": "embedded"}, store).model == "embedded"


def test_the_work_gets_the_judge_on_its_bench(tmp_path: Any) -> None:
    script = tmp_path / "judge.yaml"
    script.write_text("default: '[4]'\n", encoding="utf-8")
    flags = FLAGS | {"judge_model": f"scripted:{script}"}
    store = RunStore(tmp_path / "store")

    async def work(bench: Bench) -> tuple[str, int, int | None, float]:
        assert bench.model.identity.startswith("scripted:")
        limits = bench.limits
        return bench.judge.name, bench.seed, limits.max_requests, limits.fail_share

    assert ask_judge(flags, store, work, seed=3) == ("reference", 3, 7, 0.25)


def test_what_stops_it_says_what_is_kept(tmp_path: Any) -> None:
    script = tmp_path / "judge.yaml"
    script.write_text("default: '[4]'\n", encoding="utf-8")
    flags = FLAGS | {"judge_model": f"scripted:{script}"}

    async def work(bench: Bench) -> None:
        bench.tally.total, bench.tally.asked = 10, 4
        raise RunStopped("enough")

    with pytest.raises(RunStopped, match="4 of 10 judgements are kept; the same command"):
        ask_judge(flags, RunStore(tmp_path / "store"), work)


@pytest.fixture
def panel(tmp_path: Path) -> dict[str, Any]:
    """The flags of a panel of two, whose members say 4 and 2."""
    for name, grade in (("a", 4), ("b", 2)):
        (tmp_path / f"{name}.yaml").write_text(f"default: '[{grade}]'\n", encoding="utf-8")
    models = "models: [scripted:a.yaml, scripted:b.yaml]\n"
    text = f"judge: two\nrubric: tone\ncombine: mean\n{models}"
    (tmp_path / "panel.yaml").write_text(text, encoding="utf-8")
    return FLAGS | {"judge": str(tmp_path / "panel.yaml")}


def test_a_panels_members_each_sit_on_a_bench(panel: dict[str, Any], tmp_path: Path) -> None:
    async def work(seat: AnySeat) -> tuple[list[str], bool, int]:
        found = benches(seat)
        return [b.judge.name for b in found], found[0].tally is found[1].tally, found[1].seed

    store = RunStore(tmp_path / "store")
    assert ask_seat(panel, store, work, seed=5) == (["two-a", "two-b"], True, 5)


def test_where_one_judge_is_asked_a_member_of_a_panel_is_named(
    panel: dict[str, Any], tmp_path: Path
) -> None:
    async def work(bench: Bench) -> str:
        return bench.judge.name

    store = RunStore(tmp_path / "store")
    with pytest.raises(DeclarationError, match=r"judge two is a panel.*--member a or b"):
        ask_judge(panel, store, work)
    assert ask_judge(panel | {"member": "b"}, store, work) == "two-b"


def test_every_member_needs_a_model(tmp_path: Path) -> None:
    path = tmp_path / "panel.yaml"
    path.write_text("judge: two\npanel: [tone, brevity]\n", encoding="utf-8")
    flags, store = FLAGS | {"judge": str(path)}, RunStore(tmp_path / "store")
    with pytest.raises(DeclarationError, match="judge two: member tone has no model"):
        named_judge(flags, store)
    assert named_judge(flags | {"judge_model": "embedded"}, store).members[1].model == "embedded"


@pytest.mark.parametrize("kind", ["rubric: tone", "kind: pairwise"])
def test_a_judge_of_ones_own_is_called_by_name_once_it_was_asked(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "script.yaml").write_text("judge: {prefers: better}\n", encoding="utf-8")
    text = f"judge: acme\n{kind}\nmodel: scripted:script.yaml\n"
    (tmp_path / "acme.yaml").write_text(text, encoding="utf-8")
    store = RunStore(".statera")
    runs = [
        stored(store, [f"reply quality={1 + (i + shift) % 5}" for i in range(10)], name=f"m{shift}")
        for shift in range(3)
    ]
    new, old, third = (info.id[:8] for info in runs)
    pairs = kind.startswith("kind")
    commands: list[tuple[str, ...]] = [("score", new)]
    audit: tuple[str, ...] = ("judge", "audit", new)
    if pairs:
        commands = [("judge", "compare", new, old), ("judge", "rank", new, old, third)]
        audit = (*audit, old)
    for command in commands:
        assert called(*command, "--judge", "acme.yaml", "-q").exit_code == 0
    before = {info.id: store.counts(info.id).trials for info in store.runs()}
    (tmp_path / "acme.yaml").unlink()
    for command in commands:
        result = called(*command, "--judge", "acme", "-q")
        assert result.exit_code == 0, result.output
    assert {info.id: store.counts(info.id).trials for info in store.runs()} == before
    assert called(*audit, "--judge", "acme", "-q").exit_code in (0, 1, 3)
    assert {info.id for info in store.runs()} == set(before)
    (tmp_path / "labels.csv").write_text("id,label\nq0,TIE\n" if pairs else "id,label\nq0,4\n")
    label = ("judge", "label", new, *([old] if pairs else []), "--judge", "acme")
    assert called(*label, "--labels", "labels.csv", "--import-only").exit_code == 0
    assert called("judge", "calibrate", new, "--judge", "acme").exit_code == 0
    (tmp_path / "script.yaml").unlink()
    assert called(*label, "--labels", "labels.csv", "--import-only").exit_code == 0
    with pytest.raises(
        DeclarationError,
        match=r"^judge acme is on record, but not how its model is opened: --judge-model MODEL",
    ):
        called(*commands[0], "--judge", "acme", "-q")
    with pytest.raises(DeclarationError, match=r"unknown judge 'acne'\. Did you mean 'acme'\?"):
        called(*commands[0], "--judge", "acne", "-q")


def called(*args: str) -> Result:
    """Return what a command made; raise what it refuses."""
    found = CliRunner().invoke(cli, args, standalone_mode=False)
    if isinstance(found.exception, DeclarationError):
        raise found.exception
    return found
