import re
from base64 import b64encode
from hashlib import sha256

import pytest
from jinja2 import UndefinedError

from statera.report.renderer import policy, render

VALUES: dict[str, object] = {
    "title": "<b>&\"'",
    "runs": [],
    "decision": None,
    "why": None,
    "headlines": [],
    "left_out": [],
    "tasks": [],
    "bars": [],
    "legend": [],
    "differs": None,
    "specimens": [],
    "methods": [],
    "commands": [],
}


def test_everything_is_escaped() -> None:
    text = render(**VALUES)
    assert "<b>" not in text
    assert "&lt;b&gt;&amp;&#34;&#39;" in text


def test_the_policy_allows_the_style_and_nothing_else() -> None:
    text = render(**VALUES)
    (style,) = re.findall(r"<style>(.*?)</style>", text, flags=re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy() == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert f'content="{policy()}"'.replace("'", "&#39;") in text


def test_a_value_that_a_template_misses_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render(**{name: value for name, value in VALUES.items() if name != "title"})
