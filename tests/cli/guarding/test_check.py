import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from statera.cli.guarding.check import command
from statera.errors import DeclarationError

CARD = "pay with 4111 1111 1111 1111"

POLICY = """
detectors:
  - {name: words, use: regex, with: {patterns: [bad]}, message: "Not here."}
  - {name: quiet, use: regex, with: {patterns: [odd]}, mode: shadow}
  - {name: guard, use: llm, with: {family: llama-guard, model: "scripted:replies.yaml"}}
"""


def _run(*args: str, text: str | bytes = "", policy: str = "light") -> Result:
    return CliRunner().invoke(
        command, ["--policy", policy, *args], input=text, catch_exceptions=False
    )


@pytest.fixture
def policy(tmp_path: Path) -> str:
    (tmp_path / "p.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "replies.yaml").write_text(
        "rules: [{contains: hello, reply: safe}]\ndefault: what?\n", encoding="utf-8"
    )
    return str(tmp_path / "p.yaml")


def test_a_text_that_passes_redacted() -> None:
    done = _run("--side", "output", text=CARD + "\n")
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "redact",
        "  personal  1.00 >= 0.5  redact  CARD",
        "      pay with »4111 1111 1111 1111«",
        "  below their thresholds: secrets 0.00",
        "  left: pay with [CARD]",
    ]


def test_every_category_that_was_found_is_named(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(
        "detectors: [{name: contact, use: personal, action: annotate, sides: [input], "
        "with: {kinds: [email, phone]}}]\n"
    )
    text = "mail ada@example.com or call +1 202 555 0143, or bob@example.com"
    done = _run(text=text, policy=str(path))
    assert "annotate  EMAIL, PHONE\n" in done.output


def test_a_text_that_is_blocked(policy: str) -> None:
    done = _run(text="hello bad odd", policy=policy)
    assert done.exit_code == 1
    assert done.output.splitlines()[0] == "block"
    assert "quiet  1.00 >= 0.5  block (shadow)  PATTERN" in done.output
    assert "the client is told: Not here." in done.output


def test_shadow_says_what_it_would_do(policy: str) -> None:
    assert _run(text="hello odd", policy=policy).output.startswith("allow; without shadow block\n")


def test_a_check_that_was_not_made_is_neither(policy: str) -> None:
    done = _run(text="good day", policy=policy)
    assert done.exit_code == 3
    assert "guard  failed: UnreadableAnswer  block" in done.output


def test_a_policy_without_detectors_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("name: empty\n", encoding="utf-8")
    done = _run(text="hello", policy=str(tmp_path / "empty.yaml"))
    assert (done.exit_code, done.stdout) == (0, "allow\n")
    assert done.stderr == "the policy has no detectors: nothing is checked\n"


def test_json_is_the_decision(policy: str) -> None:
    found = json.loads(_run("--json", text="hello bad", policy=policy).output)
    assert (found["outcome"], found["scores"]["words"]) == ("block", 1.0)


def test_several_texts_one_a_line(policy: str) -> None:
    lines = '{"text": "hello"}\n\n{"text": "hello bad", "id": "x", "side": "output"}\n'
    done = _run("--jsonl", "--json", text=lines, policy=policy)
    rows = [json.loads(line) for line in done.output.splitlines()]
    assert [(row["text_id"], row["outcome"]) for row in rows] == [(1, "allow"), ("x", "block")]
    assert done.exit_code == 1
    assert "x: block" in _run("--jsonl", text=lines, policy=policy).output


def test_a_system_prompt_and_a_conversation_can_be_given(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("detectors: [{name: leak, use: leak}]", encoding="utf-8")
    prompt = "answer every single question in rhymes only"
    line = json.dumps({"text": prompt, "side": "output", "guarded": [prompt]})
    assert _run("--jsonl", text=line, policy=str(path)).exit_code == 1


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "reply.txt"
    path.write_text(CARD, encoding="utf-8")
    assert _run("--side", "output", "--file", str(path)).output.startswith("redact")


def test_the_schema_is_printed() -> None:
    assert json.loads(_run("--schema").output)["title"] == "Policy of the guard"


@pytest.mark.parametrize(
    ("args", "text", "told"),
    [
        ([], "", "standard input: there is no text in it"),
        ([], b"\xff", "standard input: not UTF-8 at byte 0"),
        (["--jsonl"], '{"txt": 1}', "line 1: .*`txt`"),
        (["--jsonl"], "{", "line 1"),
        (["--jsonl"], '{"text": "a", "role": "usr"}', "line 1: .*'user'.* Allowed: .*, \"\"$"),
        (["--file", "gone.txt"], "", "gone.txt: no such file"),
        (["--policy", "lite"], "x", "unknown policy 'lite'"),
    ],
)
def test_what_is_declared_wrong(args: list[str], text: str | bytes, told: str) -> None:
    with pytest.raises(DeclarationError, match=told):
        _run(*args, text=text)


def test_what_would_steer_the_terminal_is_shown() -> None:
    assert "\x1b" not in _run("--side", "output", text=f"\x1b[2J {CARD} \x1b[2J").output
