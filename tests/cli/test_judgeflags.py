from typing import Any

import pytest

from statera.api.judging import Bench
from statera.cli.judgeflags import ask_judge, named_judge
from statera.errors import DeclarationError, RunStopped
from statera.store.runstore import RunStore

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


def test_a_judge_and_its_model_must_be_named() -> None:
    with pytest.raises(DeclarationError, match="no judge named"):
        named_judge(FLAGS | {"judge": None})
    with pytest.raises(DeclarationError, match="judge reference has no model"):
        named_judge(FLAGS)
    assert named_judge(FLAGS | {"judge_model": "embedded"}).model == "embedded"


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
