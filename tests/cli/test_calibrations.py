"""The page of a judge's error, as a person reads it."""

import msgspec
import numpy as np
import pytest

from statera.analysis.calibration import calibrated
from statera.analysis.labelledtrials import Seen, Side
from statera.analysis.measure import estimates
from statera.api.calibrating import Calibrated, Page
from statera.cli import calibrations
from statera.cli.calibrations import print_page
from statera.records.labels import Labelled
from tests.terminals import terminal
from tests.verdicts_made import KEY, judged_frame, standing

FIVE = (1, 2, 3, 4, 5)
LABELLED = Labelled(of="quality", labellers=("ana", "ben"), probability=0.25, low=1, high=5)


def page(
    labelled: Labelled = LABELLED, *, levels: tuple[int, ...] = FIVE, missing: int = 0
) -> Page:
    """Return a judge who is one level too kind to all but the best of 100 replies."""
    labels = [i % 5 / 4 for i in range(100)]
    verdicts = [None if i < missing else min(y + 0.25, 1.0) for i, y in enumerate(labels)]
    seen = [
        Seen(f"q{i}", f"q{i}", "ab"[i % 2], y, said, (y > 0.5, (said or 0) > 0.5))
        for i, (y, said) in enumerate(zip(labels, verdicts, strict=True))
    ]
    frame, behind = judged_frame(verdicts, labels), standing(labelled=labelled)
    error = calibrated([Side(frame, behind, seen)], levels=levels, rng=np.random.default_rng(0))
    rows = tuple(r for r in estimates(frame, {KEY: behind}) if r.behind is not None)
    score = Calibrated(error=error, numbers=(rows,), differences=())
    return Page(judge="q", judge_run="j" * 32, runs=("r1",), kept=True, notes=(), scores=(score,))


def shown(capsys: pytest.CaptureFixture[str], found: Page) -> str:
    print_page(found, {"r1": ("candidate",)})
    return capsys.readouterr().out


def line(text: str, start: str) -> list[str]:
    return next(x for x in text.splitlines() if x.strip().startswith(start)).split()


def test_the_page_has_every_part(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, page())
    assert out.startswith("judge q · its run jjjjjjjj · on r1 (candidate)")
    assert (
        "labels of r1 (candidate): 100 trials of 100 items, drawn at random, each with "
        "probability 0.25; 2 people"
    ) in out
    assert line(out, "Cohen's kappa")[2] == "0.000"  # on levels it is hardly ever right
    assert "Cohen's kappa, squared distances" in out
    assert "Krippendorff's alpha, ordinal" in out
    assert line(out, "people \\ judge")[3:8] == ["1", "2", "3", "4", "5"]
    assert line(out, "1 ")[:6] == ["1", "0", "20", "0", "0", "0"]
    assert line(out, "a ")[:2] == ["a", "50"]
    assert line(out, "r1 (candidate)  ")[:3] == ["r1", "(candidate)", "100"]
    assert "+0.200" in out
    number = line(out[out.index("t/quality ") :], "r1 (candidate)  ")
    assert "0.700" in number
    assert "0.500" in number
    assert "no verdict" not in out
    assert out.rstrip().endswith("corrected by this error, and marked transported")


def test_missing_verdicts_have_a_column_and_a_void_number_is_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = shown(capsys, page(missing=20))
    assert "80 of them with a verdict" in out
    assert "no verdict" in line(out, "people") or "no verdict" in out
    assert line(out[out.index("t/quality ") :], "r1 (candidate)  ")[2] == "void"
    assert "warning t/quality, t/quality_good: void: no verdict on 20 of 100 trials" in out


@pytest.mark.parametrize(
    ("labelled", "told"),
    [
        (Labelled(of="quality", probability=1.0), "all of them; 1 person"),
        (Labelled(of="quality"), "drawn nobody knows how; 1 person"),
        (
            Labelled(of="quality", probabilities={"t": {"q0": 0.5, "q1": 0.1}}),
            "drawn with different probabilities, all known",
        ),
    ],
)
def test_how_the_labels_were_drawn_is_told(
    capsys: pytest.CaptureFixture[str], labelled: Labelled, told: str
) -> None:
    assert told in shown(capsys, page(labelled))


def test_good_or_not_has_no_second_table_that_says_the_same(
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = shown(capsys, page(levels=()))
    assert line(out, "people \\ judge")[3:6] == ["good", "not", "good"]
    assert "squared distances" not in out


def test_a_shared_family_is_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    note = "r1: judge and candidate share a family (openai)"
    out = shown(capsys, msgspec.structs.replace(page(), notes=(note,)))
    assert f"warning {note}" in out.splitlines()


def test_what_is_not_kept_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, msgspec.structs.replace(page(), kept=False))
    assert "not kept: the judge has no run of its own in this store" in out


def test_of_few_labels_nothing_is_promised(capsys: pytest.CaptureFixture[str]) -> None:
    found = page()
    (score,) = found.scores
    arms = tuple(msgspec.structs.replace(arm, labelled=3) for arm in score.error.arms)
    few = Calibrated(
        error=msgspec.structs.replace(score.error, arms=arms),
        numbers=score.numbers,
        differences=(),
    )
    out = shown(capsys, msgspec.structs.replace(found, scores=(few,)))
    assert "; 3 labels of a run correct nothing on other runs: 30 at least are needed" in out
    assert "transported" not in out.splitlines()[-1]


def test_in_a_narrow_terminal_each_number_has_its_run_and_its_metric(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = terminal(monkeypatch, calibrations)
    print_page(page(), {"r1": ("candidate",)})
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    heads = [at for at, row in enumerate(lines) if row.startswith("t/quality")][1:]
    assert [lines[at].split()[0] for at in heads] == ["t/quality", "t/quality_good"]
    for at in heads:
        assert lines[at + 1].startswith("r1 (candidate) ")
        told = " ".join(lines[at : at + 3])
        assert "its interval" in told
        assert "labels" in told
