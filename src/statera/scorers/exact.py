"""The reply equals a reference, under stated rules on case, space and punctuation."""

import re
import unicodedata

from statera.records.responses import Response
from statera.records.samples import Sample
from statera.scorers.reading.source import prepare_code
from statera.scorers.rules import Check, ReplyRule


class Exact(ReplyRule, frozen=True, kw_only=True, tag="exact"):
    """Equal to any accepted reference. Each rule that is on forgives a difference.

    `ignore_case`; `ignore_space` (around, and runs of it count as one); `ignore_punctuation`.
    `value` replaces the sample's references. Reasoning blocks are not part of the reply.
    """

    version = "2"
    default_metric = "exact"

    value: str | None = None
    ignore_case: bool = False
    ignore_space: bool = True
    ignore_punctuation: bool = False

    def check(self, reply: str, sample: Sample, response: Response) -> Check:
        """Return whether the reply is one of the references."""
        source = prepare_code(reply)
        said = self.plain(source.text)
        wanted = sample.accepted if self.value is None else (self.value,)
        passed = any(said == self.plain(text) for text in wanted)
        return Check(passed, float(passed), extracted=said, span=source.trimmed())

    def plain(self, text: str) -> str:
        """Return the text with the forgiven differences taken away."""
        text = unicodedata.normalize("NFC", text)
        if self.ignore_case:
            text = text.casefold()
        if self.ignore_punctuation:
            text = "".join(c for c in text if not unicodedata.category(c).startswith("P"))
        return re.sub(r"\s+", " ", text).strip() if self.ignore_space else text
