import msgspec
import pytest

from statera.records.requests import Chat, Embed, Message, Request, Sampling


def test_temperature_is_zero_unless_told_otherwise() -> None:
    assert Chat(messages=()).sampling.temperature == 0.0


@pytest.mark.parametrize(
    "request_",
    [Chat(messages=(Message("user", "x"),), sampling=Sampling(stop=("a",))), Embed(texts=("a",))],
)
def test_kinds_are_told_apart_in_json(request_: Request) -> None:
    data = msgspec.json.encode(request_)
    found: Request = msgspec.json.decode(data, type=Request)
    assert found == request_
