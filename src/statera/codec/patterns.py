"""Regular expressions that users write, by RE2: linear time, so that no pattern can hang.

>>> compiled("(a|b)+c").search("abac") is not None
True
"""

from functools import lru_cache
from typing import Any

import re2


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Any:
    """Return the compiled pattern; ValueError with RE2's own words for what is none."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        told = error.args[0] if error.args else "not valid"
        raise ValueError(told.decode() if isinstance(told, bytes) else str(told)) from None
