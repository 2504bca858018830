"""Pages: templates that escape, files as they stand, answers that scripts read."""

import msgspec
import pytest
from jinja2 import UndefinedError

from statera.web import pages


class _View(msgspec.Struct):
    position: int


def test_a_page_escapes_what_it_is_given() -> None:
    page = pages.render("study.html", title="<b>tone")
    assert "&lt;b&gt;tone" in page
    assert "<b>tone" not in page


def test_a_page_that_is_given_too_little_is_none() -> None:
    with pytest.raises(UndefinedError):
        pages.render("study.html")


def test_a_file_comes_as_it_stands() -> None:
    assert pages.source("study.js").startswith('"use strict";')


def test_answers_are_json() -> None:
    assert pages.shown(_View(3)).body == b'{"position":3}'
    refused = pages.failed("no such choice", 400)
    assert (refused.status_code, refused.body) == (400, b'{"error":"no such choice"}')
