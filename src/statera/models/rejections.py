"""What a server means when it says no: its words, and which kind of no they are.

Servers that speak the same protocol complain in many shapes; each function knows them all:
OpenAI and llama.cpp `{"error": {"message", "code", "param"}}`, vLLM also `{"message"}`, TGI, Ollama
and LM Studio `{"error": "text"}`, FastAPI `{"detail": [{"loc", "msg"}]}`, Gemini a list of errors,
OpenRouter the provider's own words inside `metadata.raw`, and gateways plain text or HTML.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import msgspec

_LONGEST = 600

_FILTER_CODES = {
    "content_filter",
    "content_filtered",
    "content_policy_violation",
    "data_inspection_failed",
    "moderation_blocked",
    "refusal",
    "responsibleaipolicyviolation",
}
_FILTER_WORDS = re.compile(
    r"content (?:management|policy|filter)|content[_ ]filter|responsible ai polic"
    r"|flagged (?:as|by|for)|was flagged|violat\w+ (?:our|the|of our)? ?(?:usage|safety|content)"
    r"|safety system|inappropriate content",
    re.IGNORECASE,
)
_LENGTH_CODES = {
    "context_length_exceeded",
    "context_window_exceeded",
    "exceed_context_size_error",
    "model_context_window_exceeded",
    "string_above_max_length",
    "token_limit_exceeded",
}
_LENGTH_WORDS = re.compile(
    r"(?:maximum|max|available|model'?s?) context|context (?:length|window|size)[^.]{0,30} exceed"
    r"|exceed[^.]{0,60}context|(?:longer|greater|larger) than the (?:model's )?(?:maximum )?context"
    r"|context the overflows|overflows? the context|(?:prompt|input|request) (?:is )?too long"
    r"|`inputs` tokens \+ `max_new_tokens`|`inputs` must have less than"
    r"|(?:input|prompt)[^.]{0,40}tokens?[^.]{0,30} exceeds? the max"
    r"|too many (?:input )?tokens in (?:the |your )?(?:prompt|input|request|messages|context)"
    r"|reduce the length of the (?:messages|prompt|input)|n_keep",
    re.IGNORECASE,
)
_NOT_TAKEN = re.compile(
    r"unsupported|not (?:supported|permitted|allowed|accepted|available|compatible|enabled)"
    r"|(?:does not|doesn't|cannot) (?:support|accept)|unrecogni[sz]ed|unknown|unexpected"
    r"|deprecated|extra (?:inputs|fields)|incompatible|strictly positive",
    re.IGNORECASE,
)
_NOT_CONTENT = re.compile(
    r"flagged (?:as|by|for)[^.]{0,30}(?:rate.?limit|spam|\bbots?\b|automated|traffic)"
    r"|(?:unknown|unrecogni[sz]ed|unsupported|unexpected|extra|additional) (?:\w+ )?"
    r"(?:parameter|argument|field|propert|option|key|input)",
    re.IGNORECASE,
)
_OUT_OF_RANGE = re.compile(
    r"\bbetween\b|\brange\b|\bat (?:most|least)\b|\bup to\b|[<>≤≥]|exceeds?\b"
    r"|(?:less|more|fewer|greater|larger|smaller|higher|lower) than"
    r"|(?:max|min)(?:imum)? (?:allowed|value|number|is|of)",
    re.IGNORECASE,
)
_PROMPT_TOKENS = re.compile(
    r"(\d+) (?:in the (?:messages|prompt)|of text input|`inputs` tokens|(?:input|prompt) tokens)"
    r"|: (\d+) \+ \d+ >",
    re.IGNORECASE,
)
_REPLY_TOKENS = re.compile(
    r"too large: (\d+)|(\d+) (?:in|for) the (?:completion|output)|(\d+) `max_new_tokens`"
    r"|(\d+) (?:output|completion) tokens|: \d+ \+ (\d+) >",
    re.IGNORECASE,
)
_CONTEXT_TOKENS = re.compile(
    r"context (?:length|window|size|limit)(?: is| of|:)? (\d+)(?! \+|\d)|(?:<=|>) (\d+)",
    re.IGNORECASE,
)
_TOO_FEW = re.compile(
    r"output limit was reached|higher max_tokens"
    r"|max_\w*tokens\b[^.]{0,60}"
    r"(?:at least|minimum|below|>=|(?:greater|more|larger) than|too (?:small|low))",
    re.IGNORECASE,
)
_PLAIN_WORDS = {"stop", "seed"}
_TAGS = re.compile(r"(?s)<(script|style).*?</\1>|<[^>]*>")


class Complaint(NamedTuple):
    """A server's no: its own words on one line, its codes in lower case, the field it is about."""

    message: str
    codes: frozenset[str]
    parameter: str | None


def read_complaint(body: bytes) -> Complaint:
    """Return what an error body says, whatever its shape."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = _TAGS.sub(" ", body[:20_000].decode("utf-8", "replace"))
        return Complaint(_line(text), frozenset(), None)
    error = _innermost(value)
    message = ": ".join(dict.fromkeys(filter(None, _messages(error))))
    codes = frozenset(code.lower() for code in _codes(error))
    return Complaint(_line(message or msgspec.json.encode(value).decode()), codes, _field(error))


def is_filtered(complaint: Complaint) -> bool:
    """True when a content filter refused the prompt."""
    if complaint.codes & _FILTER_CODES:
        return True
    words = complaint.message
    return bool(_FILTER_WORDS.search(words)) and not _NOT_CONTENT.search(words)


def is_too_long(complaint: Complaint) -> bool:
    """True when the prompt is over the context length, or leaves no room for a usual reply."""
    told = bool(complaint.codes & _LENGTH_CODES or _LENGTH_WORDS.search(complaint.message))
    return told and not is_limit_too_large(complaint)


def is_limit_too_large(complaint: Complaint) -> bool:
    """True when max_tokens is what does not fit: it was declared wrong, whatever the prompt.

    That is where the prompt fits the context and the reply's limit is the larger part of both; a
    prompt of unknown size is taken to fit, and the limit must then be over the context alone.
    """
    reply = _tokens(_REPLY_TOKENS, complaint.message)
    context = _tokens(_CONTEXT_TOKENS, complaint.message)
    prompt = _tokens(_PROMPT_TOKENS, complaint.message)
    if reply is None:
        return False
    if prompt is None:
        return context is not None and reply >= context
    return reply >= prompt and (context is None or prompt < context)


def is_limit_too_small(words: str) -> bool:
    """True when a reply of so few tokens is refused, as models that think first do."""
    return bool(_TOO_FEW.search(words))


def field_not_taken(complaint: Complaint, sent: Collection[str]) -> str | None:
    """Return the field among those `sent` that the server does not take at all, or None.

    A value that is merely out of range is not meant: that is the user's to mend.
    """
    if "unsupported_parameter" not in complaint.codes and not _is_not_taken(complaint.message):
        return None
    if complaint.parameter in sent:
        return complaint.parameter
    found = [(place.start(), name) for name in sent if (place := _mention(name, complaint))]
    return min(found)[1] if found else None


def _is_not_taken(words: str) -> bool:
    return bool(_NOT_TAKEN.search(words)) and not _OUT_OF_RANGE.search(words)


def _tokens(pattern: re.Pattern[str], words: str) -> int | None:
    """Return the number that the pattern finds, or None."""
    found = pattern.search(words)
    return int(next(filter(None, found.groups()))) if found else None


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that the server asks to wait, or None; `now` is in seconds since 1970.

    Reads `retry-after-ms`, and `Retry-After` in both forms of RFC 9110, section 10.2.3.
    """
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    if text is None or (seconds := _number(text)) is not None:
        return None if text is None else seconds
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now)


def _number(text: str | None) -> float | None:
    return float(text) if text and re.fullmatch(r"\s*\d+(\.\d+)?\s*", text) else None


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _innermost(value: Any) -> Any:
    """Return the part that describes the error."""
    if isinstance(value, list) and value:
        return _innermost(value[0])
    if isinstance(value, dict) and value.get("error"):
        return value["error"]
    return value


def _messages(error: Any) -> Iterator[str]:
    """Yield every sentence of the error, never the input that some servers repeat."""
    if isinstance(error, str):
        yield error
    if not isinstance(error, dict):
        return
    for key in ("message", "msg", "detail", "error_description"):
        value = error.get(key)
        if isinstance(value, str):
            yield value
        for part in value if isinstance(value, list) else ():
            yield _located(part)
    metadata = error.get("metadata")
    if isinstance(metadata, dict) and isinstance(raw := metadata.get("raw"), str):
        yield read_complaint(raw.encode()).message


def _located(part: Any) -> str:
    if not isinstance(part, dict):
        return str(part)
    loc = part.get("loc")
    place = ".".join(map(str, loc)) if isinstance(loc, list) else str(loc or "")
    return f"{place}: {part.get('msg', '')}" if place else str(part.get("msg", ""))


def _codes(error: Any) -> Iterator[str]:
    if not isinstance(error, dict):
        return
    for key in ("code", "type", "error_type", "status"):
        if isinstance(value := error.get(key), str):
            yield value
    yield from _codes(error.get("innererror"))


def _field(error: Any) -> str | None:
    if not isinstance(error, dict):
        return None
    if isinstance(name := error.get("param"), str):
        return name
    detail = error.get("detail")
    first = detail[0] if isinstance(detail, list) and detail else None
    loc = first.get("loc") if isinstance(first, dict) else None
    return str(loc[-1]) if isinstance(loc, list) and loc else None


def _mention(name: str, complaint: Complaint) -> re.Match[str] | None:
    """Return where the field is named; a name that is an everyday word only where marked as one."""
    before = r"(?:['\"`.]|supplied: |parameters?:? |fields?:? )" if name in _PLAIN_WORDS else r"\b"
    return re.search(rf"{before}{re.escape(name)}\b", complaint.message)
