import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.models.clock import SystemClock
from statera.proxy.keeper import Keeper, PolicySource, policy_of, remarks, written
from tests.proxy.guards import POLICY, SEMANTIC, tools


def write(folder: Path, text: str) -> Path:
    path = folder / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def keeper(path: Path, pool: ThreadPoolExecutor) -> Keeper:
    return Keeper(PolicySource(path), tools(path.parent), clock=SystemClock(), pool=pool)


def test_a_threshold_from_outside_replaces_the_policys(tmp_path: Path) -> None:
    path = write(tmp_path, POLICY + SEMANTIC % "closed")
    found = policy_of(PolicySource(path, 0.5))
    assert [one.threshold for one in found.detectors if one.name == "toxicity"] == [0.5]
    assert found.digest != policy_of(PolicySource(path)).digest


def test_a_threshold_for_nobody_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, POLICY.replace("name: words", "name: toxicty"))
    with pytest.raises(DeclarationError, match="Did you mean 'toxicty'"):
        policy_of(PolicySource(path, 0.5))


@pytest.mark.parametrize(
    ("text", "threshold", "told"),
    [
        (POLICY + SEMANTIC % "closed", 0.5, "'toxicity' is 0.5, .*not 0.85 as in the file"),
        (POLICY + SEMANTIC % "closed", 0.85, "^$"),
        (POLICY + SEMANTIC % "closed", None, "^$"),
        ("name: empty\n", None, "nothing is checked"),
    ],
)
def test_what_an_operator_may_not_expect_is_told(
    tmp_path: Path, text: str, threshold: float | None, told: str
) -> None:
    found = remarks(written(PolicySource(write(tmp_path, text))), threshold)
    assert re.search(told, found)


@pytest.mark.parametrize(
    ("route", "told"),
    [("/v1/chat/completion", "Did you mean '/v1/chat/completions'"), ("/v1/models", "Allowed")],
)
def test_a_scope_of_a_route_that_is_not_guarded_is_an_error(
    tmp_path: Path, route: str, told: str
) -> None:
    scope = POLICY + "scopes: [{route: %s, detectors: {words: {mode: shadow}}}]\n"
    with pytest.raises(DeclarationError, match=told):
        policy_of(PolicySource(write(tmp_path, scope % route)))
    for known in ("/v1/chat/completions", "/v1/*", '"*"'):
        policy_of(PolicySource(write(tmp_path, scope % known)))


def test_the_last_good_policy_stays(tmp_path: Path) -> None:
    path = write(tmp_path, POLICY)

    async def go() -> None:
        with ThreadPoolExecutor(1) as pool:
            kept = keeper(path, pool)
            assert not kept.opened
            await kept.open()
            first = kept.armed
            assert not kept.changed()
            path.unlink()
            assert kept.changed()
            assert "no such file" in await kept.reload()
            assert kept.armed is first
            assert not kept.changed(), "it is not tried again before it changes again"
            write(tmp_path, POLICY.replace('"7"', '"8"'))
            assert kept.changed()
            assert await kept.reload() == ""
            assert kept.armed.policy.version == "8"
            assert first.policy.version == "7"

    asyncio.run(go())


def test_a_detector_that_cannot_look_is_not_taken(tmp_path: Path) -> None:
    path = write(tmp_path, POLICY + SEMANTIC.replace("toxicity}", "unheard}") % "closed")

    async def go() -> None:
        with ThreadPoolExecutor(1) as pool:
            await keeper(path, pool).open()

    with pytest.raises(DeclarationError, match=r"policy\.yaml: detectors\[2\] 'toxicity'"):
        asyncio.run(go())


def test_nothing_is_in_force_before_it_was_opened(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool, pytest.raises(LookupError):
        keeper(write(tmp_path, POLICY), pool).armed  # noqa: B018
