"""A short answer as a reply gives it: what it says, that it abstains, or that it says nothing.

The reply is asked for in a line that is read exactly:

    Answer: Canberra

The last such line counts. Without one, a reply of at most 40 words is the answer as a whole; a
longer one is not read. What only repeats a line of the prompt is no answer. A sample without a
reference has no answer: there abstaining is right, and so is saying that its premise is wrong, in
words of denial or those of the sample's field `corrects` (that Japan has a prime minister).
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from msgspec.structs import replace

from statera.records.requests import Chat, Complete
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.scores import UNDRAWN, Outcome, Score
from statera.records.trials import Exchange, Trial
from statera.scorers.outcomes import EMPTY_REPLY, broken
from statera.scorers.reading.phrases import either
from statera.scorers.reading.source import prepare
from statera.scorers.refusal import by_provider, refused

Kind = Literal["given", "abstained", "silent", "unread", "broken"]
Class = Literal["correct", "incorrect", "abstained", "silent", "unread", "broken"]

ECHO = "the reply is the prompt"
SOURCE = "source"
"""The field of a sample that holds the text which is asked about."""

CORRECTS = "corrects"
"""The field that lists what a reply names that sets a false premise right."""

NO_LINE = "no line 'Answer:'"
WORDS = 40
"""As many words a reply without the line may have to be taken as the answer."""

_CUE = re.compile(
    r"^\W*(?:(?:my|the|final|correct)\s+)*answer(?:\W*$|(?:\s+is)?\W{0,3}[:=–—-]\W{0,3}(.*)$)",
    re.I | re.M,
)
_CONFIDENCE = re.compile(r"^\W*(?:(?:my|the)\s+)?confidence\b.*$", re.I | re.M)
_SURE = re.compile(
    r"[\s,;.(\[|–—-]*(?:\b(?:my )?confidence\b.*|(?:\bI'?a?m )?\d+(?:\.\d+)?\s*%\s*"
    r"(?:sure|certain|confident)\W*$)",
    re.I,
)
"""How sure an answer is, said in its own line."""
_DECLINES = re.compile(
    r"\b"
    + either(
        "do not know | don't know | unknown | not known | not sure | unsure | no idea | "
        "no answer | I (?:cannot|can't|can not) | I am unable | I'm unable | "
        "(?:cannot|can't|can not) (?:be )?(?:answer(?:ed)?|known?|determined?|say|tell|predict\\w*|"
        "forecast|counted|calculated|verified) | no way (?:of knowing|to know|to tell) | "
        "(?:impossible|not possible) to (?:know|say|tell|determine|answer|predict|count) | "
        "unable to (?:answer|say|determine|know|see|access|predict) | unanswerable | unknowable | "
        "silent on | n/a | "
        "not (?:stated|mentioned|given|specified|provided|said|recorded|documented|indicated)"
        " | unrecorded | undocumented | lost to history | "
        "not in (?:the|this) (?:text|source|passage|document) | "
        "(?:do not|don't|no|not enough|not have|lack\\w*|insufficient) (?:\\w+ ){0,4}?"
        "(?:information|access|data|records?|details?) | "
        "(?:does not|doesn't|did not|didn't) "
        "(?:say|state|mention|tell|specify|give|provide|contain)"
    )
    + r"(?!\w)",
    re.I,
)
_GUESS = re.compile(
    r"\b"
    + either("but | probably | perhaps | maybe | possibly | most likely | my guess is | I guess")
    + r"\b[\s,:]*",
    re.I,
)
_BLANK = re.compile(r"\W*(?:skip(?:ped)?|pass|abstain(?:ed)?|not[\s_]attempted|blank|\?)\W*", re.I)
_PREMISE = re.compile(
    r"^\W*no\b|\bno(?!\s+(?:wait|doubt|later|longer|more|earlier|less)\b)\s+[^\W\d]|\b"
    + either(
        "never | cannot | none | neither | nobody | no one | nothing | "
        "not(?!,? (?:until|only|just|before|after|sure|long|\\d)) | "
        "(?:do|does|did|was|were|is|are|has|have|had|could|ca|wo|would)n't(?! until) | "
        "impossible | infinite(?:ly)? | endless | countless | uncountable | irrational | "
        "fictional | hypothetical | imaginary | non-?existent | cancell?ed | too far | "
        "(?:false|wrong|incorrect) premise | trick question"
    )
    + r"(?!\w)",
    re.I,
)
_RUN = 6
"""A line with so many words of the form in a row, which is not the question, repeats the form."""

_TOKEN = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_FULL_HOUR = re.compile(r"(?<=\d):00(?!\d)")
_HALF_DAY = re.compile(r"\b([ap])\.?\s?m\b\.?")
_PARTS = re.compile(r"[,;:(\n]|\s[–—-]\s")
_OR = re.compile(r"\(?\bor\b", re.I)
_CONTRAST = re.compile(
    r"[\s,;(–—-]+(?:and |but )?(?:not(?! (?:until|only|just)\b)|rather than|instead of|"
    r"as opposed to)\b[^.;()\n]*",
    re.I,
)
_REASON = re.compile(
    r"[,;(–—]\s*(?:i\.e\.|since|because|as there|that is|which)(?!\w).*", re.S | re.I
)
_ASIDE = re.compile(r"\([^()]*\)")
_OUT_OF = re.compile(r"(?<=\d)\s+(?:out\s+)?of\s+(?:the\s+|its\s+|their\s+)?\d[\d,.]*", re.I)
_ARTICLES = frozenset(("the", "a", "an"))
_SCALES = frozenset(("hundred", "thousand", "million", "billion", "trillion", "dozen"))
_BESIDE = frozenset(("and", "or", "not", "nor", "than"))
_UNITS = re.findall(
    r"\w+",
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen",
)
_TENS = re.findall(r"\w+", "twenty thirty forty fifty sixty seventy eighty ninety")
_NUMBERS = {word: str(value) for value, word in enumerate(_UNITS)} | {
    word: str(10 * place) for place, word in enumerate(_TENS, 2)
}

ANSWERS = ("correct", "incorrect")
"""The classes of a reply that gives an answer."""


class Said(NamedTuple):
    """What a reply answers: `text` where an answer is `given`, else why there is none.

    `span` is the answer's place in the reply, in characters.
    """

    kind: Kind
    text: str = ""
    span: tuple[int, int] | None = None
    why: str = ""


class Told(NamedTuple):
    """A reply by its class, with what it says; a `silent` one is empty or repeats the prompt."""

    label: Class
    said: Said
    cut_off: bool


def said(exchange: Exchange, given: Sequence[str] = ()) -> Said:
    """Return what the exchange's reply answers; pure.

    `given` are the texts of the prompt that a reply may use the words of: question, source.
    """
    response = exchange.response
    if plumbing := broken(response):
        return Said("broken", why=plumbing)
    if by_provider(response):
        return Said("abstained", why="refusal by provider")
    if not (response.text or "").strip():
        return Said("silent", why=EMPTY_REPLY)
    return _read(response, _asked(exchange), given)


def told(sample: Sample, exchange: Exchange) -> Told:
    """Return the class of a reply to a question whose right answers are `sample.accepted`."""
    found = said(exchange, (sample.input, str(sample.fields.get(SOURCE, ""))))
    label: Class
    if found.kind != "given":
        label = found.kind
    elif sample.accepted:
        label = "correct" if names(found.text, sample.accepted) else "incorrect"
    else:
        label = "abstained" if _corrects(found.text, sample) else "incorrect"
    return Told(label, found, exchange.response.cut_off)


def last(sample: Sample, trial: Trial) -> Told:
    """Return the class of the trial's last reply."""
    return told(sample, trial.exchanges[-1])


def scored(metric: str, found: Told, value: float | None, good: bool, why: str = "") -> Score:
    """Return the score of a reply that was read; None is what a reply of this class lacks."""
    outcome: Outcome = "right" if good else "wrong"
    if value is None:
        outcome = "refused" if found.label == "abstained" else unread(found)
    return Score(
        metric=metric,
        value=value,
        outcome=outcome,
        why=why or found.said.why,
        extracted=found.said.text or None,
        span=found.said.span,
    )


def rightly(metric: str, sample: Sample, found: Told) -> Score:
    """Return 1 for the right answer, or for abstaining where there is none to give; else 0 or none.

    An answer that is wrong is 0; what abstains from a question with an answer has no value.
    """
    if found.label in ANSWERS:
        good = found.label == "correct"
        return scored(metric, found, float(good), good)
    if found.label == "abstained" and not sample.accepted:
        return scored(metric, found, 1.0, True)
    return scored(metric, found, None, False)


def unread(found: Told) -> Outcome:
    """Return the outcome of a reply in which nothing was read."""
    if found.label == "broken":
        return "infra_error"
    return "truncated" if found.cut_off else "unparsed"


def lost(metric: str, found: Told) -> Score | None:
    """Return the score of a reply that was lost or cannot be read, None for every other."""
    return scored(metric, found, None, False) if found.label in ("broken", "unread") else None


def nothing(metric: str, found: Told) -> Score | None:
    """Return the score of a lost reply, and 0 for one that cannot be read; None for every other.

    So nobody who cannot be understood is said to have answered, or to have abstained.
    """
    absent = lost(metric, found)
    return replace(absent, value=0.0) if absent and found.label == "unread" else absent


def undrawn(metric: str, why: str) -> Score:
    """Return what stands where a score is of other trials only."""
    return Score(metric=metric, value=None, outcome="unparsed", why=why, flags=(UNDRAWN,))


def names(answer: str, accepted: Sequence[str]) -> bool:
    """Return whether the answer names one of the accepted ones, and no other beside it.

    >>> names("It is Canberra, Australia.", ["Canberra"]), names("Sydney or Canberra", ["Canberra"])
    (True, False)
    >>> names("In July 1969", ["1969"]), names("8.5", ["8"]), names("eight", ["8"])
    (True, False, True)
    """
    answer = _CONTRAST.sub(" ", answer)
    tokens = words(answer)
    wanted = [words(one) for one in accepted]
    if tokens in wanted:
        return True
    if {"or", "either", "nor"} & set(tokens):
        either_one = [one for one in _OR.split(answer) if words(one)]
        return len(either_one) > 1 and all(names(one, accepted) for one in either_one)
    parts = _PARTS.split(answer)
    inside = tokens if len([p for p in parts if p.strip()]) <= 2 else words(parts[0])
    figures = words(_calculated(answer))
    return any(_number(one, figures) if _numeric(one) else _within(one, inside) for one in wanted)


def declines(text: str) -> bool:
    """Return whether a text says that it does not know."""
    return _DECLINES.search(text) is not None


def words(text: str) -> list[str]:
    """Return words and numbers without case, accents, articles; number words as figures."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    found: list[str] = []
    tens = False
    plain = _FULL_HOUR.sub("", _THOUSANDS.sub("", bare.casefold()))
    for one in _TOKEN.findall(_HALF_DAY.sub(r" \1m ", plain)):
        unit = _UNITS.index(one) if one in _UNITS[1:10] else 0
        if tens and unit:
            found[-1] = str(int(found[-1]) + unit)
        elif one not in _ARTICLES:
            found.append(_NUMBERS.get(one, re.sub(r"\.0+\Z", "", one)))
        tens = one in _TENS
    return found


def _asked(exchange: Exchange) -> str:
    request = exchange.request
    if isinstance(request, Chat):
        return "\n".join(one.content for one in request.messages if one.role != "assistant")
    return request.prompt if isinstance(request, Complete) else ""


def _read(response: Response, asked: str, given: Sequence[str]) -> Said:
    text = response.text or ""
    source = prepare(text)
    if source.note or not source.text.strip():
        return Said("unread", why=source.note or "nothing to read")
    known = {" ".join(found) for line in asked.splitlines() if (found := words(line))}
    lines = re.finditer(r"[^\n]*\S[^\n]*", source.text)
    form = _runs(asked, given)
    own = [m for m in lines if " ".join(words(m[0])) not in known and not _repeats(m[0], form)]
    if not own:
        return Said("silent", why=ECHO)
    cued = [m for m in (_CUE.search(line[0]) for line in own) if m is not None]
    if not cued:
        return _whole(response, "\n".join(m[0] for m in own))
    answer = _SURE.sub("", (cued[-1][1] or "").strip())
    if not answer:
        answer = _after(source.text, cued[-1][0])
    if not answer:
        return Said("unread", why="the line 'Answer:' is empty")
    return _answer(answer, _place(text, answer))


def _runs(asked: str, given: Sequence[str]) -> frozenset[tuple[str, ...]]:
    """Return the runs of words in the prompt that are not of the given texts."""
    return frozenset(_windows(asked)).difference(*map(_windows, given))


def _repeats(line: str, form: frozenset[tuple[str, ...]]) -> bool:
    return not form.isdisjoint(_windows(line))


def _windows(text: str) -> Iterator[tuple[str, ...]]:
    tokens = words(text)
    return (tuple(tokens[place : place + _RUN]) for place in range(len(tokens) - _RUN + 1))


def _after(text: str, cue: str) -> str:
    """Return the line after an empty `Answer:`, unless it states a confidence."""
    rest = text.rpartition(cue)[2].strip().partition("\n")[0].strip()
    return "" if _CONFIDENCE.match(rest) else rest


def _whole(response: Response, text: str) -> Said:
    """Return what a reply without the line answers."""
    plain = _CONFIDENCE.sub("", text).strip()
    if response.cut_off:
        return Said("unread", why="cut off at the token limit")
    refusal = refused(response)
    if refusal is not None and not refusal.unsure:
        return Said("abstained", why=f"refusal by {refusal.evidence}")
    if not words(plain) or len(plain.split()) > WORDS:
        return Said("unread", why=NO_LINE)
    return _answer(plain, _place(response.text or "", plain))


def _answer(text: str, span: tuple[int, int] | None) -> Said:
    """Return an answer, or that it abstains; a guess after "I don't know, but" is an answer."""
    if _BLANK.fullmatch(text):
        return Said("abstained", why=text[:80])
    declines = _DECLINES.search(text)
    if declines is None:
        return Said("given", text, span)
    guess = _GUESS.search(text, declines.end())
    if guess is not None and text[guess.end() :].strip(" ."):
        return Said("given", text[guess.end() :].strip(), span)
    return Said("abstained", why=text[:80])


def _corrects(text: str, sample: Sample) -> bool:
    """Return whether an answer to a question that has none says so, or what is so instead."""
    tokens = words(text)
    named = (words(str(one)) for one in sample.fields.get(CORRECTS, ()))
    return _PREMISE.search(text) is not None or any(_within(one, tokens) for one in named)


def _calculated(answer: str) -> str:
    """Return what a number's answer comes to: behind the last sign of equality, without asides."""
    bare = _OUT_OF.sub("", _ASIDE.sub(" ", _REASON.sub("", answer)))
    bare = bare if any(one[0].isdigit() for one in words(bare)) else answer
    return bare.rpartition("=")[2] or bare


def _place(text: str, answer: str) -> tuple[int, int] | None:
    start = text.rfind(answer)
    return None if start < 0 else (start, start + len(answer))


def _numeric(tokens: Sequence[str]) -> bool:
    return bool(tokens) and all(one[0].isdigit() for one in tokens)


def _number(wanted: Sequence[str], tokens: Sequence[str]) -> bool:
    """Return whether the only figure is the wanted one; a year may stand in a date."""
    figures = [one for one in tokens if one[0].isdigit()]
    year = len(wanted) == 1 and len(wanted[0]) == 4
    rest = [one for one in figures if one not in wanted]
    if not set(wanted) <= set(figures) or _SCALES & set(tokens) or "not" in tokens:
        return False
    return not rest or (year and all(float(one) <= 31 for one in rest))


def _within(wanted: Sequence[str], tokens: Sequence[str]) -> bool:
    """Return whether the words stand together in the answer, neither denied nor listed."""
    size = len(wanted)
    for place in range(len(tokens) - size + 1):
        if size and list(tokens[place : place + size]) == list(wanted):
            beside = {*tokens[max(0, place - 1) : place], *tokens[place + size : place + size + 1]}
            if not beside & _BESIDE and "not" not in tokens[max(0, place - 2) : place]:
                return True
    return False
