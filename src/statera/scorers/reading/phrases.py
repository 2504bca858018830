"""Phrases written as phrases, turned into a pattern: lists that can be read and reviewed.

>>> either("can't | cannot | am unable to")
"(?:can['’]?t|cannot|am\\\\s+unable\\\\s+to)"
"""

import re


def either(phrases: str) -> str:
    """Return a pattern for any of the phrases, which are separated by `|`.

    A space stands for any white space, an apostrophe for every kind of it or none. Everything else
    is regular expression.
    """
    parts = (re.sub(r"\s+", r"\\s+", part.strip()) for part in phrases.split("|"))
    return f"(?:{'|'.join(parts)})".replace("'", "['’]?")
