"""Who reported at all: a mean over those who did is no fair contrast where the shares differ."""

from collections.abc import Iterable

import numpy as np

from statera.analysis.experiments.columns import Column


def responses(
    columns: Iterable[Column], arm: np.ndarray, names: tuple[str, ...]
) -> dict[str, dict[str, float]]:
    """Return the share of closed units that reported, by outcome (means only) and arm.

    `arm` is the index in `names` of all units; an arm without closed units is left out.
    """
    found = {}
    for column in columns:
        if column.kind != "mean":
            continue
        arms = arm[: column.closed]
        units = np.bincount(arms, minlength=len(names))
        reporting = np.bincount(arms[column.reported], minlength=len(names))
        found[column.name] = {
            name: float(reporting[number] / units[number])
            for number, name in enumerate(names)
            if units[number]
        }
    return found
