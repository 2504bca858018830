import re
from base64 import b64encode
from hashlib import sha256

import pytest
from jinja2 import UndefinedError

from statera.report.experiments.page import page
from statera.report.renderer import EXPERIMENT, REPORT, policy, render
from tests.report.experiments.made import shown

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
    "card": None,
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


def test_an_experiment_has_a_style_and_a_policy_of_its_own() -> None:
    text = page(shown())
    (style,) = re.findall(r"<style>(.*?)</style>", text, flags=re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy(EXPERIMENT).startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert policy(EXPERIMENT).replace("'", "&#39;") in text


@pytest.mark.parametrize("template", [REPORT, EXPERIMENT])
def test_a_value_that_a_template_misses_is_an_error(template: str) -> None:
    with pytest.raises(UndefinedError):
        render(template, **{name: value for name, value in VALUES.items() if name != "title"})


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb` (WCAG 2.1)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("letters", "paper"),
    [
        ("ink", "paper"),
        ("ink", "raised"),
        ("soft", "paper"),
        ("soft", "raised"),
        ("accent", "paper"),
        ("good", "good-paper"),
        ("bad", "bad-paper"),
        ("bad", "paper"),
        ("open", "open-paper"),
        ("open", "paper"),
    ],
)
def test_letters_stand_out_from_their_paper(theme: int, letters: str, paper: str) -> None:
    blocks = re.findall(r":root \{(.*?)\}", render(**VALUES), flags=re.DOTALL)
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", blocks[theme]))
    bright, dim = sorted((luminance(colours[letters]), luminance(colours[paper])), reverse=True)
    assert (bright + 0.05) / (dim + 0.05) >= 4.5
