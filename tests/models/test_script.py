from pathlib import Path

import pytest

from statera.codec.canonical import digest_bytes
from statera.errors import DeclarationError
from statera.models.script import Reply, Rule, Script, checked, read_script


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_yaml_and_jsonl_say_the_same(tmp_path: Path) -> None:
    yaml = write(
        tmp_path,
        "a.yaml",
        "rules: [{contains: Paris, replies: [A, B]}]\nreplay: [first]\ndefault: {text: none}\n",
    )
    jsonl = write(
        tmp_path,
        "a.jsonl",
        '{"reply": "first"}\n{"contains": "Paris", "replies": ["A", "B"]}\n\n'
        '{"default": true, "reply": {"text": "none"}}\n',
    )
    one, other = read_script(yaml), read_script(jsonl)
    assert [rule.said for rule in one.rules] == [rule.said for rule in other.rules]
    assert one.replies() == other.replies()


def test_equal_scripts_are_one_system_and_another_reply_is_another() -> None:
    assert Script(replay=("a",)).identity == Script(replay=("a",)).identity
    assert Script(replay=("a",)).identity != Script(replay=("b",)).identity


def test_a_script_without_a_judge_is_what_it_was_before_there_were_any() -> None:
    before = digest_bytes(b'{"rules":[],"replay":["a"],"default":"?"}')
    assert Script(replay=("a",), default="?").identity == f"scripted:{before}"


@pytest.mark.parametrize(
    ("rule", "text", "fits"),
    [
        (Rule(contains="Paris", reply="x"), "Where is Paris?", True),
        (Rule(contains="Paris", reply="x"), "Where is Lyon?", False),
        (Rule(equals="Hi", reply="x"), "Hi", True),
        (Rule(equals="Hi", reply="x"), "Hi!", False),
        (Rule(regex=r"^\d+ \+", reply="x"), "12 + 3", True),
        (Rule(regex=r"^\d+ \+", reply="x"), "a 12 + 3", False),
    ],
)
def test_conditions(rule: Rule, text: str, fits: bool) -> None:
    assert rule.fits(text) is fits


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rules: [{contain: x, reply: y}]", ["unknown field `contain`", "'contains'", "$.rules"]),
        ("rules: [{contains: x}]", ["no `reply`", "$.rules[0]"]),
        ("rules: [{contains: x, regex: y, reply: z}]", ["2 conditions", "$.rules[0]"]),
        ("rules: [{reply: z}]", ["0 conditions"]),
        ("rules: [{regex: '(', reply: z}]", ["RE2"]),
        ("rules: [{contains: x, default: true, reply: z}]", ["JSONL"]),
        ("{}", ["no replies"]),
        ("replay: ['a", ["line 1"]),
        ("default: {text: x, failure: {kind: broken}}", ["broken", "$.default"]),
    ],
)
def test_a_wrong_script_is_one_clear_line(tmp_path: Path, text: str, words: list[str]) -> None:
    path = write(tmp_path, "wrong.yaml", text)
    with pytest.raises(DeclarationError) as caught:
        read_script(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    for word in words:
        assert word in message


def test_a_wrong_jsonl_line_is_named_by_its_number(tmp_path: Path) -> None:
    path = write(tmp_path, "wrong.jsonl", '{"reply": "a"}\n{"replay": "b"}\n')
    with pytest.raises(DeclarationError, match=r"line 2.*'reply'"):
        read_script(path)


def test_two_defaults_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "two.jsonl", '{"default": true, "reply": "a"}\n' * 2)
    with pytest.raises(DeclarationError, match="2 lines are the default"):
        read_script(path)


def test_a_script_made_in_python_is_checked_too() -> None:
    with pytest.raises(DeclarationError, match="no replies"):
        checked(Script(), "script")
    assert checked(Script(default=Reply(text="x")), "script").replies() == (Reply(text="x"),)
