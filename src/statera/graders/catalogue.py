"""Every scorer and every grader, to decode a task's or a run's `scorers` with."""

import pkgutil
from functools import cache, reduce
from importlib import import_module
from operator import or_
from typing import Any

from statera import graders
from statera.scorers.catalogue import scorer_types, tagged
from statera.scorers.rules import Rule


@cache
def scoring_types() -> dict[str, type[Rule]]:
    """Return each scorer's and grader's type by its tag; a new file in this folder is a new one."""
    for module in pkgutil.iter_modules(graders.__path__):
        if module.name != "catalogue":
            import_module(f"{graders.__name__}.{module.name}")
    return dict(sorted((scorer_types() | tagged()).items()))


@cache
def scoring_type() -> Any:
    """Return the union of all of them, to decode entries by their `type`."""
    return reduce(or_, scoring_types().values())
