from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.interop import everyevalever, jsonl
from statera.interop.importing.detection import detect, format_of
from statera.interop.importing.formats import FORMATS
from tests.interop import made as ours
from tests.interop.importing import made, redteam


def _every(folder: Path) -> dict[Path, str]:
    made.lm_folder(folder / "lm")
    (folder / "e.jsonl").write_bytes(b"".join(everyevalever.instances(ours.INFO, [ours.right()])))
    (folder / "e.json").write_bytes(everyevalever.aggregate(ours.INFO, ours.ROWS))
    (folder / "own.jsonl").write_bytes(b"".join(jsonl.lines([ours.right()])))
    (folder / "t.csv").write_text("id,correct\n")
    results = [made.promptfoo_result(1, passed=True)]
    return {
        folder / "lm" / f"results_{made.STAMP}.json": "lm-eval",
        folder / "lm" / f"samples_sums_{made.STAMP}.jsonl": "lm-eval",
        folder / "e.jsonl": "eee",
        folder / "e.json": "eee",
        folder / "own.jsonl": "jsonl",
        folder / "t.csv": "csv",
        made.inspect_eval(folder / "i.eval", [made.inspect_sample("a")]): "inspect",
        made.inspect_json(folder / "i.json", [made.inspect_sample("a")]): "inspect",
        made.promptfoo_json(folder / "p.json", results): "promptfoo",
        made.jsonl(folder / "p.jsonl", results): "promptfoo",
        made.jsonl(folder / "o.jsonl", made.evals_lines()): "openai-evals",
        redteam.garak_report(folder / "g.report.jsonl", []): "garak",
        redteam.pyrit_json(folder / "m.json", redteam.talk("a", "No")): "pyrit",
        redteam.pyrit_csv(folder / "m.csv", redteam.talk("a", "No")): "pyrit",
        redteam.pyrit_sqlite(folder / "m.db", redteam.talk("a", "No"), [], []): "pyrit",
        made.jsonl(folder / "j.jsonl", [{"id": 1, "score": 0.5, "reply": "x"}]): "jsonl",
        made.jsonl(folder / "u.jsonl", [{"messages": [], "response": "x"}]): "traces",
    }


def test_every_format_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    expected = _every(tmp_path)
    assert {path: format_of(path) for path in expected} == expected
    assert {detect([path], FORMATS) for path in expected} == set(FORMATS)


def test_a_folder_of_one_format(tmp_path: Path) -> None:
    made.document(made.lm_folder(tmp_path) / "notes.json", {"a": 1})
    assert detect([tmp_path], FORMATS) == "lm-eval"


def test_several_formats_are_told(tmp_path: Path) -> None:
    _every(tmp_path)
    with pytest.raises(DeclarationError, match=r"several formats .*say --format, one of: lm-eval,"):
        detect([tmp_path], FORMATS)


@pytest.mark.parametrize("content", ['{"a": 1}', "[1]", "text", ""])
@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.log"])
def test_what_is_unclear_lists_the_formats(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(DeclarationError) as caught:
        detect([tmp_path / name], FORMATS)
    assert all(form in str(caught.value) for form in FORMATS)


def test_our_own_document_is_told(tmp_path: Path) -> None:
    made.document(tmp_path / "a.json", {"schema": 1, "run": {}, "metrics": [], "trials": []})
    with pytest.raises(DeclarationError, match=r"our own document.*jsonl"):
        detect([tmp_path / "a.json"], FORMATS)


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="no such file"):
        detect([tmp_path / "a.json"], FORMATS)
    with pytest.raises(DeclarationError, match="no file here that ends in"):
        detect([tmp_path], FORMATS)
