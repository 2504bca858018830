"""How arms are answered: their endpoints, keys, policies, and the parameters that they may set."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from statera.errors import DeclarationError
from statera.experiment.opened import open_design
from statera.experiment.rewriting import GENERATING, Change
from statera.models.clock import SystemClock
from statera.proxy.experiments.arms import Means, Treatment, fitness, open_treatments
from statera.proxy.terms import Terms
from tests.proxy.experiments.tried import written
from tests.proxy.guards import tools

SECRET = [
    (b"authorization", b"Bearer client"), (b"x-api-key", b"client"), (b"cookie", b"a=b"),
    (b"x-statera-user", b"anna"), (b"x-other", b"1"),
]  # fmt: skip


def treatments(folder: Path, arm: dict[str, Any], upstream: str, **environ: str) -> Treatment:
    base = {"name": "base", "weight": 0.5}
    path = written(folder, {"warm.txt": "Be warm."}, arms=[base, {"name": "warm", "weight": 0.5,
                                                                   **arm}])  # fmt: skip
    with ThreadPoolExecutor(1) as pool:
        means = Means(Terms(upstream=upstream), tools(folder), SystemClock(), pool, environ)
        return open_treatments(open_design(path), means)[1]


@pytest.mark.parametrize(
    ("upstream", "model", "trusted"),
    [
        ("http://models:8000", "http://models:9000/v1#m", True),
        ("http://models:8000", "https://models/v1#m", True),
        ("https://models", "http://models:9000/v1#m", False),
        ("http://models:8000", "http://elsewhere:8000/v1#m", False),
        ("unix:/run/m.sock", "http://localhost:9000#m", False),
    ],
)
def test_credentials_go_to_the_same_host_only(
    tmp_path: Path, upstream: str, model: str, trusted: bool
) -> None:
    found = treatments(tmp_path, {"model": model}, upstream)
    assert found.client is not None
    assert (found.trusted, found.change.model) == (trusted, "m")
    sent = dict(found.headers(SECRET, "chat"))
    assert (b"authorization" in sent) == (b"cookie" in sent) == (b"x-api-key" in sent) == trusted
    assert (b"x-other" in sent) == trusted, "an unknown header may be a key or a name"
    assert b"x-statera-user" not in sent
    asked = b"/v1/messages?key=secret&beta=true&user=anna"
    assert found.target(asked) == (asked if trusted else b"/v1/messages?beta=true")
    assert found.target(b"/v1/messages?key=a") == b"/v1/messages" + (b"?key=a" if trusted else b"")


def test_a_strange_endpoint_gets_what_its_api_needs(tmp_path: Path) -> None:
    found = treatments(tmp_path, {"model": "https://elsewhere/v1#m"}, "http://models:8000")
    names = "x-goog-api-key x-forwarded-email x-user-id x-amzn-oidc-data baggage"
    given = [(name.encode(), b"anna") for name in (*names.split(), "anthropic-version", "accept")]
    sent = {name for name, _ in found.headers(given, "messages")}
    assert sent == {b"accept", b"accept-encoding", b"anthropic-version", b"content-type"}


def test_an_own_key_goes_in_place_of_the_clients(tmp_path: Path) -> None:
    arm = {"model": "http://models:9000/v1#m", "key_env": "OTHER_KEY"}
    found = treatments(tmp_path, arm, "http://models:8000", OTHER_KEY="mine")
    assert dict(found.headers(SECRET, "chat"))[b"authorization"] == b"Bearer mine"
    assert b"x-api-key" not in dict(found.headers(SECRET, "chat"))
    assert dict(found.headers(SECRET, "messages"))[b"x-api-key"] == b"mine"
    with pytest.raises(DeclarationError, match="arm 'warm': the environment has no OTHER_KEY"):
        treatments(tmp_path, arm, "http://models:8000")


def test_an_arm_without_an_endpoint_is_the_guards(tmp_path: Path) -> None:
    arm = {"model": "n", "system_prompt": "warm.txt", "place": "after"}
    found = treatments(tmp_path, arm, "http://m")
    assert (found.client, found.keeper) == (None, None)
    assert found.change == Change("n", "Be warm.", "after")
    assert dict(found.headers(SECRET, "chat"))[b"authorization"] == b"Bearer client"
    assert treatments(tmp_path, {"policy": "light"}, "http://m").keeper is not None


@pytest.mark.parametrize(
    ("arm", "told"),
    [
        ({"model": "http://127.0.0.1:8080/v1#m"}, "arm 'warm': .*the guard itself"),
        ({"policy": "lite"}, "Did you mean 'light'"),
    ],
)
def test_what_cannot_be_opened_is_one_line(tmp_path: Path, arm: dict[str, Any], told: str) -> None:
    with pytest.raises(DeclarationError, match=told):
        treatments(tmp_path, arm, "http://m")


def fit(folder: Path, **parameters: Any) -> frozenset[str]:
    arms = [{"name": "base", "weight": 0.5}, {"name": "warm", "weight": 0.5,
                                              "parameters": parameters}]  # fmt: skip
    return fitness(open_design(written(folder, arms=arms))).apis


def test_requests_fit_where_every_arm_can_be_given(tmp_path: Path) -> None:
    assert fit(tmp_path) == frozenset(GENERATING)
    assert fit(tmp_path, temperature=0.5, seed=None, stop=["a"]) == frozenset(GENERATING)
    assert fit(tmp_path, web_search_options={}) == {"chat"}
    assert fit(tmp_path, output_config={"effort": "low"}) == {"messages"}


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"temprature": 1}, r"arms\[1\].parameters: .*Did you mean 'temperature'"),
        ({"temperature": "hot"}, "'temperature' must be a number"),
        ({"web_search_options": {}, "output_config": {"effort": "low"}}, "no API takes all"),
    ],
)
def test_parameters_that_no_request_has_are_refused(
    tmp_path: Path, parameters: dict[str, Any], told: str
) -> None:
    with pytest.raises(DeclarationError, match=told) as found:
        fit(tmp_path, **parameters)
    assert "\n" not in str(found.value)
