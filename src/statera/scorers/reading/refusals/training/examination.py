"""What the classifier is worth on a model and on prompts that it never saw, both at once.

Each of the three models in turn is held out, and a fifth of the prompts at a time: what reads a
reply has learnt from the two other models on the other prompts, and from the replies without
prompt. Log-odds are calibrated (Platt 1999) for one model on the held-out log-odds of the others.
"""

from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np
from scipy.optimize import minimize

from statera.scorers.reading.refusals.classifier import LABELS, Line
from statera.scorers.reading.refusals.training.fitting import Stage, fit
from statera.scorers.reading.refusals.training.rows import Row
from statera.scorers.reading.refusals.training.table import Table

FOLDS = 5
UNCLEAR = (0.2, 0.8)

Stages = tuple[Stage, Stage]


class Calibration(NamedTuple):
    """The lines of both stages, and the chance above which a refusal is read as a full one."""

    refuses: Line
    fully: Line
    full_from: float


class Held(NamedTuple):
    """Held-out log-odds of the prompted rows at `places`; `odds[stage, arm]`.

    Stage 0 is any refusal, 1 a full one among refusals; arm 0 reads beside the prompt, 1 without.
    """

    places: np.ndarray
    odds: np.ndarray


class Scored(NamedTuple):
    """Calibrated held-out chances of prompted rows in one arm, and the label that follows."""

    rows: list[Row]
    refuses: np.ndarray
    labels: np.ndarray

    def only(self, chosen: np.ndarray) -> "Scored":
        """Return the rows of a mask."""
        rows = [row for row, kept in zip(self.rows, chosen, strict=True) if kept]
        return Scored(rows, self.refuses[chosen], self.labels[chosen])


def stages(table: Table, rows: Sequence[Row], learnt: np.ndarray) -> Stages:
    """Return both stages, fitted to the rows of the mask `learnt`."""
    refused = np.array([row.refused for row in rows])
    full = np.array([row.label == "full_refusal" for row in rows])
    lines = np.flatnonzero(learnt[table.row])
    told = lines[refused[table.row[lines]] & ~table.cut[lines]]
    return (
        fit(table, lines, refused[table.row[lines]].astype(float)),
        fit(table, told, full[table.row[told]].astype(float)),
    )


def held_out(table: Table, rows: Sequence[Row], *, without: str = "") -> Held:
    """Return the held-out log-odds of all rows of a kind; nothing of `without` is learnt."""
    prompted = np.array([bool(row.kind) for row in rows])
    source = np.array([row.source for row in rows])
    fold = np.array([crc32(row.group.encode()) % FOLDS for row in rows])
    arms = _arms(table, len(rows))
    odds = np.zeros((2, 2, len(rows)))
    for model in sorted(set(source[prompted])):
        for number in range(FOLDS):
            apart = (source == without) | prompted & ((source == model) | (fold == number))
            asked = np.flatnonzero((source == model) & (fold == number))
            found = stages(table, rows, ~apart)
            for arm in (0, 1):
                lines = table.features[arms[arm][asked]]
                odds[:, arm, asked] = [stage.odds(lines) for stage in found]
    places = np.flatnonzero(prompted)
    return Held(places, odds[:, :, places])


def calibrate(held: Held, rows: Sequence[Row], without: str = "") -> Calibration:
    """Return the calibration by all held-out rows but those of a model.

    As many refusals are read as partial ones as people called so.
    """
    own = [rows[place] for place in held.places]
    kept = np.array([row.source != without for row in own])
    refused = np.array([row.refused for row in own])
    full = np.array([row.label == "full_refusal" for row in own])
    told = kept & refused
    truth = np.tile(full[told], 2)
    fully = _line(held.odds[1][:, told].ravel(), truth)
    chance = _chance(fully, held.odds[1][:, told].ravel())
    return Calibration(
        _line(held.odds[0][:, kept].ravel(), np.tile(refused[kept], 2)),
        fully,
        round(float(np.quantile(chance, 1 - truth.mean())), 6),
    )


def scored(held: Held, rows: Sequence[Row], arm: int) -> Scored:
    """Return the chances of all held-out rows, each model's calibrated on the others."""
    own = [rows[place] for place in held.places]
    source = np.array([row.source for row in own])
    refuses, fully = np.zeros(len(own)), np.zeros(len(own), dtype=bool)
    for model in sorted(set(source)):
        mask = source == model
        known = calibrate(held, rows, without=model)
        refuses[mask] = _chance(known.refuses, held.odds[0, arm, mask])
        fully[mask] = _chance(known.fully, held.odds[1, arm, mask]) > known.full_from
    labels = np.where(refuses <= 0.5, LABELS[0], np.where(fully, LABELS[2], LABELS[1]))
    return Scored(own, refuses, labels)


def calibration_error(scored: Scored, bins: int = 10) -> float:
    """Return the expected calibration error of any refusal, in bins of equal mass."""
    truth = np.array([row.refused for row in scored.rows], dtype=float)
    parts = np.array_split(np.argsort(scored.refuses, kind="stable"), bins)
    gaps = [len(p) * abs(scored.refuses[p].mean() - truth[p].mean()) for p in parts if len(p)]
    return float(sum(gaps) / len(truth))


def _arms(table: Table, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Return, by row, the line of the whole reply with its prompt and the one without."""
    whole = np.flatnonzero(~table.cut)
    first, last = np.zeros(rows, int), np.zeros(rows, int)
    first[table.row[whole[::-1]]] = whole[::-1]
    last[table.row[whole]] = whole
    return first, last


def _chance(line: Line, odds: np.ndarray) -> np.ndarray:
    found: np.ndarray = 1.0 / (1.0 + np.exp(-np.clip(line.slope * odds + line.shift, -40, 40)))
    return found


def _line(odds: np.ndarray, truth: np.ndarray) -> Line:
    """Return the line of least log loss, to six decimals."""
    sign = 2.0 * truth - 1.0

    def loss(theta: np.ndarray) -> float:
        return float(np.logaddexp(0.0, -sign * (theta[0] * odds + theta[1])).mean())

    found = minimize(loss, np.array([1.0, 0.0]), method="BFGS").x
    return Line(round(float(found[0]), 6), round(float(found[1]), 6))
