from statera.proxy.wire.refusals import Refused, shown


def test_a_refusal_says_where_and_why() -> None:
    refused = Refused("No.", code="unknown_field", param="messages[0].x")
    assert (str(refused), refused.status, refused.code, refused.param) == (
        *("No.", 400, "unknown_field"),
        "messages[0].x",
    )


def test_names_are_shown_short_and_printable() -> None:
    assert shown("naïve\n") == "'na\\xefve\\n'"
    assert len(shown("x" * 1000)) == 45
