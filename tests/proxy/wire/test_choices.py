from statera.proxy.wire.choices import closes
from statera.proxy.wire.routes import known_apis
from tests.proxy.wire.decisions import DECISION, DETAILS
from tests.proxy.wire.markers import STRICT


def test_a_chunk_says_which_choices_it_ends() -> None:
    done = {"choices": [{"index": 2, "finish_reason": "stop"}, {"index": 0}]}
    assert closes("", done) == ("choices[2]",)
    assert closes("", {"usage": {}}) == ()


def test_a_blocked_reply_says_what_was_found() -> None:
    shapes = known_apis()["/v1/chat/completions"].shapes
    body = shapes.blocked_reply({"model": "m"}, DECISION, STRICT)
    assert body["statera"] == DETAILS
    assert body["choices"][0]["content_filter_results"] == {
        "hate": {"filtered": True, "severity": "high"}
    }
    assert body["id"] == "chatcmpl-d1"
