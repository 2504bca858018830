from pathlib import Path
from typing import Any

import pytest

from statera.errors import DeclarationError
from statera.interop.importing.imported import Log, Wanted
from statera.interop.importing.lmeval import logs
from tests.interop.importing import made


def _only(folder: Path, wanted: Wanted | None = None) -> Log:
    (log,) = logs([folder], wanted or Wanted())
    return log


def test_a_run_with_its_model_and_how_it_was_asked(tmp_path: Path) -> None:
    log = _only(made.lm_folder(tmp_path))
    assert (log.tool, log.version, log.created) == ("lm-eval", "0.4.13", 1_700_000_000.5)
    assert log.system.model == "m-1"
    assert log.system.system_message == "Be brief."
    assert log.system.sampling == {"temperature": 0.5}
    facts = log.facts["sums"]
    assert (facts.mode, facts.api, facts.num_fewshot) == ("generate", "completions", 3)
    assert facts.version == "3.0"
    assert {path.name for path in log.files} == {
        f"results_{made.STAMP}.json",
        f"samples_sums_{made.STAMP}.jsonl",
    }


def test_no_key_is_taken_along(tmp_path: Path) -> None:
    assert "sk-secret" not in repr(_only(made.lm_folder(tmp_path)).system)


def test_a_results_file_stands_for_the_samples_beside_it(tmp_path: Path) -> None:
    made.lm_folder(tmp_path)
    (log,) = logs([tmp_path / f"results_{made.STAMP}.json"], Wanted())
    assert len(list(log.rows)) == 8


def test_a_group_is_one_task_with_its_parts_as_categories(tmp_path: Path) -> None:
    log = _only(made.lm_group(tmp_path))
    rows = list(log.rows)
    assert log.suite == "big"
    assert {row.task for row in rows} == {"big"}
    assert [row.sample.category for row in rows] == ["one"] * 3 + ["two"] * 3
    assert len({row.sample.id for row in rows}) == 6
    assert log.facts["big"].macro
    assert log.facts["big"].mode == "loglikelihood"


def test_groups_in_groups(tmp_path: Path) -> None:
    folder = made.lm_group(tmp_path)
    config = {"output_type": "multiple_choice"}
    results = made.lm_results(
        groups={"big": {}, "big_stem": {}},
        group_subtasks={"big": ["big_stem", "big_two"], "big_stem": ["big_one"]},
        configs={"big_one": config, "big_two": config},
    )
    made.document(folder / f"results_{made.STAMP}.json", results)
    places = {(r.sample.category, r.sample.group) for r in _only(folder).rows}
    assert places == {("one", "stem"), ("two", None)}


def test_a_mixed_group_stays_apart(tmp_path: Path) -> None:
    folder = made.lm_group(tmp_path)
    results = made.lm_results(
        groups={"big": {}},
        group_subtasks={"big": ["big_one", "big_two"]},
        configs={
            "big_one": {"output_type": "multiple_choice"},
            "big_two": {"output_type": "generate_until"},
        },
    )
    made.document(folder / f"results_{made.STAMP}.json", results)
    assert {row.task for row in _only(folder).rows} == {"big_one", "big_two"}


def test_a_chat_is_told_by_its_template(tmp_path: Path) -> None:
    log = _only(made.lm_folder(tmp_path, chat_template="{{ messages }}"))
    assert log.facts["sums"].api == "chat"


def test_a_metric_of_which_less_is_better_is_left_out(tmp_path: Path) -> None:
    log = _only(made.lm_folder(tmp_path, higher_is_better={"sums": {"exact_match": False}}))
    assert all(row.scores == () for row in log.rows)
    assert log.notes == ["exact_match is left out: less is better"]


def test_samples_alone_need_a_model(tmp_path: Path) -> None:
    folder = made.lm_folder(tmp_path)
    (folder / f"results_{made.STAMP}.json").unlink()
    with pytest.raises(DeclarationError, match="--model-name"):
        _only(folder)
    assert _only(folder, Wanted(model="mine")).system.model == "mine"


def test_results_alone_hold_no_items(tmp_path: Path) -> None:
    path = made.document(tmp_path / f"results_{made.STAMP}.json", made.lm_results())
    with pytest.raises(DeclarationError, match="--log_samples"):
        list(logs([path], Wanted()))


def test_one_name_fits_one_task(tmp_path: Path) -> None:
    assert _only(made.lm_folder(tmp_path / "a"), Wanted(task="mine")).suite == "mine"
    made.lm_folder(tmp_path / "b")
    made.jsonl(tmp_path / "b" / f"samples_more_{made.STAMP}.jsonl", [made.lm_line(0, value=1)])
    with pytest.raises(DeclarationError, match="--task: the log has several tasks: more, sums"):
        _only(tmp_path / "b", Wanted(task="mine"))


def test_two_runs_in_a_folder_are_two_logs(tmp_path: Path) -> None:
    made.lm_folder(tmp_path)
    later = "2026-02-02T03-04-05.678901"
    made.document(tmp_path / f"results_{later}.json", made.lm_results(model_name="m-9"))
    made.jsonl(tmp_path / f"samples_sums_{later}.jsonl", [made.lm_line(0, value=1)])
    models: list[Any] = [log.system.model for log in logs([tmp_path], Wanted())]
    assert models == ["m-1", "m-9"]
