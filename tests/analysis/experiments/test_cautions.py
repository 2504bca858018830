import numpy as np

from statera.analysis.experiments.cautions import cautions
from statera.analysis.experiments.columns import column
from statera.analysis.experiments.units import Units
from statera.experiment.design import Design
from statera.records.live import Aside
from tests.analysis.experiments.made import NOW, design, drawn, reports


def said(found: Units, plan: Design | None = None, aside: Aside | None = None) -> tuple[str, ...]:
    plan = plan or design(planned=None)
    columns = {name: column(plan, found, name, now=NOW) for name in plan.read}
    return cautions(plan, found, aside or Aside(), columns)


def test_a_plain_experiment_has_no_warning() -> None:
    assert said(drawn(1, 2_000)) == ()


def test_how_far_it_is_and_who_is_missing() -> None:
    assert said(drawn(1, 90), design()) == (
        "90 of 10,000 planned units have closed (1%)",
        "only 48 closed units of 'base' reported solved",
        "only 42 closed units of 'warm' reported solved",
    )
    plan = design(analysis="group-sequential", planned=1_000)
    assert said(drawn(1, 1_200), plan) == ("200 units closed after the planned end: not read",)


def test_crossed_units_and_edits() -> None:
    aside = Aside(crossed={"base": 10, "warm": 15}, designs={"one": 5, "two": 9})
    crossed, edited = said(drawn(1, 2_000), aside=aside)
    assert crossed == "25 units were shown more than one arm and are left out (1.23%)"
    assert "2 versions" in edited
    assert said(drawn(1, 2_000), aside=Aside(crossed={"base": 1}, designs={"one": 5})) == ()


def test_late_reports() -> None:
    found = drawn(1, 2_000)
    solved = found.outcomes["solved"]._replace(late_number=np.full(2_000, 0.25))
    (line,) = said(found._replace(outcomes={"solved": solved}))
    assert line.startswith("20% of the reports of solved came after its window of 1d")


def test_arms_that_answer_unequally() -> None:
    rng = np.random.default_rng(2)
    found = drawn(2, 4_000)
    number = (rng.random(4_000) < 0.6 - 0.2 * found.arm).astype(float)
    (line,) = said(found._replace(outcomes={"solved": reports(number, number)}))
    assert "of 'warm' reported solved, but" in line
    assert "different people" in line


def test_answers_lost_on_one_side_alone_are_told() -> None:
    """All of the base's answers came: there is no variance that an approximation could rest on."""
    found = drawn(3, 2_000)
    number = ((found.arm == 0) | (np.arange(2_000) % 5 > 0)).astype(float)
    (line,) = said(found._replace(outcomes={"solved": reports(number, number)}))
    assert line.startswith("7") or line.startswith("8")
    assert "but 100.0% of 'base'" in line


def test_requests_without_a_user_are_told() -> None:
    (line,) = said(drawn(1, 2_000), design(unit="request", planned=None))
    assert "not for users like them" in line
    bound = design(unit={"kind": "request", "cluster": "x-user"}, planned=None)
    assert "too narrow" in said(drawn(1, 2_000), bound)[0]
