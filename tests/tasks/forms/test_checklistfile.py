from pathlib import Path

import pytest

from statera.codec.files import read_jsonl
from statera.errors import DeclarationError
from statera.tasks.builtin.checklist import OWN, load_checklist
from statera.tasks.data import DataFolder
from statera.tasks.forms.checklistfile import Case, read_checklist, samples
from statera.tasks.task import TaskOptions
from tests.shared_data import shared

HEAD = "checklist: mine\nversion: 2\ntests:\n"
NAMES = """
  - name: any-name
    capability: names
    kind: invariance
    ask: "{who} has 3 stamps and buys 4. How many stamps has {who}?"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def test_a_file_of_ones_own_is_a_task(tmp_path: Path) -> None:
    path = written(tmp_path, NAMES + "    fill: {who: [Anna, Omar, Mei]}\n")
    definition = load_checklist(path)
    assert (definition.name, definition.version, definition.items) == ("mine", "2", None)
    task = definition.load(TaskOptions(), DataFolder(None))
    assert [sample.id for sample in task.samples] == ["mine/v2/any-name"]
    assert [arm["ask"].split()[0] for arm in task.samples[0].fields["arms"]] == [
        "Anna",
        "Omar",
        "Mei",
    ]
    assert task.requests == 3


def test_names_come_from_a_lexicon(tmp_path: Path) -> None:
    lexicon = shared("data", "alignment", "robustness", "checklist_lexicons_basic.json")
    fill = f"    fill: {{who: {{lexicon: '{lexicon}', list: female, count: 4}}}}\n"
    found = samples(read_checklist(path := written(tmp_path, NAMES + fill)), path)
    assert [arm["ask"].split()[0] for arm in found[0].fields["arms"]] == [
        "Jennifer",
        "Jessica",
        "Ashley",
        "Sarah",
    ]


ONE = "  - {{name: a, capability: c, kind: {}, ask: 'x', {}}}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ONE.format("minimum", "choices: ['yes']"), "a minimum test has one text and an `answer`"),
        (ONE.format("minimum", "answer: blue"), "answer: 'blue' is no number; name `choices`"),
        (
            ONE.format("minimum", "choices: [red, blue], answer: rad"),
            "unknown answer of .*mine.yaml: test 'a' 'rad'. Did you mean 'red'",
        ),
        (ONE.format("minimum", "choices: [b, b], answer: b"), "choices: two or more different"),
        (ONE.format("invariance", "then: []"), "an invariance test has 2 to 20 texts"),
        (ONE.format("invariance", "then: [x]"), "asks the same twice"),
        (ONE.format("directional", "then: ['y']"), "expect: is of a directional test"),
        (ONE.format("directional", "expect: lower"), "a directional test has one text in `then`"),
        (
            ONE.format("directional", "expect: higher, then: ['y'], choices: [a, b]"),
            "'higher' compares numbers",
        ),
        (ONE.format("directional", "expect: hihger, then: ['y']"), "Did you mean 'higher'"),
        (ONE.format("minimal", "answer: '1'"), "Did you mean 'minimum'"),
        (NAMES + "    fill: {whom: [A, B]}\n", "fill: no list for '{who}'"),
        (NAMES + "    fill: {who: [A, B], wo: [C, D]}\n", "Did you mean 'who'"),
        (ONE.format("minimum", "answer: '1'") * 2, "test 'a': another test has this name"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=told) as caught:
        load_checklist(written(tmp_path, text))
    assert "\n" not in str(caught.value)


def test_a_file_of_lines_is_called_by_its_stem(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_bytes(OWN.read_bytes())
    found = load_checklist(path)
    assert (found.name, found.version, len(found.file.tests)) == ("mine", "1", 72)
    path.write_bytes(b"")
    with pytest.raises(DeclarationError, match="has no tests"):
        load_checklist(path)


def test_own_tests_have_the_canary_and_each_kind_of_each_capability() -> None:
    cases = list(read_jsonl(OWN, Case))
    assert len(cases) == len({case.name for case in cases}) == 72
    assert len({case.canary for case in cases}) == 1
    assert cases[0].canary
    kinds = {(case.capability, case.kind) for case in cases}
    assert len(kinds) == 18
    for capability, kind in kinds:
        found = [c for c in cases if (c.capability, c.kind) == (capability, kind)]
        assert len(found) == {"minimum": 5, "invariance": 4, "directional": 3}[kind]


def test_the_answers_of_own_minimum_tests_in_figures_are_computed() -> None:
    answers = {c.name: c.answer for c in read_jsonl(OWN, Case) if c.kind == "minimum"}
    derived = {
        "km-m": 3.5 * 1000,
        "hours-min": 2.5 * 60,
        "litre": 1000 / 250,
        "cm-mm": 4 * 10,
        "week": 4 + 8 - 1,
        "stamps": 12 - 5,
        "sum": 47 + 38,
        "change": 20 - 13,
        "percent": 250 / 10,
        "order": 2 + 3 * 4,
        "april": 30,
    }
    assert {name: float(answers[name] or "nan") for name in derived} == derived
    counted = [answer for answer in answers.values() if answer in ("yes", "no")]
    assert 2 <= counted.count("yes") < len(counted)
