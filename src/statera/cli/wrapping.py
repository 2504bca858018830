"""A sentence in a terminal: broken between words, its further lines set in.

    say(console(), "[yellow]warning[/] no verdict on 10 of 200 trials")

In a file or a pipe a sentence stays one line.
"""

from rich.console import Console
from rich.text import Text

from statera.cli.controls import visible

INDENT = 2
_LEAST = 20


def say(out: Console, text: str | Text, style: str = "") -> None:
    """Print the sentence, a text with Rich's markup, in a terminal of that width."""
    found = text if isinstance(text, Text) else Text.from_markup(text, emoji=False)
    found.style = style or found.style
    for line in wrapped(found, width_of(out)):
        out.print(line, soft_wrap=True)


def plain(text: str) -> str:
    """Return text from outside that Rich's markup prints as it stands."""
    return visible(text).replace("[", r"\[")


def width_of(out: Console) -> int | None:
    """Return the width of the terminal in cells, None without one."""
    return out.width if out.file.isatty() else None


def wrapped(text: Text, width: int | None) -> list[Text]:
    """Return the text in lines of that many cells, those after the first set in by two more.

    Without a width, or with one that is no use (under 20), it is one line.
    """
    if width is None or width < _LEAST or text.cell_len <= width:
        return [text]
    console = Console(width=width)
    first = text.wrap(console, width)[0]
    rest = text[len(first.plain) :]
    rest = rest[len(rest.plain) - len(rest.plain.lstrip()) :]
    own = len(text.plain) - len(text.plain.lstrip())
    indent = min(own + INDENT, width // 2)
    lines = list(rest.wrap(console, width - indent))
    for line in lines:
        line.pad_left(indent)
    return [first, *lines]
