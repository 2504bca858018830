"""What the ledger keeps of a decision: ruling, policy, and seals of what it was decided from."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b

import msgspec

from statera.analysis.frame import Frame
from statera.codec.canonical import canonical
from statera.errors import DeclarationError
from statera.gate.policy import Policy
from statera.gate.ruling import Override, Ruling


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """Some runs of one system as they were when they were ruled on.

    `trials` counts them; `scores` is a digest of items, outcomes and values. `metrics` names, by
    task, what was there: labels or verdicts that come later change nothing of it.
    """

    runs: tuple[str, ...]
    trials: int
    scores: str
    metrics: dict[str, tuple[str, ...]] = {}


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """A ruling with the policy that it applied, and the runs that it read."""

    ruling: Ruling
    policy: Policy
    seals: tuple[Seal, ...]


def seal(
    runs: Sequence[str], frames: Sequence[Frame], only: Mapping[str, Sequence[str]] | None = None
) -> Seal:
    """Return the seal of the runs' frames: equal items, outcomes and values, equal seal.

    `only` names, by task, the metrics that count; without it all do.
    """
    state = blake2b(digest_size=16)
    for frame in frames:
        counted = [m for m in frame.metrics if not only or m.name in only.get(frame.task, ())]
        scores = {metric.score for metric in counted}
        outcomes = {name: found for name, found in frame.outcomes.items() if name in scores}
        state.update(canonical([frame.task, frame.ids, outcomes]))
        for metric in counted:
            column = frame.column(metric.name)
            state.update(column.values.tobytes())
            state.update(column.weights.tobytes())
    return Seal(
        runs=tuple(runs),
        trials=trials(frames),
        scores=state.hexdigest(),
        metrics={frame.task: tuple(metric.name for metric in frame.metrics) for frame in frames},
    )


def trials(frames: Sequence[Frame]) -> int:
    """Return how many trials stand behind the frames, failed ones included."""
    return sum(len(of_item) for frame in frames for of_item in frame.outcomes[frame.primary])


def overridden(ruling: Ruling, override: Override) -> Ruling:
    """Return the ruling with a person's decision beside the gate's own, which stays.

    DeclarationError without a name or a reason.
    """
    for flag, said in (("--by", override.by), ("--why", override.why)):
        if not said.strip():
            raise DeclarationError(f"--override needs {flag}: who decides so, and why")
    return msgspec.structs.replace(ruling, override=override)
