"""Documents as YAML that people read and that every reader of YAML understands alike."""

from contextlib import suppress

import yaml

_WIDTH = 100
_SHORT = 70
_BREAKS = frozenset("\r\x85\u2028\u2029")
"""Ends of lines to some readers of YAML and not to others."""


class _Writer(yaml.SafeDumper):
    """Block style, no aliases, lists indented below their key; short lists of words on one line."""

    def ignore_aliases(self, data: object) -> bool:
        """Write what stands at two places twice."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent the items of a list."""
        super().increase_indent(flow, False)


def _text(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Return several lines as a block, and in quotes what some reader takes for a number.

    `12e4567`, the short name of a commit, is one for YAML 1.2 and none for YAML 1.1.
    """
    odd = _like_number(text) or not _BREAKS.isdisjoint(text)
    style = '"' if odd else "|" if "\n" in text else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _like_number(text: str) -> bool:
    with suppress(ValueError):
        float(text)
        return True
    with suppress(ValueError):
        int(text, 0)
        return True
    return False


def _list(writer: yaml.SafeDumper, items: list[object]) -> yaml.SequenceNode:
    words = [item for item in items if isinstance(item, str) and "\n" not in item]
    short = len(words) == len(items) and sum(map(len, words)) <= _SHORT
    tag = "tag:yaml.org,2002:seq"
    return writer.represent_sequence(tag, items, flow_style=True if short else None)


_Writer.add_representer(str, _text)
_Writer.add_representer(list, _list)


def to_yaml(body: object, note: str = "") -> str:
    """Return the document with the note as a comment above it."""
    told = "".join(f"# {line}\n" for line in note.splitlines())
    return told + yaml.dump(
        body,
        Dumper=_Writer,
        sort_keys=False,
        width=_WIDTH,
        allow_unicode=True,
        default_flow_style=False,
    )
