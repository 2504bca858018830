"""What the guard's books say of an answer."""

from statera.experiment.design import Price
from statera.proxy.experiments.accounts import Account, answered, cost_of, response_number
from statera.proxy.wire.api import Usage
from statera.records.live import identifier


def test_an_account_becomes_what_is_recorded() -> None:
    account = Account(200, 0.5, 0.1, Usage(3, 2), False, "allow", "redact", "p")
    found = answered(
        account, decision=7, at=9.0, arm="warm", response=1, price=Price(input=1, output=2)
    )
    assert (found.decision, found.arm, found.status, found.response) == (7, "warm", 200, 1)
    assert (found.seconds, found.first, found.cost) == (0.5, 0.1, 7e-6)
    assert (found.guarded_input, found.guarded_output, found.policy) == ("allow", "redact", "p")


def test_what_is_not_known_is_none() -> None:
    account = Account(400, 0.0, None, Usage(), False, "block", "", "p")
    found = answered(account, decision=7, at=9.0, arm="a", response=None, price=None)
    assert (found.seconds, found.cost, found.input_tokens) == (None, None, None)
    assert cost_of(Price(input=1, output=1), Usage(3, None)) is None
    assert response_number(b"k", "r") == identifier(b"k", "response", "r")
    assert [response_number(b"k", one) for one in ("", None, 5, ["a"])] == [None] * 4
