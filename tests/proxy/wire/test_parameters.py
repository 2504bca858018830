from statera.proxy.wire.fields import passing
from statera.proxy.wire.parameters import ABOUT, CHOICE, SAMPLING


def test_only_what_repeats_a_text_that_is_read_passes_unread() -> None:
    assert [name for name, field in SAMPLING.items() if field is passing] == []
    repeating = {name for fields in (ABOUT, CHOICE) for name in fields if fields[name] is passing}
    assert repeating == {"logprobs", "prompt_logprobs", "prompt_token_ids", "token_ids"}
