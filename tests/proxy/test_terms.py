import pytest

from statera.errors import DeclarationError
from statera.proxy.terms import Terms, Upstream, check_terms, read_terms, read_upstream


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("http://localhost:8000", Upstream("http://localhost:8000", "", "localhost", 8000)),
        ("http://model/v1/", Upstream("http://model", "", "model", 80)),
        ("http://[::1]:9/", Upstream("http://[::1]:9", "", "::1", 9)),
        ("https://m/b", Upstream("https://m/b", "", "m", 443, "/b", True)),
        ("unix:/run/m.sock", Upstream("http://localhost", "/run/m.sock", "localhost", 80)),
        ("unix:///run/m.sock", Upstream("http://localhost", "/run/m.sock", "localhost", 80)),
    ],
)
def test_upstream_is_a_url_or_a_socket(text: str, found: Upstream) -> None:
    assert read_upstream(text) == found


@pytest.mark.parametrize(
    "text",
    ["", "localhost:8000", "ftp://x", "http://", "http://a:b", "http://u:p@h", "http://h?x=1",
     "unix:relative", "unix:"],
)  # fmt: skip
def test_what_is_neither_is_one_line(text: str) -> None:
    with pytest.raises(DeclarationError) as found:
        read_upstream(text)
    assert "\n" not in str(found.value)


def test_a_file_is_read_strictly() -> None:
    assert read_terms("port: 9\nworkers: 2", source="f").workers == 2
    for text, told in (
        ("prot: 9", "f: .*Did you mean 'port'"),
        ("port: high", "f: Expected a whole number"),
        ("upstream: nowhere", "expected http://HOST:PORT"),
        ("port: 9\ncontrol_port: 9", "both 9"),
        ("control_host: 0.0.0.0", "needs a control-token"),
    ):
        with pytest.raises(DeclarationError, match=told):
            read_terms(text, source="f")


def test_the_guard_is_no_model_server_of_its_own() -> None:
    for upstream, host in (("http://localhost:8080", "0.0.0.0"), ("http://[::1]:8080", "::1")):
        with pytest.raises(DeclarationError, match="is where the guard itself would listen"):
            check_terms(Terms(upstream=upstream, host=host))
    check_terms(Terms(upstream="http://localhost:8080", host="10.0.0.7"))
    check_terms(Terms(upstream="http://model:8080"))
    check_terms(Terms(upstream="http://localhost:8080", port=8090))


def test_control_may_be_elsewhere_with_a_token() -> None:
    check_terms(Terms(control_host="0.0.0.0", control_token="t"))
    check_terms(Terms(control_host="::1"))
