"""What a custom task's file says about a column: its name, or a Jinja template over all columns.

    category: topic                        the column `topic`
    reference: "{{ amount }} {{ unit }}"   a template

Templates run in Jinja's immutable sandbox: they reach no attribute that could do harm. A name that
is not a column is an error with its line, never an empty text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import jinja2
from jinja2.nodes import Name
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from statera.errors import DeclarationError, nearest

_LONGEST = 10_000_000


class _Bounded(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, in which no product or power grows beyond all bounds."""

    intercepted_binops = frozenset(("*", "**"))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Return `left * right` or `left ** right`; ValueError when it would be too long."""
        length = _power_length(left, right) if operator == "**" else _product_length(left, right)
        if length > _LONGEST:
            raise ValueError(f"the result of `{operator}` is too long")
        return super().call_binop(context, operator, left, right)


def _power_length(base: Any, exponent: Any) -> int:
    """Return how many bits a power of whole numbers has at most; 0 for others."""
    whole = isinstance(base, int) and isinstance(exponent, int) and exponent > 0
    return base.bit_length() * exponent if whole else 0


def _product_length(left: Any, right: Any) -> int:
    """Return how many items a repeated text or list has; 0 for numbers."""
    for repeated, times in ((left, right), (right, left)):
        if isinstance(repeated, str | list | tuple) and isinstance(times, int):
            return len(repeated) * times
    return 0


_ENVIRONMENT = _Bounded(undefined=jinja2.StrictUndefined, autoescape=False)
_UNDEFINED = re.compile(r"'([^']+)' is undefined")
_FAILURES = (
    jinja2.TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    MemoryError,
    RecursionError,
)


def is_template(text: str) -> bool:
    """Return True when the text has anything for Jinja to do."""
    return "{{" in text or "{%" in text


@dataclass(frozen=True)
class Column:
    """One value a row: a column by name, or a rendered template.

    `place` is the file and key that say so (`support.yaml: category`), for messages.
    """

    place: str
    text: str
    template: jinja2.Template | None

    @classmethod
    def of(cls, text: str, *, place: str) -> "Column":
        """Return the column that `text` names or renders; a syntax error names its line."""
        if not is_template(text):
            return cls(place, text, None)
        try:
            template = _ENVIRONMENT.from_string(text)
        except jinja2.TemplateSyntaxError as error:
            raise DeclarationError(f"{place}, line {error.lineno}: {error.message}") from None
        # Jinja copies the globals for each row, and a plain dictionary is copied ten times faster.
        template.globals = dict(template.globals)
        return cls(place, text, template)

    def value(self, columns: Mapping[str, Any], *, where: str) -> Any:
        """Return the row's value; `where` is the file and line of the row, for messages."""
        if self.template is None:
            if self.text not in columns:
                self._missing(self.text, columns, where, line="")
            return columns[self.text]
        try:
            return self.template.render(columns)
        except jinja2.UndefinedError as error:
            found = _UNDEFINED.search(error.message or "")
            if found and found[1] not in columns:
                line = f", line {_line_of(self.text, found[1])}"
                self._missing(found[1], columns, where, line=line)
            raise DeclarationError(f"{self.place}: {error.message} ({where})") from None
        except _FAILURES as error:
            raise DeclarationError(f"{self.place}: {error} ({where})") from None

    def _missing(self, name: str, columns: Mapping[str, Any], where: str, *, line: str) -> NoReturn:
        rule = "" if self.template else " (text without {{ }} is the name of a column)"
        raise DeclarationError(
            f"{self.place}{line}: no column '{name}' in {where}.{nearest(name, columns)} "
            f"Present: {', '.join(columns)}{rule}"
        )


def text_of(value: Any) -> str | None:
    """Return a cell as text; None for null and for empty text.

    >>> text_of(True), text_of(3), text_of("")
    ('true', '3', None)
    """
    if value is None or value == "":
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _line_of(template: str, name: str) -> int:
    nodes = _ENVIRONMENT.parse(template).find_all(Name)
    return next((node.lineno for node in nodes if node.name == name), 1)
