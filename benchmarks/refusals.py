"""Refusals told without a model: replies a second on one core, and what the classifier is worth.

The figures of worth are made anew, each on a model and prompts that were held out together, by the
package's own training code; the recorded answers and the other sources lie in the shared folder.
"""

import json
import time
from pathlib import Path

from benchmarks.report import table
from benchmarks.setting import ROOT, Setting
from statera.records.responses import Response
from statera.scorers.reading.refusals.training import rows
from statera.scorers.reading.refusals.training import table as tables
from statera.scorers.reading.refusals.training.card import by_model
from statera.scorers.reading.refusals.training.examination import held_out, scored
from statera.scorers.refusal import classify


def measure(setting: Setting) -> str:
    """Return the tables."""
    if setting.shared is None:
        setting.skip("recorded answers", "they are in a shared folder, not here")
        return "Nothing measured."
    data = [setting.shared / "data", ROOT / "training" / "data"]
    return "\n\n".join([_speed(data[0], setting.rounds), _worth(data)])


def _speed(data: Path, rounds: int) -> str:
    said = [
        json.loads(line)
        for name in rows.PROMPTED
        for line in (data / name).read_text(encoding="utf-8").splitlines()
    ]
    pairs = [(row["prompt"], Response(text=row["completion"], finish="stop")) for row in said]
    length = sum(len(row["completion"]) for row in said) / len(said)
    lines = []
    for how, asked in (("beside the prompt", pairs), ("alone", [("", r) for _, r in pairs])):
        took = min(_seconds(asked) for _ in range(max(rounds, 3)))
        lines.append((how, f"{len(asked) / took:,.0f}", f"{took / len(asked) * 1000:.3f}"))
    head = ("read", "replies a second a core", "ms of CPU a reply")
    return f"{len(said)} replies of {length:.0f} characters:\n\n" + table(head, lines)


def _seconds(pairs: list[tuple[str, Response]]) -> float:
    started = time.process_time()
    for prompt, response in pairs:
        classify(prompt, response)
    return time.process_time() - started


def _worth(data: list[Path]) -> str:
    known = rows.read_rows(data)
    lines = tables.table(known)
    found = []
    for without, told in (("", "All sources"), ("replies", "Without `replies.jsonl`")):
        held = held_out(lines, known, without=without)
        arms = (scored(held, known, 0), scored(held, known, 1))
        found.append(f"{told}; a model and a fifth of the prompts held out:\n\n{by_model(*arms)}")
    return "\n".join(found)
