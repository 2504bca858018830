import pytest

from statera.proxy.wire.leaves import (
    is_label,
    is_media,
    is_sealed,
    leaves_in,
    says_nothing,
)


def test_texts_names_and_long_numbers_are_leaves() -> None:
    value = {"who is": ["Ann", {"type": "string", "card": 4111111111111111, "n": 5, "t": True}]}
    holder = {"x": value}
    found = leaves_in(holder, "x", value)
    assert [(one.text, one.key) for one in found] == [
        *(("who is", None), ("Ann", 0), ("card", None)),
        *(("4111111111111111", "card"), ("n", None), ("t", None)),
    ]
    assert found[1].holder is value["who is"]
    assert leaves_in(holder, "x", "said")[0].holder is holder


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("org/model-1:x", "label media"),
        ("", "label sealed media"),
        ("AAbb+/==", "label sealed media"),
        ("A" * 300, "sealed media"),
        ("https://example.org/a.png?x=(y)", "media"),
        ("https://example.org/two words", ""),
        ("two words", ""),
        ("ann@example.org", ""),
        ("naïve", ""),
        ("line\n", ""),
    ],
)
def test_kinds_of_text(text: str, kinds: str) -> None:
    checks = {"label": is_label, "sealed": is_sealed, "media": is_media}
    assert [name for name, check in checks.items() if check(text)] == kinds.split()


def test_only_numbers_and_labels_say_nothing() -> None:
    assert says_nothing({"a": [1, "b-c", None, {"d": 2.5}]})
    assert not says_nothing({"a": ["two words"]})
    assert not says_nothing({"two words": 1})
