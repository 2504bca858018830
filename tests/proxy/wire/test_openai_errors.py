import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import msgspec
import openai
import pytest

from statera.proxy.wire.api import Event, Failure, StreamState
from statera.proxy.wire.openai_errors import ErrorShapes, content_filter, error, error_events
from tests.proxy.wire.decisions import DECISION, DETAILS
from tests.proxy.wire.markers import STRICT


class Blocking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = msgspec.json.encode(content_filter(DECISION, STRICT, "messages"))
        self.send_response(400)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def test_the_official_client_raises_a_block_as_a_bad_request() -> None:
    with HTTPServer(("127.0.0.1", 0), Blocking) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/v1"
        with (
            openai.OpenAI(api_key="k", base_url=url, max_retries=0) as client,
            pytest.raises(openai.BadRequestError) as raised,
        ):
            client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}])
    assert raised.value.code == "content_filter"
    assert isinstance(raised.value.body, dict)
    assert raised.value.body["statera"] == DETAILS


def test_errors_name_their_kind() -> None:
    assert error(Failure(400, "unknown_field", "No.", "x"))["error"] == {
        "message": "No.",
        "type": "invalid_request_error",
        "param": "x",
        "code": "unknown_field",
    }
    assert error(Failure(502, "c", "m"))["error"]["type"] == "server_error"
    failure = Failure(502, "c", "m")
    assert error_events(failure) == [Event("", error(failure))]


def test_an_api_without_words_for_silence_answers_with_errors() -> None:
    shapes = ErrorShapes("input")
    body = shapes.blocked_reply({}, DECISION, STRICT)
    assert (body["error"]["code"], body["error"]["message"]) == (
        "content_filter",
        STRICT.messages.output,
    )
    assert shapes.blocked_events(StreamState(), DECISION, STRICT) == [Event("", body)]
