"""What brought each patient in: the problem, what was found, what is planned. One story a note.

`stories.txt` has a line for each, its parts between bars. Nobody is real. The stories hold none of
the facts that are asserted; those are added to them.
"""

from pathlib import Path
from typing import NamedTuple

from statera.codec.files import read_text


class Story(NamedTuple):
    """One reason for a note; `sex` is `F` where the patient is pregnant, `?` where either fits."""

    sex: str
    problem: str
    course: str
    plan: str


def stories() -> tuple[Story, ...]:
    """Return all of them, in the order of the file."""
    text = read_text(Path(__file__).parent / "stories.txt")
    return tuple(Story(*row.split("|")) for row in text.splitlines())
