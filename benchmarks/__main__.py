"""python -m benchmarks [NAME…]: measure, print, and rewrite the sections of RESULTS.md.

python -m benchmarks                                    # all
python -m benchmarks throughput --server mock_server --peers envs --rounds 5
"""

import argparse
import shlex
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks import (
    agreed,
    assignment,
    auditing,
    busy,
    correcting,
    coverage,
    deciding,
    diagnosis,
    evasion,
    experimenting,
    faults,
    gates,
    guardload,
    judging,
    kills,
    livestore,
    memory,
    peeking,
    proxying,
    refusals,
    resampling,
    responders,
    startup,
    stopping,
    throughput,
    unseen,
)
from benchmarks.population import measuring as population
from benchmarks.report import stamp, write_section
from benchmarks.setting import Setting, add_flags, setting

MEASUREMENTS: dict[str, tuple[str, Callable[[Setting], str]]] = {
    "throughput": ("CPU an item", throughput.measure),
    "startup": ("Start", startup.measure),
    "busy": ("Keeping an endpoint busy", busy.measure),
    "faults": ("Faults", faults.measure),
    "kills": ("Kills", kills.measure),
    "memory": ("Memory", memory.measure),
    "resampling": ("Bootstrap of a paired difference", resampling.measure),
    "coverage": ("How often the intervals hold", coverage.measure),
    "correcting": ("How often corrected intervals hold", correcting.measure),
    "diagnosis": ("Diagnosis", diagnosis.measure),
    "agreement": ("Agreement with lm-evaluation-harness", agreed.measure),
    "stopping": ("Early stopping", stopping.measure),
    "gates": ("Gates", gates.measure),
    "deciding": ("From the store to a decision", deciding.measure),
    "judging": ("What judging costs beside the model", judging.measure),
    "unseen": ("The guard on sources that it never learnt", unseen.measure),
    "evasion": ("Evasion", evasion.measure),
    "proxying": ("What the guard costs beside the model", proxying.measure),
    "experimenting": ("What an experiment adds to a request", experimenting.measure),
    "guardload": ("The guard under load while its upstream misbehaves", guardload.measure),
    "refusals": ("Refusals told without a model", refusals.measure),
    "responders": ("What constant replies deserve", responders.measure),
    "livestore": ("The live store", livestore.measure),
    "assignment": ("Assigning a unit to its arm", assignment.measure),
    "peeking": ("Looking at live experiments again and again", peeking.measure),
    "population": ("Live experiments on a population that is known", population.measure),
    "auditing": ("What an audit finds of judges with planted faults", auditing.measure),
}


def main() -> None:
    """Measure what was named, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASUREMENTS))
    add_flags(parser)
    options = parser.parse_args()
    for name in options.names:
        if name not in MEASUREMENTS:
            parser.error(f"no measurement {name!r}; there are {', '.join(MEASUREMENTS)}")
    with tempfile.TemporaryDirectory(prefix="statera-bench-") as work:
        given = setting(options, Path(work))
        for name in options.names or MEASUREMENTS:
            one(name, replace(given, skipped=[]))


def one(name: str, given: Setting) -> None:
    """Measure one thing, print its section and keep it."""
    title, measure = MEASUREMENTS[name]
    body = measure(given)
    flags = [word for word in sys.argv[1:] if word not in MEASUREMENTS]
    shown = [Path(word).name if "/" in word else word for word in flags]
    command = shlex.join(["python", "-m", "benchmarks", name, *shown])
    text = "\n\n".join([f"## {title}", stamp(command), body, *given.skipped])
    print(text + "\n", flush=True)
    write_section(name, text)


if __name__ == "__main__":
    main()
