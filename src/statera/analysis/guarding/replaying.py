"""What another policy would have decided of requests that were decided before.

    found = rescored(recorded, base, new)      # a Decision, or why it cannot be told
    replay = replayed(outcomes)                # what changed, by request and by detector

Without their texts, requests are decided anew from the scores on record. That is exact for what
only weighs scores otherwise (threshold, action, mode, on_failure, beyond, scopes by route and
model), and impossible for what looks otherwise: then the reason is told, never a guess.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from math import inf
from typing import NamedTuple

import msgspec

from statera.guard.blockers import blockers
from statera.guard.engine import Answer, Ask, Engine
from statera.guard.policy import Entry, Place, Policy
from statera.records.guarding import (
    GRAVITY,
    Decision,
    Finding,
    Outcome,
    Passage,
    Reading,
    Trouble,
)

REQUEST = "request"
_LOOKS = ("use", "settings", "sides", "roles", "context")
HEADERS = "a scope reads headers, which are not on record"
CUT = "the record of a stream ends where it was stopped"
_STOPS: tuple[Outcome, ...] = ("block", "unavailable")


class Recorded(NamedTuple):
    """A decision on record: of the request or the reply `phase` of the exchange `id`.

    `policy` is the digest of the policy that made it, `scores` the highest score of each detector,
    `longest` the characters of its longest text, `seconds` no less than any check of it took.
    `passages` are its texts, empty where there was none, None where they were not kept. `cut`: a
    stream of which the rest is not on record.
    """

    id: str
    phase: str
    place: Place
    policy: str
    outcome: Outcome
    scores: Mapping[str, float]
    findings: tuple[Finding, ...]
    longest: int = 0
    passages: tuple[Passage, ...] | None = None
    seconds: float = inf
    cut: bool = False


class Outcomes(NamedTuple):
    """One recorded decision as it was and as it would be; `now` None with the reason in `why`.

    `then` is None where nobody decided before.
    """

    id: str
    phase: str
    then: Outcome | None
    now: Outcome | None
    by_then: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    why: str = ""


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One request with its reply whose fate changes; the detectors that blocked it, and would."""

    id: str
    then: Outcome | None
    now: Outcome
    phases: tuple[str, ...]
    by_then: tuple[str, ...]
    by: tuple[str, ...]


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """What another policy would have made of recorded requests.

    Of `requests`, those in `untold` cannot be decided (by reason); the others are counted by
    outcome, `then` empty where nobody decided before. `blocked` are all that would be blocked;
    `newly` and `no_longer` those where that changes. `by` counts blocks by detector. `unanswered`
    were stopped then and would get a reply now, of which nothing is on record.
    """

    requests: int
    then: dict[str, int]
    now: dict[str, int]
    blocked: tuple[Exchange, ...]
    newly: tuple[Exchange, ...]
    no_longer: tuple[Exchange, ...]
    by_then: dict[str, int]
    by: dict[str, int]
    untold: dict[str, int]
    unanswered: int = 0


def rescored(recorded: Recorded, base: Engine | None, new: Engine) -> Decision | str:
    """Return what the new policy decides on the scores on record, or why that is not known.

    `base` holds the policy that made the record: what it shares with the new one tells which scores
    still hold.
    """
    made = new if recorded.policy == new.policy.digest else base
    if made is None or recorded.policy != made.policy.digest:
        return f"texts not kept, and the policy {recorded.policy} is not given as the base"
    if why := _reads_otherwise(recorded, made.policy, new.policy):
        return f"texts not kept, and {why}"
    before = {entry.name: entry for entry in made.entries(recorded.place)}
    asks: list[Ask] = []
    answers: list[Answer] = []
    unknown: list[str] = []
    for entry in new.entries(recorded.place):
        if why := _looks_otherwise(entry, before.get(entry.name), recorded):
            unknown.append(why)
            continue
        said = _answers(entry.name, recorded)
        asks += [Ask(0, entry)] * len(said)
        answers += said
    decision = new.decide([Passage(text="", side="input")], asks, answers, id=recorded.id)
    if unknown and decision.outcome != "block":
        return f"texts not kept, and {unknown[0]}"
    return decision


def reads_headers(policy: Policy, place: Place) -> bool:
    """Return whether headers decide which of the policy's scopes hold at that route and model."""
    return any(
        scope.headers
        and fnmatchcase(place.route, scope.route)
        and fnmatchcase(place.model, scope.model)
        for scope in policy.scopes
    )


def _reads_otherwise(recorded: Recorded, base: Policy, new: Policy) -> str:
    """Return why nothing on record tells what the new policy reads, or nothing."""
    if reads_headers(base, recorded.place) or reads_headers(new, recorded.place):
        return HEADERS
    if (recorded.longest > base.longest) != (recorded.longest > new.longest):
        return "`longest` changes what is read"
    return ""


def _looks_otherwise(entry: Entry, before: Entry | None, recorded: Recorded) -> str:
    """Return why the scores on record are none of this entry's, or nothing."""
    if before is None:
        return f"'{entry.name}' did not look then"
    changed = [name for name in _LOOKS if getattr(entry, name) != getattr(before, name)]
    if changed:
        told = "with" if changed[0] == "settings" else changed[0]
        return f"'{entry.name}' looks otherwise (`{told}`)"
    late = any(one.cause == "late" and one.detector == entry.name for one in recorded.findings)
    if late and entry.timeout > before.timeout:
        return f"'{entry.name}' was late and has more time now"
    if entry.name in recorded.scores and entry.timeout < min(before.timeout, recorded.seconds):
        return f"'{entry.name}' has less time now"
    return ""


def _answers(name: str, recorded: Recorded) -> list[Answer]:
    """Return what the detector said then, as far as it is on record."""
    own = [one for one in recorded.findings if one.detector == name]
    found: list[Answer] = [
        Trouble(one.cause, one.message) for one in own if one.cause in ("failed", "late")
    ]
    if name in recorded.scores:
        beyond = any(one.cause == "beyond" for one in own)
        found.append(Reading(recorded.scores[name], beyond=beyond))
    return found


def outcomes(
    recorded: Recorded,
    decision: Decision | str,
    lenient: Mapping[str, frozenset[str]] = {},
) -> Outcomes:
    """Return the recorded decision beside the one that would be, or why that is not known.

    `lenient` holds by digest, of the policies that are known, the detectors that let pass what
    they cannot examine.
    """
    made = Decision(
        id=recorded.id,
        policy=recorded.policy,
        outcome=recorded.outcome,
        would=recorded.outcome,
        findings=recorded.findings,
    )
    then = blockers(made, lenient.get(recorded.policy, ()))
    known = Outcomes(recorded.id, recorded.phase, recorded.outcome, None, then)
    if isinstance(decision, str):
        return known._replace(why=decision)
    if recorded.cut and decision.outcome not in _STOPS:
        return known._replace(why=CUT)
    by = blockers(decision, lenient.get(decision.policy, ()))
    return known._replace(now=decision.outcome, by=by)


def replayed(every: Iterable[Outcomes], *, recorded: bool = True) -> Replay:
    """Return what changed, exchange by exchange: what is blocked in any phase is blocked.

    An exchange of which any phase cannot be told is not told, unless another phase blocks it. A
    reply to a request that would be stopped counts for nothing.
    `recorded` is False where all that there is to decide is at hand, and no reply is missing.
    """
    groups: dict[str, list[Outcomes]] = {}
    for one in every:
        groups.setdefault(one.id, []).append(one)
    untold: Counter[str] = Counter()
    known: list[Exchange] = []
    for phases in groups.values():
        exchange = _exchange(phases)
        if isinstance(exchange, str):
            untold[exchange] += 1
        else:
            known.append(exchange)
    blocked = tuple(one for one in known if one.now == "block")
    freed = tuple(one for one in known if one.then == "block" != one.now)
    return Replay(
        requests=len(groups),
        then=dict(Counter(one.then for one in known if one.then is not None)),
        now=dict(Counter(one.now for one in known)),
        blocked=blocked,
        newly=tuple(one for one in blocked if one.then not in (None, "block")),
        no_longer=freed,
        by_then=dict(Counter(name for one in known for name in one.by_then)),
        by=dict(Counter(name for one in blocked for name in one.by)),
        untold=dict(untold.most_common()),
        unanswered=sum(
            recorded and one.now not in _STOPS and _unanswered(groups[one.id]) for one in known
        ),
    )


def _unanswered(phases: Iterable[Outcomes]) -> bool:
    """Return whether the request itself was stopped, so that there was no reply to decide on."""
    return any(one.phase == REQUEST and one.then in _STOPS for one in phases)


def _exchange(phases: Sequence[Outcomes]) -> Exchange | str:
    """Return what changes; of a request that is stopped, no reply is ever made."""
    asked = [one for one in phases if one.phase == REQUEST]
    held = asked if _worst([one.now for one in asked]) in _STOPS else phases
    now = _worst([one.now for one in held])
    why = next((one.why for one in held if one.now is None), "")
    if now is None or (why and now != "block"):
        return why
    return Exchange(
        id=phases[0].id,
        then=_worst([one.then for one in phases]),
        now=now,
        phases=tuple(one.phase for one in held if now == one.now),
        by_then=tuple(dict.fromkeys(name for one in phases for name in one.by_then)),
        by=tuple(dict.fromkeys(name for one in held for name in one.by)),
    )


def _worst(found: Iterable[Outcome | None]) -> Outcome | None:
    return max((one for one in found if one is not None), key=GRAVITY.__getitem__, default=None)
