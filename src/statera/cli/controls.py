"""Text from outside, made safe for a terminal: no reply clears it or writes to a clipboard."""

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def visible(text: str) -> str:
    r"""Return the text with control characters spelled out; tab and newline stay.

    >>> visible("A\x1b[2J")
    'A\\x1b[2J'
    """
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
