"""What people say of answers, read from a body: one report or a list, all of it or nothing.

    rules = Rules(designs, proofs)
    rules.read(b'{"decision": "00000000000000ff", "thumb": "up"}', Caller(trusted=True), at=now)

    {"decision" | "response" | "token": ..., "outcome": NAME, "value": NUMBER, "id": TEXT}
    {"token": ..., "thumb": "up"}   {"token": ..., "solved": true}   {"token": ..., "complaint": 1}

A report's id is a keyed digest of the answer, the outcome and the client's own `id` or, without
one, the value. So the same said twice counts once; a client that lets people change their mind, or
say the same again later, sends an id of its own with each report.
"""

import hmac
import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from statera.errors import unknown
from statera.experiment.design import Design
from statera.experiment.outcomes import KNOWN, Outcome
from statera.proxy.experiments.tokens import verified
from statera.proxy.wire.refusals import Refused, shown
from statera.records.live import Feedback, decision_number, identifier

MOST_REPORTS = 1000
LONGEST = 256  # characters of an id of the client's or of upstream's
_PARTS = 16 * MOST_REPORTS  # marks that part or open something: a report has six, its texts few

_FIELDS = ("decision", "response", "token", "outcome", "value", "id")
_WORDS: Mapping[object, float] = {"up": 1.0, "down": 0.0}


class Forged(Exception):
    """A token or Bearer that was not made here."""


class Unproven(Exception):
    """Neither a token nor a Bearer: nothing says who reports."""


class Proofs(NamedTuple):
    """What proves a report: `sign` makes tokens, `unit` hashes ids, `bearer` is of servers.

    Without `bearer` no server may report; without `sign` no browser.
    """

    sign: bytes = b""
    unit: bytes = b""
    bearer: str = ""


class Caller(NamedTuple):
    """Who reports: `trusted` brought the Bearer, `strange` another one; `token` is the header's."""

    trusted: bool = False
    strange: bool = False
    token: str = ""


class Bounds(NamedTuple):
    """What one report's value may be; `event` has 1 for one that does not say it."""

    low: float
    high: float
    event: bool


class Subject(NamedTuple):
    """Which answer is meant; one of them."""

    decision: int | None
    response: int | None
    signed: bool


class Rules:
    """What may be reported where these designs are served."""

    def __init__(self, designs: Iterable[Design], proofs: Proofs) -> None:
        self._proofs = proofs
        own = [(name, one) for design in designs for name, one in design.outcomes.items()]
        named = {name for name, _ in own}
        found = [*own, *((name, one) for name, one in KNOWN.items() if name not in named)]
        self._bounds: dict[str, Bounds] = {}
        for name, outcome in found:
            if outcome.source == "feedback":
                self._bounds[name] = _wider(self._bounds.get(name), outcome)
        self._elsewhere = {name for name, _ in found} - set(self._bounds)

    def read(self, body: bytes, caller: Caller, *, at: float) -> tuple[Feedback, ...]:
        """Return the reports in a body. Refused for a bad one, which is named, Forged for a fake.

        Unproven for one without a proof. `at` is the time in seconds since 1970.
        """
        given = _parsed(body)
        if type(given) is not list:
            return (self._report(given, "", caller, at),)
        if not 1 <= len(given) <= MOST_REPORTS:
            raise _refused(f"a list has 1 to {MOST_REPORTS:,} reports, not {len(given):,}", "")
        return tuple(self._report(one, f"[{n}].", caller, at) for n, one in enumerate(given))

    def _report(self, given: object, place: str, caller: Caller, at: float) -> Feedback:
        if type(given) is not dict:
            raise _refused("a report is an object", place.rstrip("."))
        subject = self._subject(given, place, caller)
        name, said = self._said(given, place)
        value = _value(said, name, self._bounds[name], place)
        own = _text(given, "id", place)
        meant = f"{subject.decision}\n{subject.response}\n{name}\n"
        return Feedback(
            id=identifier(
                self._proofs.unit,
                "feedback",
                meant + (f"id\n{own}" if own else f"value\n{value!r}"),
            ),
            at=at,
            outcome=name,
            value=value,
            decision=subject.decision,
            response=subject.response,
            source="signed" if subject.signed else "token",
        )

    def _subject(self, given: dict[str, Any], place: str, caller: Caller) -> Subject:
        decision, response = _text(given, "decision", place), _text(given, "response", place)
        if decision and response:
            raise _refused("give `decision` or `response`, not both", f"{place}response")
        number = decision_number(decision) if decision else None
        if decision and number is None:
            raise _refused("a decision's id has 16 hexadecimal digits", f"{place}decision")
        token = _text(given, "token", place)
        if token or (caller.token and not (caller.trusted and (decision or response))):
            return self._signed(token or caller.token, number, response, place)
        _prove(caller)
        if response:
            return Subject(None, identifier(self._proofs.unit, "response", response), signed=False)
        if number is None:
            raise _refused("name the answer by `decision`, `response` or `token`", place or "$")
        return Subject(number, None, signed=False)

    def _signed(self, token: str, number: int | None, response: str, place: str) -> Subject:
        found = verified(self._proofs.sign, token) if self._proofs.sign else None
        if found is None:
            raise Forged("This token was not made here.")
        if number not in (None, found):
            raise Forged("This token is of another decision.")
        if response:
            raise _refused("a token names its answer already", f"{place}response")
        return Subject(found, None, signed=True)

    def _said(self, given: dict[str, Any], place: str) -> tuple[str, Any]:
        """Return the outcome and what is said of it, as two fields or one of its name."""
        short = [name for name in given if name not in _FIELDS]
        if "outcome" in given:
            if short:
                raise _refused(f"the field {shown(short[0])} beside `outcome`", place + short[0])
            name = _text(given, "outcome", place)
            self._check(name, f"{place}outcome", "outcome")
            return name, given.get("value")
        if len(short) != 1 or "value" in given:
            told = f"not {len(short)}" if len(short) != 1 else "and no `value` beside it"
            words = f"one outcome a report: `outcome` and `value`, or a field of its name, {told}"
            raise _refused(words, place or "$")
        self._check(short[0], f"{place}{short[0][:40]}", "outcome or field", _FIELDS)
        return short[0], given[short[0]]

    def _check(self, name: str, place: str, kind: str, more: tuple[str, ...] = ()) -> None:
        if name in self._bounds:
            return
        if name in self._elsewhere:
            raise _refused(f"'{name}' is measured here, nobody reports it", place)
        told = unknown(kind, name[:80], (*self._bounds, *more))
        words = f"{told}. A metric of your own is declared in the design's `outcomes`"
        raise _refused(words, place)

    @property
    def names(self) -> tuple[str, ...]:
        """The outcomes that may be reported."""
        return tuple(self._bounds)

    def known(self, bearer: str) -> bool:
        """Return whether a Bearer is the server's, in constant time."""
        own = self._proofs.bearer.encode()
        return bool(own) and hmac.compare_digest(bearer.encode("utf-8", "replace"), own)


def _prove(caller: Caller) -> None:
    """Raise what is wrong with a caller who has no token and did not bring the Bearer."""
    if caller.strange:
        raise Forged("This Bearer token is not the one of --feedback-token.")
    if not caller.trusted:
        raise Unproven("A report needs the token of its answer, or the server's Bearer token.")


def _parsed(body: bytes) -> object:
    """Return what a body says; one of very many parts is refused before it is read.

    To read a mebibyte of them takes a tenth of a second, for which all others would wait.
    """
    if sum(map(body.count, (b",", b"{", b"["))) > _PARTS:
        raise _refused(f"more parts than a list of {MOST_REPORTS:,} reports has", "")
    try:
        return msgspec.json.decode(body)
    except UnicodeDecodeError:
        words = "not UTF-8"
    except RecursionError:
        words = "nested too deep"
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        words = str(error).removeprefix("JSON is malformed: ")
    raise Refused(f"The body's JSON cannot be read: {words}.", code="invalid_json")


def _wider(bounds: Bounds | None, outcome: Outcome) -> Bounds:
    """Return bounds that also hold what this outcome allows: a report does not say its design."""
    low = -math.inf if outcome.low is None else outcome.low
    high = math.inf if outcome.high is None else outcome.high
    event = outcome.kind == "event"
    if bounds is None:
        return Bounds(low, high, event)
    return Bounds(min(low, bounds.low), max(high, bounds.high), event and bounds.event)


def _value(said: object, name: str, bounds: Bounds, place: str) -> float:
    if said is None and bounds.event:
        return 1.0
    where = f"{place}value"
    if name == "thumb" and type(said) is str:
        if said not in _WORDS:
            raise _refused("a thumb is `up` or `down`", where)
        return _WORDS[said]
    if type(said) not in (int, float, bool):
        raise _refused(f"'{name}' needs a number, true or false", where)
    try:
        value = float(said)  # type: ignore[arg-type]
    except OverflowError:
        value = math.inf
    if not (bounds.low <= value <= bounds.high and math.isfinite(value)):
        raise _refused(f"'{name}' is {_range(bounds)}, not {value:g}", where)
    return value + 0.0  # -0.0 and 0.0 are one


def _range(bounds: Bounds) -> str:
    """Return `from 0 to 1`, `from 0`, or that it is finite."""
    ends = [(bounds.low, "from"), (bounds.high, "to")]
    told = [f"{word} {end:g}" for end, word in ends if math.isfinite(end)]
    return " ".join(told) or "a finite number"


def _text(given: dict[str, Any], name: str, place: str) -> str:
    found = given.get(name)
    if found is None:
        return ""
    if type(found) is not str or not 1 <= len(found) <= LONGEST:
        raise _refused(f"`{name}` is a text of 1 to {LONGEST} characters", place + name)
    return found


def _refused(words: str, place: str) -> Refused:
    at = place.rstrip(".")
    return Refused(f"{at}: {words}." if at else f"{words}.", code="invalid_report", param=at)
