"""One number of a policy file changed, and nothing else: comments, order and spelling stay.

with_threshold(text, "toxicity", 0.913, source="policy.yaml")
"""

from collections.abc import Iterator

import yaml

from statera.codec.strict import StrictLoader
from statera.errors import DeclarationError, unknown


def with_threshold(text: str, detector: str, threshold: float, *, source: str) -> str:
    """Return the policy's text with that threshold, three decimals, for that detector.

    Where the entry states none, it is put after the entry's name. DeclarationError for a detector
    that the file does not name.
    """
    entries = dict(_entries(text, source))
    if detector not in entries:
        raise unknown("detector", detector, entries)
    entry, shown = entries[detector], f"{round(threshold, 3):g}"
    stated = _field(entry, "threshold")
    if stated is not None:
        return text[: stated.start_mark.index] + shown + text[stated.end_mark.index :]
    key = next(key for key, _ in entry.value if key.value == "name")
    name = _field(entry, "name")
    assert name is not None
    if entry.flow_style:
        end = name.end_mark.index
        return f"{text[:end]}, threshold: {shown}{text[end:]}"
    end = text.find("\n", name.end_mark.index)
    end = len(text) if end < 0 else end
    return f"{text[:end]}\n{' ' * key.start_mark.column}threshold: {shown}{text[end:]}"


def _entries(text: str, source: str) -> Iterator[tuple[str, yaml.MappingNode]]:
    try:
        root = yaml.compose(text, StrictLoader)
    except yaml.YAMLError as error:
        raise DeclarationError(f"{source}: {error}") from None
    found = _field(root, "detectors") if isinstance(root, yaml.MappingNode) else None
    if isinstance(found, yaml.SequenceNode):
        for node in found.value:
            name = _field(node, "name") if isinstance(node, yaml.MappingNode) else None
            if name is not None:
                yield name.value, node


def _field(node: yaml.MappingNode, name: str) -> yaml.Node | None:
    return next((value for key, value in node.value if key.value == name), None)
