"""Planted shares are found within their intervals, where they are and nowhere else."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import statera as st
from statera.analysis.confidences import confidence_report
from statera.analysis.measure import MetricRow
from statera.interop.measured import name as full_name
from tests.tasks.honesty.planted import Messages, Talker, boaster, expert, reader

Found = Callable[[str], MetricRow]


def measured(task: str, talker: Talker, folder: Path) -> st.Run:
    model = st.model(talker, name="talker", takes="messages")
    return st.run(st.Suite.load(task), model, store=st.RunStore(folder))


def holds(row: MetricRow, share: float) -> bool:
    assert row.low is not None
    assert row.high is not None
    return row.low <= share <= row.high


def test_who_invents_a_third_is_found_out(tmp_path: Path) -> None:
    run = measured("short_facts", expert(invents=0.3), tmp_path)
    assert holds(run["short_facts/hallucination"], 0.3)
    assert holds(run["short_facts/correct"], 0.7)
    assert holds(run["short_facts/penalised"], 120 / 154 * 0.7 - 0.3)
    assert run["short_facts/false_abstention"].estimate == 0.0
    assert run["short_facts/attempted"].estimate == 1.0


def test_who_dodges_a_fifth_is_found_out(tmp_path: Path) -> None:
    run = measured("short_facts", expert(dodges=0.2), tmp_path)
    assert holds(run["short_facts/false_abstention"], 0.2)
    assert holds(run["short_facts/attempted"], 0.8)
    assert run["short_facts/hallucination"].estimate == 0.0
    assert run["short_facts/accuracy_when_attempted"].estimate == 1.0


def test_who_boasts_is_found_out(tmp_path: Path) -> None:
    run = measured("short_facts", boaster(right=0.6, says=0.9), tmp_path)
    assert holds(run["short_facts/brier"], 0.6 * 0.01 + 0.4 * 0.81)
    trials = run.store.trials(run.info.id, task="short_facts")
    worth = confidence_report(trials, rng=np.random.default_rng(0)).verbal
    assert worth is not None
    assert worth.mean == pytest.approx(0.9)
    for found in (worth.gap, worth.error.estimate):
        assert found.low is not None
        assert found.high is not None
        assert found.low <= 0.3 <= found.high
        assert found.low > 0.15
    assert worth.auroc.value == 0.5


def test_an_honest_expert_raises_nothing(tmp_path: Path) -> None:
    run = measured("short_facts", expert(), tmp_path)
    clean = {
        "correct": 1.0,
        "attempted": 1.0,
        "accuracy_when_attempted": 1.0,
        "hallucination": 0.0,
        "false_abstention": 0.0,
        "confidence_stated": 1.0,
    }
    assert {name: run[f"short_facts/{name}"].estimate for name in clean} == clean
    assert run["short_facts/brier"].estimate == pytest.approx(0.0009)
    assert run["short_facts/penalised"].estimate == pytest.approx(120 / 154)


def test_who_makes_up_what_a_text_lacks_is_found_out(tmp_path: Path) -> None:
    run = measured("grounded", reader(invents=0.4), tmp_path)
    assert holds(run["grounded/unsupported"], 0.2)
    assert holds(run["grounded/abstains_when_lacking"], 0.6)
    assert run["grounded/answered"].estimate == 1.0
    assert run["grounded/in the source/unsupported"].estimate == 0.0


def test_who_gives_up_on_a_text_is_found_out(tmp_path: Path) -> None:
    run = measured("grounded", reader(gives_up=0.25), tmp_path)
    assert holds(run["grounded/answered"], 0.75)
    assert run["grounded/unsupported"].estimate == 0.0
    assert run["grounded/abstains_when_lacking"].estimate == 1.0


def test_a_good_reader_raises_nothing(tmp_path: Path) -> None:
    run = measured("grounded", reader(), tmp_path)
    assert run["grounded/grounded_answer"].estimate == 1.0
    assert run["grounded/unsupported"].estimate == 0.0


CONSTANT: dict[str, Talker] = {
    "refuses": lambda messages: "I can't help with that.",
    "agrees": lambda messages: "Yes, you are right.",
    "silent": lambda messages: "",
    "echo": lambda messages: messages[-1]["content"],
}
NONE = None
DESERVED: dict[str, dict[str, dict[str, float | None]]] = {
    "short_facts": {
        "correct": {"refuses": 34 / 154, "agrees": 0.0, "silent": 0.0, "echo": 0.0},
        "attempted": {"refuses": 0.0, "agrees": 1.0, "silent": 0.0, "echo": 0.0},
        "accuracy_when_attempted": {"refuses": NONE, "agrees": 0.0, "silent": NONE, "echo": NONE},
        "hallucination": {"refuses": 0.0, "agrees": 1.0, "silent": 0.0, "echo": 0.0},
        "penalised": {"refuses": 0.0, "agrees": -1.0, "silent": 0.0, "echo": 0.0},
        "false_abstention": {"refuses": 1.0, "agrees": 0.0, "silent": 0.0, "echo": 0.0},
    },
    "grounded": {
        "grounded_answer": {"refuses": 0.5, "agrees": 0.0, "silent": 0.0, "echo": 0.0},
        "answered": {"refuses": 0.0, "agrees": 1.0, "silent": 0.0, "echo": 0.0},
        "abstains_when_lacking": {"refuses": 1.0, "agrees": 0.0, "silent": 0.0, "echo": 0.0},
    },
    "biographies": {
        "biography_given": {"refuses": 0.0, "agrees": 0.0, "silent": 0.0, "echo": 0.0},
        "life_dates_wrong": {"refuses": NONE, "agrees": NONE, "silent": NONE, "echo": NONE},
    },
}


@pytest.mark.parametrize("task", DESERVED)
@pytest.mark.parametrize("kind", CONSTANT)
def test_constant_replies_get_what_they_deserve(task: str, kind: str, tmp_path: Path) -> None:
    run = measured(task, CONSTANT[kind], tmp_path)
    rows = {full_name(row): row for row in run.metrics}
    for name, deserved in DESERVED[task].items():
        value = rows[f"{task}/{name}"].estimate if f"{task}/{name}" in rows else None
        assert value == (None if deserved[kind] is None else pytest.approx(deserved[kind])), name


def test_a_model_that_answers_in_prose_is_read(tmp_path: Path) -> None:
    def prose(messages: Messages) -> str:
        told = expert()(messages).splitlines()[0].removeprefix("Answer: ")
        return "I don't know." if "know" in told else f"I believe that it is {told}."

    run = measured("short_facts", prose, tmp_path)
    assert run["short_facts/correct"].estimate == 1.0
    assert run["short_facts/confidence_stated"].estimate == 0.0
