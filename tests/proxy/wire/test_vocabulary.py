from statera.proxy.wire.vocabulary import TERMS


def test_a_term_is_a_short_word() -> None:
    assert {"auto", "tool_calls", "final", "reasoning.encrypted_content"} <= TERMS
    assert max(map(len, TERMS)) <= 48
