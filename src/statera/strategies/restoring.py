"""Values that were taken out of a request and come back in its reply.

>>> restored("Dear [EMAIL_1]", {"[EMAIL_1]": "ada@example.com"})
'Dear ada@example.com'
"""

import json
import re
from collections.abc import Mapping, Sequence

from statera.guard.policy import Policy
from statera.records.guarding import Decision, Passage

_NUMBERED = re.compile(r"\[(.+)_\d+\]")


def taken_out(policy: Policy, decision: Decision, passages: Sequence[Passage]) -> dict[str, str]:
    """Return what detectors with `restore` took out, by the numbered name that stands for it."""
    entries = {entry.name for entry in policy.detectors if entry.restore}
    labels = {
        span.label or finding.detector.upper()
        for finding in decision.findings
        if finding.detector in entries
        for span in finding.spans
    }
    values: dict[str, str] = {}
    for edit in decision.edits:
        found = _NUMBERED.fullmatch(edit.replacement)
        if found and found[1] in labels:
            values[edit.replacement] = passages[edit.passage].text[edit.start : edit.end]
    return values


def restored(text: str, values: Mapping[str, str], *, escaped: bool = False) -> str:
    """Return the text with values for names; `escaped` within JSON text."""
    for name, value in values.items():
        put = json.dumps(value, ensure_ascii=False)[1:-1] if escaped else value
        text = text.replace(name, put)
    return text
