import pytest

from statera.experiment.design import Unit
from tests.experiment.designs import design


def test_the_first_arm_is_the_base_and_the_primary_outcome_is_read_first() -> None:
    found = design()
    assert found.base.name == "base"
    assert found.read == ("solved", "complaint")
    assert found.better("complaint") == "lower"
    assert found.alpha == 0.05
    assert found.analysis == "confidence-sequence"


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        ("user", Unit(kind="user")),
        ("session", Unit(kind="session")),
        ("request", Unit(kind="request")),
        ("{kind: user, header: x-user-id}", Unit(kind="user", header="x-user-id")),
        ("{kind: session, cookie: sid}", Unit(kind="session", cookie="sid")),
        ("{kind: request, cluster: x-user-id}", Unit(kind="request", cluster="x-user-id")),
    ],
)
def test_what_names_the_unit_is_written_out(unit: str, written: Unit) -> None:
    assert design(unit=unit).units == written


def test_an_own_outcome_comes_before_a_known_one_and_has_its_own_window() -> None:
    found = design(outcomes="{solved: {kind: event, window: 2h}}", window="3d")
    assert found.outcome("solved").kind == "event"
    assert found.window_of("solved") == 7200
    assert found.window_of("complaint") == 3 * 86_400
    with pytest.raises(KeyError):
        found.outcome("sloved")


def test_the_digest_is_of_what_the_design_says() -> None:
    assert design().digest == design(alpha="0.05").digest
    assert design().digest != design(alpha="0.01").digest
    assert len(design().digest) == 32
