from hypothesis import given
from hypothesis import strategies as some

from statera.codec.canonical import canonical, digest, digest_bytes
from statera.records.requests import Chat, Message

json = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**53), 2**53) | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner, max_size=3),
    max_leaves=8,
)


@given(some.dictionaries(some.text(), json, min_size=1, max_size=5))
def test_order_of_keys_does_not_matter(value: dict[str, object]) -> None:
    turned = dict(reversed(value.items()))
    assert canonical(value) == canonical(turned)
    assert digest(value) == digest(turned)


def test_a_fixed_vector() -> None:
    """Stored runs are found by these: a change here orphans them."""
    request = Chat(messages=(Message("user", "Grüß Gott"),))
    assert digest(request) == digest_bytes(canonical(request))
    assert digest({"a": [1, 2.5, None, "é"]}) == "ca630b5436e6bc1aa5cf0259b697e8b2"


def test_size_is_in_bytes() -> None:
    assert len(digest({}, size=8)) == 16


def test_keys_that_are_numbers_are_the_texts_that_json_makes_of_them() -> None:
    assert canonical({10: "b", 2: "a"}) == canonical({"2": "a", "10": "b"})
