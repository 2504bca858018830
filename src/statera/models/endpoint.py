"""One server with its habits: sends fields, reads every kind of no, adapts once and remembers.

    endpoint = Endpoint(transport, identity="http://host/v1#m", secrets=(key,), clock=clock)
    answer = await endpoint.ask("/chat/completions", {"model": "m", "messages": [...]})
    answer.body or answer.failure, answer.notes

What a no means: a retry may help (408, 409, 425, 429, 5xx) raises AttemptFailed; a wrong key, path
or model (401, 403, 404) or three identical 400s in a row raise EndpointError in the server's words;
a content filter, a prompt that is too long, or any other 400 is a Failure for that trial. A field
that the server does not take is dropped, said once, and noted on every response it concerns.
"""

import logging
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import NamedTuple

import msgspec

from statera.errors import EndpointError
from statera.models.attempts import AttemptFailed, AttemptKind, HttpReply, Wire
from statera.models.bodies import Fields
from statera.models.rejections import (
    Complaint,
    field_not_taken,
    is_filtered,
    is_limit_too_large,
    is_too_long,
    read_complaint,
    retry_after,
)
from statera.models.replies import Undecodable
from statera.protocols import Clock
from statera.records.responses import Failure

LOGGER = logging.getLogger("statera.models")

IDENTICAL = 3
RETRIED = frozenset((408, 409, 425, 429))
_FATAL = frozenset((401, 402, 403, 404))
_DROPPABLE = {
    "max_tokens",
    "temperature",
    "seed",
    "stop",
    "top_p",
    "logprobs",
    "top_logprobs",
    "stream_options",
    "encoding_format",
}
_QUOTA_CODES = {"insufficient_quota", "billing_hard_limit_reached"}
_KINDS: dict[int, AttemptKind] = {408: "timeout", 429: "busy", 504: "timeout"}
_ERROR_START = re.compile(rb'\s*\{\s*"error"\s*:\s*(?!\s)(?!null\b|false\b|""|\{\s*\}|\[\s*\])')
_SHORTEST_SECRET = 3
_NUMBER = re.compile(r"\d+")


class Answer(NamedTuple):
    """What came of a request: a body, or the failure in its place."""

    body: bytes
    failure: Failure | None
    notes: tuple[str, ...]


class Dialect:
    """Which fields a server takes, learned from its complaints.

    `max_tokens` becomes `max_completion_tokens`; any other field that is not taken is dropped.
    """

    def __init__(self) -> None:
        self._dropped: list[str] = []

    def refuse(self, name: str) -> None:
        """Remember that a field is not taken."""
        self._dropped += ["logprobs", "top_logprobs"] if name == "logprobs" else [name]

    def translate(self, fields: Fields) -> tuple[Fields, tuple[str, ...]]:
        """Return the fields as this server takes them, and a note for each that is changed."""
        if not self._dropped:
            return fields, ()
        kept, notes = dict(fields), []
        for name in self._dropped:
            if name not in kept:
                continue
            value = kept.pop(name)
            if name == "max_tokens":
                kept["max_completion_tokens"] = value
                notes.append("max_completion_tokens sent for max_tokens")
            else:
                notes.append(f"{name} not accepted")
        return kept, tuple(notes)


class Endpoint:
    """A transport with the server's dialect, its complaints counted and its secrets masked."""

    def __init__(
        self, transport: Wire, *, identity: str, secrets: tuple[str, ...], clock: Clock
    ) -> None:
        self.transport = transport
        self.identity = identity
        self.clock = clock
        self._secrets = tuple(s for s in secrets if len(s) >= _SHORTEST_SECRET)
        self._encoder = msgspec.json.Encoder()
        self._dialect = Dialect()
        self._last_no = ""
        self._same = 0

    async def ask(self, path: str, fields: Fields) -> Answer:
        """Send the fields and return the body, or why there is none; adapts and sends again."""
        while True:
            sent, notes = self._dialect.translate(fields)
            body = self.encoded(sent)
            if isinstance(body, Failure):
                return Answer(b"", body, notes)
            reply = await self.post(path, body)
            if reply.status == 200:
                return Answer(reply.body, None, notes)
            if not self.adapted(reply, sent):
                return Answer(b"", self.refuse(reply), notes)

    async def post(self, path: str, body: bytes) -> HttpReply:
        """Send a body as it is; a 200 that holds only an error gets that error's status."""
        try:
            reply = await self.transport.post(path, body)
        except AttemptFailed as failed:
            failed.message = self.masked(failed.message)
            raise
        if reply.status != 200:
            return reply
        if _ERROR_START.match(reply.body):
            return reply._replace(status=inner_status(reply.body))
        self._same = 0
        return reply

    async def lines(self, path: str, body: bytes) -> AsyncGenerator[bytes, None]:
        """Send a body as it is and yield the lines of the answer."""
        try:
            async with aclosing(self.transport.lines(path, body)) as lines:
                async for line in lines:
                    yield line
        except AttemptFailed as failed:
            failed.message = self.masked(failed.message)
            raise
        self._same = 0

    def translated(self, fields: Fields) -> tuple[Fields, tuple[str, ...]]:
        """Return the fields as this server takes them, with notes."""
        return self._dialect.translate(fields)

    def encoded(self, fields: Fields) -> bytes | Failure:
        """Return the JSON body; a text that is no Unicode is a failure of that trial."""
        try:
            return self._encoder.encode(fields)
        except UnicodeEncodeError as error:
            return Failure(kind="infra", message=f"the prompt cannot be sent as UTF-8: {error}")

    def adapted(self, reply: HttpReply, sent: Fields) -> bool:
        """True when the no was about a field that will not be sent again; says so once."""
        if reply.status not in (400, 422):
            return False
        complaint = read_complaint(reply.body)
        name = field_not_taken(complaint, sent.keys() & _DROPPABLE)
        if name is None:
            return False
        if name in self._dialect.translate(sent)[0]:
            self._dialect.refuse(name)
            words = self.masked(complaint.message)
            LOGGER.warning("%s does not take %s; sent otherwise: %s", self.identity, name, words)
        return True

    def refuse(self, reply: HttpReply) -> Failure:
        """Return the failure that an answer with another status than 200 means for its trial.

        Raises AttemptFailed where another attempt may help, EndpointError where the run must stop.
        """
        complaint = read_complaint(reply.body)
        status, words = reply.status, self._words(complaint, reply)
        if status in (400, 403, 422, 451) and is_filtered(complaint):
            return Failure(kind="refused", message=words, status=status)
        if status in (400, 413, 422, 500) and is_too_long(complaint):
            return Failure(kind="truncated", message=words, status=status)
        if status in _FATAL or 300 <= status < 400 or complaint.codes & _QUOTA_CODES:
            raise EndpointError(f"{self.identity}: {status} {words}")
        if status in RETRIED or status >= 500:
            raise AttemptFailed(
                _KINDS.get(status, "server"),
                words,
                status=status,
                retry_after=retry_after(reply.headers, self.clock.now()),
                reply=reply,
            )
        self._count(status, words, numbers=not is_limit_too_large(complaint))
        return Failure(kind="infra", message=words, status=status)

    def undecodable(self, error: Undecodable) -> AttemptFailed:
        """Return the failed attempt of a body that holds no answer."""
        return AttemptFailed("undecodable", self.masked(str(error)), status=200)

    def masked(self, text: str) -> str:
        """Return the text with every secret replaced by `***`."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def _words(self, complaint: Complaint, reply: HttpReply) -> str:
        if 300 <= reply.status < 400:
            place = reply.headers.get("location", "")
            return self.masked(f"the server redirects to {place}; give that address")
        return self.masked(complaint.message) or "the server gave no reason"

    def _count(self, status: int, words: str, *, numbers: bool) -> None:
        """Stop the run at the third identical no in a row.

        One about max_tokens names the tokens of its own prompt: it is compared without `numbers`.
        """
        no = f"{status} {words}"
        compared = no if numbers else _NUMBER.sub("#", no)
        self._same = self._same + 1 if compared == self._last_no and self._same else 1
        self._last_no = compared
        if self._same >= IDENTICAL:
            raise EndpointError(f"{self.identity}: {no} ({IDENTICAL} times in a row)")


def inner_status(body: bytes) -> int:
    """Return the status that an error inside a 200 names, or 502 when it names none."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return 502
    error = value.get("error") if isinstance(value, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 502
