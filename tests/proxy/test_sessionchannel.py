import pytest

from statera.guard.policy import StreamTerms
from statera.proxy.sessionchannel import PAUSES, Channel
from statera.proxy.wire.slots import Piece
from statera.records.guarding import Edit
from tests.proxy.streams import FULL, SMALL


def channel(terms: StreamTerms = SMALL, *, encoded: bool = False, place: str = "text") -> Channel:
    piece = Piece(place, "output", "assistant", "", {}, "", encoded=encoded)
    return Channel(piece, terms)


def test_a_text_gives_way_so_often_and_no_more() -> None:
    text = channel()
    for _ in range(PAUSES):
        text.feed("a ")
        assert text.pause()
        assert text.text.due() is not None
        text.text.settle()
    text.feed("b ")
    assert not text.pause()
    assert text.text.due() is None


@pytest.mark.parametrize("held", [channel(encoded=True), channel(FULL)])
def test_what_is_held_gives_way_to_nothing(held: Channel) -> None:
    held.feed("word " * 100)
    assert held.held
    assert not held.pause()
    assert held.text.due() is None


def test_what_was_said_is_told_again_as_it_left() -> None:
    text = channel()
    assert (text.feed("my "), text.feed("secret")) == (3, 9)
    text.pause()
    assert text.text.due() is not None
    text.text.settle([Edit(0, 3, 9, "[X]")])
    assert text.text.take() == "my [X]"
    assert text.repeated_by("my secret")
    assert not text.repeated_by("my secreT")
    assert (text.retold(9), text.retold(2)) == ("my [X]", "my")


def test_choices_do_not_repeat_themselves() -> None:
    text = channel(place="choices[0].text")
    text.feed("one")
    assert not text.repeated_by("one")
