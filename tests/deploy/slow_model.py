"""A model server whose streams stay open until somebody asks for /release.

The argument is a port of loopback or the path of a socket.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import ThreadingUnixStreamServer
from threading import Event

WORDS = 400
RELEASED = Event()


def event(content: str, finish: str | None = None) -> bytes:
    """Return one chunk of a streamed chat completion."""
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish}
    shape = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "slow"}
    return b"data: " + json.dumps(shape | {"choices": [choice]}).encode() + b"\n\n"


class Answers(BaseHTTPRequestHandler):
    """A health check at once, a stream in two parts."""

    def do_GET(self) -> None:
        if self.path == "/release":
            RELEASED.set()
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for number in range(WORDS):
            if number == WORDS // 2:
                RELEASED.wait(120)
            self.wfile.write(event(f"word{number} "))
        self.wfile.write(event("", "stop") + b"data: [DONE]\n\n")

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    place = sys.argv[1]
    if place.isdigit():
        ThreadingHTTPServer(("127.0.0.1", int(place)), Answers).serve_forever()
    ThreadingUnixStreamServer(place, Answers).serve_forever()
