"""What is found in a text and in what it hides, as places of the raw text.

A redaction must leave nothing behind: the raw text is searched, and every view that differs from
it, and all that is found counts.
"""

from collections.abc import Callable, Iterable, Sequence

from statera.protocols import View
from statera.records.guarding import Passage, Reading, Span

Find = Callable[[str], Iterable[Span]]

_NOTHING = Reading(0.0)


def sighted(passage: Passage, views: Sequence[View], find: Find) -> Reading:
    """Return a reading of 1 with every place that `find` names, or of 0 when there is none.

    Category and view are those of the first that was found, the raw text before its views.
    """
    spans = list(find(passage.text))
    name = "plain"
    for view in views:
        if view.text == passage.text:
            continue
        seen = list(find(view.text))
        if seen and not spans:
            name = view.name
        spans += [Span(*view.raw_span(one.start, one.end), one.label) for one in seen]
    if not spans:
        return _NOTHING
    return Reading(1.0, spans[0].label, outermost(spans), name)


def outermost(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the spans by place without those that lie within another; of equals, the first."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        if not kept or span.end > kept[-1].end:
            kept.append(span)
    return tuple(kept)
