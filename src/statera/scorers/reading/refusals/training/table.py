"""Rows as a sparse table: what a fit reads, made once and cut into folds.

A reply counts in up to four forms that share its weight: with and without its prompt, as readers
may know none; whole and cut to 200 characters, as one source cuts what complies and never what
refuses, so that length would be learnt for refusal.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

from statera.scorers.reading.refusals.features import features
from statera.scorers.reading.refusals.training.rows import Row

CUT = 200
WEIGHTS = {
    "gptfuzz": 0.2,
    "own": 0.3,
    "replies": 0.15,
    "truthfulqa": 0.4,
    "mmlu": 0.2,
    "gsm8k": 0.2,
    "humaneval": 0.2,
}
"""Of a row of a source; of any other it is 1."""


class Table(NamedTuple):
    """One line a form: `features` is sparse, `runs` names its first columns, `cues` the rest.

    `row` is the place of the line's row, `group` the number of its group, `cut` whether the reply
    was shortened.
    """

    features: sparse.csr_matrix
    runs: list[int]
    cues: list[str]
    row: np.ndarray
    group: np.ndarray
    cut: np.ndarray
    weight: np.ndarray


def table(rows: Sequence[Row]) -> Table:
    """Return the table of all forms of the rows."""
    lines = [
        (place, prompt, reply, len(reply) < len(row.reply), share)
        for place, row in enumerate(rows)
        for prompt, reply, share in _forms(row)
    ]
    seen = [features(prompt, reply) for _, prompt, reply, _, _ in lines]
    runs = sorted({run for one in seen for run in one.runs})
    cues = sorted({cue for one in seen for cue in one.cues})
    columns = {run: place for place, run in enumerate(runs)}
    named = {cue: len(runs) + place for place, cue in enumerate(cues)}
    entries = [
        (place, column, value)
        for place, one in enumerate(seen)
        for column, value in [
            *((columns[run], 1.0) for run in one.runs),
            *((named[cue], value) for cue, value in one.cues.items()),
        ]
    ]
    line, column, value = zip(*entries, strict=True)
    shape = (len(lines), len(runs) + len(cues))
    groups = {name: number for number, name in enumerate(sorted({row.group for row in rows}))}
    return Table(
        sparse.csr_matrix((value, (line, column)), shape=shape),
        runs,
        cues,
        np.array([place for place, *_ in lines]),
        np.array([groups[rows[place].group] for place, *_ in lines]),
        np.array([cut for *_, cut, _ in lines]),
        np.array([share for *_, share in lines]),
    )


def _forms(row: Row) -> list[tuple[str, str, float]]:
    """Return the prompt, the reply and the weight of each form."""
    prompts = [row.prompt, ""] if row.prompt else [""]
    short = row.label != "partial_refusal" and len(row.reply) > CUT + CUT // 10
    replies = [row.reply, row.reply[:CUT]] if short else [row.reply]
    share = WEIGHTS.get(row.source, 1.0) / (len(prompts) * len(replies))
    return [(prompt, reply, share) for prompt in prompts for reply in replies]
