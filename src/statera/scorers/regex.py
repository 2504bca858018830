"""The reply matches a regular expression (RE2: linear time, whatever the reply)."""

from typing import Any

from statera.codec.patterns import compiled
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.scorers.reading.source import prepare_code
from statera.scorers.rules import BadScorer, Check, ReplyRule


class Regex(ReplyRule, frozen=True, kw_only=True, tag="regex"):
    """`pattern` is found in the reply, or matches all of it with `full`.

    RE2 syntax: no look-around and no back-references. Flags are written inside, `(?i)`.
    """

    version = "2"
    default_metric = "regex"

    pattern: str
    full: bool = False

    def __post_init__(self) -> None:
        _compiled(self.pattern)

    def check(self, reply: str, sample: Sample, response: Response) -> Check:
        """Return whether the pattern matches; `extracted` is what it matched."""
        engine = _compiled(self.pattern)
        source = prepare_code(reply)
        text = _encodable(source.text)
        found = engine.fullmatch(text.strip()) if self.full else engine.search(text)
        if not found:
            return Check(False, 0.0)
        before = len(text) - len(text.lstrip()) if self.full else 0
        start, end = (before + place for place in found.span())
        span = source.original(start, end) if start < end else None
        return Check(True, 1.0, extracted=found[0], span=span)


def _compiled(pattern: str) -> Any:
    try:
        return compiled(pattern)
    except ValueError as error:
        raise BadScorer(f"scorer 'regex': pattern {pattern!r}: {error}") from None


def _encodable(text: str) -> str:
    """RE2 reads UTF-8: lone surrogates, which some endpoints send, are replaced."""
    return text.encode("utf-8", "replace").decode()
