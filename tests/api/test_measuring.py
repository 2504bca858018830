import asyncio
from pathlib import Path

import pytest

from statera.api.calibrating import calibrate
from statera.api.calibrationlabels import LabelledOutput
from statera.api.measuring import measure_on
from statera.errors import DeclarationError
from statera.graders.judge import JudgeFile, judge_of
from statera.store.runstore import RunStore
from tests.api.calibrations_made import TONE, scripted_judge
from tests.judges_made import PAIRWISE, REFERENCE, bench

SOURCE = Path("o.jsonl")
TWO = judge_of(JudgeFile(judge="two", criteria={"tone": "tone", "brief": "brevity"}))


def output(name: int, quality: int, label: object, **more: object) -> LabelledOutput:
    found = {"id": name, "prompt": f"Q{name}?", "output": f"quality={quality}", "label": label}
    return LabelledOutput(**(found | more))  # type: ignore[arg-type]


def test_outputs_of_anywhere_are_judged_and_the_judge_is_measured(store: RunStore) -> None:
    lines = [output(i, i % 5 + 1, i % 5 + 1, category="ab"[i % 2]) for i in range(60)]
    seat = bench(TONE, scripted_judge(noise=0.2), store)
    run = asyncio.run(measure_on(seat, lines, source=SOURCE))
    page = calibrate(run, judge="tone")
    (arm,) = page.scores[0].error.arms
    assert (arm.labelled, arm.judged, arm.probability) == (60, 60, 1.0)
    assert {kind.kind for kind in arm.confusion.kinds} == {"a", "b"}
    assert page.scores[0].numbers[0][0].behind is not None
    assert page.scores[0].numbers[0][0].behind.corrected.value == pytest.approx(0.5)


def test_the_same_outputs_again_ask_nothing(store: RunStore) -> None:
    lines = [output(i, i % 5 + 1, 3) for i in range(8)]
    model = scripted_judge()
    first, second = (
        asyncio.run(measure_on(bench(TONE, model, store), lines, source=SOURCE)) for _ in range(2)
    )
    assert first.info.id == second.info.id
    assert model.count == 8


def test_pairs_of_outputs(store: RunStore) -> None:
    lines = [
        output(i, q, "A" if q > p else "B" if p > q else "tie", other=f"quality={p}")
        for i, (q, p) in enumerate((a, b) for a in range(1, 6) for b in range(1, 6))
    ]
    run = asyncio.run(measure_on(bench(PAIRWISE, scripted_judge(), store), lines, source=SOURCE))
    error = calibrate(run, judge="pairwise").scores[0].error
    assert error.confusion.matrix == ((10, 0, 0), (0, 5, 0), (0, 0, 10))


@pytest.mark.parametrize(
    ("judge", "lines", "told"),
    [
        (TONE, [], "o.jsonl: holds no output"),
        (TWO, [output(1, 1, 1)], "judge two has several criteria"),
        (TONE, [output(1, 1, 9)], "o.jsonl, output 1: label '9' is none of 1, 2, 3, 4, 5"),
        (PAIRWISE, [output(1, 1, 1)], "judge pairwise compares pairs"),
        (TONE, [output(1, 1, 1, other="x")], "judge tone grades single replies"),
        (PAIRWISE, [output(1, 1, "C", other="x")], "label 'C'. Allowed: A, B, TIE"),
        (REFERENCE, [output(1, 1, 1)], "grades against a reference, and outputs sample '1' has"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_asked(
    store: RunStore, judge: object, lines: list[LabelledOutput], told: str
) -> None:
    model = scripted_judge()
    with pytest.raises(DeclarationError, match=told):
        asyncio.run(measure_on(bench(judge, model, store), lines, source=SOURCE))  # type: ignore[arg-type]
    assert model.count == 0
