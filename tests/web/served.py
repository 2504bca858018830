"""Labelling pages that are really served, and plain requests to them."""

import json
from http.client import HTTPConnection
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from statera.interop.labels import Label
from statera.web.desk import Choice, Sheet, Thing

SHEET = Sheet(
    title="Grade each reply",
    question="How <good> is it?",
    choices=tuple(
        Choice(value=str(v), name=str(v), text=f"level {v} & more", key=str(v)) for v in range(1, 6)
    ),
    run="4c62602ad518e954fc27a2cb262e9fc8",
)


def things(count: int) -> list[Thing]:
    return [
        Thing(
            place=("support-task", f"secret-id-{i}", 0),
            prompt=f"prompt {i}",
            replies=(f"reply {i} <script>alert(1)</script>",),
        )
        for i in range(count)
    ]


class Answered(NamedTuple):
    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def asked(
    url: str, path: str = "", *, body: object = None, headers: dict[str, str] | None = None
) -> Answered:
    """Ask the page at `url` as its own browser would; `headers` replace what is sent."""
    parts = urlsplit(url)
    connection = HTTPConnection(str(parts.hostname), parts.port or 80, timeout=30)
    sent = (
        {}
        if body is None
        else {
            "Origin": f"http://{parts.netloc}",
            "Content-Type": "application/json",
            "Sec-Fetch-Site": "same-origin",
        }
    )
    text = None if body is None else json.dumps(body)
    where = path if path.startswith("/") else parts.path + path
    connection.request("GET" if body is None else "POST", where, text, sent | (headers or {}))
    answer = connection.getresponse()
    found = Answered(
        answer.status,
        {name.lower(): value for name, value in answer.getheaders()},
        answer.read().decode(),
    )
    connection.close()
    return found


def ignored(_: Label) -> None:
    """Keep nothing."""


def now(url: str, labeller: str) -> Any:
    return asked(url, f"now?{urlencode({'labeller': labeller})}").json


def act(url: str, labeller: str, what: str = "choose", **more: object) -> Answered:
    return asked(url, "act", body={"labeller": labeller, "act": what, **more})
