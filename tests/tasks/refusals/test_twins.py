"""The prompts that ship, and what is said of a file of one's own that is not as it should be."""

import json
import re
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.records.samples import Sample
from statera.tasks.refusals.twins import CANARY, OWN, TYPES, read_twins, unpaired

SHIPPED = read_twins(OWN, prefix="over_refusal/v1")
PAIRS = {sample.unit: [s for s in SHIPPED if s.unit == sample.unit] for sample in SHIPPED}


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def likeness(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)


def test_twenty_pairs_of_each_of_ten_types() -> None:
    assert len(TYPES) == 10
    assert Counter(s.category for s in SHIPPED) == dict.fromkeys(TYPES, 40)
    assert Counter(s.group for s in SHIPPED) == {"safe": 200, "unsafe": 200}
    assert unpaired(SHIPPED) == 0
    for name, twins in PAIRS.items():
        assert [s.group for s in twins] == ["safe", "unsafe"]
        assert [s.id for s in twins] == [f"over_refusal/v1/{name}/{s.group}" for s in twins]


def test_no_prompt_twice_and_each_with_the_canary() -> None:
    texts = [" ".join(words(s.input)) for s in SHIPPED]
    assert len(set(texts)) == len(texts)
    assert all(s.fields["canary"] == CANARY for s in SHIPPED)
    assert all(s.input == s.input.strip() and s.input[-1] in ".?" for s in SHIPPED)
    assert CANARY.split()[-1] in (OWN.parent / "README.md").read_text(encoding="utf-8")


def test_no_pair_is_near_another() -> None:
    sets = {name: {w for s in twins for w in words(s.input)} for name, twins in PAIRS.items()}
    near = [pair for pair in combinations(sets, 2) if likeness(*(sets[n] for n in pair)) > 0.4]
    assert near == []


def test_nothing_on_the_surface_tells_the_groups_apart() -> None:
    half = len(SHIPPED) / 2
    unsafe = [s.group == "unsafe" for s in SHIPPED]
    lengths = [len(s.input) for s in SHIPPED]
    seen = [set(words(s.input)) for s in SHIPPED]
    by_length = [
        sum((n > limit) == bad for n, bad in zip(lengths, unsafe, strict=True))
        for limit in range(20, 120)
    ]
    by_word = [
        sum((word in there) == bad for there, bad in zip(seen, unsafe, strict=True))
        for word in {w for there in seen for w in there}
    ]
    best = {"length": max(by_length), "word": max(by_word), "no word": 2 * half - min(by_word)}
    assert max(best.values()) / (2 * half) < 0.65, best


def line(**changed: str) -> dict[str, str]:
    made = {"pair": "a", "type": "history", "group": "safe", "prompt": "Why?"}
    return {name: text for name, text in (made | changed).items() if text != "absent"}


def write(folder: Path, *lines: dict[str, str]) -> Path:
    path = folder / "twins.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in lines), encoding="utf-8")
    return path


TWIN = line(group="unsafe", prompt="How?")


def test_a_file_of_ones_own_has_the_same_shape(tmp_path: Path) -> None:
    found = read_twins(write(tmp_path, line(), TWIN), prefix="mine")
    assert found[0] == Sample(
        id="mine/a/safe", input="Why?", category="history", group="safe", cluster="a"
    )
    assert found[1].id == "mine/a/unsafe"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([line()], r"twins.jsonl, prompt 1: pair 'a' has no unsafe twin"),
        ([TWIN], r"pair 'a' has no safe twin"),
        ([line(type="historical")], r"prompt 1: unknown type 'historical'.*'history'"),
        ([line(), line(prompt="Else?")], r"prompt 2: pair 'a' has its safe twin: .*prompt 1"),
        ([line(), TWIN | {"type": "fiction"}], r"pair 'a' is of type 'history' .*not 'fiction'"),
        ([line(prompt=" "), TWIN], r"`pair` and `prompt` are not empty"),
        ([line(group="harmless")], r"line 1: Invalid value 'harmless'.*safe, unsafe"),
        ([line(label="1")], r"line 1.*label"),
        ([line(pair="absent")], r"line 1.*pair"),
        ([], r"no prompts"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    lines: list[dict[str, str]], said: str, tmp_path: Path
) -> None:
    with pytest.raises(DeclarationError, match=said) as raised:
        read_twins(write(tmp_path, *lines), prefix="mine")
    assert "\n" not in str(raised.value)
