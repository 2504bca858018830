import asyncio

import pytest

from statera.errors import DeclarationError, SandboxUnavailable
from statera.sandbox.choice import KINDS, Kind, choose_sandbox, holdings, kind_named
from tests.sandbox.kinds import NAMES, holding

ABSENT = Kind("first", lambda: "not installed: x", KINDS[0].make, "install x")


def test_the_strongest_that_holds_is_chosen() -> None:
    held = [name for name in NAMES if not holding(name).reason]
    if not held:
        pytest.skip("no sandbox holds here")
    assert choose_sandbox().name == holding(held[0]).means


def test_it_can_be_chosen_while_an_event_loop_runs() -> None:
    kinds = [kind for kind in KINDS if not holding(kind.name).reason][-1:]
    if not kinds:
        pytest.skip("no sandbox holds here")

    async def choose() -> str:
        return choose_sandbox(kinds=kinds).name

    assert asyncio.run(choose()) == holding(kinds[0].name).means


def test_one_that_does_not_hold_is_passed_over() -> None:
    kinds = [kind for kind in KINDS if not holding(kind.name).reason][:1]
    if not kinds:
        pytest.skip("no sandbox holds here")
    assert choose_sandbox(kinds=(ABSENT, *kinds)).name == holding(kinds[0].name).means


def test_none_is_refused_with_the_mend() -> None:
    with pytest.raises(SandboxUnavailable, match="first: not installed: x; install x") as caught:
        choose_sandbox(kinds=(ABSENT,))
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    assert [h.reason for h in holdings(kinds=(ABSENT,))] == ["not installed: x"]


def test_kinds_go_by_name() -> None:
    assert kind_named("landlock").name == "landlock"
    with pytest.raises(DeclarationError, match="Did you mean 'landlock'"):
        kind_named("landlok")
