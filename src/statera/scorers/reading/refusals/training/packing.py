"""From fitted stages to the weights that ship: whole thousandths, those that are 0 left out."""

import msgspec
import numpy as np

from statera.scorers.reading.refusals.classifier import SCALE, Weights
from statera.scorers.reading.refusals.training.examination import UNCLEAR, Calibration, Stages
from statera.scorers.reading.refusals.training.fitting import Stage
from statera.scorers.reading.refusals.training.table import Table


def packed(table: Table, found: Stages, known: Calibration) -> Weights:
    """Return the weights by hash and by name."""
    first, second = (_dense(stage, table.features.shape[1]) for stage in found)
    pairs = list(zip(first.tolist(), second.tolist(), strict=True))
    kept = len(table.runs)
    runs = dict(zip(table.runs, pairs[:kept], strict=True))
    return Weights(
        runs={run: pair for run, pair in runs.items() if any(pair)},
        cues=dict(zip(table.cues, pairs[kept:], strict=True)),
        bias=(round(found[0].bias * SCALE), round(found[1].bias * SCALE)),
        calibration=(known.refuses, known.fully),
        unclear=UNCLEAR,
        full_from=known.full_from,
    )


def to_bytes(weights: Weights) -> bytes:
    """Return the content of the file; the same weights give the same bytes."""
    return msgspec.msgpack.encode(weights)


def _dense(stage: Stage, columns: int) -> np.ndarray:
    found = np.zeros(columns, dtype=int)
    found[stage.columns] = np.rint(stage.weights * SCALE).astype(int)
    return found
