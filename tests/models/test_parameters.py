import pytest

from statera.models.examinee import Sent
from statera.models.parameters import PARAMETERS, Parameter
from statera.records.responses import Response, TokenLogprob, Usage

BY_NAME = {one.name: one for one in PARAMETERS}


def sent(response: Response, choices: int = 1) -> Sent:
    return Sent(200, response, choices, "", 0.1)


@pytest.mark.parametrize(
    ("name", "reply", "missing"),
    [
        ("temperature", sent(Response(text="x")), ""),
        ("max_tokens", sent(Response(text="x", usage=Usage(completion_tokens=1))), ""),
        ("max_tokens", sent(Response(text="x y", usage=Usage(completion_tokens=9))), "9 tokens"),
        ("max_tokens", sent(Response(text="one")), ""),
        ("max_tokens", sent(Response(text="one two")), "2 words"),
        ("logprobs", sent(Response(text="x", logprobs=(TokenLogprob("x", -1.0),))), ""),
        ("logprobs", sent(Response(text="x")), "none came back"),
        ("n", sent(Response(text="x"), 2), ""),
        ("n", sent(Response(text="x"), 1), "1 replies came"),
        ("response_format", sent(Response(text='{"answer": 5}')), ""),
        ("response_format", sent(Response(text='{"answer": "5"}')), "does not follow"),
        ("response_format", sent(Response(text="[5]")), "does not follow"),
        ("response_format", sent(Response(text="It is 5")), "no JSON"),
    ],
)
def test_an_effect_that_does_not_show_is_missed(name: str, reply: Sent, missing: str) -> None:
    found = BY_NAME[name].missing(reply)
    assert found.startswith(missing) if missing.startswith("none") else missing in found
    assert bool(found) is bool(missing)


def test_a_limit_takes_the_place_of_the_other_limit() -> None:
    assert BY_NAME["max_completion_tokens"].instead_of("max_tokens") == {"max_tokens": None}
    assert BY_NAME["max_tokens"].instead_of("max_tokens") == {}
    assert BY_NAME["n"].instead_of("max_tokens") == {}


@pytest.mark.parametrize("one", PARAMETERS, ids=lambda one: str(one.name))
def test_every_parameter_says_what_follows(one: Parameter) -> None:
    assert one.means
    assert one.without
