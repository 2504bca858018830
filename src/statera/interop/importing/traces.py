"""Live traffic: the guard's events, OpenTelemetry's GenAI spans, JSON lines of messages.

Every request is a sample and its reply a trial of the task `traffic`. The score `answered` says
whether there was an answer at all (finished, not refused, not empty), `flagged` whether a guard
found something in the reply; whether an answer is any good nobody knows before it is scored. Users
are kept as keyed hashes, never by name.
"""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from secrets import token_bytes

from statera.codec.canonical import digest
from statera.errors import DeclarationError, nearest
from statera.interop.importing import traceevents, tracespans
from statera.interop.importing.documents import Place, files_in
from statera.interop.importing.imported import Facts, Log, Row, TraceTerms, Wanted, plain_name
from statera.interop.importing.tracecalls import Call
from statera.interop.importing.tracefiles import trace_objects
from statera.interop.importing.tracelines import line_call
from statera.interop.importing.tracerows import ANSWERED, FLAGGED, row_of
from statera.records.scores import Outcome
from statera.records.specs import SystemUnderTest
from statera.seeds import unit

TASK = "traffic"
TOOL = "traces"
MANY = 50
"""A segment with more values is told: its cells would hold too few requests each."""
_KNOWN = "a guard's event, an OpenTelemetry span, or an object with `messages`"


def logs(paths: Sequence[Path], wanted: Wanted) -> Iterator[Log]:
    """Yield one log with all requests of the files: traffic is one run, which grows."""
    files = files_in(paths, (".json", ".jsonl", ".jsonl.gz", ".log"))
    task, terms = plain_name(wanted.task or TASK), wanted.traces
    if not terms.key:
        terms = terms._replace(key=token_bytes(32))
    notes: list[str] = []
    blind: list[Outcome] = ["truncated", "refused"]
    declared = [task, sorted(terms.segments), terms.unit, terms.share, terms.seed, terms.content]
    yield Log(
        tool=TOOL,
        files=tuple(files),
        system=SystemUnderTest(model=wanted.model or task),
        suite=task,
        facts={task: Facts()},
        graded={ANSWERED: True, FLAGGED: True},
        better="lower",
        higher=frozenset({ANSWERED}),
        lead=ANSWERED,
        level="reliability",
        blind=blind,
        rows=_Rows(files, task, terms, (notes, blind)),
        stream=digest(declared),
        content=terms.content,
        notes=notes,
    )


class _Rows:
    """The rows of all files, once."""

    def __init__(
        self,
        files: Sequence[Path],
        task: str,
        terms: TraceTerms,
        told: tuple[list[str], list[Outcome]],
    ) -> None:
        self._files, self._task, self._terms = files, task, terms
        self._notes, self._blind = told
        self._seen: set[bytes] = set()
        self._values: dict[str, set[str]] = {name: set() for name, _ in terms.segments}
        self._names: dict[str, None] = {}
        self._requests = self._twice = self._nobody = 0

    def __iter__(self) -> Iterator[Row]:
        """Yield each request that is in the share, the first of those with one id."""
        for call in self._calls():
            name = blake2b(call.id.encode("utf-8", "replace"), digest_size=16).digest()
            if name in self._seen:
                self._twice += 1
                continue
            self._seen.add(name)
            self._requests += 1
            if unit("traffic", self._terms.seed, call.id) < self._terms.share:
                yield self._row(call)
        self._end()

    def _row(self, call: Call) -> Row:
        row = row_of(call, self._task, self._terms)
        self._look(call, row)
        return row

    def _look(self, call: Call, row: Row) -> None:
        """Take note of what the log can tell, and of what was not found in it."""
        if not row.sample.cluster:
            self._nobody += 1
        for name, value in row.sample.fields["segments"].items():
            if value and len(self._values[name]) <= MANY:
                self._values[name].add(value)
        if len(self._names) < MANY:
            self._names |= dict.fromkeys(key for one in call.found for key in one)
        if call.text is not None and self._terms.refuses and "refused" in self._blind:
            self._blind.remove("refused")
        if call.finish not in (None, "unknown", "stop") and "truncated" in self._blind:
            self._blind.remove("truncated")

    def _calls(self) -> Iterator[Call]:
        events, spans = (kind.Joining(self._terms.unit) for kind in (traceevents, tracespans))
        for file in self._files:
            for place in trace_objects(file, self._notes):
                yield from _calls(place, events, spans, self._terms.unit)
        yield from spans.end()
        events.end()
        self._tell(events.lost, "whose reply is in none of the files", "left out")
        if spans.skipped:
            self._notes.append(f"{spans.skipped} spans and records are no request: left out")

    def _end(self) -> None:
        """Say what a reader should know; DeclarationError for a segment that no request has."""
        kept = f"{len(self._seen)} requests"
        if self._terms.share < 1:
            told = f"a share of {self._terms.share:g} (seed {self._terms.seed}) of {kept} is read"
            self._notes.append(told)
        for name, field in self._terms.segments:
            values = self._values[name]
            if not values and self._seen:
                near = nearest(field, self._names)
                raise DeclarationError(f"segment {name}={field}: no request has that field.{near}")
            if len(values) > MANY:
                self._notes.append(
                    f"segment {name} has more than {MANY} values: too many to adjust by"
                )
        self._tell(self._twice, "there twice", "the first counts")
        self._tell(self._nobody, "without a user", "each counts as a user of its own")

    def _tell(self, count: int, what: str, then: str) -> None:
        if count:
            requests = "1 request" if count == 1 else f"{count} requests"
            self._notes.append(f"{requests} {what}: {then}")


def _calls(
    place: Place, events: traceevents.Joining, spans: tracespans.Joining, unit: str | None
) -> Iterator[Call]:
    found = place.value
    if found.get("event") in traceevents.KINDS:
        yield from events.add(place)
    elif tracespans.is_spans(found):
        yield from spans.add(place)
    elif {"messages", "prompt", "input"} & set(found):
        yield line_call(place, unit)
    else:
        names = ", ".join(list(found)[:5]) or "nothing"
        raise DeclarationError(f"{place.where}: is not {_KNOWN}; it has {names}")
