"""What people say of answers, sent from a server of yours to the guard's `POST /v1/feedback`.

    import statera as st
    st.send_feedback("http://guard:8080", {"decision": decision, "solved": True}, token=SECRET)

A report is what the endpoint takes: the answer as `decision`, `response` or `token`, an outcome as
a field of its name or as `outcome` and `value`, and an `id` of your own where the same may be said
twice. The call blocks: `await asyncio.to_thread(st.send_feedback, ...)` where that matters.
"""

import http.client
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import msgspec

from statera.errors import DeclarationError, EndpointError

PATH = "/v1/feedback"
MOST = 1000
"""Reports in one request; more are sent in several."""

TRIES = 5
_LONGEST = 30.0

Report = Mapping[str, object]


class _Straight(HTTPRedirectHandler):
    """Follows no redirection: it would take the token to another host."""

    def redirect_request(self, *_: object) -> None:
        """Return None: the answer stands as it came."""


class _Accepted(msgspec.Struct):
    ids: tuple[str, ...]


class _Told(NamedTuple):
    """One answer: its status, 0 where there was none, its body, and when to come again."""

    status: int
    body: bytes
    again: float = 0.0


def send_feedback(
    url: str,
    reports: Report | Sequence[Report],
    *,
    token: str = "",
    timeout: float = 10.0,
    pause: float = 0.5,
) -> tuple[str, ...]:
    """Send one report or several; return their ids once they are kept, in their order.

    `url`: the guard's root, or the whole address of its endpoint. `token`: the one of
    `--feedback-token`; a report with a `token` of its own needs none. `timeout` in seconds for each
    of five tries, `pause` the first wait between two, which doubles. What is sent again has the
    same ids, so nothing counts twice. Up to 1,000 reports are taken whole or not at all.

    DeclarationError for a report or URL that is wrong, EndpointError for a token that is, and where
    the endpoint could not be reached or took nothing.
    """
    place = _place(url)
    given = [reports] if isinstance(reports, Mapping) else list(reports)
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    ids: list[str] = []
    for start in range(0, len(given), MOST):
        body = msgspec.json.encode(given[start : start + MOST])
        ids += _kept(Request(place, body, headers), timeout, pause)
    return tuple(ids)


def _place(url: str) -> str:
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise DeclarationError("feedback: a URL with a password. Allowed: `token`, beside the URL")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise DeclarationError(f"feedback: {url!r} is no URL. Allowed: http://HOST:PORT, https://…")
    return url if parts.path.strip("/") else f"{parts.scheme}://{parts.netloc}{PATH}"


def _kept(request: Request, timeout: float, pause: float) -> tuple[str, ...]:
    """Return the ids of what is kept; the same bytes are sent again while that may help."""
    told = _sent(request, timeout)
    for number in range(TRIES - 1):
        if 0 < told.status < 500 and told.status != 429:
            break
        time.sleep(min(_LONGEST, max(told.again, pause * 2**number)))
        told = _sent(request, timeout)
    if told.status == 202:
        try:
            return msgspec.json.decode(told.body, type=_Accepted).ids
        except msgspec.DecodeError:
            raise EndpointError(f"{request.full_url}: 202 of something else") from None
    why = f"{request.full_url}: {_words(told)}"
    raise DeclarationError(why) if told.status in (400, 413) else EndpointError(why)


def _sent(request: Request, timeout: float) -> _Told:
    try:
        with build_opener(_Straight).open(request, timeout=timeout) as answer:
            return _Told(answer.status, answer.read())
    except HTTPError as error:
        with error:
            wait = error.headers.get("retry-after", "")
            return _Told(error.code, error.read(), float(wait) if wait.isdecimal() else 0.0)
    except (OSError, http.client.HTTPException) as error:
        return _Told(0, str(error).encode())


def _words(told: _Told) -> str:
    """Return what was answered, in the endpoint's own words where it has some."""
    if not told.status:
        return f"not reached: {told.body.decode()}"
    try:
        said = msgspec.json.decode(told.body)["error"]["message"]
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError):
        said = "no feedback is taken here"
    return f"{told.status}: {said}"
