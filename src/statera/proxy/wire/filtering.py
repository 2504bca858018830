"""What a blocked client is told: which kinds of content were found, never the content.

Azure's names where there is one (`hate`, `sexual`, `violence`, `self_harm` with a severity;
`jailbreak`, `indirect_attack` with `detected`), as clients of `content_filter` parse them.
"""

from collections.abc import Iterable

from statera.guard.blockers import blocks
from statera.guard.policy import Policy
from statera.proxy.wire.leaves import says_nothing
from statera.proxy.wire.slots import Body
from statera.records.guarding import Decision, Finding

_AZURE = {
    "harassment": "hate",
    "harmful": "violence",
    "hate": "hate",
    "identity_attack": "hate",
    "indirect_attack": "indirect_attack",
    "injection": "indirect_attack",
    "insult": "hate",
    "jailbreak": "jailbreak",
    "prompt_injection": "indirect_attack",
    "self_harm": "self_harm",
    "sexual": "sexual",
    "threat": "violence",
    "toxic": "hate",
    "toxicity": "hate",
    "violence": "violence",
}
_GRADED = frozenset({"hate", "sexual", "violence", "self_harm"})


def kept(body: Body, fields: Iterable[str]) -> Body:
    """Return those of the fields that stay in a blocked body: they hold numbers and labels only."""
    return {name: body[name] for name in fields if name in body and says_nothing(body[name])}


def enforced(decision: Decision) -> tuple[Finding, ...]:
    """Return the findings for which the decision blocks.

    Those of detectors that could not read it all only where no score blocks.
    """
    found = tuple(one for one in decision.findings if blocks(one))
    return tuple(one for one in found if one.cause == "score") or found


def filter_results(decision: Decision) -> Body:
    """Return Azure's `content_filter_results` for what blocked.

    A text that was too much to examine is `beyond`: nothing was found in it.
    """
    results: Body = {}
    for finding in enforced(decision):
        if finding.cause == "beyond":
            results["beyond"] = {"filtered": True, "detected": True}
            continue
        kind = finding.category or finding.detector
        name = _AZURE.get(kind) or _AZURE.get(finding.detector) or kind
        graded = {"filtered": True, "severity": "high"}
        results[name] = graded if name in _GRADED else {"filtered": True, "detected": True}
    return results


def details(decision: Decision) -> Body:
    """Return the `statera` object: which decision, policy, detectors and categories."""
    found = enforced(decision)
    return {
        "decision": decision.id,
        "policy": decision.policy,
        "detectors": sorted({one.detector for one in found}),
        "categories": sorted({_category(one) for one in found} - {""}),
    }


def _category(finding: Finding) -> str:
    return "beyond" if finding.cause == "beyond" else finding.category


def input_message(decision: Decision, policy: Policy) -> str:
    """Return what the client of a blocked request is told, also of a tool call in it."""
    own = policy.messages
    return own.input if decision.message in ("", own.output) else decision.message


def first_message(decision: Decision, policy: Policy) -> str:
    """Return what the client is told of a stream that has not begun, as the decision words it.

    Such a stream stands for a blocked request or for a reply of which nothing has left.
    """
    return decision.message or policy.messages.input


def output_message(decision: Decision, policy: Policy) -> str:
    """Return what the client of a blocked reply is told, also of a tool's result in it."""
    own = policy.messages
    return own.output if decision.message in ("", own.input) else decision.message
