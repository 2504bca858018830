"""Word problems: every answer recomputed twice, and the committed instances are the script's."""

import re
import subprocess
import sys
from collections import Counter

import pytest

from statera.records.samples import Sample
from statera.tasks.starter.instances import FIRST, TEMPLATES, samples
from statera.tasks.starter.items import items, line

ITEMS = items("arithmetic")
EQUATION = re.compile(r"(-?[\d.]+(?: (?:\*|//|/|\+|-) -?[\d.]+)+) = (-?\d+(?:\.\d+)?)")
ALLOWED = {"__builtins__": {}, "range": range, "sum": sum, "len": len, "next": next}
IDS = [sample.id for sample in ITEMS]


def _value(expression: str) -> float:
    return float(eval(expression, dict(ALLOWED)))


@pytest.mark.parametrize("sample", ITEMS, ids=IDS)
def test_each_step_of_the_solution_holds_and_the_last_is_the_answer(sample: Sample) -> None:
    solution = sample.fields["solution"]
    steps = EQUATION.findall(solution)
    assert len(steps) == solution.count("=") == sample.fields["difficulty"]
    for left, right in steps:
        assert _value(left) == pytest.approx(float(right))
    assert float(steps[-1][1]) == float(sample.reference or "nan")


@pytest.mark.parametrize("sample", ITEMS, ids=IDS)
def test_a_second_route_leads_to_the_same_answer(sample: Sample) -> None:
    assert _value(sample.fields["second_route"]) == pytest.approx(float(sample.reference or "nan"))


def test_difficulties_run_from_one_to_five_steps() -> None:
    steps = Counter(sample.fields["difficulty"] for sample in ITEMS)
    assert sorted(steps) == [1, 2, 3, 4, 5]
    assert min(steps.values()) >= 4


def test_at_least_forty_are_written_one_by_one_and_the_rest_share_clusters() -> None:
    alone = [sample for sample in ITEMS if sample.cluster is None]
    clusters = Counter(sample.cluster for sample in ITEMS if sample.cluster)
    assert len(alone) == FIRST >= 40
    assert set(clusters.values()) == {4}
    assert len(clusters) == len(TEMPLATES)


def test_the_committed_instances_are_the_ones_that_the_script_makes() -> None:
    assert tuple(samples()) == ITEMS[FIRST:]


def test_the_script_prints_the_lines() -> None:
    command = [sys.executable, "-m", "statera.tasks.starter.instances"]
    printed = subprocess.run(command, capture_output=True, check=True, timeout=600).stdout
    assert printed == b"".join(line(sample) for sample in ITEMS[FIRST:])
