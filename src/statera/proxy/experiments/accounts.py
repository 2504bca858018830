"""What the guard's books say of one answer, as an `Answered` is made of it."""

from typing import NamedTuple

from statera.experiment.design import Price
from statera.proxy.wire.api import Usage
from statera.records.live import Answered, identifier

_MILLION = 1e6


class Account(NamedTuple):
    """One request when it is over: see `Answered`; `response` is upstream's id, `price` the arm's.

    `waited` are upstream's seconds, 0 where it was not asked; `status` 0 where nobody was there to
    get any.
    """

    status: int
    waited: float
    first: float | None
    usage: Usage
    fault: bool
    input: str
    output: str
    policy: str


def answered(
    account: Account,
    *,
    decision: int,
    at: float,
    arm: str,
    response: int | None,
    price: Price | None,
) -> Answered:
    """Return what is recorded of an answer."""
    usage = account.usage
    return Answered(
        decision=decision,
        at=at,
        arm=arm,
        response=response,
        status=account.status,
        seconds=account.waited or None,
        first=account.first,
        input_tokens=usage.input,
        output_tokens=usage.output,
        cost=cost_of(price, usage),
        fault=account.fault,
        guarded_input=account.input,
        guarded_output=account.output,
        policy=account.policy,
    )


def cost_of(price: Price | None, usage: Usage) -> float | None:
    """Return the cost in the price's currency; None where price or tokens are not known.

    >>> cost_of(Price(input=1.0, output=4.0), Usage(500_000, 250_000))
    1.5
    """
    if price is None or usage.input is None or usage.output is None:
        return None
    return (usage.input * price.input + usage.output * price.output) / _MILLION


def response_number(key: bytes, response: object) -> int | None:
    """Return the keyed hash of an upstream's id of its answer; None where it gave none."""
    return identifier(key, "response", response) if type(response) is str and response else None
