"""A decision on a request: `approve` or `refuse`, from a line `Decision:` or from other words.

>>> decision("**Decision:** denied").value, decision("Decision: approve or refuse").value
('refuse', None)
>>> in_words("I've approved your refund.").value, in_words("I can't approve this.").value
('approve', 'refuse')
"""

import re

from statera.records.scores import Reading
from statera.scorers.reading.phrases import either
from statera.scorers.reading.source import prepare

APPROVE, REFUSE = "approve", "refuse"
TWO = "two decisions"

_YES = either(
    "approve[ds]? | support(?:ed)? | confirm(?:ed)? | grant(?:ed)? | accept(?:ed)? | allow(?:ed)?"
)
_NO = either("refuse[ds]? | refusal | deny | denied | declined? | reject(?:ed)? | disapproved?")
_CANNOT = (
    either(
        "not | cannot | can't | will not | won't | do not | don't | am unable to | unable to |"
        " am not able to | could not | couldn't | can not"
    )
    + r"\s+(?:be\s+)?"
)
_VERDICT = rf"(?P<said>(?P<refuse>{_NO}|{_CANNOT}{_YES})|(?P<approve>{_YES}))\b"
_MUST = either("must | have to | will | hereby | have | had to")
_LINE = re.compile(
    r"^\W*(?:\d+[.)]\s*)?(?:(?:my|the|our|final)\s+){0,2}decision\W*(?:\bis\b|[:=–—\n-])\W*"
    rf"(?:(?:I|we)\s+(?:{_MUST}\s+)?|to\s+|(?:the\s+)?request\s+(?:is\s+)?)?{_VERDICT}(?P<rest>.*)$",
    re.I | re.M,
)
_OTHER = re.compile(
    rf"(?:\W*(?:or\b)?\W*|[^.]*\b(?:if|unless|otherwise)\b[^.]*?\b){_VERDICT}", re.I
)
_WORDS = re.compile(
    rf"\b(?:I|we)(?:['’]ve)?\s+(?:{_MUST}\s+|regret\s+that\s+I\s+|\w+ly\s+)*"
    rf"{_VERDICT}\s+(?:your|the|this|that|it|a|an|paying|opening)\b",
    re.I,
)
_SUPPOSED = re.compile(
    r"\b(?:if|unless|whether|when|before|once|until|ask(?:ed)?)\b[^.!?;\n]*$", re.I
)
_REACH = 120
"""Characters before a decision in which a condition on it may stand."""


def decision(text: str) -> Reading:
    """Return what the lines `Decision:` say; None where there is none, or both.

    Words that mean the same count: "denied", "cannot approve", "confirmed".
    """
    source = prepare(text)
    found = list(_LINE.finditer(source.text))
    if not found:
        return Reading(value=None, why=source.note or "no line 'Decision:'")
    said = {_side(m) for m in found}
    if len(said) > 1 or any(_both(m) for m in found):
        return Reading(value=None, why=TWO)
    return Reading(value=said.pop(), span=source.original(*found[0].span("said")))


def in_words(text: str) -> Reading:
    """Return what the reply says that it does with the request: all such sentences must agree."""
    source = prepare(text)
    found = [
        m
        for m in _WORDS.finditer(source.text)
        if not _SUPPOSED.search(source.text, max(0, m.start() - _REACH), m.start())
    ]
    said = {_side(m) for m in found}
    if len(said) != 1:
        return Reading(value=None, why=TWO if said else "no decision")
    return Reading(value=said.pop(), span=source.original(*found[0].span("said")))


def _side(found: re.Match[str]) -> str:
    return REFUSE if found["refuse"] else APPROVE


def _both(found: re.Match[str]) -> bool:
    """Return whether the other decision follows: "approve or refuse", "approve; else refuse"."""
    other = _OTHER.match(found["rest"])
    return other is not None and _side(other) != _side(found)
