"""A streamed reply on its way through the guard; no I/O, no clock, no detector.

    session = StreamSession(api, policy)
    session.feed(data)                           # bytes as they come from upstream
    while passages := session.due():             # what is to be checked now
        session.settle(await guard.check(passages))
    await send(session.take())                   # bytes that may leave
    session.end()                                # upstream has ended; then due and take once more

The promise: no byte of a text leaves before every window that contains it has passed. Events are
read one by one, each only when all that was due before it is settled, so that checks, text and
decision do not depend on how the bytes were cut. With `full` nothing leaves before all has passed.

Where a choice goes on with another text (its answer after its reasoning), what it said before is
checked and leaves first. A blocked text ends all choices that have not finished, each with a chunk
that says so. What upstream does wrong ends the stream as an error, after what was said before has
been checked; `done` says that nothing more will come.
"""

from collections.abc import Mapping
from typing import NamedTuple

from statera.guard.policy import Policy
from statera.proxy.answers import worst
from statera.proxy.documents import decode
from statera.proxy.sessionblocks import family_of
from statera.proxy.sessionchannel import Channel, is_name
from statera.proxy.sessionchecks import Check, Names, check_of, edits_of, passages_of
from statera.proxy.sessionforms import Forms
from statera.proxy.sessionqueue import Item, Part, Queue, lanes_of, without_repeats
from statera.proxy.sse import COMMENT, DONE, Message, Splitter, SseFault, event_bytes
from statera.proxy.wire.api import Api, Failure, Usage, usage_of
from statera.proxy.wire.refusals import Refused
from statera.proxy.wire.slots import Body, Piece
from statera.records.guarding import Decision, Outcome, Passage

UNAVAILABLE = Failure(503, "guard_unavailable", "A check could not be made; try again.")
_CUT = Failure(502, "upstream_error", "The model server's stream broke off before its end.")
_NONE: Mapping[str, str] = {}


class Limits(NamedTuple):
    """Bytes of one event and of a whole stream; texts that one stream may have."""

    event: int = 8 * 2**20
    stream: int = 64 * 2**20
    channels: int = 512


class Request(NamedTuple):
    """What a streamed reply needs of its request.

    `before` are the messages that came before it, the latest last, `guarded` those that it must not
    give away (`Passage`). `values` are what names such as `[EMAIL_1]` stand for: they are put back
    into what passed. `asked` is what a stream says of itself that is blocked before it begins: the
    request's model, and the time as `created` and `created_at` (`StreamState`).
    """

    before: tuple[str, ...] = ()
    guarded: tuple[str, ...] = ()
    values: Mapping[str, str] = _NONE
    asked: Mapping[str, object] = _NONE


DEFAULT_LIMITS = Limits()
_UNKNOWN = Request()


class StreamSession:
    """One streamed reply."""

    def __init__(
        self,
        api: Api,
        policy: Policy,
        request: Request = _UNKNOWN,
        *,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self.blocked: Decision | None = None
        self.failure: Failure | None = None
        self.outcome: Outcome = "allow"
        self.usage = Usage()
        self.done = False
        self._api, self._policy = api, policy
        self._request = request
        self._names = Names(request.values)
        self._limits = limits
        self._full = policy.stream.mode == "full"
        self._source = Splitter(limits.event)
        self._queue = Queue(api, policy, dict(request.asked))
        self._forms = Forms()
        self._channels: dict[str, Channel] = {}
        self._loose: list[Channel] = []
        self._named: dict[str, Channel] = {}  # what was said last where an id stands
        self._blocks: dict[str, Channel] = {}  # the last block of a text that comes in several
        self._stirred: dict[int, Channel] = {}
        self._speaking: dict[str, Channel] = {}
        self._checks: tuple[Check, ...] = ()
        self._out: list[bytes] = []
        self._read = self._said = 0
        self._closed = False  # upstream gives nothing more
        self._over = False  # nothing more of upstream is read
        self._ended = False  # upstream has said that its reply is over

    @property
    def released_chars(self) -> int:
        """Characters of the model's text that have left, or have given way to an edit."""
        return self._queue.released

    @property
    def held_chars(self) -> int:
        """Characters that arrived and have not left."""
        return self._said - self._queue.released

    @property
    def begun(self) -> bool:
        """Whether any event has left."""
        return self._queue.left > 0 or self.done

    @property
    def response(self) -> object:
        """Upstream's id of the reply, as far as it has left; None where it gave none."""
        return self._queue.state.head.get("id")

    def feed(self, data: bytes) -> None:
        """Add bytes from upstream."""
        if self._closed:
            return
        room = self._limits.stream - self._read
        self._read += len(data)
        self._source.feed(data if len(data) <= room else data[:room])
        if len(data) > room:
            self.fail(_broken(f"it is longer than {self._limits.stream:,} bytes"))

    def end(self) -> None:
        """Say that upstream has ended."""
        self._closed = True

    def fail(self, failure: Failure) -> None:
        """Say that upstream has failed: what it said is checked and leaves, then `failure`."""
        if not self._closed:
            self._closed = True
            self.failure = failure

    def due(self) -> tuple[Passage, ...]:
        """Return what must be checked now; empty until more has arrived, or at the end."""
        while not self._checks and not self.done and not self._collected():
            if self._over:
                self._finish()
            elif not self._step():
                break
        return passages_of(self._checks, self._request.before, self._request.guarded)

    def settle(self, decision: Decision) -> None:
        """Take the decision on what was due."""
        checks, self._checks = self._checks, ()
        self.outcome = worst(self.outcome, decision.outcome)
        if decision.outcome == "block":
            self.blocked = decision
            self._queue.begin_waiting()
            events = self._api.shapes.blocked_events(self._queue.state, decision, self._policy)
            self._close(b"".join(map(event_bytes, events)))
            return
        if decision.outcome == "unavailable":
            self._abort(UNAVAILABLE)
            return
        for check, edits in edits_of(checks, decision):
            check.channel.text.settle(self._names.added(check, edits))
        self._release()

    def take(self) -> bytes:
        """Return the bytes that may leave and have not yet."""
        out = self._out
        if not out:
            return b""
        self._out = []
        return out[0] if len(out) == 1 else b"".join(out)

    def _collected(self) -> bool:
        """Find what is due in the channels where something happened."""
        found = []
        for key, channel in list(self._stirred.items()):
            check = check_of(channel)
            if check is None:
                del self._stirred[key]
            else:
                found.append(check)
        self._checks = tuple(found)
        return bool(found)

    def _step(self) -> bool:
        """Read the next event; False when there is none yet."""
        try:
            message = self._source.next()
            if message is None and self._closed:
                message = None if self.failure else self._source.finish()
                self._conclude()
            if message is None:
                return self._over
            self._event(message)
        except SseFault as fault:
            self._conclude(_broken(str(fault)))
        except Refused as refused:
            self._conclude(_refusal(refused))
        return True

    def _event(self, message: Message) -> None:
        name, data = message
        if data is None:
            self._out.append(COMMENT)
            return
        if data.strip() == DONE:
            self._ended = True
            self._put(Item(name, DONE, frozenset()))
            self._conclude()
            return
        known = self._forms.find(name, data)
        if known is None:
            self._put(self._read_item(name, data))
        else:
            form, text = known
            parts = tuple([self._part(piece, said) for piece, said in form.said(text)])
            self._put(Item(name, data, lanes_of(form.body), parts, form.body))

    def _read_item(self, name: str, data: bytes) -> Item:
        """Decode and read an event; Refused when it cannot be."""
        body = decode(data)
        pieces = self._api.read_event(name, body, self._policy)
        parts = tuple([self._part(piece, piece.text) for piece in pieces])
        closed = self._api.closes(name, body)
        for prefix in closed:
            self._ended |= not prefix
            if not self._full:
                self._complete(prefix)
        if b'"usage"' in data:
            self._note_usage(body)
        if body.get("error"):
            self._ended = True
        elif not closed:
            self._forms.learn(name, data, body, pieces)
        return Item(name, without_repeats(data, body, pieces), lanes_of(body), parts)

    def _part(self, piece: Piece, text: str) -> Part:
        """Add a text to its channel, which a piece like this one brings."""
        channel = self._channels.get(piece.channel)
        if piece.whole:
            return self._whole_part(piece, channel)
        if channel is None:
            channel = self._opened(piece)
        lane = piece.channel.partition(".")[0]
        lane = lane if lane.startswith("choices[") else ""
        before = self._speaking.get(lane)
        if before is not channel:
            if before is not None and before.pause():
                self._stirred[id(before)] = before
            self._speaking[lane] = channel
        self._stirred[id(channel)] = channel
        self._said += len(text) if channel.counted else 0
        return Part(channel, channel.feed(text))

    def _whole_part(self, piece: Piece, channel: Channel | None) -> Part:
        """Take a text that came at once: what a channel said once more, or one of its own."""
        if channel is not None and channel.repeated_by(piece.text):
            if not self._full:
                channel.text.pause()
            self._stirred[id(channel)] = channel
            return Part(channel, channel.text.length, again=True)
        known = self._named.get(piece.channel)
        if known is not None and known.is_named_by(piece):
            return Part(known, known.text.length, again=True)
        own = Channel(piece, self._policy.stream)
        end = own.feed(piece.text)
        self._said += end if own.counted else 0
        if is_name(piece) and len(self._named) < self._limits.channels:
            self._named[piece.channel] = own
        self._stirred[id(own)] = own
        if self._full:
            self._loose.append(own)
        else:
            own.text.pause()
        return Part(own, end)

    def _opened(self, piece: Piece) -> Channel:
        if len(self._channels) >= self._limits.channels:
            most = self._limits.channels
            raise Refused(f"More than {most} texts in one stream.", code="too_many_texts")
        channel = self._channels[piece.channel] = Channel(piece, self._policy.stream)
        if family := family_of(piece):
            channel.follows(self._blocks.get(family))
            self._blocks[family] = channel
        return channel

    def _complete(self, prefix: str) -> None:
        """Let all be checked that the texts under `prefix` have said."""
        for place, channel in self._channels.items():
            if place.startswith(prefix):
                channel.text.pause()
                self._stirred[id(channel)] = channel

    def _conclude(self, failure: Failure | None = None) -> None:
        """Read nothing more, and let all be checked that is there."""
        self._over = self._closed = True
        self.failure = failure or self.failure
        self._complete("")
        for channel in self._loose:
            channel.text.pause()
            self._stirred[id(channel)] = channel

    def _put(self, item: Item) -> None:
        at_once = not self._queue and not self._full
        self._queue.put(item)
        if at_once:
            self._release()

    def _release(self) -> None:
        try:
            self._out += self._queue.release()
        except Refused as refused:
            self._abort(_refusal(refused))

    def _finish(self) -> None:
        """End the stream when all has been checked."""
        self._release()
        if self.done:
            return
        state = self._queue.state
        if self.failure is None and not (self._ended or (state.ended and not state.open)):
            self.failure = _CUT
        if self.failure is not None:
            self._abort(self.failure)
        self.done = True

    def _abort(self, failure: Failure) -> None:
        """End the stream as an error."""
        self.failure = failure
        events = self._api.shapes.failed_events(self._queue.state, failure)
        self._close(b"".join(map(event_bytes, events)))

    def _close(self, last: bytes) -> None:
        self._out.append(last)
        self._closed = self._over = self.done = True

    def _note_usage(self, body: Body) -> None:
        now = usage_of(body)
        self.usage = Usage(
            self.usage.input if now.input is None else now.input,
            self.usage.output if now.output is None else now.output,
        )


def _broken(why: str) -> Failure:
    return Failure(502, "upstream_error", f"The model server's stream cannot be read: {why}.")


def _refusal(refused: Refused) -> Failure:
    if refused.code == "invalid_json":
        return _broken("an event is no JSON object that all readers read alike")
    return Failure(502, refused.code, str(refused), refused.param)
