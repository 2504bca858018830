"""Item by item against lm-evaluation-harness's own numbers for the embedded model.

    python -m benchmarks.agreement                  # in this process
    python -m benchmarks.agreement --http           # through the server and the shipped client
    python -m benchmarks.agreement --every 10       # every tenth item

The reference holds, for each item, the prompt with its continuations and what lm-eval 0.4.13 made
of them with the same engine: log-likelihoods (sums, nats) and answers; for GSM8K the greedy text.
Prints one row a file; ends with 1 when an answer or a text differs, or a number by over 1e-3.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from statera.models.clock import SystemClock
from statera.models.embedded import load
from statera.models.opening import open_model
from statera.modelserver.serving import serving
from statera.protocols import Model
from statera.records.requests import Complete, Likelihood, Sampling

TOLERANCE = 1e-3
STOP = ("Question:", "</s>", "<|im_end|>")
DEFAULT = Path(__file__).parents[2] / "shared" / "data" / "reference"


class Compared(NamedTuple):
    """One item: is the answer the same, and how far are the log-likelihoods (nats)?"""

    same: bool
    differences: tuple[float, ...]


class Row(NamedTuple):
    """One reference file, compared."""

    name: str
    items: list[Compared]
    seconds: float
    cpu: float

    @property
    def largest(self) -> float:
        return max((d for item in self.items for d in item.differences), default=0.0)

    @property
    def agrees(self) -> bool:
        return all(item.same for item in self.items) and self.largest <= TOLERANCE

    def __str__(self) -> str:
        same = sum(item.same for item in self.items)
        differences = [d for item in self.items for d in item.differences]
        mean = f"{fmean(differences):.1e}" if differences else "-"
        largest = f"{self.largest:.1e}" if differences else "-"
        return (
            f"| {self.name} | {len(self.items)} | {same} | {mean} | {largest} | "
            f"{self.seconds:.1f} | {self.cpu:.1f} |"
        )


async def compare(model: Model, item: dict[str, Any]) -> Compared:
    """Ask for one item."""
    if "generation" in item:
        sampling = Sampling(max_tokens=256, stop=STOP)
        reply = await model.answer(Complete(prompt=item["prompt"], sampling=sampling))
        return Compared(reply.text == item["generation"], ())
    request = Likelihood(context=item["context"], continuations=tuple(item["continuations"]))
    reply = await model.answer(request)
    if reply.failure is not None:
        sys.exit(f"{item['item_id']}: {reply.failure.message}")
    sums = [score.logprob for score in reply.likelihoods]
    pairs = zip(sums, item["loglikelihoods"], strict=True)
    same = sums.index(max(sums)) == item["predicted"]
    return Compared(same, tuple(abs(ours - theirs) for ours, theirs in pairs))


def read_items(folder: Path, every: int) -> dict[str, list[dict[str, Any]]]:
    """Return the items of each reference file, or every so-manyth of them."""
    return {
        path.stem.removesuffix("_smollm2"): [
            json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[::every]
        ]
        for path in sorted(folder.glob("*_smollm2.jsonl"))
    }


async def compare_files(reference: str, files: dict[str, list[dict[str, Any]]]) -> list[Row]:
    """Return a row for each reference file, printing it as soon as it is there."""
    model, rows = open_model(reference), []
    for name, references in files.items():
        began, cpu = time.monotonic(), time.process_time()
        items = [await compare(model, item) for item in references]
        seconds, spent = time.monotonic() - began, time.process_time() - cpu
        rows.append(Row(name, items, seconds, spent))
        print(rows[-1], flush=True)
    await model.close()
    return rows


@contextmanager
def opened(http: bool) -> Iterator[str]:
    """Give the model's name: the embedded one, or the same behind HTTP in this process."""
    if not http:
        yield "embedded"
        return
    loaded = load()
    with serving(loaded, SystemClock()) as root:
        yield f"{root}/v1#{loaded.weights.name}"


def main() -> int:
    """Compare and print; 1 when something differs."""
    parser = argparse.ArgumentParser(description="Agreement with lm-evaluation-harness.")
    parser.add_argument("--http", action="store_true", help="through the server and the client")
    parser.add_argument("--every", type=int, default=1, help="take every so-manyth item")
    parser.add_argument("--reference", type=Path, default=DEFAULT, help="folder of the files")
    options = parser.parse_args()
    if not options.reference.is_dir():
        sys.exit(f"{options.reference}: no such folder; the reference is not part of this project")
    print("| reference | items | same answer | mean difference | largest | wall s | CPU s |")
    print("|---|---|---|---|---|---|---|")
    files = read_items(options.reference, options.every)
    with opened(options.http) as reference:
        rows = asyncio.run(compare_files(reference, files))
    return 0 if all(row.agrees for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
