from pathlib import Path
from typing import Any

import pytest

from statera.interop.importing.imported import UNKNOWN_MODEL, Facts, Log, Row
from statera.interop.importing.intake import take_in
from statera.interop.importing.keeping import Kept
from statera.records.specs import SystemUnderTest
from statera.store.runstore import RunStore
from tests.interop.importing.made import row


def _log(path: Path, *rows: Row, **more: Any) -> Log:
    path.write_text(repr(rows) + repr(more))
    given: dict[str, Any] = {"blind": ("unparsed", "truncated"), **more}
    return Log(tool="tool", files=(path,), system=SystemUnderTest(model="m"), rows=rows, **given)


def _kept(folder: Path, log: Log, tag: str | None = None) -> Kept:
    (kept,) = take_in([log], folder / "store", tag=tag)
    return kept


ROWS = (
    row("a", {"m": 1.0}),
    row("b", {"m": 0.0}, outcome="truncated"),
    row("c", {}, reply=None),
)


def test_a_run_is_as_if_it_had_been_made_here(tmp_path: Path) -> None:
    kept = _kept(tmp_path, _log(tmp_path / "f", *ROWS, version="1.2", created=7.0), tag="base")
    store = RunStore(tmp_path / "store")
    info = store.find("base")
    assert (info.id, info.status, info.spec.suite) == (kept.run, "done", "t")
    assert [(task.name, task.mode, task.api) for task in info.spec.tasks] == [
        ("t", "generate", "chat")
    ]
    trials = list(store.trials(info.id))
    assert [(one.sample.id, one.scores[0].outcome, one.scores[0].value) for one in trials] == [
        ("a", "right", 1.0),
        ("b", "truncated", None),
        ("c", "infra_error", None),
    ]
    assert {one.trial.started for one in trials} == {7.0}
    assert len({one.trial.key for one in trials}) == 1
    about = info.environment["imported"]
    assert (about["tool"], about["version"], about["files"]) == ("tool", "1.2", ["f"])
    assert about["replies"] == 2
    assert info.environment["metrics"] == {
        "t": [{"type": "accuracy", "score": "m"}, {"type": "given_answer", "score": "m"}]
    }
    assert info.environment["primary"] == {"t": "m"}


def test_the_same_files_again_are_the_same_run(tmp_path: Path) -> None:
    first = _kept(tmp_path, _log(tmp_path / "f", *ROWS))
    before = RunStore(tmp_path / "store").content_digest(first.run)
    (tmp_path / "elsewhere").mkdir()
    log = _log(tmp_path / "elsewhere" / "g", *ROWS)
    (tmp_path / "elsewhere" / "g").write_bytes((tmp_path / "f").read_bytes())
    again = _kept(tmp_path, log, tag="later")
    store = RunStore(tmp_path / "store")
    assert (first.new, again.new, again.run) == (True, False, first.run)
    assert len(store.runs()) == 1
    assert store.counts(first.run).trials == 3
    assert store.content_digest(first.run) == before
    assert store.find("later").status == "done"


def test_other_scores_or_another_time_are_another_run(tmp_path: Path) -> None:
    logs = [
        _log(tmp_path / "f", *ROWS),
        _log(tmp_path / "g", *ROWS, created=7.0),
        _log(tmp_path / "h", *ROWS[:2], row("c", {"m": 1.0})),
    ]
    assert len({_kept(tmp_path, log).run for log in logs}) == 3


def test_models_without_a_name_are_told_apart(tmp_path: Path) -> None:
    unnamed = SystemUnderTest(model=UNKNOWN_MODEL)
    logs = [
        Log(tool="tool", files=(tmp_path / name,), system=unnamed, rows=rows, blind=())
        for name, rows in (("f", ROWS), ("g", ROWS[:1]), ("h", ROWS[::-1]))
    ]
    for log in logs:
        log.files[0].write_text(log.files[0].name)
    first, second, third = (_kept(tmp_path, log) for log in logs)
    assert first.system.model.startswith("unknown:")
    assert first.system != second.system
    assert (first.run, third.new) == (third.run, False)


def test_an_import_that_was_cut_off_is_completed(tmp_path: Path) -> None:
    first = _kept(tmp_path, _log(tmp_path / "f", *ROWS))
    store = RunStore(tmp_path / "store")
    store.set_status(first.run, "running", now=1.0)
    assert _kept(tmp_path, _log(tmp_path / "f", *ROWS)).new
    assert store.counts(first.run).trials == 3
    assert store.find(first.run).status == "done"


def test_other_answers_to_the_same_questions_can_be_compared(tmp_path: Path) -> None:
    one = _kept(tmp_path, _log(tmp_path / "f", row("a", {"m": 1.0}), row("b", {"m": 1.0})))
    two = _kept(tmp_path, _log(tmp_path / "g", row("b", {"m": 0.0}), row("a", {"m": 0.0})))
    three = _kept(tmp_path, _log(tmp_path / "h", row("a", {"m": 1.0}, asked="How?")))
    store = RunStore(tmp_path / "store")
    tasks = [store.find(kept.run).spec.tasks for kept in (one, two, three)]
    assert tasks[0] == tasks[1]
    assert tasks[0][0].data != tasks[2][0].data
    assert len({kept.run for kept in (one, two, three)}) == 3


@pytest.mark.parametrize(
    ("stated", "values", "kinds"),
    [
        ({}, (1.0, 0.0), ["accuracy", "given_answer"]),
        ({}, (1.0, 0.5), ["mean"]),
        ({"m": True}, (1.0, 0.0), ["mean"]),
        ({"m": False}, (1.0, 0.0), ["accuracy", "given_answer"]),
    ],
)
def test_a_metric_is_what_the_tool_says_or_its_values_show(
    tmp_path: Path, stated: dict[str, bool], values: tuple[float, ...], kinds: list[str]
) -> None:
    rows = [row(str(place), {"m": value}) for place, value in enumerate(values)]
    kept = _kept(tmp_path, _log(tmp_path / "f", *rows, graded=stated))
    info = RunStore(tmp_path / "store").find(kept.run)
    assert [one["type"] for one in info.environment["metrics"]["t"]] == kinds


def test_the_instrument_and_the_mean_over_categories(tmp_path: Path) -> None:
    facts = {"t": Facts(version="3", instrument=["x"], macro=True, num_fewshot=5)}
    kept = _kept(tmp_path, _log(tmp_path / "f", *ROWS, facts=facts))
    other = _kept(tmp_path, _log(tmp_path / "g", *ROWS, facts={"t": Facts(instrument=["y"])}))
    store = RunStore(tmp_path / "store")
    info = store.find(kept.run)
    (task,) = info.spec.tasks
    assert (task.version, task.num_fewshot) == ("3", 5)
    assert task.template != store.find(other.run).spec.tasks[0].template
    assert info.environment["metrics"]["t"][-1] == {"type": "macro", "score": "m"}


def test_a_run_that_ended_early_says_so(tmp_path: Path) -> None:
    kept = _kept(tmp_path, _log(tmp_path / "f", *ROWS, stopped="out of money"))
    info = RunStore(tmp_path / "store").find(kept.run)
    assert (info.status, info.reason) == ("stopped", "out of money")
    assert not _kept(tmp_path, _log(tmp_path / "f", *ROWS, stopped="out of money")).new


def test_what_was_told_apart_is_said(tmp_path: Path) -> None:
    kept = _kept(tmp_path, _log(tmp_path / "f", *ROWS))
    assert kept.apart == "1 truncated, 1 errors told apart; the log cannot tell unparsed from wrong"
    plain = _kept(tmp_path, _log(tmp_path / "g", ROWS[0], blind=()))
    assert plain.apart == "nothing else than right and wrong was told apart"


ALL = ("unparsed", "truncated", "refused", "infra_error")


@pytest.mark.parametrize(
    ("rows", "blind", "kinds"),
    [
        ([row("a", {"m": 1.0})], list(ALL), ["accuracy"]),
        (
            [row("a", {"m": 1.0}), row("b", {"m": 0.0}, outcome="refused")],
            ["unparsed", "truncated", "infra_error"],
            ["accuracy", "given_answer"],
        ),
        (
            [row("a", {"m": 1.0}), row("b", {"m": 0.0}, why="empty reply", outcome="unparsed")],
            list(ALL),
            ["accuracy", "given_answer"],
        ),
    ],
)
def test_what_a_log_states_it_can_tell(
    tmp_path: Path, rows: list[Row], blind: list[str], kinds: list[str]
) -> None:
    kept = _kept(tmp_path, _log(tmp_path / "f", *rows, blind=ALL))
    environment = RunStore(tmp_path / "store").find(kept.run).environment
    assert environment["imported"]["blind"] == list(kept.blind) == blind
    assert [one["type"] for one in environment["metrics"]["t"]] == kinds


def test_the_right_among_the_answers_are_a_metric_where_some_can_be_told_from_none(
    tmp_path: Path,
) -> None:
    rows = [row("a", {"m": 1.0}), row("b", {"m": 0.0})]
    kept = _kept(tmp_path, _log(tmp_path / "f", *rows, blind=("unparsed", "truncated")))
    environment = RunStore(tmp_path / "store").find(kept.run).environment
    assert [one["type"] for one in environment["metrics"]["t"]] == ["accuracy", "given_answer"]


def test_an_import_that_is_cut_off_says_so_and_has_no_tag(tmp_path: Path) -> None:
    def stop(step: str, rows: int) -> None:
        if step == "kept":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_in([_log(tmp_path / "f", *ROWS)], tmp_path / "store", tag="base", watch=stop)
    (info,) = RunStore(tmp_path / "store").runs()
    assert (info.status, info.tags) == ("running", ())
    assert "the same import again completes it" in info.reason
    kept = _kept(tmp_path, _log(tmp_path / "f", *ROWS), tag="base")
    assert kept.run == info.id
    found = RunStore(tmp_path / "store").find("base")
    assert (found.status, found.reason) == ("done", "")
