"""Turns a conversation into the prompt that a model was trained on, with the model's own template.

Templates come with the weights and are programs in Jinja; they run in Jinja's immutable sandbox,
with what Hugging Face's `apply_chat_template` gives them: `messages`, `add_generation_prompt`,
`bos_token`, `eos_token`, `raise_exception` and `strftime_now`.

    ChatTemplate("{% for m in messages %}{{ m.role }}: {{ m.content }}\\n{% endfor %}").render(
        [{"role": "user", "content": "Hi"}]
    )                                                              # 'user: Hi\\n'
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn

from jinja2 import Template, TemplateError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from statera.errors import DeclarationError


class TemplateRefusal(ValueError):
    """The template cannot render this conversation; the message is the template's own."""


class ChatTemplate:
    """A model's chat template, compiled. DeclarationError when it is no valid Jinja."""

    def __init__(self, source: str, *, bos: str = "", eos: str = "") -> None:
        self.source = source
        self.bos = bos
        self.eos = eos
        self._compiled = _compile(source)

    def render(
        self, messages: Sequence[Mapping[str, Any]], *, add_generation_prompt: bool = True
    ) -> str:
        """Return the prompt; raises TemplateRefusal with the template's reason."""
        try:
            return self._compiled.render(
                messages=[dict(m) for m in messages],
                add_generation_prompt=add_generation_prompt,
                bos_token=self.bos,
                eos_token=self.eos,
                tools=None,
                documents=None,
            )
        except (TemplateError, TypeError, LookupError, ValueError, ArithmeticError) as error:
            raise TemplateRefusal(f"the chat template refuses this conversation: {error}") from None


def _compile(source: str) -> Template:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols]
    )
    environment.filters["tojson"] = _tojson
    environment.globals |= {"raise_exception": _refuse, "strftime_now": _now}
    try:
        return environment.from_string(source)
    except TemplateError as error:
        raise DeclarationError(f"the model's chat template is not valid Jinja: {error}") from None


def _refuse(message: str) -> NoReturn:
    raise TemplateError(message)


def _now(form: str) -> str:
    return datetime.now().astimezone().strftime(form)


def _tojson(value: Any, indent: int | None = None) -> str:
    """Return JSON as transformers writes it: not escaped for HTML, as Jinja's own filter does."""
    return json.dumps(value, ensure_ascii=False, indent=indent)
