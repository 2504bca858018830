"""Asking for the arm is what exposes, once a request; who takes no part has the base."""

from pathlib import Path
from threading import Lock

import pytest

from statera.errors import DeclarationError
from statera.experiment.opened import Opened, open_design
from statera.proxy.experiments.choosing import Chooser
from statera.proxy.experiments.current import (
    Asked,
    Assigned,
    Assigner,
    current_arm,
    entered,
    left,
)
from statera.records.live import Excluded, Exposure
from tests.proxy.experiments import times
from tests.proxy.experiments.applications import written
from tests.proxy.experiments.served import Kept

KEY = b"a key of units"
DECISION = "00000000000000ff"


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    return open_design(written(tmp_path))


@pytest.fixture
def kept() -> Kept:
    return Kept()


def request(opened: Opened, kept: Kept, barred: str = "", *, broken: bool = False) -> Assigned:
    def why(name: str) -> str:
        if broken:
            raise ZeroDivisionError(name)
        return barred

    clock = times.Standing()
    chooser = Chooser(opened, key=KEY, clock=clock)
    return Assigned(Assigner(chooser, kept, clock, why, Lock()), {}, DECISION)


def test_a_request_is_exposed_once_however_often_it_asks(opened: Opened, kept: Kept) -> None:
    asking = request(opened, kept)
    found = asking.arm(Asked(unit="anna"))
    assert asking.arm(Asked({"user": "bob"})) == asking.arm() == found
    [fact] = kept.facts
    assert isinstance(fact, Exposure)
    assert (fact.decision, fact.arm, fact.experiment) == (255, found.name, "tone")
    assert (found.assigned, found.decision) == (True, DECISION)


def test_the_arm_has_what_it_sets(opened: Opened, kept: Kept) -> None:
    found = request(opened, kept).arm(Asked({"user": "wim"}))
    assert (found.name, found.prompt, found.model) == ("warm", "Be warm.", "m-warm")
    assert found.parameters == {"temperature": 0}
    [fact] = kept.facts
    assert isinstance(fact, Exposure)
    assert fact.entry == "override"


@pytest.mark.parametrize(
    ("asked", "barred", "reason"),
    [
        (Asked(), "", "no_unit"),
        (Asked(unit="anna"), "changed_design", "changed_design"),
        (Asked(unit="anna", unfit="no_system_prompt"), "", "no_system_prompt"),
    ],
)
def test_who_takes_no_part_gets_the_base_and_is_counted(
    opened: Opened, kept: Kept, asked: Asked, barred: str, reason: str
) -> None:
    asking = request(opened, kept, barred)
    found = asking.arm(asked)
    asking.arm(asked)
    assert (found.name, found.assigned, found.decision) == ("base", False, "")
    [fact] = kept.facts
    assert isinstance(fact, Excluded)
    assert (fact.reason, fact.experiment) == (reason, "tone")


def test_one_request_is_counted_by_each_experiment_that_it_takes_no_part_in(
    tmp_path: Path, kept: Kept
) -> None:
    for name in ("tone", "price"):
        (tmp_path / name).mkdir()
        path = written(tmp_path / name)
        path.write_text(path.read_text().replace("tone", name))
        request(open_design(path), kept).arm()
    assert len({fact.id for fact in kept.facts if isinstance(fact, Excluded)}) == 2


def test_an_exposure_that_cannot_be_kept_is_none(opened: Opened, kept: Kept) -> None:
    kept.full = True
    assert not request(opened, kept).arm(Asked(unit="anna")).assigned


def test_whatever_fails_here_fails_no_request(opened: Opened, kept: Kept) -> None:
    found = request(opened, kept, broken=True).arm(Asked(unit="wim"))
    assert (found.name, found.assigned) == ("base", False)


def test_the_application_asks_within_a_request(opened: Opened, kept: Kept) -> None:
    with pytest.raises(DeclarationError, match="within a request"):
        current_arm()
    token = entered({"tone": request(opened, kept)})
    assert current_arm(unit="wim").name == current_arm("tone").name == "warm"
    with pytest.raises(DeclarationError, match="Did you mean 'tone'"):
        current_arm("tome")
    inner = entered({"tone": request(opened, kept), "price": request(opened, kept)})
    with pytest.raises(DeclarationError, match="one of tone, price"):
        current_arm()
    left(inner)
    left(token)
    with pytest.raises(DeclarationError, match="within a request"):
        current_arm()
