import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from statera.cli.judging import label
from statera.cli.main import cli as commands
from statera.errors import DeclarationError
from statera.interop.labels import read_labels
from statera.records.labels import stored_labels
from statera.store.runstore import RunStore
from tests.cli.commands.conftest import Cli, cli
from tests.cli.judging.labelling_page import served
from tests.replies_made import letters, replied
from tests.web.served import act, asked, now

__all__ = ["cli"]

Label = Callable[..., Result]
IDS = ("new", "base")
IMPORT = ("--import-only", "--labels")

JUDGE = """
judge: support
criteria:
  reference: reference
  tone: tone
"""


@pytest.fixture
def runs(tmp_path: Path) -> tuple[str, str]:
    """Two runs with replies to the same twenty questions."""
    store = RunStore(tmp_path / ".statera")
    found = [replied(store, letters(20), model=name, tag=name).id for name in IDS]
    store.close()
    return found[0], found[1]


@pytest.fixture
def judge_label(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runs: tuple[str, str]) -> Label:
    """Return a function that runs `statera judge label ARGS` in the test's folder."""
    monkeypatch.chdir(tmp_path)

    def run(*args: str) -> Result:
        return CliRunner().invoke(commands, ["judge", "label", *args], standalone_mode=False)

    return run


def csv_of(folder: Path, *lines: str, header: str = "id,label,labeller") -> None:
    (folder / "people.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")


def people(folder: Path, run: str, name: str) -> dict[str, float | None]:
    store = RunStore(folder / ".statera")
    rows = [row for row in store.scores(run) if row.score.metric == name]
    found = {row.sample_id: row.score.value for row in rows}
    store.close()
    return found


def test_a_csv_becomes_scores_that_show_and_a_gate_can_read(
    cli: Cli, tmp_path: Path, runs: tuple[str, str]
) -> None:
    csv_of(tmp_path, *(f"q{i},{4 + i % 2},ana" for i in range(20)))
    said = cli("judge", "label", "new", "--rubric", "reference", *IMPORT, "people.csv")
    assert (said.returncode, said.stderr) == (0, "")
    assert "reference_people of run" in said.stdout
    assert "drawn: each item with probability 1" in said.stdout
    shown = json.loads(cli("show", "new", "--json").stdout)
    row = next(
        m
        for m in shown["metrics"]
        if m["metric"] == "support/reference_people" and not m["category"]
    )
    assert (row["estimate"], row["n"]) == (0.875, 20)
    gate = "gate: g\nrules:\n  - {metric: support/reference_people, min: 0.5}\n"
    (tmp_path / "gate.yaml").write_text(gate, encoding="utf-8")
    ruled = cli("gate", "new", "--policy", "gate.yaml")
    assert ruled.returncode == 0, ruled.stdout + ruled.stderr


def test_labels_of_what_a_classifier_says_stand_beside_it(
    cli: Cli, tmp_path: Path, runs: tuple[str, str]
) -> None:
    csv_of(tmp_path, *(f"q{i},{'yes' if i % 2 else 'no'},ana" for i in range(20)))
    said = cli("judge", "label", "new", "--score", "refused", *IMPORT, "people.csv")
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.rstrip().endswith(f"next: statera show {runs[0][:8]}")
    assert people(tmp_path, runs[0], "refused_people")["q1"] == 1.0


def test_json_lines_of_two_labellers_of_pairs_are_a_win_rate(
    judge_label: Label, tmp_path: Path, runs: tuple[str, str]
) -> None:
    for name, words in (("ana", ("A", "B")), ("ben", ("A", "TIE"))):
        lines = (
            json.dumps({"id": f"q{i}", "label": words[i % 2], "labeller": name}) for i in range(20)
        )
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    files = ("--labels", "ana.jsonl", "--labels", "ben.jsonl")
    said = judge_label("new", "base", "--import-only", *files, "--json")
    assert said.exit_code == 0, said.exception
    (kept,) = json.loads(said.output)["kept"]
    assert kept["metric"] == "pairwise_people"
    assert kept["labellers"] == {"ana": 20, "ben": 20}
    assert kept["results"][0]["counts"] == {"win": 20, "tie": 10, "loss": 10}
    assert kept["results"][0]["settled"] == {"win": 10, "tie": 10, "loss": 0}  # B and TIE: a tie
    assert kept["results"][0]["estimate"]["estimate"] == 0.75
    assert kept["on_record"]["against"] == runs[1]
    assert kept["on_record"]["disagreed"] == 10
    assert kept["agreement"]["value"] > 0
    assert people(tmp_path, runs[0], "pairwise_people")["q1"] == 0.5
    told = judge_label("new", "base", "--import-only", *files).output
    assert "win rate" in told
    assert "0.750" in told
    assert "several labels: what most say counts; as many on two sides are a tie" in told


def test_labels_of_several_criteria_are_kept_apart(
    judge_label: Label, tmp_path: Path, runs: tuple[str, str]
) -> None:
    (tmp_path / "judge.yaml").write_text(JUDGE, encoding="utf-8")
    csv_of(tmp_path, "q0,5,reference", "q0,1,tone", header="id,label,criterion")
    said = judge_label("new", "--judge", "judge.yaml", *IMPORT, "people.csv")
    assert said.exit_code == 0, said.exception
    assert people(tmp_path, runs[0], "support_reference_people")["q0"] == 1.0
    assert people(tmp_path, runs[0], "support_tone_people")["q0"] == 0.0
    csv_of(tmp_path, "q0,5", header="id,label")
    args = ("new", "--judge", "judge.yaml", *IMPORT, "people.csv")
    assert judge_label(*args, "--criterion", "tone").exit_code == 0
    assert people(tmp_path, runs[0], "support_tone_people")["q0"] == 1.0


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("q99,4,ana", "people.csv, line 3: no reply to an item 'q99' in the run. Did you mean"),
        ("q1,6,ana", "people.csv, line 3: label '6' is none of 1, 2, 3, 4, 5"),
        ("q1,A,ana", "people.csv, line 3: label 'A' is none of 1, 2, 3, 4, 5"),
        ("q0,4,ana", "people.csv, line 3: 'q0' is labelled a second time by 'ana'; first in"),
        ("q1,,ana", "people.csv, line 3: 'label' is empty"),
        ("q1,4", "people.csv, line 3: 2 cells for 3 columns"),
    ],
)
def test_a_bad_line_keeps_nothing(
    judge_label: Label, tmp_path: Path, runs: tuple[str, str], line: str, told: str
) -> None:
    csv_of(tmp_path, "q0,4,ana", line)
    said = judge_label("new", "--rubric", "reference", *IMPORT, "people.csv")
    assert isinstance(said.exception, DeclarationError)
    assert str(said.exception).startswith(told)
    assert people(tmp_path, runs[0], "reference_people") == {}


def test_a_bad_label_of_one_criterion_keeps_nothing_of_the_other(
    judge_label: Label, tmp_path: Path, runs: tuple[str, str]
) -> None:
    (tmp_path / "judge.yaml").write_text(JUDGE, encoding="utf-8")
    csv_of(tmp_path, "q0,5,reference", "q0,9,tone", header="id,label,criterion")
    said = judge_label("new", "--judge", "judge.yaml", *IMPORT, "people.csv")
    assert "line 3: label '9' is none of" in str(said.exception)
    assert people(tmp_path, runs[0], "support_reference_people") == {}


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("new",), "what is asked of people? --rubric NAME (brevity, "),
        (("neww", "--rubric", "tone"), "neww"),
        (("new", "new"), "a run is not compared with itself"),
        (("new", "--rubric", "tonne"), "unknown rubric 'tonne'. Did you mean 'tone'?"),
        (("new", "--judge", "tonne"), "unknown judge 'tonne'. Did you mean 'tone'?"),
        (("new", "--rubric", "tone", "--judge", "tone"), "--judge and --rubric both say"),
        (("new", "--judge", "pairwise"), "pairwise compares pairs: name the second run"),
        (("new", "base", "--rubric", "tone"), "tone grades single replies: leave RUN_B out"),
        (("new", "--rubric", "tone", "--import-only"), "name the files with --labels FILE"),
        (("new", "--rubric", "tone", *IMPORT, "gone.csv"), "gone.csv"),
        (("new", "--rubric", "tone", *IMPORT, "none.csv"), "none.csv: holds no label"),
        (
            ("new", "--rubric", "tone", *IMPORT, "people.csv", "--sample", "9"),
            "a file states it in its column `probability`",
        ),
        (
            ("new", "--rubric", "tone", *IMPORT, "people.csv", "--labeller", "ana"),
            "a file states it in its column `labeller`",
        ),
        (("new", "--rubric", "tone", "--sample", "9", "--share", "1"), "both say how many"),
        (("new", "--rubric", "tone", "--task", "suport"), "Did you mean 'support'?"),
        (("new", "--rubric", "tone", "--criterion", "x"), "unknown criterion 'x'"),
        (("new", "--rubric", "tone", "--labels", "people.csv"), "appends to a .jsonl file"),
        (
            ("new", "--rubric", "tone", "--labels", "a.jsonl", "--labels", "b.jsonl"),
            "the page appends to one file",
        ),
        (("new", "--rubric", "tone", "--labeller", " "), "a name has 1 to 60 characters"),
        (("new", "--judge", "judge.yaml"), "which of reference, tone? --criterion NAME"),
        (("new", "--judge", "judge.yaml", *IMPORT, "people.csv"), "line 2: of which criterion?"),
        (("new", "--score", "refusd"), "unknown score of a classifier 'refusd'"),
        (("new", "--score", "refused", "--rubric", "tone"), "give it alone"),
        (("new", "--judge", "points.yaml"), "is a checklist; people label on a scale"),
        (("empty", "--rubric", "tone"), "nothing to label"),
        (("bare", "--rubric", "reference"), "support sample 'q0' has none"),
        (("new", "bare"), "are not on the same data: the reference of 'q0' differs"),
        (("new", "empty"), "no item in common"),
        (("new", "--rubric", "tone", "--host", "192.0.2.1"), "port 0 on 192.0.2.1 cannot be had"),
    ],
)
def test_what_is_wrong_is_one_line_and_nothing_is_left(
    judge_label: Label, tmp_path: Path, args: tuple[str, ...], told: str
) -> None:
    store = RunStore(tmp_path / ".statera")
    replied(store, letters(2), model="bare", tag="bare", reference=False)
    replied(store, {}, model="empty", tag="empty")
    (tmp_path / "judge.yaml").write_text(JUDGE, encoding="utf-8")
    (tmp_path / "points.yaml").write_text("judge: j\nkind: checklist\npoints: ['So?']\n")
    (tmp_path / "none.csv").write_text("id,label\n", encoding="utf-8")
    csv_of(tmp_path, "q0,4,ana")
    before = sorted(path.name for path in tmp_path.iterdir())
    said = judge_label(*args)
    assert isinstance(said.exception, DeclarationError), said.output
    assert said.exception.exit_code == 2
    assert told in str(said.exception)
    assert "\n" not in str(said.exception)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_without_the_package_behind_the_page_it_says_what_to_install(
    judge_label: Label, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(label, "MISSING", "starlette")
    said = judge_label("new", "--rubric", "tone")
    assert str(said.exception) == (
        "the labelling page needs 'starlette'; run: pip install 'statera[ui]'"
    )


def test_the_page_is_served_killed_served_again_and_ends_in_scores(
    tmp_path: Path, runs: tuple[str, str]
) -> None:
    args = ("new", "--rubric", "reference", "--sample", "5", "--labels", "labels.jsonl")
    with served(tmp_path, *args) as page:
        assert asked(page.url, "act", body={}, headers={"Origin": "http://evil"}).status == 403
        assert asked(page.url, headers={"Host": "evil"}).status == 403
        first = now(page.url, "ana")
        assert (first["position"], first["total"]) == (1, 5)
        assert act(page.url, "ana", position=1, choice="4").status == 200
        assert page.end(signal.SIGKILL).code == -signal.SIGKILL
    with (tmp_path / "labels.jsonl").open("ab") as file:
        file.write(b'{"id": "q1", "lab')  # cut short by the kill
    with served(tmp_path, *args) as page:
        assert now(page.url, "ana")["position"] == 2
        for position in range(2, 6):
            act(page.url, "ana", position=position, choice="2")
        assert now(page.url, "ana")["position"] is None
        act(page.url, "ben", position=1, choice="5")
        ended = page.end()
    assert ended.code == 0, ended.stderr
    assert "labels by: ana 5, ben 1" in ended.stdout
    assert "drawn: each item with probability 0.25" in ended.stdout
    labels = read_labels(tmp_path / "labels.jsonl")
    assert {one.probability for one in labels} == {0.25}
    values = people(tmp_path, runs[0], "reference_people")
    assert sum(value is not None for value in values.values()) == 5
    store = RunStore(tmp_path / ".statera")
    record = stored_labels(store.find(runs[0]))["reference_people"]
    assert (record.probability, record.missing, record.labellers) == (0.25, 0, ("ana", "ben"))


def test_a_page_ended_before_the_first_label_keeps_nothing(
    tmp_path: Path, runs: tuple[str, str]
) -> None:
    with served(tmp_path, "new", "base") as page:
        assert len(now(page.url, "ana")["replies"]) == 2
        ended = page.end(signal.SIGTERM)
    assert (ended.code, ended.stdout) == (0, "No label was given; nothing is kept.\n")
    assert not list(tmp_path.glob("*.jsonl"))
