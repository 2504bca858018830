import json
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.interop.importing.evalzip import ZSTANDARD
from statera.interop.importing.imported import Log, Wanted
from statera.interop.importing.inspectlog import logs
from tests.interop.importing import made

SAMPLES = [
    made.inspect_sample("a", epoch=2),
    made.inspect_sample("a"),
    made.inspect_sample("b", value="I"),
]


def _only(path: Path, wanted: Wanted | None = None) -> Log:
    (log,) = logs([path], wanted or Wanted())
    return log


def test_a_run_with_its_model_and_how_it_was_asked(tmp_path: Path) -> None:
    log = _only(made.inspect_json(tmp_path / "a.json", SAMPLES))
    assert (log.tool, log.version, log.created) == ("inspect", "0.3.285", 1767323045.0)
    assert log.system.model == "openai/m-2"
    assert log.system.system_message == "Be brief."
    assert log.system.sampling == {"max_tokens": 40, "temperature": 0.5}
    assert log.system.body == {}
    assert log.suite == "group_answers"
    assert log.facts["group_answers"].version == "7"
    assert "sk-secret" not in repr(log.system)
    assert log.stopped == ""


def test_other_solvers_belong_to_the_system(tmp_path: Path) -> None:
    steps = [{"solver": "chain_of_thought", "params_passed": {"n": 2}}, {"solver": "generate"}]
    log = _only(made.inspect_json(tmp_path / "a.json", SAMPLES, plan={"steps": steps}))
    assert log.system.body == {"solvers": [["chain_of_thought", {"n": 2}]]}


def test_a_zip_file_gives_the_same_in_the_order_of_the_data_set(tmp_path: Path) -> None:
    packed = _only(made.inspect_eval(tmp_path / "a.eval", SAMPLES))
    plain = _only(made.inspect_json(tmp_path / "a.json", SAMPLES))
    rows = list(packed.rows)
    assert [(row.sample.id, row.epoch) for row in rows] == [("b", 0), ("a", 0), ("a", 1)]
    assert packed.system == plain.system
    assert sorted((r.sample.id, r.epoch, r.scores) for r in rows) == sorted(
        (r.sample.id, r.epoch, r.scores) for r in plain.rows
    )


def test_what_zstandard_packed(tmp_path: Path) -> None:
    module = pytest.importorskip("zstandard")
    parts = {
        "samples/a_epoch_1.json": json.dumps(made.inspect_sample("a")).encode(),
        "header.json": json.dumps(made.inspect_header()).encode(),
    }
    packed = {name: (module.ZstdCompressor().compress(data), data) for name, data in parts.items()}
    log = _only(made.zip_of(tmp_path / "a.eval", packed, method=ZSTANDARD))
    assert [row.sample.id for row in log.rows] == ["a"]


def test_an_evaluation_that_was_never_finished_is_told(tmp_path: Path) -> None:
    path = made.inspect_eval(tmp_path / "a.eval", SAMPLES, header=False)
    with pytest.raises(DeclarationError, match="never finished"):
        _only(path)


def test_one_that_ended_early_says_why(tmp_path: Path) -> None:
    path = made.inspect_json(
        tmp_path / "a.json", SAMPLES, status="error", error={"message": "boom\n at x"}
    )
    assert _only(path).stopped == "inspect's status is error: boom"


def test_values_that_are_no_numbers_are_noted(tmp_path: Path) -> None:
    log = _only(made.inspect_json(tmp_path / "a.json", [made.inspect_sample("a", value="blue")]))
    assert [row.scores for row in log.rows] == [()]
    assert log.notes == ["match is left out: its values are no numbers"]


def test_the_user_names_task_and_model(tmp_path: Path) -> None:
    path = made.inspect_json(tmp_path / "a.json", SAMPLES)
    log = _only(path, Wanted("mine", "my model"))
    assert (log.suite, log.system.model) == ("mine", "my model")
    assert {row.task for row in log.rows} == {"mine"}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"eval": {"task": "t"}}, "holds no samples"),
        ({"samples": []}, "'eval' is missing"),
        ({"samples": [3], "eval": {"task": "t"}}, "sample 1: no sample"),
        ({"samples": [{}], "eval": {"task": "t"}}, "sample 1: 'id' is missing"),
    ],
)
def test_what_is_no_log_is_told(tmp_path: Path, value: object, told: str) -> None:
    with pytest.raises(DeclarationError, match=told):
        list(_only(made.document(tmp_path / "a.json", value)).rows)


def test_a_folder_without_logs_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"no \.eval or \.json"):
        list(logs([tmp_path], Wanted()))
