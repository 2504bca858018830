import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from statera.cli.guarding.replay import command
from statera.errors import DeclarationError
from tests.api.test_guardreplay import events_file
from tests.guards_made import POLICY, policy_file


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    policy_file(tmp_path)
    policy_file(tmp_path, POLICY.replace(r"'\bbombs?\b'", "poison"), name="new.yaml")
    policy_file(tmp_path, POLICY.replace("threshold: 0.5", "mode: shadow"), name="soft.yaml")
    return tmp_path


def said(*arguments: str) -> str:
    found = CliRunner().invoke(command, arguments, standalone_mode=False)
    if found.exception is not None:
        raise found.exception
    return found.stdout


def test_requests_are_named_and_their_texts_shown_only_when_asked_for(folder: Path) -> None:
    events = str(events_file(folder, folder / "policy.yaml", "full"))
    out = said("--policy", "new.yaml", "--events", events)
    assert out.startswith(
        "new.yaml would have blocked 1 of 3 requests (then 1): 1 newly, 1 no longer"
    )
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "c newly redact block response bombs" in lines
    assert "a no longer block allow request bombs" in lines
    assert "1 request stopped then: the reply that would follow is not on record" in out
    assert "poison" not in out
    assert "a poison" in said("--policy", "new.yaml", "--events", events, "--show")
    short = said("--policy", "new.yaml", "--events", events, "--list", "1")
    assert "1 more request: --list N" in short


def test_without_texts_what_cannot_be_told_is_counted(folder: Path) -> None:
    events = str(events_file(folder, folder / "policy.yaml", "hash"))
    out = said("--policy", "new.yaml", "--base", "policy.yaml", "--events", events)
    assert out.startswith(
        "new.yaml: none of 3 requests could be decided, because: texts not kept, and 'bombs' looks"
    )
    assert "untold 3 requests: texts not kept, and 'bombs' looks otherwise (`with`)" in out
    out = said("--policy", "soft.yaml", "--base", "policy.yaml", "--events", events)
    assert out.startswith("soft.yaml would have blocked 0 of 3 requests (then 1)")


def test_any_jsonl_and_json_for_machines(folder: Path) -> None:
    (folder / "r.jsonl").write_text('{"text": "bombs", "id": "x"}\n{"text": "poison"}\n')
    told = json.loads(said("--policy", "policy.yaml", "--data", "r.jsonl", "--json"))
    assert (told["schema"], told["requests"]) == (1, 2)
    assert [one["id"] for one in told["blocked"]] == ["x"]
    out = said("--policy", "policy.yaml", "--data", "r.jsonl")
    assert out.startswith("policy.yaml would have blocked 1 of 2 requests\n")


def test_one_source_of_requests_is_given() -> None:
    with pytest.raises(DeclarationError, match="give --events FILE or --data JSONL, one of them"):
        said("--policy", "light")


TOXIC = """\
name: words
detectors:
  - {name: toxicity, use: regex, with: {patterns: [bombs]}, sides: [input], threshold: 0.5}
"""


@pytest.mark.parametrize("variable", ["TOXICITY_THRESHOLD", "STATERA_GUARD_TOXICITY_THRESHOLD"])
def test_a_threshold_that_the_guard_was_served_with_makes_the_base_known(
    folder: Path, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy_file(folder, TOXIC.replace("0.5", "0.7"), name="served.yaml")
    events = str(events_file(folder, folder / "served.yaml", "hash"))
    policy_file(folder, TOXIC, name="toxic.yaml")
    soft = TOXIC.replace("0.5", "0.5, mode: shadow")
    policy_file(folder, soft, name="shadow.yaml")
    arguments = ("--policy", "shadow.yaml", "--base", "toxic.yaml", "--events", events)
    assert "none of 3 requests could be decided" in said(*arguments)
    told = "shadow.yaml would have blocked 0 of 3 requests (then 1): 0 newly, 1 no longer"
    assert said(*arguments, "--toxicity-threshold", "0.7").startswith(told)
    assert said(*arguments, "--base-toxicity-threshold", "0.7").startswith(told)
    monkeypatch.setenv(variable, "0.7")
    assert said(*arguments).startswith(told)


def test_thresholds_that_are_not_the_files_are_told(folder: Path) -> None:
    policy_file(folder, TOXIC, name="toxic.yaml")
    (folder / "r.jsonl").write_text('{"text": "bombs"}\n')
    arguments = ["--policy", "toxic.yaml", "--base", "policy.yaml", "--data", "r.jsonl", "--json"]
    found = CliRunner().invoke(command, [*arguments, "--toxicity-threshold", "0.7"])
    assert found.exit_code == 0
    assert "toxic.yaml; the threshold of 'toxicity' is 0.7, as --toxicity" in found.stderr
    assert json.loads(found.stdout)["then"] == {"block": 1}, (
        "the base has no toxicity, and need not"
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--policy", "policy.yaml", "--toxicity-threshold", "0.7"], "policy.yaml: a toxicity thr"),
        (["--policy", "policy.yaml", "--base-toxicity-threshold", "0.7"], "that of --base FILE"),
        (
            ["--policy", "light", "--base", "policy.yaml", "--base-toxicity-threshold", "0.7"],
            "policy.yaml: a toxicity threshold is given and no detector is named 'toxicity'",
        ),
    ],
)
def test_a_threshold_of_no_detector_is_refused(
    arguments: list[str], told: str, folder: Path
) -> None:
    (folder / "r.jsonl").write_text('{"text": "bombs"}\n')
    with pytest.raises(DeclarationError, match=told):
        said(*arguments, "--data", "r.jsonl")
