from xml.etree import ElementTree

import msgspec
import pytest

from statera.diagnosis.decomposition import STOPPED, Bar, Decomposition
from statera.diagnosis.diagnosis import Diagnosis, diagnose
from statera.diagnosis.evidence import Signal
from statera.diagnosis.measurements import Kind
from statera.diagnosis.places import Place
from statera.diagnosis.probes import Probe
from statera.diagnosis.scopes import Terms
from statera.diagnosis.signature import Finding
from statera.diagnosis.slices import Slice
from statera.report.why import ANSWERS, waterfall, why
from tests.diagnosis.made import paired
from tests.diagnosis.regressions import comparison
from tests.report.made import HOSTILE


def bar(points: float, **changes: object) -> Bar:
    made = Bar(
        stage="complete",
        lost="truncated",
        base=0.9,
        candidate=0.8,
        log_ratio=-0.1,
        log_low=None,
        log_high=None,
        points=points,
        low=points - 0.01,
        high=points + 0.01,
        method="bootstrap",
        moved=3,
        back=1,
        samples=("t/1", HOSTILE),
    )
    return type(made)(**{name: getattr(made, name) for name in made.__struct_fields__} | changes)


DECOMPOSITION = Decomposition(
    task="t",
    n=500,
    clusters=500,
    base=0.80,
    candidate=0.77,
    change=-0.03,
    log_ratio=-0.038,
    bars=(
        bar(-0.05),
        bar(0.0, stage="not refused", low=None, high=None, method="none moved", moved=0, back=0),
        bar(0.03, stage="parsed"),
        bar(-0.01, stage="right"),
    ),
    level=0.95,
    smoothed=False,
    base_failed=2,
    candidate_failed=7,
    left_out=4,
)
FINDING = Finding(
    cause="reliability",
    task="t",
    status="undetermined",
    between=("reliability", "capability regression"),
    safety=False,
    share=0.62,
    points=-0.031,
    evidence=("right −0.05: down",),
    unsettled=("pass@k: every item was asked once",),
)


def signal(kind: Kind, *, needed: int | None) -> Signal:
    return Signal(
        task="t",
        kind=kind,
        metric=f"t/{kind}",
        n=500,
        base=0.8,
        candidate=0.79,
        difference=-0.01,
        low=-0.04,
        high=0.02,
        level=0.95,
        p=0.5,
        p_adjusted=1.0,
        moved="none",
        same=False,
        margin=0.02,
        needed=needed,
        method="score",
    )


DIAGNOSIS = Diagnosis(
    candidate="a",
    base="b",
    answer="undetermined",
    findings=(FINDING,),
    signals=(signal("right", needed=2400), signal("solved", needed=None)),
    decompositions=(DECOMPOSITION,),
    places=(
        Place(
            task="t",
            category="self-harm",
            safety=True,
            difference=-0.2,
            low=-0.3,
            high=-0.1,
            n=40,
            p_adjusted=0.001,
            samples=("t/1",),
        ),
    ),
    slices=(
        Slice(
            task="t",
            conditions=("input is long", "category is algebra"),
            n=30,
            difference=-0.3,
            rest=-0.01,
            low=-0.4,
            high=-0.1,
            p_adjusted=0.001,
            score=1.2,
            samples=("t/1", "t/2"),
        ),
    ),
    discordant=(),
    probes=(
        Probe(
            name="longer-limit",
            task="t",
            cause="longer answers",
            restored="the limit",
            otherwise="the model",
            commands=("statera run t --max-tokens 4096", "statera compare a b"),
            asks=True,
            samples=(),
        ),
    ),
    terms=Terms(),
)


def test_the_waterfall_goes_from_the_base_to_the_candidate() -> None:
    found = waterfall(DECOMPOSITION)
    assert [row.name for row in found.rows] == [
        "base",
        "complete (lost as truncated)",
        "not refused (lost as truncated)",
        "parsed (lost as truncated)",
        "right (lost as truncated)",
        "candidate",
    ]
    assert [row.points for row in found.rows] == ["0.800", "−5.0", "+0.0", "+3.0", "−1.0", "0.770"]
    assert found.caption == "t, −3.0 points over 500 items"
    assert found.rows[1].span == "−6.0 to −4.0"
    assert found.rows[2].span == "no interval: none moved"
    assert found.rows[2].samples == "no item moved here"
    assert "2 trials of the base, 7 of the candidate, 4 items left out" in found.beside
    for row in found.rows:
        ElementTree.fromstring(row.drawing)


def test_samples_to_read_are_named_and_harmless() -> None:
    said = waterfall(DECOMPOSITION).rows[1].samples
    assert said.startswith("3 items lost here, 1 back: t/1, ")
    assert "\u202e" not in said


def test_causes_that_cannot_be_told_apart_stand_together() -> None:
    (cause,) = why(DIAGNOSIS).causes
    assert cause.name == "reliability or capability regression"
    assert cause.size == "−3.1 points, 62% of all that fell"
    assert cause.open
    assert cause.evidence[-1].startswith("open: pass@k")


def test_places_slices_and_what_to_run_next_are_told() -> None:
    found = why(DIAGNOSIS)
    assert found.places[0].startswith("safety category t, self-harm: −0.200 (−0.300 to −0.100;")
    assert "input is long and category is algebra" in found.places[1]
    assert "read t/1, t/2" in found.places[1]
    assert found.probes[0].lines == DIAGNOSIS.probes[0].commands
    assert "the cause is the limit; otherwise the model." in found.probes[0].what


@pytest.mark.parametrize("answer", list(ANSWERS))
def test_every_answer_has_its_sentence(answer: str) -> None:
    made = {name: getattr(DIAGNOSIS, name) for name in DIAGNOSIS.__struct_fields__}
    assert why(Diagnosis(**made | {"answer": answer})).answer.endswith(".")


def changed(**changes: object) -> Diagnosis:
    made = {name: getattr(DIAGNOSIS, name) for name in DIAGNOSIS.__struct_fields__}
    return Diagnosis(**made | changes)


def test_what_is_neither_moved_nor_the_same_says_what_would_show_it() -> None:
    assert why(DIAGNOSIS).open == (
        "t/right: 500 items; about 2,400 would show it the same, within 2 points",
        "t/solved: not shown to be the same within 2 points with 500 items",
    )


def test_what_a_log_does_not_tell_is_open_and_in_no_step() -> None:
    hidden = signal("refused", needed=None)
    hidden = type(hidden)(
        **{name: getattr(hidden, name) for name in hidden.__struct_fields__}
        | {"told": False, "low": None, "high": None, "method": "the log does not tell it"}
    )
    one = {name: getattr(DECOMPOSITION, name) for name in DECOMPOSITION.__struct_fields__}
    part = Decomposition(
        **one | {"bars": DECOMPOSITION.bars[:1] + DECOMPOSITION.bars[2:], "untold": ("refused",)}
    )
    found = why(changed(signals=(hidden,), decompositions=(part,), caveats=(f"t: {HOSTILE}",)))
    assert found.open == ("t/refused: the log does not tell it",)
    assert [row.name for row in found.waterfalls[0].rows[1:3]] == [
        "complete (lost as truncated)",
        "parsed (lost as truncated)",
    ]
    assert "in no step: refused" in found.waterfalls[0].beside
    assert len(found.caveats) == 1
    assert "\u202e" not in found.caveats[0]


def test_a_run_that_stopped_early_has_steps_without_whiskers() -> None:
    pairing = paired("f" * 20 + "r" * 60, "r" * 80, early="seeded")
    whole = diagnose(comparison([pairing.candidate], [pairing.base]))
    found = why(whole)
    assert [row.span for row in found.waterfalls[0].rows[1:-1]] == [f"no interval: {STOPPED}"] * 4
    assert "whisker" not in "".join(row.drawing for row in found.waterfalls[0].rows)
    assert found.caveats[0].startswith("t: stopped early: ")


def test_no_finding_is_not_called_the_same() -> None:
    made = {name: getattr(DIAGNOSIS, name) for name in DIAGNOSIS.__struct_fields__}
    told = why(Diagnosis(**made | {"findings": (), "places": (), "slices": ()})).answer
    assert told.startswith("No cause is shown; but")


def test_places_that_moved_are_not_called_nothing() -> None:
    found = msgspec.structs.replace(DIAGNOSIS, findings=(), slices=())
    assert why(found).answer.startswith("Some places moved")
