import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from statera.errors import DeclarationError
from statera.guard.opening import detectors_of, open_guard, views_of
from statera.guard.policy import SHIPPED, Policy, read_policy
from statera.models.clock import SystemClock
from statera.records.guarding import Passage, Side
from tests.guard.tools_made import tools


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def test_every_mistake_is_found_before_anything_is_opened() -> None:
    text = (
        "detectors:\n"
        "  - {name: first, use: classifier, with: {head: toxicity}}\n"
        "  - {name: second, use: regex, with: {patern: [a]}}\n"
    )

    def never(path: object) -> None:
        raise AssertionError("opened")

    wrong = tools()._replace(encoder=never)  # type: ignore[arg-type]
    with pytest.raises(DeclarationError) as error:
        detectors_of(read_policy(text, source="p.yaml"), wrong, "p.yaml")
    assert str(error.value).startswith("p.yaml: detectors[1] 'second'.with: ")
    assert "Did you mean 'patterns'" in str(error.value)


def test_a_kind_that_is_none_is_told_with_its_place() -> None:
    policy = read_policy("detectors: [{name: a, use: regx}]", source="p.yaml")
    with pytest.raises(DeclarationError, match=r"p.yaml: detectors\[0\] 'a'.use: .*'regex'"):
        detectors_of(policy, tools(), "p.yaml")


def test_views_have_a_tokenizer_where_the_policy_has_a_classifier() -> None:
    turned = "br34k m0st l0cks"
    assert len(views_of(Policy.load("light"), tools())(turned)) == 1
    views = views_of(Policy.load("default"), tools())
    assert [view.name for view in views("plain text")] == ["plain"]


@pytest.mark.parametrize(
    ("side", "text", "outcome", "detectors"),
    [
        ("input", "hello", "allow", set()),
        ("input", "so much toxicity", "block", {"toxicity"}),
        ("output", "so much toxicity", "block", {"toxicity"}),
        ("input", "something harmful", "block", {"harmful"}),
        ("output", "something harmful", "allow", set()),
        ("input", "a jailbreak", "block", {"jailbreak"}),
        ("tool_result", "an injection", "block", {"injection"}),
        ("output", "a refusal", "allow", {"refusal"}),
        ("output", "4111111111111111", "redact", {"personal"}),
        ("input", "4111111111111111", "allow", {"personal_input"}),
        ("output", "write to help@example.org", "allow", {"contact"}),
        ("input", "my password is tr0ub4dor&3", "redact", {"secrets"}),
        ("tool_call", "4111111111111111 harmful", "allow", set()),
    ],
)
def test_what_the_default_policy_does(
    pool: ThreadPoolExecutor, side: Side, text: str, outcome: str, detectors: set[str]
) -> None:
    guard = open_guard(
        Policy.load("default"), tools(), source="default", clock=SystemClock(), pool=pool
    )
    passage = Passage(text=text, side=side, role="assistant" if side == "output" else "user")
    decision = asyncio.run(guard.check([passage]))
    assert decision.outcome == outcome
    assert {finding.detector for finding in decision.findings} == detectors


def test_what_the_operator_writes_is_not_read_as_an_attack(pool: ThreadPoolExecutor) -> None:
    guard = open_guard(
        Policy.load("default"), tools(), source="default", clock=SystemClock(), pool=pool
    )
    for role in ("system", "definition"):
        passage = Passage(text="harmful jailbreak injection", side="input", role=role)
        assert asyncio.run(guard.check([passage])).outcome == "allow"


def test_every_policy_that_ships_opens() -> None:
    names = [path.stem for path in SHIPPED.glob("*.yaml")]
    assert sorted(names) == ["default", "light"]
    for name in names:
        policy = Policy.load(name)
        assert policy.name == name
        assert set(detectors_of(policy, tools(), name)) == {one.name for one in policy.detectors}


def test_a_policy_is_found_by_its_name_only_if_it_ships() -> None:
    with pytest.raises(DeclarationError, match=r"unknown policy 'defalt'\. Did you mean 'default'"):
        Policy.load("defalt")
    with pytest.raises(DeclarationError, match=r"gone\.yaml: no such file"):
        Policy.load("gone.yaml")
