import pytest

from statera.proxy.wire.routes import api_of, known_apis


def test_every_file_is_an_api() -> None:
    assert {path: api.name for path, api in known_apis().items()} == {
        "/v1/chat/completions": "chat",
        "/v1/completions": "completions",
        "/v1/embeddings": "embeddings",
        "/v1/messages": "messages",
        "/v1/models": "models",
        "/v1/models/*": "models",
        "/v1/responses": "responses",
    }


@pytest.mark.parametrize("path", ["/v1/models/m-1", "/v1/models/gpt-4.1:x"])
def test_a_name_stands_for_a_star(path: str) -> None:
    api = api_of(path)
    assert api
    assert api.name == "models"


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "*", "/v1/models/*", "/v1/models/", "/v1/models/..", "/v1/models/a/b"),
        *("/v1/chat/completions/", "/v1//chat/completions", "/V1/chat/completions"),
        *("/v1/chat/completions?x", "/v1/models/a%2Fb", "/tokenize", "/v1/models/.hidden"),
    ],
)
def test_any_other_path_is_nobodys(path: str) -> None:
    assert api_of(path) is None
