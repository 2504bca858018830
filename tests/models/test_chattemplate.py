from datetime import datetime

import pytest

from statera.errors import DeclarationError
from statera.models.chattemplate import ChatTemplate, TemplateRefusal
from statera.models.embedded import Loaded

HELLO = [{"role": "user", "content": "Hi"}]


def test_the_models_own_template(embedded: Loaded) -> None:
    assert embedded.template is not None
    assert embedded.template.render(HELLO) == (
        "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face"
        "<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    )
    system = [{"role": "system", "content": "Be brief."}, *HELLO]
    assert embedded.template.render(system, add_generation_prompt=False) == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
    )


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ bos_token }}{{ messages[0].content }}{{ eos_token }}", "<s>Hi</s>"),
        ("{% if true %}\n  {% set x = 1 %}\nyes\n{% endif %}\n", "yes\n"),
        ("{% for m in messages %}{% break %}{% endfor %}ok", "ok"),
        ("{{ messages[0] | tojson }}", '{"role": "user", "content": "Hi"}'),
        ("{{ strftime_now('%Y') }}", datetime.now().astimezone().strftime("%Y")),
        ("{% if tools is not none %}tools{% endif %}plain", "plain"),
    ],
)
def test_what_hugging_face_templates_expect(source: str, text: str) -> None:
    assert ChatTemplate(source, bos="<s>", eos="</s>").render(HELLO) == text


@pytest.mark.parametrize(
    "source",
    [
        "{{ raise_exception('roles must alternate') }}",
        "{{ messages[0].content.__class__.__mro__[1].__subclasses__() }}",
        "{{ messages.append(1) }}",
        "{{ 1 + messages }}",
        "{{ 1 / 0 }}",
        "{{ nothing.here }}",
    ],
)
def test_a_template_that_refuses_or_misbehaves_is_a_reason(source: str) -> None:
    with pytest.raises(TemplateRefusal, match=r"the chat template refuses this conversation: ."):
        ChatTemplate(source).render(HELLO)


def test_a_template_that_is_no_jinja() -> None:
    with pytest.raises(DeclarationError, match="not valid Jinja"):
        ChatTemplate("{% for %}")
