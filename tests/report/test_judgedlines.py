"""What a page says of judges' numbers."""

from dataclasses import replace
from pathlib import Path

import msgspec

from statera.analysis.judgednumber import Behind, Judgements
from statera.report.content import Content
from statera.report.judgedlines import judged_lines
from statera.report.review import review
from statera.report.story import headlines
from statera.stats.corrected import Corrected
from tests.report.made import Made, content, items, stored

CORRECTED = Corrected(
    value=0.6,
    low=0.5,
    high=0.7,
    level=0.95,
    method="PPI++",
    source="",
    n=100,
    clusters=100,
    raw=0.7,
    labels=50,
)
BEHIND = Behind(
    judge="tone", sides=(Judgements(run="r", judged=99, asked=100),), corrected=CORRECTED
)


def page(tmp_path: Path, behind: Behind, *, two: bool = False) -> Content:
    """Return a page whose leading metric a judge gave."""
    new, old = (
        Made(name, items(100, []), lambda n, _: "wrong" if n % 4 else "right")
        for name in ("new", "old")
    )
    run = stored(tmp_path, new)
    made = content(run, stored(tmp_path, old)) if two else content(run)
    rows = [msgspec.structs.replace(row, behind=behind) for row in run.metrics[:1]]
    made = replace(made, candidate=made.candidate._replace(metrics=rows))
    if made.comparison is None:
        return made
    (first, *_) = made.comparison.rows
    paired = (msgspec.structs.replace(first, behind=behind),)
    return replace(made, comparison=replace(made.comparison, rows=paired))


def test_a_number_is_told_raw_and_corrected(tmp_path: Path) -> None:
    made = page(tmp_path, BEHIND)
    (line,) = judged_lines(made)
    assert line == (
        "t/accuracy, by judge tone: 0.700 raw (99 of 100 judged); 0.600 (0.500 to 0.700 at 95 %) "
        "as 50 labels correct it by PPI++"
    )
    assert headlines(made)[-1] == line
    assert "by judge tone: 0.700 raw" in review(made)


def test_a_difference_has_signs_and_both_sides(tmp_path: Path) -> None:
    side = Judgements(run="s", judged=98, asked=100)
    behind = msgspec.structs.replace(BEHIND, sides=(*BEHIND.sides, side))
    (line,) = judged_lines(page(tmp_path, behind, two=True))
    assert "+0.700 raw (99 of 100 judged and 98 of 100 judged); +0.600 (+0.500 to +0.700" in line


def test_what_is_transported_uncorrected_or_void_says_so(tmp_path: Path) -> None:
    def told(**changes: object) -> str:
        found = msgspec.structs.replace(CORRECTED, **changes)
        (line,) = judged_lines(page(tmp_path, msgspec.structs.replace(BEHIND, corrected=found)))
        return line

    assert told(transported=True).endswith(
        "correct it by PPI++, transported: measured on other replies"
    )
    bare = told(value=None, low=None, high=None, method="no labels")
    assert bare.endswith("; uncorrected, so the judge's word alone: no labels")
    void = msgspec.structs.replace(BEHIND, void="void: an empty reply gets 0.60")
    assert judged_lines(page(tmp_path, void)) == [
        "t/accuracy, by judge tone: void: an empty reply gets 0.60"
    ]


def test_numbers_that_no_judge_gave_need_no_sentence(tmp_path: Path) -> None:
    run = stored(tmp_path, Made("m", items(10, []), lambda n, _: "right"))
    assert judged_lines(content(run)) == []


def test_what_an_audit_warns_of_stands_beside_the_number(tmp_path: Path) -> None:
    gap = "self-enhancement: it favours its own family by +0.150"
    warned = msgspec.structs.replace(BEHIND, audit=(gap,))
    (line,) = judged_lines(page(tmp_path, warned))
    assert line.endswith(f"as 50 labels correct it by PPI++; an audit warns: {gap}")
    alone = msgspec.structs.replace(CORRECTED, value=None, method="no labels")
    (line,) = judged_lines(page(tmp_path, msgspec.structs.replace(warned, corrected=alone)))
    assert line.endswith(f"the judge's word alone: no labels; an audit warns: {gap}")
