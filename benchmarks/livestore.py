"""The live store: what a fact costs on its way into PostgreSQL, and a million units read back.

python -m benchmarks livestore
python -m benchmarks.livestore read PLACE    # one reading, as JSON
"""

import json
import random
import resource
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from tests.postgres_server import PostgresServer

from benchmarks.process import STATERA, checked, run
from benchmarks.report import table
from benchmarks.setting import ROOT, Setting
from statera.records.live import Answered, Exposure, Fact, Feedback
from statera.store.live.opening import open_live
from statera.store.live.shipping import Shipper
from statera.store.live.wanted import Wanted, WantedOutcome

UNITS, FILL, BURST, RATE, SECONDS = 1_000_000, 20_000, 100_000, 2000, 10
DESIGN = """\
experiment: tone
arms: [{name: base, weight: 0.5}, {name: warm, weight: 0.5}]
primary: {outcome: solved, minimum: 0.01}
guardrails: [{outcome: complaint, margin: 0.005}]
segments: {language: {header: x-language, values: [de, en]}}
planned: 1000000
"""
WANTED = Wanted(
    experiment="tone",
    arms=("base", "warm"),
    outcomes={"solved": WantedOutcome("mean", "feedback", 86_400.0, 0.0, 1.0)},
    segments={"language": ("de", "en")},
)
ALL = Wanted(
    experiment="tone",
    arms=("base", "warm"),
    outcomes={
        **WANTED.outcomes,
        "latency": WantedOutcome("mean", "answer", 0.0, 0.0),
        "error": WantedOutcome("mean", "answer", 0.0, 0.0, 1.0),
    },
    segments=WANTED.segments,
)


class Ingest(NamedTuple):
    """So many facts in so long; CPU seconds of this process and of the server; puts in µs."""

    facts: int
    wall: float
    own: float
    server: float
    puts: list[float]


def measure(setting: Setting) -> str:
    """Measure the way in, then the way out of both databases."""
    server = PostgresServer(durable=True)
    try:
        return _measured(setting.work, server)
    finally:
        server.end()


def _measured(work: Path, server: PostgresServer) -> str:
    places = {"SQLite": str(work / "live.sqlite"), "PostgreSQL": server.database()}
    ingested = _ingest(work, server)
    rows = []
    for name, place in places.items():
        rows += [_filled(name, place, answers=False), *_read(name, place, answers=False)]
        rows.append(_shown(name, place))
        rows += [_filled(name, place, answers=True), *_read(name, place, answers=True)]
    head = ("database", "what", "wall s", "CPU s of this process", "peak MiB")
    words = (
        f"{UNITS:,} exposures of as many units, with a report each, and then an answer each: "
        f"written in batches of {FILL:,} facts, and read as the rows of an analysis by a process "
        "of its own (target: well under 3 s and 700 MiB), and analysed by `statera experiment "
        "show`, from the command line to the JSON (target: 5 s and 1 GiB)."
    )
    return "\n\n".join([ingested, words, table(head, rows)])


def _ingest(work: Path, server: PostgresServer) -> str:
    burst = ingest(work / "burst", server, BURST, rate=None)
    paced = ingest(work / "paced", server, RATE * SECONDS, rate=RATE)
    head = ("facts", "how", "a second", "CPU µs a fact: here + server", "a second a core", "put µs")
    rows = [_ingested(burst, "at once"), _ingested(paced, f"{RATE:,} a second for {SECONDS} s")]
    return (
        "Feedback through the spool into PostgreSQL: `put` appends to a file, a thread ships; "
        "until the last is committed. `a second a core` counts the CPU of both sides (target "
        "2,000).\n\n" + table(head, rows)
    )


def ingest(folder: Path, server: PostgresServer, count: int, *, rate: int | None) -> Ingest:
    """Put reports, as fast as they go or at a rate, and wait until all are in the database."""
    shipper = Shipper(server.database(), folder)
    facts = list(_reports(count))
    shipper.put(next(_reports(1)))
    shipper.flush()
    own, theirs, began = time.process_time(), server.cpu(), time.monotonic()
    puts = []
    for number, fact in enumerate(facts):
        if rate and number % 20 == 0:
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
        start = time.perf_counter_ns()
        shipper.put(fact)
        puts.append((time.perf_counter_ns() - start) / 1000)
    if not shipper.flush(60):
        raise SystemExit(f"not all was shipped: {shipper.fault}")
    wall = time.monotonic() - began
    used, served = time.process_time() - own, server.cpu() - theirs
    shipper.close()
    return Ingest(count, wall, used, served, sorted(puts))


def _ingested(found: Ingest, how: str) -> tuple[str, ...]:
    each = 1e6 / found.facts
    puts = found.puts
    return (
        f"{found.facts:,}",
        how,
        f"{found.facts / found.wall:,.0f}",
        f"{found.own * each:.0f} + {found.server * each:.0f}",
        f"{found.facts / (found.own + found.server):,.0f}",
        f"median {puts[len(puts) // 2]:.1f}, 99% {puts[len(puts) * 99 // 100]:.0f}",
    )


def _reports(count: int) -> Iterator[Feedback]:
    for number in range(count):
        yield Feedback(
            id=_number(), at=1.7e9 + number, outcome="solved", value=1.0, decision=_number()
        )


def _number() -> int:
    return random.getrandbits(64) - 2**63


def _filled(name: str, place: str, *, answers: bool) -> tuple[str, ...]:
    began, own, count = time.monotonic(), time.process_time(), 0
    store = open_live(place)
    facts = _answers() if answers else _exposures()
    while batch := list(islice(facts, FILL)):
        count += store.write(batch)
    store.close()
    wall = time.monotonic() - began
    what = f"{count:,} {'answers' if answers else 'exposures and reports'} written"
    return name, what, f"{wall:.0f}", f"{time.process_time() - own:.0f}", ""


def _exposures() -> Iterator[Fact]:
    draws = random.Random(1)
    for number in range(UNITS):
        decision, at = draws.getrandbits(64) - 2**63, 1.7e9 + number / 10
        yield Exposure(
            decision=decision,
            experiment="tone",
            unit=draws.getrandbits(64) - 2**63,
            arm=draws.choice(("base", "warm")),
            slice=0,
            at=at,
            segments={"language": draws.choice(("de", "en"))},
            design="0" * 32,
        )
        solved = float(draws.random() < 0.5)
        yield Feedback(id=_number(), at=at + 60, outcome="solved", value=solved, decision=decision)


def _answers() -> Iterator[Fact]:
    draws = random.Random(1)
    for number in range(UNITS):
        decision = draws.getrandbits(64) - 2**63
        _ = draws.getrandbits(64), draws.choice("ab"), draws.choice("ab"), draws.random()
        yield Answered(
            decision=decision, at=1.7e9 + number / 10 + 1, status=200, seconds=number / UNITS
        )


def _read(name: str, place: str, *, answers: bool) -> list[tuple[str, ...]]:
    what = "with latency and errors" if answers else "with one outcome"
    command = [sys.executable, "-m", "benchmarks.livestore", "read", place, str(int(answers))]
    best = min((json.loads(checked(run(command, cwd=ROOT)).output) for _ in range(3)),
               key=lambda one: one["wall"])  # fmt: skip
    told = f"{best['units']:,} units read {what}"
    return [(name, told, f"{best['wall']:.1f}", f"{best['cpu']:.1f}", f"{best['mib']:.0f}")]


def _shown(name: str, place: str) -> tuple[str, ...]:
    """Analyse the experiment as a user does: a process from its start to its end."""
    store, digest = open_live(place), "0" * 32
    store.register("tone", digest, DESIGN, 1.7e9)
    store.close()
    command = [STATERA, "experiment", "show", "tone", "--live", place, "--json"]
    found = [run(command, cwd=ROOT) for _ in range(3)]
    if any(f'"exposed": {UNITS}' not in one.output.replace('":', '": ') for one in found):
        raise SystemExit(f"not every unit was analysed: {found[0].output[:500]}")
    best = min(found, key=lambda one: one.wall)
    told = f"{UNITS:,} units analysed and shown"
    return name, told, f"{best.wall:.1f}", f"{best.cpu:.1f}", f"{best.rss:.0f}"


def reading(place: str, wanted: Wanted) -> dict[str, float]:
    """Read once and return what it took."""
    store = open_live(place)
    began, own = time.monotonic(), time.process_time()
    found = store.units(wanted)
    took = {"wall": time.monotonic() - began, "cpu": time.process_time() - own}
    if {int(sums.number.sum()) for sums in found.outcomes.values()} != {len(found.unit)}:
        raise SystemExit("not every unit has its outcomes")
    store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**took, "mib": peak, "units": len(found.unit)}


if __name__ == "__main__":
    print(json.dumps(reading(sys.argv[2], ALL if sys.argv[3] == "1" else WANTED)))
