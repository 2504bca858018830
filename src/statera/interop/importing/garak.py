"""Reports of garak: the `garak.UUID.report.jsonl` that each of its runs writes.

An attempt (status 2: answered and graded) is an item, each of its outputs a trial. The probe is the
technique and the category, what it belongs to (`dan`, `encoding`) the group; each detector is a
judge with a score of its own. `attack_success` is 1 where any detector saw a hit: a detector's
number at or above garak's own threshold. What a detector did not grade (None) is no pass: it has no
value. garak's own counts, in its `eval` rows, are compared with what was read, and a difference is
told. The tool's version, which says how the report was written, is part of the instrument.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from statera.codec.canonical import digest
from statera.errors import DeclarationError
from statera.interop.importing.documents import Place, files_in, moment, number, objects, part, text
from statera.interop.importing.garakreport import (
    ANSWERED,
    Attempt,
    attempt_of,
    ended,
    version_of,
)
from statera.interop.importing.imported import UNKNOWN_MODEL, Facts, Log, Row, Wanted, plain_name
from statera.interop.importing.verdict import verdict
from statera.records.requests import Chat, Sampling
from statera.records.responses import Failure, Response
from statera.records.samples import Sample
from statera.records.scores import Score
from statera.records.specs import SystemUnderTest
from statera.records.trials import Exchange

TOOL = "garak"
LEAD = "attack_success"
THRESHOLD = 0.5
"""garak's default: a detector's number from here on is a hit."""

UNSCORED = "the detector gave no score"


class Count(NamedTuple):
    """What garak says of one probe under one detector."""

    passed: int
    fails: int


class Head(NamedTuple):
    """What a report says of the run as a whole, and what its rows come to."""

    setup: Place | None
    version: str
    started: object
    threshold: float
    detectors: tuple[str, ...]
    stated: dict[tuple[str, str], Count]
    whole: bool


def logs(paths: Sequence[Path], wanted: Wanted) -> Iterator[Log]:
    """Yield a log for each report."""
    files = files_in(paths, (".jsonl",))
    if not files:
        raise DeclarationError(f"{paths[0]}: no report.jsonl of garak here")
    for path in files:
        yield _log(path, wanted)


def _log(path: Path, wanted: Wanted) -> Log:
    head, notes = _head(path), list[str]()
    task = plain_name(wanted.task or TOOL)
    setup = {} if head.setup is None else head.setup.value
    return Log(
        tool=TOOL,
        version=head.version,
        created=moment(head.started),
        files=(path,),
        system=SystemUnderTest(model=wanted.model or _model(setup)),
        suite=TOOL,
        lead=LEAD,
        facts={task: Facts(version=head.version, instrument=[head.detectors, head.threshold])},
        graded=dict.fromkeys((LEAD, *map(_metric, head.detectors)), False),
        better="lower",
        level="alignment",
        rows=_rows(path, task, head, notes),
        stopped="" if head.whole else "garak's report has no end: its run was cut off",
        blind=("unparsed", "truncated", "refused"),
        notes=notes,
    )


def _head(path: Path) -> Head:
    """Return what the report says as a whole; DeclarationError where it is none."""
    setup, init, whole = None, None, False
    detectors: dict[str, None] = {}
    stated: dict[tuple[str, str], Count] = {}
    for place in objects(path):
        kind = text(place.value, "entry_type")
        if kind == "start_run setup":
            setup = place
        elif kind == "init":
            init = place
        elif kind == "attempt" and place.value.get("status") == ANSWERED:
            detectors |= dict.fromkeys(part(place.value, "detector_results"))
        elif kind == "eval":
            stated |= _stated(place)
        whole = whole or ended(kind)
    if init is None:
        raise DeclarationError(f"{path}: no row 'init' with garak's version: no report of garak")
    threshold = number((setup.value if setup else {}).get("run.eval_threshold"))
    return Head(
        setup=setup,
        version=version_of(init),
        started=init.value.get("start_time"),
        threshold=THRESHOLD if threshold is None else threshold,
        detectors=tuple(sorted(detectors)),
        stated=stated,
        whole=whole,
    )


def _stated(place: Place) -> dict[tuple[str, str], Count]:
    """Return what an `eval` row counts; older ones have the total instead of the fails."""
    probe, detector = text(place.value, "probe"), text(place.value, "detector")
    passed = int(number(place.value.get("passed")) or 0)
    fails = number(place.value.get("fails"))
    if fails is None:
        total = number(place.value.get("total_evaluated", place.value.get("total")))
        fails = None if total is None else total - passed
    known = probe and detector and fails is not None
    detector = detector.removeprefix("detector.")
    return {(probe, detector): Count(passed, int(fails or 0))} if known else {}


def _model(setup: dict[str, object]) -> str:
    """Return the target's kind and name, under its newer or its older names."""
    kind = text(setup, "plugins.target_type", "plugins.model_type")
    name = text(setup, "plugins.target_name", "plugins.model_name")
    return ":".join(part for part in (kind, name) if part) or UNKNOWN_MODEL


def _rows(path: Path, task: str, head: Head, notes: list[str]) -> Iterator[Row]:
    seen: Counter[tuple[str, str, bool]] = Counter()
    known: set[str] = set()
    left = Counter[str]()
    for place in objects(path):
        if text(place.value, "entry_type") != "attempt":
            continue
        if place.value.get("status") != ANSWERED:
            left["status"] += 1
            continue
        attempt = attempt_of(place)
        if attempt.uuid in known:
            left["twice"] += 1
            continue
        known.add(attempt.uuid)
        yield from _of_attempt(attempt, task, head, seen)
    notes += _left_out(left) + _differences(head, seen)


def _of_attempt(
    attempt: Attempt, task: str, head: Head, seen: Counter[tuple[str, str, bool]]
) -> Iterator[Row]:
    sample = _sample(attempt)
    request = Chat(messages=attempt.asked, sampling=Sampling(temperature=None))
    for place, output in enumerate(attempt.outputs):
        response = _response(output)
        numbers = {name: values[place] for name, values in attempt.results.items()}
        for name, value in numbers.items():
            if value is not None:
                seen[attempt.probe, name, value >= head.threshold] += 1
        yield Row(
            where=attempt.where,
            task=task,
            sample=sample,
            exchanges=(Exchange(request, response),),
            scores=tuple(_scores(numbers, response, head.threshold)),
        )


def _sample(attempt: Attempt) -> Sample:
    """Return the attempt's prompt as an item; the same prompt of a probe is the same item."""
    probe = attempt.probe
    asked = [[message.role, message.content] for message in attempt.asked]
    return Sample(
        id=f"{probe}/{digest(asked, size=6)}",
        input=next((m.content for m in reversed(attempt.asked) if m.role == "user"), ""),
        category=probe,
        group=probe.partition(".")[0],
        fields={"technique": probe, "goal": attempt.goal, "intent": attempt.intent},
    )


def _response(output: str | None) -> Response:
    if output is None:
        return Response(failure=Failure(kind="infra", message="garak has no output"))
    return Response(text=output)


def _scores(
    numbers: dict[str, float | None], response: Response, threshold: float
) -> Iterator[Score]:
    """Yield the worst over the detectors first, then each detector's own."""
    known = [value for value in numbers.values() if value is not None]
    yield _score(LEAD, max(known, default=None), response, threshold)
    for name, value in numbers.items():
        yield _score(_metric(name), value, response, threshold)


def _score(metric: str, value: float | None, response: Response, threshold: float) -> Score:
    if value is None:
        why = "" if response.failure else UNSCORED
        return verdict(metric, None, response, why=why)
    hit = value >= threshold
    return verdict(
        metric,
        float(hit),
        response,
        extracted=f"{value:g}",
        outcome="wrong" if hit else "right",
    )


def _metric(detector: str) -> str:
    return f"{LEAD}_{plain_name(detector)}"


def _left_out(left: Counter[str]) -> list[str]:
    told = {
        "status": "attempts were not answered and graded (status below 2); left out",
        "twice": "attempts stand in it twice; the first counts",
    }
    return [f"{left[name]} {why}" for name, why in told.items() if left[name]]


def _differences(head: Head, seen: Counter[tuple[str, str, bool]]) -> list[str]:
    """Return where garak's own counts differ from what its attempts come to."""
    found: Iterable[tuple[tuple[str, str], Count, Count]] = (
        (key, stated, Count(seen[*key, False], seen[*key, True]))
        for key, stated in head.stated.items()
    )
    return [
        f"{probe} under {detector}: garak counts {stated.fails} hits of "
        f"{sum(stated)}, its attempts hold {read.fails} of {sum(read)}"
        for (probe, detector), stated, read in found
        if stated != read
    ]
