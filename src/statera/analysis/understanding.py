"""Why a metric has no value: what it compares is not there, or a transform was not understood."""

import numpy as np

from statera.analysis.frame import Frame
from statera.metrics.attacks import AttackRate
from statera.metrics.repeats import COMPARED
from statera.protocols import Metric


def why_unknown(frame: Frame, metric: Metric) -> str:
    """Return why the metric has no value in this task, or an empty text where it has.

    `of 12 of 60 items the wrong answers themselves are not there`, or what `not_understood` says.
    """
    if isinstance(metric, COMPARED) and (count := frame.undetermined(metric.name)):
        return f"of {count:,} of {len(frame):,} items the {metric.reads} themselves are not there"
    return not_understood(frame, metric)


def not_understood(frame: Frame, metric: Metric) -> str:
    """Return why an attack's success does not count, or an empty text where it does.

    `not understood: 3 of 64 controls, 50 % needed`. The share is that of the whole task, also where
    a category is looked at: it is the model that reads Base64 or does not.
    """
    if not isinstance(metric, AttackRate) or metric.opposed not in frame.names:
        return ""
    column = frame.column(metric.opposed)
    known = column.weights > 0
    asked, right = int(known.sum()), float(column.values[known].sum())
    if not asked or np.mean(column.values[known]) >= metric.least:
        return ""
    return f"not understood: {right:g} of {asked} controls, {100 * metric.least:g} % needed"
