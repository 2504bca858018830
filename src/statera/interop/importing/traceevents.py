"""The guard's events: a decision on the request and one on the reply, joined by their id.

Texts are in them where the policy says `events: {content: full}`; else only what was decided, how
long the texts were and how long it took.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from statera.errors import DeclarationError
from statera.interop.importing.documents import Object, Place, number, several, taken, text
from statera.interop.importing.tracecalls import Call, Checked, look, role, when
from statera.records.requests import Message
from statera.records.responses import Failure

MOST_OPEN = 50_000
"""Requests whose reply has not come yet; of more, the oldest are taken to have none."""
LEAST_SHARED = 16
"""Windows of a stream share more characters than that; fewer may be alike by chance."""
KINDS = ("decision", "fault")
_STOPPED = ("block", "unavailable")
_HARMLESS = ("allow", "bypassed")
_REPLY = ("output", "tool_call")
_SAYING = ("assistant", "")
_UNSAID = ("reasoning", "thinking")
_USERS = ("user", "safety_identifier", "metadata.user_id")
_FAILED = 400
_SPOKEN = ("system", "developer", "user", "assistant", "tool", "function", "")


class Joining:
    """Requests that wait for the event of their reply; `lost` counts those that got none."""

    def __init__(self, unit: str | None) -> None:
        self._unit = unit
        self._open: dict[str, Place] = {}
        self.lost = 0

    def add(self, place: Place) -> Iterator[Call]:
        """Yield the request that is whole with this event, if any."""
        name = taken(place.value, "id", str, place.where)
        phase = place.value.get("phase")
        if phase == "check":
            return
        if place.value.get("event") == "fault" or phase in ("response", "stream"):
            yield _call(place, self._open.pop(name, None), self._unit)
        elif phase != "request":
            raise DeclarationError(f"{place.where}: 'phase' is none of request, response, stream")
        elif place.value.get("outcome") in _STOPPED:
            yield _call(place, place, self._unit)
        else:
            self._open[name] = place
            if len(self._open) > MOST_OPEN:
                self._open.pop(next(iter(self._open)))
                self.lost += 1

    def end(self) -> None:
        """Count what is still open: its reply is in a later file, or was never looked at."""
        self.lost += len(self._open)
        self._open.clear()


def _call(last: Place, asked: Place | None, unit: str | None) -> Call:
    event = last.value
    request: Object = {} if asked is None else asked.value
    stopped = asked is last
    whole = [] if stopped or event.get("event") == "fault" else _passages(event, _REPLY)
    replied = [one for one in whole if _is_said(one)]
    outcome = text(event, "outcome")
    return Call(
        where=last.where,
        id=str(event["id"]),
        found=(event, request),
        messages=tuple(_messages(request)),
        text=_said(event, replied),
        said=any(one.get("chars") for one in replied) if replied else None,
        time=when((request or event).get("time")),
        model=text(event, "model") or text(request, "model"),
        unit=_user(event, request, unit),
        tools=any(one.get("side") == "tool_call" for one in whole),
        finish=None if stopped or event.get("event") == "fault" else "stop",
        failure=_failure(event, outcome),
        seconds=number(event.get("seconds")),
        checked=None
        if event.get("event") == "fault"
        else _checked(event, request, stopped=stopped),
    )


def _user(event: Object, request: Object, unit: str | None) -> str | None:
    """Return the user's name, or its digest: from a field of the event, or of the request's body.

    A digest without the guard's `--event-key` is another one after each start of the guard.
    """
    if unit and (found := look((event, request), unit)):
        return found
    named = {str(one.get("place")): one for one in _passages(request, ("input",))}
    chosen = (named[place] for place in ((unit,) if unit else _USERS) if place in named)
    return next(
        (name for one in chosen if (name := look((one,), "text") or look((one,), "hash"))), None
    )


def _is_said(passage: Object) -> bool:
    """Return whether a passage of a reply is what the user reads of it."""
    place = str(passage.get("place"))
    spoken = passage.get("side") == "output" and passage.get("role", "") in _SAYING
    return spoken and not any(word in place for word in _UNSAID)


def _said(event: Object, replied: list[dict[str, Any]]) -> str | None:
    """Return the reply's text, None where the event does not hold all of it.

    Of a stream it holds windows, each of which begins before the end of the one before it.
    """
    told = [one for one in replied if isinstance(one.get("text"), str)]
    checks = event.get("checks")
    if not told or len(told) < len(replied):
        return None
    if event.get("phase") != "stream":
        return "\n".join(one["text"] for one in told)
    if isinstance(checks, int) and checks > len(told):
        return None
    places = dict.fromkeys(str(one.get("place")) for one in told)
    return "\n".join(
        rejoined([one["text"] for one in told if str(one.get("place")) == place])
        for place in places
    )


def rejoined(windows: Sequence[str]) -> str:
    """Return the text of windows that overlap.

    >>> rejoined(["To return it, open the", "return it, open the page", "."])
    'To return it, open the page.'
    """
    said = ""
    for window in windows:
        most = min(len(said), len(window))
        shared = (k for k in range(most, LEAST_SHARED - 1, -1) if said.endswith(window[:k]))
        said += window[next(shared, 0) :]
    return said


def _failure(event: Object, outcome: str) -> Failure | None:
    if event.get("event") == "fault":
        status = event.get("status")
        known = status if isinstance(status, int) else None
        return Failure(kind="infra", message=text(event, "code") or "fault", status=known)
    if outcome == "unavailable":
        return Failure(kind="infra", message="the guard could not check")
    if outcome == "block":
        return Failure(kind="refused", message="blocked by the guard")
    status = event.get("status")
    if isinstance(status, int) and status >= _FAILED:
        return Failure(kind="infra", message=f"answered with status {status}", status=status)
    return None


def _checked(event: Object, request: Object, *, stopped: bool) -> Checked:
    outcomes = [text(one, "outcome") for one in (event, request) if one]
    worst = next((o for o in (*_STOPPED, "redact") if o in outcomes), outcomes[0] or "allow")
    found = [one for one in several(event, "findings") if isinstance(one, dict)]
    names = {text(one, "category") or text(one, "detector") for one in found}
    flagged = text(event, "would") not in ("", *_HARMLESS) if not stopped else None
    return Checked(worst, flagged, tuple(sorted(filter(None, names))))


def _passages(event: Object, sides: tuple[str, ...]) -> list[dict[str, Any]]:
    listed = [one for one in several(event, "passages") if isinstance(one, dict)]
    return [one for one in listed if one.get("side") in sides]


def _messages(request: Object) -> Iterator[Message]:
    for one in _passages(request, ("input", "tool_result")):
        said, who = one.get("text"), one.get("role", "")
        if isinstance(said, str) and who in _SPOKEN:
            yield Message(role(who or "user"), said)
