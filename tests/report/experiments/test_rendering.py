import re
from base64 import b64encode
from hashlib import sha256

import pytest
from jinja2 import UndefinedError

from statera.report.experiments.page import page
from statera.report.experiments.rendering import policy, render
from tests.report.experiments.made import shown


def test_the_policy_allows_the_style_and_nothing_else() -> None:
    text = page(shown())
    (style,) = re.findall(r"<style>(.*?)</style>", text, flags=re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy().startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert policy().replace("'", "&#39;") in text


def test_a_value_that_the_template_misses_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render(title="x")
