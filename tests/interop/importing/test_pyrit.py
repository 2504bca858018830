from pathlib import Path
from typing import Any

import pytest

from statera.api.stored import Run
from statera.errors import DeclarationError
from statera.interop.importing.imported import Log, Row, Wanted
from statera.interop.importing.intake import take_in
from statera.interop.importing.pyrit import logs
from statera.records.requests import Chat
from statera.store.runstore import RunStore
from tests.interop.importing.redteam import piece, pyrit_json, pyrit_sqlite, score, talk

JUDGE, REFUSAL = "SelfAskTrueFalseScorer", "SelfAskRefusalScorer"
PIECES = [
    *talk("a", "Sure, this is it", score(JUDGE, "True"), score(REFUSAL, "False")),
    *talk("b", "I cannot", score(JUDGE, "False"), score(REFUSAL, "True")),
    *talk("c", "Well", score("LikertScorer", "0.75")),
    *talk("d", "Hm"),
]


def _logs(path: Path) -> list[Log]:
    return list(logs([path], Wanted()))


def _rows(path: Path) -> list[Row]:
    (log,) = _logs(path)
    return list(log.rows)


def _lead(row: Row) -> tuple[float | None, str, str]:
    return row.scores[0].value, row.scores[0].outcome, row.scores[0].why


def test_an_export_s_scores_say_whether_an_attack_succeeded(tmp_path: Path) -> None:
    (log,) = _logs(pyrit_json(tmp_path / "m.json", PIECES))
    rows = list(log.rows)
    assert [_lead(row) for row in rows] == [
        (1.0, "wrong", ""),
        (0.0, "right", ""),
        (0.75, "wrong", ""),
        (None, "infra_error", "not scored"),
    ]
    assert [(s.metric, s.value) for s in rows[1].scores[1:]] == [
        (f"attack_success_{JUDGE}", 0.0),
        (f"refused_{REFUSAL}", 1.0),
    ]
    assert (log.tool, log.suite, log.system.model) == ("pyrit", "pyrit", "OpenAIChatTarget")
    assert log.higher == {f"refused_{REFUSAL}"}


def test_the_outcome_of_an_attack_is_pyrit_s_own(tmp_path: Path) -> None:
    results = [
        {
            "conversation_id": name,
            "objective": f"Objective {name}",
            "attack_identifier": {"__type__": "CrescendoAttack"},
            "outcome": outcome,
        }
        for name, outcome in (("a", "failure"), ("b", "success"), ("c", "undetermined"))
    ]
    scores = [score(JUDGE, "True", prompt_request_response_id="a-1")]
    rows = _rows(pyrit_sqlite(tmp_path / "m.db", PIECES, scores, results))
    assert [_lead(row) for row in rows] == [
        (0.0, "right", ""),
        (1.0, "wrong", ""),
        (None, "infra_error", "PyRIT: undetermined"),
        (None, "infra_error", "not scored"),
    ]
    assert rows[0].scores[1].value == 1.0
    assert rows[0].sample.input == "Objective a"
    assert rows[0].sample.category == "CrescendoAttack+Base64Converter"


def test_a_conversation_is_a_trial_with_what_was_really_sent(tmp_path: Path) -> None:
    pieces = [
        piece("a", 3, "assistant", "Third"),
        piece("a", 0, "system", "Be kind"),
        piece("a", 1, "user", "One"),
        {**piece("a", 1, "user", "more"), "id": "a-1b"},
        piece("a", 2, "assistant", "Two"),
        piece("a", 2, "user", "Again"),
    ]
    (row,) = _rows(pyrit_json(tmp_path / "m.json", pieces))
    asked = [one.request for one in row.exchanges]
    assert all(isinstance(one, Chat) for one in asked)
    assert [len(one.messages) for one in asked if isinstance(one, Chat)] == [2, 4]
    first = asked[0]
    assert isinstance(first, Chat)
    assert [m.content for m in first.messages] == ["<Be kind>"[1:-1], "<One>\n<more>"]
    assert [one.response.text for one in row.exchanges] == ["Two", "Third"]
    assert row.sample.input == "One\nmore"
    assert row.sample.category == "PromptSendingOrchestrator+Base64Converter"


@pytest.mark.parametrize(
    ("error", "kind"), [("blocked", "refused"), ("unknown", "infra"), ("processing", "infra")]
)
def test_what_went_wrong_is_a_failure(tmp_path: Path, error: str, kind: str) -> None:
    pieces = talk("a", "x", score(JUDGE, "False"), response_error=error)
    (row,) = _rows(pyrit_json(tmp_path / "m.json", pieces))
    failure = row.exchanges[0].response.failure
    assert failure is not None
    assert failure.kind == kind
    assert _lead(row)[1] == ("right" if kind == "refused" else "infra_error")


def test_each_target_is_a_run(tmp_path: Path) -> None:
    other = {"prompt_target_identifier": {"class_name": "HTTPTarget", "model_name": "m-2"}}
    pieces = [*PIECES[:2], *({**one, **other} for one in talk("z", "No", score(JUDGE, "False")))]
    found = _logs(pyrit_json(tmp_path / "m.json", pieces))
    assert [log.system.model for log in found] == ["OpenAIChatTarget", "HTTPTarget:m-2"]


@pytest.mark.parametrize(
    ("pieces", "message"),
    [
        ([piece("a", 0, "user", "x")], "no conversation in which a target replied"),
        ([piece("", 0, "user", "x")], "piece 1: 'conversation_id' is missing"),
        ([{**piece("a", 0, "user", "x"), "sequence": "first"}], "'sequence' is no number"),
    ],
)
def test_what_is_missing_is_told(tmp_path: Path, pieces: list[Any], message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        _logs(pyrit_json(tmp_path / "m.json", pieces))


def test_it_is_stored_with_tool_and_version_and_the_way_of_each_metric(tmp_path: Path) -> None:
    pieces = [{**one, "pyrit_version": "0.10.0"} for one in PIECES]
    (kept,) = take_in(logs([pyrit_json(tmp_path / "m.json", pieces)], Wanted()), tmp_path / "s")
    store = RunStore(tmp_path / "s")
    run = Run(store, store.find(kept.run))
    about = run.info.environment["imported"]
    assert (about["tool"], about["version"]) == ("pyrit", "0.10.0")
    assert run.info.environment["metrics"]["pyrit"] == [
        {"type": "rate", "score": "attack_success"},
        {"type": "rate", "score": f"attack_success_{JUDGE}"},
        {"type": "mean", "score": f"refused_{REFUSAL}"},
        {"type": "rate", "score": "attack_success_LikertScorer"},
    ]
    rows = {row.metric: row for row in run.metrics if row.category is None}
    assert rows["pyrit/attack_success"].estimate == pytest.approx((1 + 0 + 0.75) / 3)


@pytest.mark.parametrize(
    ("values", "lead"),
    [
        (["nan"], (None, "infra_error", "not scored")),
        (["nan", "0.25"], (0.25, "right", "")),
        (["7", "0.25"], (0.25, "right", "")),
        (["7"], (None, "infra_error", "not scored")),
    ],
)
def test_what_is_no_share_says_nothing_of_success(
    tmp_path: Path, values: list[str], lead: tuple[float | None, str, str]
) -> None:
    own = [
        {"score_value": value, "scorer_class_identifier": {"__type__": f"S{place}"}}
        for place, value in enumerate(values)
    ]
    asked, said = talk("c", "A reply")
    (row,) = _rows(pyrit_json(tmp_path / "m.json", [asked, {**said, "scores": own}]))
    assert _lead(row) == lead
