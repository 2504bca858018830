import json
from pathlib import Path
from typing import Any

import pytest

from statera.api.regressions import CANARY, Wish, add_items
from statera.api.stored import Run
from statera.errors import DeclarationError
from statera.tasks.custom import load_custom
from statera.tasks.data import DataFolder
from statera.tasks.task import Task, TaskOptions
from tests.api.traffic_stored import kept
from tests.interop.importing.traces_made import event, line, rows, write

TALK = [
    {"role": "system", "content": "You are support."},
    {"role": "user", "content": "I am Anna Berg, anna@example.org. Where is it?"},
]
ANSWERED = Wish(answered=True)


def _run(folder: Path, **more: Any) -> Run:
    lines = [line("r1", messages=TALK, response="I can't help, anna@example.org."), line("r12")]
    return kept(folder, [{**one, "country": "de"} for one in lines], **more)


def _task(path: Path) -> Task:
    return load_custom(path).load(TaskOptions(), DataFolder(None))


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for text in path.read_text().splitlines()]


def test_a_request_becomes_a_redacted_item_once(tmp_path: Path) -> None:
    run, path = _run(tmp_path), tmp_path / "again" / "live.yaml"
    wish = Wish(answered=True, names=("Anna Berg",))
    first = add_items(run, ["r1", "r1"], path, wish)
    assert (len(first.added), first.there, first.redacted) == (1, (), ("[EMAIL]", "[NAME]"))
    (row,) = _lines(first.data)
    assert row["prompt"] == "I am [NAME], [EMAIL]. Where is it?"
    assert (row["category"], row["reply"]) == ("de", "I can't help, [EMAIL].")
    assert row["canary"].startswith(CANARY)
    before = first.data.read_bytes()
    again = add_items(run, ["r1"], path, wish)
    assert (again.added, again.there) == ((), first.added)
    assert first.data.read_bytes() == before
    task = _task(path)
    (sample,) = task.samples
    assert task.render(sample).messages[0].content == "You are support."  # type: ignore[union-attr]
    assert task.scorers[0].metric == "not_refused"


def test_what_is_right_may_be_said_for_each(tmp_path: Path) -> None:
    run, path = _run(tmp_path), tmp_path / "c.yaml"
    add_items(run, ["r1"], path, Wish(contains=("30 days", "a month"), system=False))
    add_items(run, ["r12"], path, Wish(contains=("orders",), system=False))
    first, second = _task(path).samples
    assert (first.references, second.references) == (("30 days", "a month"), ("orders",))
    assert len({row["canary"] for row in _lines(tmp_path / "c.jsonl")}) == 1
    ideal = tmp_path / "i.yaml"
    add_items(run, ["r12"], ideal, Wish(reference="Open it", scorers=({"type": "exact"},)))
    (sample,) = _task(ideal).samples
    assert sample.reference == "Open it"


@pytest.mark.parametrize(
    ("names", "wish", "told"),
    [
        (["r1"], Wish(), "what is right"),
        (["r"], ANSWERED, "request r is the beginning of several: r1, r12"),
        (["q"], ANSWERED, "unknown request of run .* 'q'"),
        (["r1", "r12"], ANSWERED, "several system messages"),
        (["r1"], Wish(scorers=({"type": "exat"},)), "exat"),
    ],
)
def test_what_is_wrong_writes_nothing(
    tmp_path: Path, names: list[str], wish: Wish, told: str
) -> None:
    run = _run(tmp_path)
    with pytest.raises(DeclarationError, match=told):
        add_items(run, names, tmp_path / "t.yaml", wish)
    assert not (tmp_path / "t.yaml").exists()


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (Wish(scorers=({"type": "json_valid"},)), "scored by another rule"),
        (
            Wish(contains=("x",), scorers=({"type": "not_refused"},)),
            "references",
        ),
        (Wish(answered=True, system=True), "system message is another one"),
    ],
)
def test_a_file_has_one_rule(tmp_path: Path, wish: Wish, told: str) -> None:
    run, path = _run(tmp_path), tmp_path / "t.yaml"
    add_items(run, ["r12"], path, ANSWERED)
    with pytest.raises(DeclarationError, match=told):
        add_items(run, ["r1"], path, wish)


def test_texts_that_were_not_kept(tmp_path: Path) -> None:
    run = _run(tmp_path, content="hashed")
    with pytest.raises(DeclarationError, match="kept as digests"):
        add_items(run, ["r1"], tmp_path / "t.yaml", ANSWERED)
    with pytest.raises(DeclarationError, match=r"ends in \.yaml or \.yml"):
        add_items(run, ["r1"], tmp_path / "t.json", ANSWERED)
    file = write(tmp_path / "e.jsonl", event("d", "request"), event("d", "response"))
    assert rows(file)[0].sample.input == ""
