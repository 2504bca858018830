import pytest

from tests.embedded_server import EmbeddedServer, get, post


def test_the_one_model_is_listed_and_described(embedded_server: EmbeddedServer) -> None:
    status, listed = get(f"{embedded_server.url}/models")
    (card,) = listed["data"]
    assert (status, listed["object"]) == (200, "list")
    assert card["id"] == "smollm2-135m-instruct"
    assert card["max_model_len"] == 2048
    assert get(f"{embedded_server.url}/models/{card['id']}") == (200, card)


def test_another_models_card_is_not_found(embedded_server: EmbeddedServer) -> None:
    status, body = get(f"{embedded_server.url}/models/gpt-4")
    assert status == 404
    assert body["error"]["code"] == "model_not_found"


def test_health(embedded_server: EmbeddedServer) -> None:
    assert get(f"{embedded_server.root}/health") == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [(get, "/nothing", 404), (get, "/completions", 405), (post, "/models", 405)],
)
def test_unknown_paths_and_methods_have_openais_shape(
    embedded_server: EmbeddedServer, method: object, path: str, status: int
) -> None:
    url = embedded_server.url + path
    found, body = get(url) if method is get else post(url, {})
    assert found == status
    assert body["error"]["type"] == "invalid_request_error"
    assert path in body["error"]["message"]
