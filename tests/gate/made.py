"""Frames, evidence and policies for tests of gates."""

from collections.abc import Mapping, Sequence
from typing import Any

from statera.analysis.frame import Frame
from statera.analysis.pairing import Pairing
from statera.gate.evidence import Evidence
from statera.gate.policy import Policy, policy
from statera.gate.rules import Target, targets
from statera.records.scores import Outcome
from tests.analysis.made import frame

Named = tuple[str, str, Sequence[Outcome]]


def items(counts: Mapping[str, Sequence[tuple[int, Sequence[Outcome]]]]) -> list[Named]:
    """Return the items of each category: so many with those outcomes, then so many with those."""
    return [
        (f"{category}/{place}", category, outcomes)
        for category, kinds in counts.items()
        for place, outcomes in enumerate(o for count, o in kinds for _ in range(count))
    ]


def pair_counts(both: int, wins: int, losses: int, neither: int = 0) -> tuple[Frame, Frame]:
    """Return candidate and base, right on the same items but for wins and losses."""
    right: Sequence[Outcome] = ("right",)
    wrong: Sequence[Outcome] = ("wrong",)
    sizes = (both, wins, losses, neither)
    sides = ((right, right, wrong, wrong), (right, wrong, right, wrong))
    made = [frame(items({"all": list(zip(sizes, side, strict=True))})) for side in sides]
    return made[0], made[1]


def paired(candidate: Frame, base: Frame) -> Evidence:
    """Return the evidence of two frames of one task."""
    return Evidence(
        candidate={candidate.task: candidate},
        base={candidate.task: Pairing.of(candidate, base)},
        others=(base,),
    )


def single(candidate: Frame, **more: Any) -> Evidence:
    """Return the evidence of one frame alone."""
    return Evidence(candidate={candidate.task: candidate}, **more)


def rules(*stated: Mapping[str, Any], **more: Any) -> Policy:
    """Return a policy with these rules; what is not stated is a margin of 2 points."""
    default = {"metric": "t/accuracy", "than": "baseline", "margin": 0.02}
    return policy({"gate": "g", "rules": [dict(rule) for rule in stated or (default,)], **more})


def only_target(evidence: Evidence, *stated: Mapping[str, Any]) -> Target:
    """Return the one target of a policy with that rule."""
    (found,) = targets(rules(*stated), evidence.known)
    return found
