import pytest

from statera.errors import DeclarationError
from statera.tasks.transforms.encodings import BASE64
from statera.tasks.transforms.frames import ROLE_PLAY
from statera.tasks.transforms.transform import Chain, Wrapper, check_decodes

LOSSY = Wrapper(name="upper", encode=str.upper, decode=str.lower)


def test_a_chain_is_put_on_in_order_and_taken_off_from_the_end() -> None:
    chain = Chain((BASE64, ROLE_PLAY))
    assert chain.name == "base64+role_play"
    assert chain.apply("Who?") == ROLE_PLAY.apply(BASE64.apply("Who?"))
    assert chain.undo(chain.apply("Who?")) == "Who?"
    assert BASE64.shape in chain.shape
    assert ROLE_PLAY.shape in chain.shape


def test_what_a_wrapper_did_not_make_is_none_of_its() -> None:
    with pytest.raises(ValueError, match="not a text that base64 made"):
        BASE64.undo("V2hvPw==")


def test_a_transform_that_loses_something_is_told_before_any_request() -> None:
    with pytest.raises(DeclarationError) as error:
        check_decodes(LOSSY, [("t/1", "all small"), ("t/2", "Not all small")])
    assert str(error.value) == (
        "transform 'upper' cannot decode its own output for t/2: 13 characters come back changed"
    )


def test_a_transform_that_fails_on_its_own_output_is_told_too() -> None:
    broken = Wrapper(name="plain64", decode=BASE64.undo)
    with pytest.raises(DeclarationError, match="'plain64' cannot decode its own output for t/1"):
        check_decodes(broken, [("t/1", "text")])
