from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from statera.interop.labels import Label
from statera.web.desk import Desk
from statera.web.serving import serving
from tests.web.served import SHEET, act, asked, things

LABEL = {"labeller": "ana", "act": "choose", "choice": "4", "position": 1}


@pytest.fixture
def kept() -> list[Label]:
    return []


@pytest.fixture
def url(kept: list[Label]) -> Iterator[str]:
    with serving(Desk(things(3), SHEET, kept.append)) as found:
        yield found


def test_the_pages_own_label_comes_through(url: str, kept: list[Label]) -> None:
    assert act(url, "ana", choice="4", position=1).status == 200
    assert len(kept) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
    ],
)
def test_another_site_cannot_label(url: str, kept: list[Label], headers: dict[str, str]) -> None:
    assert asked(url, "act", body=LABEL, headers=headers).status == 403
    assert kept == []


def test_a_name_that_another_site_points_here_is_not_answered(url: str) -> None:
    port = urlsplit(url).port
    for host in (f"evil.example:{port}", "evil.example", "127.0.0.1", f"127.0.0.1:{port}.x"):
        refused = asked(url, headers={"Host": host})
        assert refused.status == 403
        assert "prompt" not in refused.body
    assert asked(url, headers={"Host": f"LOCALHOST:{port}"}).status == 200


def test_without_the_token_there_is_nothing(url: str) -> None:
    for path in ("/", "/label?labeller=ana", "/now?labeller=ana", "/0/now?labeller=ana"):
        assert asked(url, path).status == 404
    assert asked(url, "/act", body=LABEL).status == 404


def test_every_answer_allows_the_pages_own_files_only(url: str) -> None:
    for path in ("", "label?labeller=ana", "now?labeller=ana", "label.js", "/"):
        sent = asked(url, path).headers
        assert "default-src 'none'" in sent["content-security-policy"]
        assert "unsafe" not in sent["content-security-policy"]
        assert sent["referrer-policy"] == "no-referrer"
        assert sent["x-content-type-options"] == "nosniff"
        assert sent["cache-control"] == "no-store"
    assert "default-src" in asked(url, headers={"Host": "x"}).headers["content-security-policy"]


def test_a_page_for_all_addresses_takes_any_name_of_this_machine(kept: list[Label]) -> None:
    with serving(Desk(things(3), SHEET, kept.append), host="0.0.0.0") as url:
        headers = {"Host": "box.local:80", "Origin": "http://box.local:80"}
        local = url.replace("0.0.0.0", "127.0.0.1")
        assert asked(local, "act", body=LABEL, headers=headers).status == 200
        assert asked(local, "act", body=LABEL, headers=headers | {"Host": "x"}).status == 403
