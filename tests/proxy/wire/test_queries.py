import pytest
from msgspec import structs

from statera.guard.policy import Policy
from statera.proxy.wire.queries import Parameter, read_query, speaking
from statera.proxy.wire.refusals import Refused

REFUSING = Policy()
READING = structs.replace(REFUSING, unknown_fields="allow")


@pytest.mark.parametrize(
    "query",
    [
        b"",
        b"&",
        b"api-version=2024-10-21-preview",
        b"include[]=message.output_text.logprobs&include%5B%5D=x",
        b"beta=true&limit=20&after=msg_1f3a&order=desc",
        b"after=" + b"a" * 200,
        b"x=1&y&z=&debug=true&w=-1.5",
    ],
)
def test_what_carries_no_text_passes(query: bytes) -> None:
    assert read_query(query, REFUSING) == read_query(query, READING) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (b"note=bomb", ("note", "bomb")),
        (b"after=two+words", ("after", "two words")),
        (b"after=%62%6fmb%20", ("after", "bomb ")),
        (b"after=%2562", ("after", "%62")),
        (b"after=a;note=b", ("after", "a;note=b")),
        (b"after=%ff", ("after", "\ufffd")),
        (b"tell+me=1", ("tell me", "1")),
        (b"tell+me", ("tell me", "")),
        (b"limit=1&limit=one+two", ("limit", "one two")),
        (b"x=123456789012", ("x", "123456789012")),
        (b"after=" + b"a" * 201, ("after", "a" * 201)),
        (b"=bomb", ("", "bomb")),
    ],
)
def test_what_may_is_refused_or_read(query: bytes, found: tuple[str, str]) -> None:
    assert list(speaking(query)) == [found]
    with pytest.raises(Refused) as refused:
        read_query(query, REFUSING)
    assert refused.value.code == "unknown_field"
    (slot,) = read_query(query, READING)
    assert slot.passage.text == "\n".join(filter(None, found))
    assert (slot.passage.place, slot.passage.role) == (f"query.{found[0]}", "parameter")


def test_a_refusal_names_the_parameter_and_not_its_value() -> None:
    assert str(Parameter("api-versoin", "bomb").refusal) == (
        "The query parameter 'api-versoin' is not known, so that its text cannot be checked. "
        "Did you mean 'api-version'?"
    )
    known = Parameter("after", "a bomb").refusal
    assert str(known) == "The query parameter 'after' must be one word of 200 characters."
    assert known.param == "query.after"
