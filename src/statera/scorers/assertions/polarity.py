"""Is a word denied where it stands? Triggers, their scope, and what ends it.

After NegEx (Chapman et al., A simple algorithm for identifying negated findings and diseases in
discharge summaries, J Biomed Inform 34, 2001): a trigger denies what follows it in its clause up to
a terminator, or what stands right before it. Added here: a comma ends the scope where a statement
of its own follows, and an exception ("no allergies except penicillin") ends it too.

>>> denied("denies allergy to latex", 18, 23), denied("no fever, allergic to latex", 22, 27)
(True, False)
"""

import re

_TRIGGERS = re.compile(
    r"\b(?:no|not|nor|neither|never|nil|none|without|denie[sd]|deny(?:ing)?|sin|absence of|"
    r"negative for|free (?:of|from)|rules? out|ruled out|lacks?|cannot|un(?:aware|likely))\b|n't\b"
)
_HARMLESS = re.compile(
    r"\bnot? (?:to )?(?:be )?(?:stop|miss|omit|interrupt|discontinu|forget|chang)\w*|"
    r"\b(?:(?:do|must|should|can|may)(?: not|n't| never)|can't|cannot) (?:be )?(?:re-?)?"
    r"(?:giv|receiv|prescrib|tak|us|administ|expos|stop|miss|omit|hav|get)\w*|"
    r"\bnever (?:again )?(?:give|take|prescribe|administer|use|expose)\b|"
    r"\b(?:no|not|without) (?:only|just|further|other|additional|new|change|longer|doubt|missed|"
    r"interruption)\w*|\bwithout (?:fail|delay|omission)\b|\bno\. ?\d+|\bnot yet\b|\bnot (?:near|"
    r"affecting|involving|related to|due to|because of)\b|"
    r"\bno (?:results?|report|growth) (?:yet|so far|available|back)\b|\bnot otherwise\b"
)
_ENDERS = re.compile(
    r"\b(?:but|except\w*|other than|apart from|aside from|besides|bar|save for|excluding|however|"
    r"instead|because|due to|given|since)\b|[:;]|"
    r"\b(?:bleeding|bruising|events?|problems?|issues?|side[- ]effects?|complications?|symptoms?|"
    r"smoking|drinking|"
    r"concerns?) (?:on|with|while|since|from|in|during)\b|"
    r"[,.]\s*(?:and\s+|but\s+|she\s+|he\s+|they\s+|the\s+patient\s+|patient\s+|pt\s+)?"
    r"(?:is|was|are|has|have|had|on|takes?|taking|remains?|currently|now|allergic|allergy|"
    r"allergies|"
    r"known|who|with|pregnant|continues?|started|carries|wears|code|do not|dnr|dnacpr|for|blood|"
    r"documented|anticoagulated|severe|confirmed|given|implanted)\b|"
    r"\band (?:is|was|has|had|on|takes?|remains?|carries|allergic|continues?|she|he|currently)\b"
)
_AFTER = re.compile(
    r"(?:\s+(?:allerg\w+|use|therapy|hypersensitivity|form|order|decision|tests?|"
    r"status))?\s*(?:is|was|are|were|has been|have been|status|"
    r"test|:|=|-|\()*\s*(?:currently |specifically |also )?(?:denied|absent|negative|neg\b|nil\b|"
    r"none\b|"
    r"excluded|ruled out|refuted|disproved|not (?:in place|present|taken|taking|prescribed|signed|"
    r"known|"
    r"reported|recorded|confirmed|on file|applicable|documented|pregnant|allergic)|"
    r"no\b(?=\s*(?:$|[.,;)])))"
)
_PARENTHESIS = re.compile(r"\([^()]*\)?")


def denied(text: str, start: int, end: int) -> bool:
    """Return True when the words of text[start:end] are denied within this clause."""
    lowered = _outside(text.lower(), start, end)
    before = _HARMLESS.sub(lambda found: " " * len(found[0]), lowered[:end])
    ends = [found.end() for found in _ENDERS.finditer(before) if found.start() < start]
    scope = before[min(start, max(ends, default=0)) : start]
    if _TRIGGERS.search(scope):
        return True
    return bool(_AFTER.match(lowered, end))


def _outside(text: str, start: int, end: int) -> str:
    """Return the text with every parenthesis blanked that does not hold the words."""

    def blank(found: re.Match[str]) -> str:
        holds = found.start() < start and end <= found.end()
        says = found.start() >= end and _AFTER.match(found[0][1:])
        return found[0] if holds or says else " " * len(found[0])

    return _PARENTHESIS.sub(blank, text)
