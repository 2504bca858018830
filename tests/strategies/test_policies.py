import asyncio
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.models.clock import SystemClock
from statera.records.guarding import Passage
from statera.strategies.policies import open_policy
from tests.guards_made import POLICY, policy_file


def identity(path: Path) -> str:
    opened = open_policy(path, clock=SystemClock())
    asyncio.run(opened.close())
    return opened.identity


def test_it_is_named_by_what_it_says_and_what_it_is_made_of(tmp_path: Path) -> None:
    one = identity(policy_file(tmp_path))
    assert one.startswith("guard:words@")
    assert identity(policy_file(tmp_path, name="copy.yaml")) == one
    for old, new in (("threshold: 0.5", "threshold: 0.6"), ("bombs?", "bomb")):
        assert identity(policy_file(tmp_path, POLICY.replace(old, new))) != one


def test_texts_may_be_read_anew_each_time(tmp_path: Path) -> None:
    path, clock = policy_file(tmp_path), SystemClock()
    for kept, size in ((True, 10_000), (False, 0)):
        opened = open_policy(path, clock=clock, kept=kept)
        assert opened.guard.cache.size == size
        asyncio.run(opened.close())


def test_one_that_ships_has_a_name_and_mistakes_are_told(tmp_path: Path) -> None:
    opened = open_policy("light", clock=SystemClock())
    found = asyncio.run(opened.guard.check([Passage(text="hello", side="input")]))
    asyncio.run(opened.close())
    assert found.outcome == "allow"
    with pytest.raises(DeclarationError, match="unknown policy 'lihgt'"):
        open_policy("lihgt", clock=SystemClock())
    bad = policy_file(tmp_path, POLICY.replace("use: regex", "use: regexp", 1))
    with pytest.raises(DeclarationError, match=r"policy.yaml: detectors\[0\] 'bombs'.*'regex'"):
        open_policy(bad, clock=SystemClock())
