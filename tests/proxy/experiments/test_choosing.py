"""Which arm a request gets: sticky, overridden for testers, told why not."""

from typing import Any

import msgspec
import pytest

from statera.experiment.assignment import Assignment
from statera.experiment.opened import Opened
from statera.proxy.experiments.choosing import MOST_UNIT, Choice, Chooser, Left
from statera.proxy.experiments.states import Standing
from statera.records.live import identifier
from tests.proxy.experiments.designs_made import design
from tests.proxy.experiments.times import Standing as StandingClock

KEY = b"k" * 32
TESTER = {b"x-statera-tester-token": b"secret"}


def opened(**more: Any) -> Opened:
    own = design(**more)
    return Opened(design=own, prompts={}, policies={}, digest="d", text="", source="tone.yaml")


def chooser(standing: Standing = "running", at: float = 1_800_000_000.0, **more: Any) -> Chooser:
    return Chooser(
        opened(**more), key=KEY, clock=StandingClock(at), standing=lambda _: standing,
        tester="secret",
    )  # fmt: skip


def chosen(found: object) -> Choice:
    assert isinstance(found, Choice)
    return found


def test_a_user_gets_the_arm_that_the_design_assigns() -> None:
    own = chooser()
    assignment = Assignment(own.opened.design)
    for number in range(50):
        name = f"u{number}"
        found = chosen(own.choose({}, {"user": name}))
        assert found.place == assignment.place(name)
        assert (found.arm, found.entry) == (found.place.arm, "assigned")
        assert found.unit == identifier(KEY, "unit", name)


def test_where_the_design_does_not_say_units_are_named_in_the_usual_places() -> None:
    own, session = chooser(), chooser(unit="session")
    by_user = chosen(own.choose({}, {"user": "anna"}))
    assert own.choose({}, {"metadata": {"user_id": "anna"}}) == by_user, "as Anthropic's API has it"
    assert own.choose({b"x-statera-user": b"anna"}, {}) == by_user
    assert chosen(session.choose({b"x-statera-session": b"anna"}, {})).unit == by_user.unit


def test_an_exposure_says_all_of_the_choice() -> None:
    more: dict[str, Any] = {
        "unit": {"kind": "request", "cluster": "X-User"},
        "segments": {"plan": {"header": "X-Plan", "values": ["free"]}},
    }
    own = chooser(**more)
    headers = {b"x-user": b"anna", b"x-plan": b"free"}
    found = chosen(own.choose(headers, {}, "00000000000000ff")).exposure(255, 5.0)
    assert found.unit == identifier(KEY, "unit", "00000000000000ff")
    assert found.cluster == identifier(KEY, "unit", "anna")
    assert found.segments == {"plan": "free"}
    assert (found.decision, found.at, found.experiment, found.design) == (255, 5.0, "tone", "d")
    strange = chosen(own.choose({b"x-plan": b"gold"}, {}, "0" * 16))
    assert (strange.segments, strange.cluster) == ({"plan": "other"}, None)


@pytest.mark.parametrize(
    ("headers", "arm"),
    [
        ({b"x-statera-arm": b"warm"}, "warm"),
        ({b"x-statera-arm": b"tone=warm"}, "warm"),
        ({b"x-statera-arm": b"heat=cold, tone=base"}, "base"),
    ],
)
def test_a_tester_names_an_arm(headers: dict[bytes, bytes], arm: str) -> None:
    for body in ({}, {"user": "anna"}):
        found = chosen(chooser().choose({**TESTER, **headers}, body, "0" * 16))
        assert (found.name, found.entry) == (arm, "override")


def test_who_is_no_tester_names_none() -> None:
    own = chooser()
    plain = own.choose({}, {"user": "anna"})
    for token in ({}, {b"x-statera-tester-token": b"wrong"}, {b"x-statera-tester-token": b""}):
        for arm in (b"warm", b"base", b"cold"):
            assert own.choose({**token, b"x-statera-arm": arm}, {"user": "anna"}) == plain
    other = own.choose({**TESTER, b"x-statera-arm": b"heat=warm"}, {"user": "anna"})
    assert other == plain


def test_the_design_names_testers_too() -> None:
    own = chooser(overrides={"tess": "warm"})
    assert chosen(own.choose({}, {"user": "tess"})).entry == "override"
    assert chosen(own.choose({}, {"user": "tom"})).entry == "assigned"


def test_why_a_request_takes_no_part() -> None:
    assert chooser().choose({}, {}) == Left("tone", "no_unit")
    cold = {**TESTER, b"x-statera-arm": b"cold"}
    assert chooser().choose(cold, {"user": "a"}) == Left("tone", "unknown_arm")
    assert isinstance(chooser().choose({}, {"user": "a" * MOST_UNIT}), Choice)
    assert chooser().choose({}, {"user": "a" * (MOST_UNIT + 1)}) == Left("tone", "long_unit")


def test_a_stop_is_the_base_and_an_end_is_nothing() -> None:
    for standing in ("stopped", "blind"):
        own = chooser(standing, overrides={"tess": "warm"})
        for name in ("tess", *(f"u{n}" for n in range(9))):
            found = chosen(own.choose({}, {"user": name}))
            assert (found.arm, found.entry) == (0, "stopped")
    assert chooser("ended").choose({}, {"user": "a"}) is None
    assert chooser("ended").choose({}, {}) is None


def test_a_ramp_takes_part_from_its_time_on_and_moves_nobody() -> None:
    ramp = [
        {"at": "2027-01-15T08:00:00Z", "traffic": 0.2},
        {"at": "2027-01-16T08:00:00Z", "traffic": 1.0},
    ]
    start = 1_800_000_000.0  # 2027-01-15 08:00 UTC
    names = [f"u{number}" for number in range(200)]

    def arms(at: float) -> dict[str, int]:
        own = chooser(at=at, ramp=ramp)
        found = {name: own.choose({}, {"user": name}) for name in names}
        return {name: one.arm for name, one in found.items() if isinstance(one, Choice)}

    assert chooser(at=start - 1, ramp=ramp).choose({}, {}) is None
    first, whole = arms(start), arms(start + 86_400)
    assert 20 < len(first) < 60
    assert len(whole) == 200
    assert first.items() <= whole.items()


def test_another_part_of_the_layer_is_no_exclusion() -> None:
    parts = [{"name": "chat", "start": 0, "end": 0.5}, {"name": "chat", "start": 0.5, "end": 1}]
    one, other = (chooser(layer=part) for part in parts)
    for number in range(100):
        found = [own.choose({}, {"user": f"u{number}"}) for own in (one, other)]
        assert sum(isinstance(choice, Choice) for choice in found) == 1
        assert found.count(None) == 1


def test_a_choice_is_a_plain_value() -> None:
    exposure = chosen(chooser().choose({}, {"user": "a"})).exposure(1, 2.0)
    assert msgspec.json.decode(msgspec.json.encode(exposure), type=type(exposure)) == exposure
