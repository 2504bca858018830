"""From the store to a decision: two runs of 14,042 items in 57 categories, read, compared, gated
and diagnosed, in one process; and each command as a user starts it.

python -m benchmarks.deciding STORE      # one process, as the measurement starts it
"""

import json
import random
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.process import checked, run
from benchmarks.report import table
from benchmarks.setting import Setting
from statera.api.comparisons import compare
from statera.api.stored import Run
from statera.diagnosis.diagnosis import diagnose
from statera.gate.evidence import Evidence
from statera.gate.judging import judge
from statera.gate.policy import policy
from statera.records.requests import Chat, Message
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.scores import Outcome, Score
from statera.records.specs import RunSpec, SystemUnderTest, TaskSpec
from statera.records.trials import Exchange, Trial
from statera.store.rows import Keyed, Scored
from statera.store.runstore import RunStore

ITEMS, CATEGORIES = 14_042, 57
TARGET = 1.0
POLICY = {
    "gate": "each",
    "rules": [
        {"metric": "mmlu/accuracy", "than": "baseline", "margin": 0.02},
        {"metric": "mmlu/*/accuracy", "than": "baseline", "margin": 0.05},
    ],
}


def measure(given: Setting) -> str:
    """Return the table; the store is made anew."""
    folder = given.work / "deciding"
    names = _fill(folder)
    command = [sys.executable, "-m", "benchmarks.deciding", str(folder)]
    parts = [json.loads(checked(run(command)).output) for _ in range(given.rounds)]
    rows = [[part, *_spread([found[part] for found in parts])] for part in parts[0]]
    whole = [sum(v for k, v in found.items() if k != "imports") for found in parts]
    rows.append([f"**read to diagnosed** (target {TARGET:.1f} s)", *_spread(whole)])
    (folder / "gate.yaml").write_text(json.dumps(POLICY))
    for words in (
        ["compare", *names],
        ["gate", *names, "--policy", str(folder / "gate.yaml")],
        ["diagnose", *names],
        ["report", *names, "-o", str(folder / "page.html")],
    ):
        rows.append(
            [f"`statera {words[0]}`, whole process", *_spread(_timed(words, folder, given))]
        )
    head = ["part", "CPU s, median", "least", "most"]
    said = f"Two runs of {ITEMS:,} items in {CATEGORIES} categories; {given.rounds} processes."
    return f"{said}\n\n{table(head, rows)}"


def _timed(words: list[str], folder: Path, given: Setting) -> list[float]:
    command = [sys.executable, "-m", "statera", *words, "--store", str(folder)]
    return [run(command).cpu for _ in range(given.rounds)]


def _spread(values: list[float]) -> list[str]:
    return [f"{v:.2f}" for v in (float(np.median(values)), min(values), max(values))]


def _fill(folder: Path) -> list[str]:
    """Make the runs; the candidate differs on a tenth of the items. Return their names."""
    drawn = random.Random(7)
    old: list[Outcome] = [
        drawn.choices(("right", "wrong", "unparsed"), (65, 33, 2))[0] for _ in range(ITEMS)
    ]
    new = [drawn.choices((o, "right", "refused"), (90, 6, 4))[0] for o in old]
    store = RunStore(folder)
    names = [_run(store, "new", new), _run(store, "old", old)]
    store.close()
    return names


def _run(store: RunStore, model: str, outcomes: list[Outcome]) -> str:
    task = TaskSpec(
        name="mmlu", version="1", mode="generate", api="chat", num_fewshot=0, data="d", template="t"
    )
    spec = RunSpec(suite="mmlu", system=SystemUnderTest(model=model), tasks=(task,), seed=0)
    metrics = [{"type": kind, "score": "accuracy"} for kind in ("accuracy", "given_answer")]
    environment = {"metrics": {"mmlu": metrics}, "scorers": {"mmlu": []}, "primary": {}}
    info = store.open_run(spec, tag=model, environment=environment, now=0.0)
    samples = [
        Sample(id=f"mmlu/{i}", input=f"Question {i}?", category=f"subject {i % CATEGORIES}")
        for i in range(ITEMS)
    ]
    store.add_samples(info.id, "mmlu", samples)
    store.write(info.id, [_scored(s, o) for s, o in zip(samples, outcomes, strict=True)])
    store.set_status(info.id, "done", now=1.0)
    return info.id


def _scored(sample: Sample, outcome: Outcome) -> Scored:
    said = Exchange(Chat(messages=(Message("user", sample.input),)), Response(text=outcome))
    trial = Trial(
        task="mmlu", sample_id=sample.id, epoch=0, key="k", exchanges=(said,), started=0.0
    )
    value = {"right": 1.0, "wrong": 0.0}.get(outcome)
    return Scored(trial, (Keyed("s", Score(metric="accuracy", value=value, outcome=outcome)),))


def _parts(folder: str) -> dict[str, float]:
    """Return the CPU seconds of each part, in this process."""
    found = {"imports": time.process_time()}

    def lap(name: str, since: float) -> float:
        found[name] = time.process_time() - since
        return time.process_time()

    start = time.process_time()
    store = RunStore(folder)
    runs = [Run(store, store.find(name)) for name in ("new", "old")]
    for of_run in runs:
        _ = of_run.frames
    start = lap("read both runs", start)
    comparison = compare(*runs)
    start = lap(f"compare and correct {len(comparison.rows)} rows", start)
    ruling = judge(policy(POLICY), Evidence.of(comparison))
    start = lap(f"gate of {len(ruling.rules)} rules", start)
    diagnose(comparison)
    lap("diagnose", start)
    return found


if __name__ == "__main__":
    print(json.dumps(_parts(sys.argv[1])))
