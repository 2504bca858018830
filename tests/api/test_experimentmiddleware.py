"""From statera itself, the middleware watches its guardrails: a canary needs nothing more."""

from pathlib import Path

from statera.api.experimentmiddleware import ExperimentMiddleware
from statera.proxy.experiments.middleware import MiddlewareOptions
from tests.proxy.experiments.applications import DESIGN, application, running, written
from tests.proxy.guards import CHAT, asking, post


def test_a_canary_is_watched(tmp_path: Path) -> None:
    app = ExperimentMiddleware(
        application(),
        design=written(tmp_path, DESIGN + "mode: canary\n"),
        live=str(tmp_path / "live.sqlite"),
        options=MiddlewareOptions(spool=str(tmp_path / "spool")),
    )
    with running(app) as url:
        answer = post(url + CHAT, asking("hello", user="wim"))
    assert answer.headers["x-statera-arm"] == "warm"
