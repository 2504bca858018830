"""What must be said of a thing, for each relation: words that say so, and words that take it back.

`cues` must stand in the clause or its label (none: naming the thing says it); `ended` takes it back
(stopped, removed, resolved); `doubtful` leaves it open (held, planned, to be confirmed).
"""

import re
from typing import NamedTuple

from statera.scorers.assertions.assertion import Relation


class Words(NamedTuple):
    """A relation's words; None where there are none to look for."""

    cues: re.Pattern[str] | None = None
    ended: re.Pattern[str] | None = None
    doubtful: re.Pattern[str] | None = None


def _any(*words: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(words) + ")", re.I)


REACTION = (
    r"anaphyla\w+|rash\w*|hives|urticaria\w*|angio-?o?edema|swelling|swell\w*|bronchospasm|"
    r"wheez\w+|"
    r"stevens-johnson\w*|SJS|DRESS\b|itch\w*|pruritus|airway|blister\w*|facial oedema|collaps\w+"
)
ALLERGIC = (
    r"al+erg(?!ic (?:rhinitis|asthma|conjunctivitis|dermatitis|eczema))\w*|hyper-?sensitiv\w+|"
    r"anaphyla\w+|(?:adverse|severe|serious|immune) (?:drug )?reaction\w*"
    r"|(?:drug|medication|medicine)s? sensitivit\w+"
    r"|reacts?(?:ed)? (?:badly |severely )?(?:to|with)|reactions? (?:to|with|after|from|on)|ADRs?\b"
)
_GONE = r"no longer|rescinded|revoked|revers(?:ed|al)|withdrawn|cancell?ed|lifted|suspended"
_STOPPED = (
    r"stopp(?:ed|ing)|discontinu\w+|ceas\w+|no longer|previous(?:ly)?|former(?:ly)?|used to|"
    r"was (?:once )?on|had been on|complet\w+|switched from|chang\w+ from|withdrawn|c[ao]m(?:e|"
    r"ing) off|"
    r"replac\w+(?! by)|finished|until \d{4}|past\b|old\b|instead of|history of"
)

RELATIONS: dict[Relation, Words] = {
    "mention": Words(),
    "allergy": Words(
        cues=_any(ALLERGIC, REACTION),
        ended=_any(
            r"resolved|outgr[eo]w\w*|no longer|de-?label\w*|dis-?proved|removed|ruled out|"
            r"excluded|refuted|tolerat\w+"
        ),
        doubtful=_any(r"possible|query|unclear|unconfirmed|uncertain|suspected"),
    ),
    "medication": Words(
        ended=_any(_STOPPED),
        doubtful=_any(r"\bheld|paus\w+|withh[eo]ld\w*|consider\w*|suspend\w*|if\b"),
    ),
    "order": Words(
        ended=_any(_GONE, r"previous(?:ly)?|former(?:ly)?"),
        doubtful=_any(r"discuss\w*|consider\w*|to be decided|under review"),
    ),
    "device": Words(
        ended=_any(r"removed|explant\w+|extract(?:ed|ion)|no longer|taken out"),
        doubtful=_any(
            r"consider\w*|planned|referr\w+ for|listed for|candidate|"
            r"to be (?:fitted|implanted|inserted)|for insertion"
        ),
    ),
    "pregnancy": Words(
        ended=_any(
            r"previous|prior|past\b|last\b|first pregnancies|history of|earlier|"
            r"had (?:an?|one|two|three)\b|terminat\w+|miscarr\w+|ended|post-?partum|delivered"
        ),
        doubtful=_any(r"possib\w+|\bmay be|might be|to be excluded|query"),
    ),
    "pending": Words(
        cues=_any(
            r"pend\w*|await\w*|outstanding|"
            r"not (?:yet |been )*(?:back|come|available|resulted|reported|received|through|"
            r"seen|ready|known)|"
            r"(?:still|yet) to|(?:do|does) not (?:yet )?have|to follow|TBC|chas(?:e|ing)|"
            r"in progress|still out|\bdue\b|no (?:final )?results? (?:yet|so far|available)|"
            r"unreported|not yet|still with the lab|"
            r"follow(?:ing)?[- ]?up (?:of|on|the|results?|final|blood|urine|sputum|cultures?|"
            r"histology|biops\w+|trop\w*)\b|"
            r"to be (?:reported|followed|chased|confirmed)|incomplete|unresulted|"
            r"wait(?:ing|s)? (?:for|on)|without a (?:final )?result|results? expected|"
            r"(?:is|are) expected"
        ),
        ended=_any(
            r"negative|positive|no growth(?! (?:so far|to date|at \d))|grew|normal|came back|"
            r"(?<!not )resulted|unremarkable|final(?:ised|ized)?\b(?! result)|sterile"
        ),
    ),
}

FAMILY = re.compile(
    r"\b(?:(?<!expectant )mother(?!-to-be)|father|parents?|sister|brother|siblings?|son|daughter|"
    r"aunt|uncle|neighbou?r|friend|"
    r"cousin|husband|wife|grand(?:mother|father)|family (?:history|hx|members?)|FHx?|maternal|"
    r"paternal|"
    r"spouse)\b(?! (?:reports?|says|said|states?|confirm\w*|agree\w*|is aware|aware|knows?|"
    r"informed|told|"
    r"mention\w*|thinks|will|to be))",
    re.I,
)
"""Whose allergy, medicine or device it is, unless they only tell of the patient's."""

_FILL = r"(?:[\s(:-]|\d[\w./%-]*|mg|mcg|units?|BD|OD|bd|od|daily|twice|once|a day|"
AFTER = re.compile(
    _FILL
    + r"was|is|were|are|has|have|been|had|therapy|treatment|tablets?|use|allergy|label|test|order|"
    r"orders|form|status|now|later|since|subsequently|formally|recently|being|to be|then|also)*"
)
BEFORE = re.compile(
    _FILL
    + r"the|her|his|their|my|an?|of|on|taking|took|take|with|oral|regular|long-term|therapeutic|"
    r"known|to|has|been|being|treated|managed|anticoagulated|given|received|used|using|prescribed)*"
)
"""What may stand between the thing and a word that takes it back, after it and before it."""
