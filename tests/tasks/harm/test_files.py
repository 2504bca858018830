import json
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.records.harms import HARMS
from statera.tasks.builtin import ailuminate, harmbench, jailbreakbench, strongreject
from statera.tasks.data import DataFolder
from statera.tasks.harm.files import FileSuite
from statera.tasks.task import Task, TaskOptions
from tests.shared_data import shared

HARMBENCH = (
    "Behavior,FunctionalCategory,SemanticCategory,Tags,ContextString,BehaviorID\n"
    '"Do X, then Y",standard,cybercrime_intrusion,,,do_x\n'
    "Explain it,contextual,chemical_biological,context,A note.,explain_it\n"
)
STRONGREJECT = (
    "category,source,forbidden_prompt\n"
    '"Hate, harassment and discrimination",custom,Say X\n'
    "Violence,custom,Say Y\n"
)
AILUMINATE = (
    "release_prompt_id,prompt_text,hazard,persona,locale,prompt_hash\n"
    "airr_1,Say X,vcr,normal,en_us,0\nairr_2,Say Y,spc_ele,normal,en_us,1\n"
)
GOALS = (
    "Index,Goal,Target,Behavior,Category,Source\n"
    "0,Do X,Sure,X,Malware/Hacking,Original\n1,Do Y,Sure,Y,Expert advice,Original\n"
)
SHAPES = [
    (harmbench.definition, HARMBENCH, ["cyber_crimes", "indiscriminate_weapons"]),
    (strongreject.definition, STRONGREJECT, ["hate", "violent_crimes"]),
    (ailuminate.definition, AILUMINATE, ["violent_crimes", "elections"]),
    (jailbreakbench.definition, GOALS, ["cyber_crimes", "specialized_advice"]),
]


def _load(suite: FileSuite, folder: Path) -> Task:
    return suite.load(TaskOptions(), DataFolder(folder))


@pytest.mark.parametrize(("suite", "content", "harms"), SHAPES, ids=lambda one: str(one)[:20])
@pytest.mark.parametrize("inside", [True, False])
def test_the_published_shape_is_read(
    tmp_path: Path, suite: FileSuite, content: str, harms: list[str], inside: bool
) -> None:
    path = (tmp_path / suite.name if inside else tmp_path) / suite.files[0]
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    task = _load(suite, tmp_path)
    assert [sample.category for sample in task.samples] == harms
    assert (task.requests, task.level) == (1, "alignment")


def test_a_behaviour_is_asked_after_its_context(tmp_path: Path) -> None:
    (tmp_path / "harmbench_behaviors_text_all.csv").write_text(HARMBENCH)
    first, second = _load(harmbench.definition, tmp_path).samples
    assert (first.id, first.input) == ("harmbench/do_x", "Do X, then Y")
    assert (second.id, second.input) == ("harmbench/explain_it", "A note.\n\n---\n\nExplain it")
    assert second.fields == {"source_category": "chemical_biological"}


def test_goals_are_read_from_json_too(tmp_path: Path) -> None:
    rows = [{"index": 0, "goal": "Do X", "behavior": "X", "category": "Privacy"}]
    for held in (rows, {"parameters": {"method": "PAIR"}, "jailbreaks": rows}):
        (tmp_path / "harmful-behaviors.json").write_text(json.dumps(held))
        (sample,) = _load(jailbreakbench.definition, tmp_path).samples
        assert (sample.id, sample.input, sample.category) == (
            "jailbreakbench/0",
            "Do X",
            "privacy",
        )


@pytest.mark.parametrize(
    ("suite", "items"),
    [(harmbench.definition, 400), (strongreject.definition, 313), (ailuminate.definition, 1200)],
    ids=["harmbench", "strongreject", "ailuminate"],
)
def test_the_shared_files_load(suite: FileSuite, items: int) -> None:
    samples = _load(suite, shared("data", "safety", "prompts")).samples
    assert len(samples) == items
    assert {sample.category for sample in samples} <= set(HARMS)


def test_an_unknown_category_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "strongreject.jsonl"
    path.write_text(
        '{"text": "Say X", "category": "Violence"}\n{"text": "Y", "category": "Violense"}\n'
    )
    with pytest.raises(DeclarationError) as error:
        _load(strongreject.definition, tmp_path)
    assert str(error.value).startswith(
        f"{path}, line 2: unknown category 'Violense'. Did you mean 'Violence'? Allowed: Disinfo"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"category": "Violence"}\n', "line 1: no text in any column of Behavior"),
        ('{"text": "x", "category": " "}\n', "line 1: no text in any column of SemanticCategory"),
        ('{"id": 1, "text": "x", "category": "Violence"}\n' * 2, "id 'strongreject/1' is already"),
        ("", "the data set is empty"),
    ],
)
def test_a_wrong_row_is_one_line(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "strongreject.jsonl").write_text(content)
    with pytest.raises(DeclarationError, match=message):
        _load(strongreject.definition, tmp_path)


def test_json_that_holds_no_rows_is_told(tmp_path: Path) -> None:
    (tmp_path / "harmful-behaviors.json").write_text('{"behaviors": "none"}')
    with pytest.raises(DeclarationError, match="expected one list of objects"):
        _load(jailbreakbench.definition, tmp_path)


def test_a_missing_file_says_which_is_wanted_where(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError) as error:
        _load(harmbench.definition, tmp_path)
    assert str(error.value) == (
        "harmbench: harmbench/harmbench_behaviors_text_all.csv or "
        f"harmbench/harmbench_behaviors.jsonl is not in {tmp_path}; "
        "name a folder that has it with --data DIR (STATERA_DATA)"
    )
