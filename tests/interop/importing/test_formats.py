import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from statera.errors import DeclarationError
from statera.interop import everyevalever, jsonl
from statera.interop.importing.formats import logs
from statera.interop.importing.imported import Wanted
from statera.interop.importing.intake import take_in
from tests.interop import made as ours
from tests.interop.importing import made, redteam


def test_a_stated_format_wins(tmp_path: Path) -> None:
    path = made.jsonl(tmp_path / "a.log", [{"id": 1, "correct": 1}])
    (log,) = logs([path], Wanted(), form="jsonl")
    assert len(list(log.rows)) == 1


def test_an_unknown_format_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"unknown format 'lmeval'. Did you mean 'lm-eval'"):
        logs([tmp_path], Wanted(), form="lmeval")


def test_other_files_in_a_folder_are_left_alone(tmp_path: Path) -> None:
    made.inspect_eval(tmp_path / "a.eval", [made.inspect_sample("a")])
    made.document(tmp_path / "notes.json", {"eval": 3})
    assert len(list(logs([tmp_path], Wanted()))) == 1
    with pytest.raises(DeclarationError, match="no file here is of the format promptfoo"):
        logs([tmp_path], Wanted(), form="promptfoo")


def test_our_own_lines_and_plain_ones_are_both_jsonl(tmp_path: Path) -> None:
    (tmp_path / "own.jsonl").write_bytes(b"".join(jsonl.lines([ours.right(), ours.refused()])))
    made.jsonl(tmp_path / "plain.jsonl", [{"id": 1, "correct": 1}])
    assert [log.tool for log in logs([tmp_path], Wanted())] == ["statera", "jsonl"]


JUNK: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    3.5,
    "",
    "x",
    [],
    {},
    [1],
    {"a": 1},
    [[]],
    1e308,
    [None],
    10**30,
)
Spoil = Callable[[Any], Any]


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to everything inside a JSON value."""
    inside = value.items() if isinstance(value, dict) else ()
    for name, inner in enumerate(value) if isinstance(value, list) else inside:
        yield (*place, name)
        yield from _places(inner, (*place, name))


def _spoiling(seed: int) -> Spoil:
    """Return a function that takes something away from a JSON value, or puts junk there."""
    dice = random.Random(seed)

    def spoil(value: Any) -> Any:
        found = json.loads(json.dumps(value))
        *way, last = dice.choice(list(_places(found)))
        inside = found
        for step in way:
            inside = inside[step]
        if isinstance(inside, dict) and dice.random() < 0.3:
            del inside[last]
        else:
            inside[last] = dice.choice(JUNK)
        return found

    return spoil


def _lm_lines(folder: Path, spoil: Spoil) -> Path:
    lines = [spoil(made.lm_line(0, value=1)), spoil(made.lm_choice(1, right=True))]
    made.lm_folder(folder)
    made.jsonl(folder / f"samples_sums_{made.STAMP}.jsonl", lines)
    return folder


def _lm_results(folder: Path, spoil: Spoil) -> Path:
    path = made.lm_group(folder) / f"results_{made.STAMP}.json"
    made.document(path, spoil(json.loads(path.read_text())))
    return folder


def _inspect(folder: Path, spoil: Spoil) -> Path:
    more: dict[str, Any] = {"choices": ["x", "y"], "attachments": {"a": "b"}}
    samples = [made.inspect_sample("a"), made.inspect_sample("b", value="I", **more)]
    found = spoil(made.inspect_header() | {"samples": samples})
    return made.document(folder / "a.json", found)


def _promptfoo(folder: Path, spoil: Spoil) -> Path:
    results = [made.promptfoo_result(1, passed=True), made.promptfoo_error(2)]
    path = made.promptfoo_json(folder / "a.json", results)
    return made.document(path, spoil(json.loads(path.read_text())))


def _eee(folder: Path, spoil: Spoil) -> Path:
    about = json.loads(everyevalever.aggregate(ours.INFO, ours.ROWS))
    made.document(folder / "a.json", spoil(about))
    lines = everyevalever.instances(ours.INFO, [ours.right(), ours.refused(), ours.spoken()])
    return made.jsonl(folder / "a.jsonl", [spoil(json.loads(line)) for line in lines])


def _evals(folder: Path, spoil: Spoil) -> Path:
    return made.jsonl(folder / "a.jsonl", spoil(made.evals_lines()))


def _own(folder: Path, spoil: Spoil) -> Path:
    lines = jsonl.lines([ours.right(), ours.broken(), ours.likely()])
    return made.jsonl(folder / "a.jsonl", [spoil(json.loads(line)) for line in lines])


def _columns(folder: Path, spoil: Spoil) -> Path:
    line = {"id": 1, "correct": 1, "score": 0.5, "category": "a", "epoch": 0, "reply": "r"}
    return made.jsonl(folder / "a.jsonl", [spoil(line | {"choices": ["a", "b"], "prompt": "p"})])


def _garak(folder: Path, spoil: Spoil) -> Path:
    attempts = [redteam.garak_attempt(n, {"d": [1.0, None], "e": [0.0, 1.0]}) for n in (1, 2)]
    rows = [*map(spoil, attempts), spoil(redteam.garak_eval(2, 1))]
    return redteam.garak_report(folder / "a.report.jsonl", rows)


def _pyrit_export(folder: Path, spoil: Spoil) -> Path:
    pieces = redteam.talk("a", "No", redteam.score("Judge", "False"))
    return redteam.pyrit_json(folder / "a.json", [*redteam.talk("b", "Yes"), *map(spoil, pieces)])


def _pyrit_tables(folder: Path, spoil: Spoil) -> Path:
    pieces = [spoil(one) for one in redteam.talk("a", "No")]
    scores = [spoil(redteam.score("Judge", "0.5", prompt_request_response_id="b-1"))]
    results = [spoil({"conversation_id": "b", "objective": "x", "outcome": "success"})]
    path = folder / "a.db"
    return redteam.pyrit_sqlite(path, [*redteam.talk("b", "Yes"), *pieces], scores, results)


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize(
    ("form", "spoiled"),
    [
        ("lm-eval", _lm_lines),
        ("lm-eval", _lm_results),
        ("inspect", _inspect),
        ("promptfoo", _promptfoo),
        ("eee", _eee),
        ("openai-evals", _evals),
        ("jsonl", _own),
        ("jsonl", _columns),
        ("garak", _garak),
        ("pyrit", _pyrit_export),
        ("pyrit", _pyrit_tables),
    ],
)
def test_a_spoiled_log_is_imported_or_told_in_one_line(
    tmp_path: Path, form: str, spoiled: Callable[[Path, Spoil], Path], seed: int
) -> None:
    path = spoiled(tmp_path, _spoiling(seed))
    told = ""
    try:
        kept = take_in(logs([path], Wanted(), form=form), tmp_path / "store")
    except DeclarationError as error:
        kept, told = [], str(error)
    assert all(one.trials for one in kept)
    assert "\n" not in told
    assert bool(kept) == (tmp_path / "store").exists() == (str(tmp_path) not in told)
