"""The answers to a checklist: a line for each point, `1: yes`, or a JSON object with the numbers.

A point that is answered twice must be answered alike; one that is not answered leaves no verdict.

>>> read("1: yes\\n2: no", 2).value, read("1: yes\\n1: no\\n2: no", 2).why
('yes,no', 'point 1 is answered yes and no')
"""

import re
from collections.abc import Mapping

from statera.records.scores import Reading
from statera.scorers.reading import yesno
from statera.scorers.reading.final import closing_object
from statera.scorers.reading.source import prepare

Places = dict[int, dict[str, tuple[int, int]]]
"""By point and answer, where it stands."""

_LINE = re.compile(
    r"^[^\w\n]*(?:(?:point|item|question|check|criterion|q|no)\W{0,3})?(?P<point>\d{1,3})"
    r"[ \t]*[.:)\]|=–—-]+[ \t]*(?:(?:answer|verdict)[ \t]*[:=][ \t]*)?[^\w\n]*(?P<said>yes|no)\b"
    r"(?![ \t]*(?:/|\||\bor\b|\band\b)[ \t]*(?:yes|no)\b)(?!['’-]\w)(?P<more>[^\n]*)",
    re.I | re.M,
)
_ALSO = re.compile(
    r"\W*(?:(?:or|and|but|no|wait|actually|rather|then|maybe|perhaps)\b\W*)*?(?P<said>yes|no)\W*\Z",
    re.I,
)
"""What else is answered to the same point: "yes, no", "no, wait, yes"."""
_NO_THING = re.compile(r"[ \t]+(?!because\b|since\b|as\b|it\b|this\b|the\b|they\b)\w", re.I)
_NESTED = ("points", "answers", "checklist", "verdicts")


def read(text: str, count: int) -> Reading:
    """Return the answers to all points, as `yes,no,yes`, or None with the point that has none."""
    source = prepare(text)
    if source.note or not source.text.strip():
        return Reading(value=None, why=source.note or "nothing to read")
    found = _json(source.text) or _lines(source.text)
    if not found and count == 1:
        return yesno.read(text)
    if beyond := sorted(point for point in found if not 1 <= point <= count):
        return Reading(value=None, why=f"point {beyond[0]} is answered, of {count}")
    for point in range(1, count + 1):
        answers = found.get(point, {})
        if len(answers) != 1:
            said = (
                f"answered {' and '.join(sorted(answers, reverse=True))}"
                if answers
                else "not answered"
            )
            return Reading(value=None, why=f"point {point} is {said}")
    places = [place for answers in found.values() for place in answers.values()]
    span = source.original(min(p[0] for p in places), max(p[1] for p in places))
    value = ",".join(next(iter(found[point])) for point in range(1, count + 1))
    return Reading(value=value, span=span, why=f"{count} answers")


def _lines(text: str) -> Places:
    found: Places = {}
    for m in _LINE.finditer(text):
        said = m["said"].lower()
        if said == "no" and _NO_THING.match(m["more"]):  # "2. No source is named" is a reason
            continue
        answers = found.setdefault(int(m["point"]), {})
        answers[said] = m.span("said")
        if also := _ALSO.match(m["more"]):
            answers.setdefault(also["said"].lower(), m.span("more"))
    return found


def _json(text: str) -> Places:
    """Return the answers of a JSON object: under the numbers, or one level further down."""
    found: Places = {}
    object_ = closing_object(text)
    for member in object_.members if object_ else ():
        place = (member.start, member.end)
        if member.key in _NESTED:
            for key, value in _numbered(member.value).items():
                _add(found, key, value, place)
        else:
            _add(found, member.key, member.value, place)
    return found


def _numbered(value: object) -> Mapping[str, object]:
    if isinstance(value, list):
        return {str(number): one for number, one in enumerate(value, start=1)}
    return value if isinstance(value, dict) else {}


def _add(found: Places, key: str, value: object, place: tuple[int, int]) -> None:
    if not re.fullmatch(r"\d{1,3}", key):
        return
    answers = found.setdefault(int(key), {})
    said = {True: "yes", False: "no"}.get(value) if isinstance(value, bool) else value
    if isinstance(said, str) and said.strip().lower() in ("yes", "no"):
        answers[said.strip().lower()] = place
