"""OMP_NUM_THREADS=1 python -m statera.scorers.reading.refusals.training --data FOLDER …

Fit the refusal classifier, examine it on models and prompts held out, and write weights and card
into `--out` (the package's own folder). The same files give the same bytes on one thread.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from statera.codec.files import write_bytes
from statera.errors import DeclarationError
from statera.scorers.reading.refusals.classifier import FOLDER, WEIGHTS
from statera.scorers.reading.refusals.training.card import CARD, card
from statera.scorers.reading.refusals.training.examination import (
    calibrate,
    held_out,
    scored,
    stages,
)
from statera.scorers.reading.refusals.training.packing import packed, to_bytes
from statera.scorers.reading.refusals.training.rows import digests, read_rows
from statera.scorers.reading.refusals.training.table import table


def main(arguments: list[str] | None = None) -> int:
    """Return the exit status: 2 where a source is missing or malformed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, action="append", required=True, help="a data folder")
    parser.add_argument("--out", type=Path, default=FOLDER)
    options = parser.parse_args(arguments)
    try:
        rows = read_rows(options.data)
    except DeclarationError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    lines = table(rows)
    held, bare = held_out(lines, rows), held_out(lines, rows, without="replies")
    found = stages(lines, rows, np.ones(len(rows), dtype=bool))
    weights = packed(lines, found, calibrate(held, rows))
    both, apart = ((scored(one, rows, 0), scored(one, rows, 1)) for one in (held, bare))
    write_bytes(options.out / WEIGHTS.name, to_bytes(weights))
    text = card(rows, digests(options.data), both, apart, weights)
    write_bytes(options.out / CARD, text.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
