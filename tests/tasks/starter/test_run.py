"""The whole suite, asked, run in the sandbox, stored and measured, with answers that are known."""

from collections.abc import Callable
from pathlib import Path

import pytest

import statera as st
from statera.records.samples import Sample
from statera.tasks.starter.items import items

NAMES = ("knowledge", "continuation", "misconceptions", "arithmetic", "coding")
PRIMARY = {
    "knowledge": "accuracy",
    "continuation": "accuracy",
    "misconceptions": "accuracy",
    "arithmetic": "flexible",
    "coding": "pass@1",
}
BY_TEXT = {sample.input.strip(): sample for name in NAMES for sample in items(name)}


def _asked(message: str) -> Sample:
    return BY_TEXT[max((text for text in BY_TEXT if text in message), key=len)]


def _right(message: str) -> str:
    sample = _asked(message)
    if "test" in sample.fields:
        return f"```python\n{sample.input}{sample.reference}```"
    if "solution" in sample.fields:
        return f"{sample.fields['solution']}\n#### {sample.reference}"
    return f"Answer: {'ABCD'[sample.answer or 0]}"


def _wrong(message: str) -> str:
    sample = _asked(message)
    if "test" in sample.fields:
        return f"```python\n{sample.input}    return None\n```"
    if "solution" in sample.fields:
        return "#### 12345"
    return f"Answer: {'ABCD'[(sample.answer or 0) - 1]}"


@pytest.mark.parametrize(("answer", "expected"), [(_right, 1.0), (_wrong, 0.0)])
def test_right_answers_score_one_and_wrong_ones_zero(
    answer: Callable[[str], str], expected: float, tmp_path: Path
) -> None:
    run = st.run(st.Suite.load("starter"), st.model(answer), store=st.RunStore(tmp_path))
    for name, metric in PRIMARY.items():
        row = run[f"starter_{name}/{metric}"]
        assert row.estimate == expected, name
        assert row.n == len(items(name))
    assert len(run.samples(outcome="right" if expected else "wrong")) == len(BY_TEXT)
