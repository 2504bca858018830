"""Adding scores to a stored run: which scorers and metrics it has from then on."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from statera.api.stored import AnyScoring, stored_metrics, stored_scorers
from statera.metrics.catalogue import default_metrics
from statera.protocols import Metric
from statera.records.specs import RunInfo
from statera.store.runstore import RunStore

Added = Mapping[str, Sequence[AnyScoring]]


def remember(
    store: RunStore,
    info: RunInfo,
    added: Added,
    metrics: Mapping[str, Sequence[Metric]] | None = None,
) -> RunInfo:
    """Write the added scorers, by task, and their metrics into the run; return it as it is now.

    Those of the same name are replaced. Without `metrics` each scorer gets its usual ones.
    """

    def change(environment: dict[str, Any]) -> dict[str, Any]:
        now = msgspec.structs.replace(info, environment=environment)
        scorers, known = stored_scorers(now), stored_metrics(now)
        for task, new in added.items():
            scorers[task] = _merged(scorers[task], new, "metric")
            with_them = default_metrics(new) if metrics is None else metrics[task]
            known[task] = _merged(known[task], with_them, "name")
        return environment | {
            "scorers": msgspec.to_builtins(scorers, str_keys=True),
            "metrics": msgspec.to_builtins(known),
        }

    return store.change_environment(info.id, change)


def _merged(old: Any, new: Any, name: str) -> list[Any]:
    named = {getattr(x, name): x for x in old} | {getattr(x, name): x for x in new}
    return list(named.values())
