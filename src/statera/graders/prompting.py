"""What a judge is asked: Jinja files in `prompts`, or a template of one's own.

A template shows `{{ answer }}` (`{{ answer_a }}` and `{{ answer_b }}` of a pair) and may show
`{{ prompt }}`, `{{ reference }}`, `{{ criterion }}`, `{{ scale }}`, `{{ points }}` and
`{{ limits }}`. All that a person or a model wrote comes fenced. `{{ guard }}` says that fenced text
is data, `{{ form }}` in which form to reply; a template that leaves them out gets them first and
last. Without a reference `{{ reference }}` is empty. With `{{ json }}` and `{{ short }}` it can
tell the forms apart.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, get_args

import jinja2
import msgspec
from jinja2 import meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from statera.errors import DeclarationError, nearest
from statera.graders.fence import fenced, marker

Kind = Literal["rubric", "pairwise", "checklist", "facts"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_FOLDER = Path(__file__).parent / "prompts"
_PARTS = ("", "_form", "_short")
_VERSION = re.compile(r"\{#-? version: (\S+) -?#\}")
_COMMON = frozenset(
    ("prompt", "reference", "criterion", "limits", "guard", "form", "json", "short", "mark")
)
_ANSWERS: dict[Kind, frozenset[str]] = {
    "rubric": frozenset(("answer",)),
    "pairwise": frozenset(("answer_a", "answer_b")),
    "checklist": frozenset(("answer",)),
    "facts": frozenset(("answer",)),
}
_OWN: dict[Kind, frozenset[str]] = {
    "rubric": frozenset(("scale",)),
    "pairwise": frozenset(),
    "checklist": frozenset(("points",)),
    "facts": frozenset(),
}
_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=jinja2.StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
)
_FAILURES = (
    jinja2.TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    RecursionError,
)


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What a prompt shows: one or two answers in the order in which they are shown.

    `scale_text` is for a rubric, `points` for a checklist; `limits` is empty or says how long a
    good reply is.
    """

    prompt: str
    answers: tuple[str, ...]
    reference: str | None = None
    criterion: str = ""
    scale_text: str = ""
    points: tuple[str, ...] = ()
    limits: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """All that is shown."""
        own = (self.criterion, self.scale_text, *self.points, self.limits)
        return (self.prompt, *self.answers, self.reference or "", *own)


def judge_prompt(
    kind: Kind,
    shown: Shown,
    *,
    short: bool = False,
    json: bool = False,
    template: str | None = None,
) -> str:
    """Return the prompt of a judgement; `short` asks for the verdict alone, `json` for JSON.

    `template` is the source of a prompt of one's own.
    """
    mark = marker(kind, *shown.texts)
    form = _render(_source(f"{kind}_{'short' if short else 'form'}"), {"json": json})
    guard = _render(_source("guard"), {"mark": mark})
    fields = _fields(kind, shown, mark)
    fields |= {"guard": guard, "form": form, "json": json, "short": short, "mark": mark}
    text = _render(template or _source(kind), fields)
    if template is not None:
        named = template_fields(template)
        text = "\n\n".join(
            (
                *(() if "guard" in named else (guard,)),
                text,
                *(() if "form" in named else (form,)),
            )
        )
    return text


def template_version(kind: Kind) -> str:
    """Return the version of the kind's prompt: those of its files, joined."""
    return ".".join(_version(f"{kind}{part}") for part in _PARTS) + "." + _version("guard")


def template_fields(template: str) -> frozenset[str]:
    """Return the names that a template uses; DeclarationError for one that is not valid Jinja."""
    return _parsed(template).fields


def check_template(template: str, source: str, *, kind: Kind | None = None) -> None:
    """Raise DeclarationError, in one line, for a template that cannot be filled or shows no answer.

    `kind` is the kind of judge that it is for, where it is known.
    """
    try:
        parsed = _parsed(template)
    except DeclarationError as error:
        raise DeclarationError(f"{source}, {error}") from None
    kinds = (kind,) if kind else KINDS
    allowed = frozenset().union(_COMMON, *(_ANSWERS[one] | _OWN[one] for one in kinds))
    for name in sorted(parsed.fields - allowed):
        raise DeclarationError(
            f"{source}, line {parsed.line(name)}: unknown field '{name}'.{nearest(name, allowed)} "
            f"Allowed: {', '.join(sorted(allowed))}"
        )
    if not any(_ANSWERS[one] <= parsed.fields for one in kinds):
        wanted = " or ".join(
            dict.fromkeys(
                " and ".join(f"{{{{ {name} }}}}" for name in sorted(_ANSWERS[one])) for one in kinds
            )
        )
        raise DeclarationError(f"{source}: the template does not show {wanted}")


@dataclass(frozen=True)
class _Parsed:
    tree: jinja2.nodes.Template
    fields: frozenset[str]

    def line(self, name: str) -> int:
        """Return the line on which a field is used first."""
        found = (node.lineno for node in self.tree.find_all(jinja2.nodes.Name) if node.name == name)
        return min(found, default=1)


def _parsed(template: str) -> _Parsed:
    try:
        tree = _ENVIRONMENT.parse(template)
        _ENVIRONMENT.from_string(template)
    except jinja2.TemplateSyntaxError as error:
        raise DeclarationError(f"line {error.lineno}: {error.message}") from None
    except (jinja2.TemplateError, RecursionError) as error:
        raise DeclarationError(f"line 1: {error}") from None
    return _Parsed(tree, frozenset(meta.find_undeclared_variables(tree)))


def _fields(kind: Kind, shown: Shown, mark: str) -> dict[str, object]:
    """Return a template's fields; what a person or a model wrote is fenced."""
    names = ("answer_a", "answer_b") if kind == "pairwise" else ("answer",)
    answers = dict(zip(names, shown.answers, strict=True))
    reference = fenced(shown.reference, mark) if shown.reference else ""
    return {
        **{name: fenced(text, mark) for name, text in answers.items()},
        "prompt": fenced(shown.prompt, mark),
        "reference": reference,
        "criterion": shown.criterion,
        "scale": shown.scale_text,
        "points": "\n".join(_numbered(shown.points)),
        "limits": shown.limits,
    }


def _numbered(points: tuple[str, ...]) -> Iterator[str]:
    for number, point in enumerate(points, start=1):
        yield f"{number}: {' '.join(point.split())}"


@lru_cache(maxsize=64)
def _compiled(template: str) -> jinja2.Template:
    return _ENVIRONMENT.from_string(template)


def _render(template: str, fields: dict[str, object]) -> str:
    try:
        return _compiled(template).render(fields).strip("\n")
    except _FAILURES as error:
        raise DeclarationError(f"template: {error}") from None


@cache
def _source(name: str) -> str:
    return (_FOLDER / f"{name}.jinja").read_text(encoding="utf-8")


def _version(name: str) -> str:
    found = _VERSION.match(_source(name))
    if found is None:
        raise ValueError(f"prompt {name} states no version")
    return found[1]
