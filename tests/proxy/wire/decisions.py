"""A decision that blocks."""

from statera.records.guarding import Decision, Finding

DECISION = Decision(
    id="d1",
    policy="p",
    outcome="block",
    would="block",
    findings=(
        Finding(
            detector="toxicity",
            side="input",
            place="messages[0].content",
            cause="score",
            action="block",
            mode="enforce",
            threshold=0.5,
            score=0.9,
            category="toxicity",
        ),
        Finding(
            detector="watched",
            side="input",
            place="messages[0].content",
            cause="score",
            action="block",
            mode="shadow",
            threshold=0.5,
            score=0.9,
        ),
    ),
)
DETAILS = {
    "decision": "d1",
    "policy": "p",
    "detectors": ["toxicity"],
    "categories": ["toxicity"],
}
