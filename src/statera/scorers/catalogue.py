"""Every ready scorer, found by looking: a new file in this folder is a new scorer.

Other packages add theirs by the entry point `statera.scorers` (a Struct derived from `Rule`, with a
tag of its own). `scorer_type()` is what a task's YAML is decoded with.
"""

import pkgutil
from collections.abc import Iterator
from functools import cache, reduce
from importlib import import_module, metadata
from operator import or_
from typing import Any

import msgspec

from statera import scorers
from statera.codec.canonical import digest
from statera.protocols import Grader, Scorer
from statera.scorers import refusal
from statera.scorers.rules import Rule

GROUP = "statera.scorers"


@cache
def scorer_types() -> dict[str, type[Rule]]:
    """Return each scorer's type by its tag (`choice`, `contains`, …), in the order of the tags."""
    for module in pkgutil.iter_modules(scorers.__path__):
        if not module.ispkg and module.name != "catalogue":
            import_module(f"{scorers.__name__}.{module.name}")
    for entry in metadata.entry_points(group=GROUP):
        entry.load()
    return dict(sorted(tagged().items()))


@cache
def scorer_type() -> Any:
    """Return the union of all scorers, to decode YAML entries by their `type`."""
    return reduce(or_, scorer_types().values())


def scoring_key(scorer: Scorer | Grader) -> str:
    """Return what identifies a scorer: a digest of its kind, version and parameters.

    The refusal detector's version is in it wherever refusals are told from the text.
    """
    stored = isinstance(scorer, msgspec.Struct)
    settings = msgspec.to_builtins(scorer, str_keys=True) if stored else {}
    reads = getattr(scorer, "reads_refusals", True)
    kind = type(scorer)
    return digest(
        {
            "kind": f"{kind.__module__}.{kind.__qualname__}",
            "metric": scorer.metric,
            "version": scorer.version,
            "settings": settings,
            "refusal": refusal.VERSION if reads else None,
        }
    )


def tagged() -> dict[str, type[Rule]]:
    """Return, by tag, each scorer and grader whose module is loaded by now."""
    return {str(kind.__struct_config__.tag): kind for kind in _tagged(Rule)}


def _tagged(kind: type[Rule]) -> Iterator[type[Rule]]:
    """Yield the scorers below `kind`: those that state a version, unlike what they share."""
    for child in kind.__subclasses__():
        if "version" in vars(child):
            yield child
        yield from _tagged(child)
