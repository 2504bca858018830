"""Which detectors are behind a block, and which of their findings hold a text back.

lenient = lenient_of(policy)                # what they cannot read, they let pass
blockers(decision, lenient)                 # ("toxicity",)
"""

from collections.abc import Collection

from statera.guard.policy import Policy
from statera.records.guarding import Decision, Finding


def lenient_of(policy: Policy) -> frozenset[str]:
    """Return the detectors that let pass what they cannot examine (`beyond: allow`)."""
    return frozenset(entry.name for entry in policy.detectors if entry.beyond == "allow")


def blocks(finding: Finding, lenient: Collection[str] = ()) -> bool:
    """Return whether the finding by itself blocks: a check that was not made never does."""
    if finding.mode != "enforce":
        return False
    if finding.cause == "score":
        return finding.action == "block"
    if finding.cause != "beyond" or finding.action in ("allow", "annotate"):
        return False
    return finding.detector not in lenient


def blockers(decision: Decision, lenient: Collection[str] = ()) -> tuple[str, ...]:
    """Return the detectors that enforce the block of a decision, each once.

    Where nothing was found, those that could not read it all; `lenient` names the ones that let
    such a text pass. None where the decision is no block.
    """
    if decision.outcome != "block":
        return ()
    enforced = [one for one in decision.findings if blocks(one, lenient)]
    by_score = [one for one in enforced if one.cause == "score"]
    return tuple(dict.fromkeys(one.detector for one in by_score or enforced))
