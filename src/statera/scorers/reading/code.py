"""Code blocks: the program in a chat answer.

>>> read("Sure:\\n```python\\ndef f(): ...\\n```\\nIt works.").value
'def f(): ...\\n'
"""

import re

from statera.records.scores import Reading
from statera.scorers.reading.source import prepare_code

_FENCE = re.compile(r"^[ \t]*(?P<fence>`{3,}+|~{3,}+)[ \t]*(?P<language>[\w+#.-]*)[^\n`]*\n", re.M)
_LANGUAGES = ("", "python", "py", "python3")


def read(text: str, defining: str | None = None) -> Reading:
    """Return the program: of several blocks the first that defines the function `defining`.

    Without one that does, the first block of Python, else the first block; without any block the
    whole reply. A block that is never closed goes to the end of the reply.
    """
    source = prepare_code(text)
    if source.note or not source.text.strip():
        return Reading(value=None, why=source.note or "nothing to read")
    blocks = _blocks(source.text)
    if not blocks:
        whole = source.original(0, len(source.text))
        return Reading(value=source.text, span=whole, why="no code block: the whole reply")
    start, end, language = min(blocks, key=lambda b: _rank(source.text, b, defining))
    if start >= end:
        return Reading(value=None, why="empty code block")
    span = source.original(start, end)
    return Reading(value=source.text[start:end], span=span, why=f"{language or 'code'} block")


def _rank(text: str, block: tuple[int, int, str], defining: str | None) -> tuple[bool, bool]:
    start, end, language = block
    name = re.escape(defining or "")
    defines = defining and re.search(
        rf"^\s*(?:async\s+)?(?:def|class)\s+{name}\b", text[start:end], re.M
    )
    return not defines, language.lower() not in _LANGUAGES


def _blocks(text: str) -> list[tuple[int, int, str]]:
    found = []
    opening = _FENCE.search(text)
    while opening:
        mark = re.escape(opening["fence"])
        closing = re.compile(rf"^[ \t]*{mark}+[ \t]*$", re.M).search(text, opening.end())
        end = closing.start() if closing else len(text)
        found.append((opening.end(), end, opening["language"]))
        opening = _FENCE.search(text, closing.end()) if closing else None
    return found
