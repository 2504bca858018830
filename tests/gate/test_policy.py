import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from statera.errors import DeclarationError
from statera.gate.policy import (
    Policy,
    naming,
    policy,
    policy_schema,
    read_policy,
    ready_policies,
)

TEXT = """
gate: support-release
alpha: 0.05
rules:
  - metric: gsm8k/accuracy          # not worse than the baseline by more than 2 points
    than: baseline
    margin: 0.02
  - metric: "mmlu/*/accuracy"       # every category on its own, never the mean of them
    min: 0.55
  - metric: starter/refused
    max: 0.05
  - metric: allergies/critical      # at most 1 %, and surely
    max: 0.01
    critical: true                  # one confirmed failure fails the gate
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "gate.yaml"
    path.write_text(text)
    return path


def test_the_policy_of_the_docs_is_read(tmp_path: Path) -> None:
    found = read_policy(written(tmp_path, TEXT))
    assert found.gate == "support-release"
    assert [rule.metric for rule in found.rules][1] == "mmlu/*/accuracy"
    assert found.needs_base
    assert found.rules[3].critical


def test_the_digest_tells_rules_apart_and_not_how_they_are_written(tmp_path: Path) -> None:
    one = read_policy(written(tmp_path, TEXT))
    same = read_policy(written(tmp_path, yaml.safe_dump(yaml.safe_load(TEXT))))
    other = read_policy(written(tmp_path, TEXT.replace("0.02", "0.03")))
    assert one.digest == same.digest != other.digest


def test_taking_a_judge_at_its_word_is_part_of_the_rules_and_silence_is_as_it_was(
    tmp_path: Path,
) -> None:
    plain = read_policy(written(tmp_path, TEXT))
    assert plain.digest == "b04e4f93e935f8e20793c130cdd6582e"  # as kept rulings know it
    for old, new in (
        ("alpha: 0.05", "alpha: 0.05\nunvalidated: true"),
        ("min: 0.55", "min: 0.55\n    unvalidated: true"),
        ("min: 0.55", "min: 0.55\n    transported: true"),
        ("min: 0.55", "min: 0.55\n    epochs: 3"),
    ):
        assert read_policy(written(tmp_path, TEXT.replace(old, new))).digest != plain.digest
    silent = TEXT.replace("alpha: 0.05", "alpha: 0.05\nunvalidated: false")
    assert read_policy(written(tmp_path, silent)).digest == plain.digest


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("margin: 0.02", "margn: 0.02", "rules[0]`. Did you mean 'margin'?"),
        ("margin: 0.02", "margin: -0.02", ">= 0.0 - at `$.rules[0].margin`"),
        ("    margin: 0.02\n", "", "`than` and `margin` go together; `margin` is missing"),
        ("min: 0.55", "min: 0.55\n    max: 0.6", "states `min` and `max`"),
        ("    min: 0.55\n", "", "this one states none"),
        ("min: 0.55", "min: 0.55\n    unvalidate: true", "Did you mean 'unvalidated'?"),
        ("min: 0.55", 'min: 0.55\n    unvalidated: "yes"', "`$.rules[1].unvalidated`"),
        ("min: 0.55", "min: 0.55\n    transport: true", "Did you mean 'transported'?"),
        ("alpha: 0.05", "alpha: 0.6", "<= 0.5 - at `$.alpha`"),
        ("alpha: 0.05", "alpha: 0", "> 0.0 - at `$.alpha`"),
        ("critical: true", 'critical: "true"', "`$.rules[3].critical`"),
        ("than: baseline", "than: base", "`$.rules[0].than`"),
        ("than: baseline", "than: anchor", "`anchor` is missing"),
        ("metric: starter/refused", "metric: refused", "`$.rules[2].metric`"),
        ("max: 0.05", "max: 0.05\n    counter: starter/speed", "no other rule reads"),
        ("margin: 0.02", "margin: 0.02\n    critical: true", "`critical` belongs to"),
    ],
)
def test_a_mistake_is_one_line_with_file_and_place(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    path = written(tmp_path, TEXT.replace(old, new, 1))
    with pytest.raises(DeclarationError) as raised:
        read_policy(path)
    assert str(raised.value).startswith(str(path))
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)


def test_no_rules_are_a_mistake() -> None:
    with pytest.raises(DeclarationError, match="rules"):
        policy({"gate": "empty", "rules": []})


def test_the_schema_takes_what_the_reader_takes() -> None:
    schema = json.loads(json.dumps(policy_schema()))
    jsonschema.validate(yaml.safe_load(TEXT), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"gate": "g", "rules": [{"metric": "a/b", "maxx": 1}]}, schema)


@pytest.mark.parametrize(
    ("rule_margin", "policy_margin", "expected"),
    [(None, None, 0.02), (None, 0.05, 0.05), (0.03, 0.05, 0.03)],
)
def test_the_margin_to_the_anchor(
    rule_margin: float | None, policy_margin: float | None, expected: float
) -> None:
    rule = {"metric": "t/accuracy", "than": "baseline", "margin": 0.02}
    found = policy(
        {
            "gate": "g",
            "anchor": "v1",
            "anchor_margin": policy_margin,
            "rules": [rule | {"anchor_margin": rule_margin}],
        }
    )
    assert isinstance(found, Policy)
    assert found.margin(found.rules[0], "anchor") == expected
    assert found.margin(found.rules[0], "baseline") == 0.02


def test_a_mistake_in_a_rule_is_told_with_its_file() -> None:
    with (
        pytest.raises(DeclarationError, match=r"^x\.yaml: rules\[0\] `t/a`: why$"),
        naming("x.yaml"),
    ):
        raise DeclarationError("rules[0] `t/a`: why")
    with pytest.raises(DeclarationError, match=r"^no such run$"), naming("x.yaml"):
        raise DeclarationError("no such run")


SAFETY = {"metric": "harm/attack_success", "max": 0.05, "counter": "helpfulness_on_edge_cases"}


@pytest.mark.parametrize("name", ["over_refusal_any", "over_refusal_full", "a/discrimination"])
def test_helpfulness_on_edge_cases_is_a_rule_on_any_that_tells_of_it(name: str) -> None:
    other = {"metric": f"over_refusal/{name}", "max": 0.2}
    assert policy({"gate": "g", "rules": [SAFETY, other]}).rules[0].counter == SAFETY["counter"]
    with pytest.raises(DeclarationError, match="over_refusal_full, discrimination"):
        policy({"gate": "g", "rules": [SAFETY, {"metric": "t/accuracy", "min": 0.5}]})


def test_a_rule_is_of_at_least_one_epoch() -> None:
    rule = {"metric": "t/critical", "max": 0.01, "critical": True}
    assert policy({"gate": "g", "rules": [rule | {"epochs": 3}]}).rules[0].epochs == 3
    with pytest.raises(DeclarationError, match="epochs"):
        policy({"gate": "g", "rules": [rule | {"epochs": 0}]})


def test_every_ready_policy_is_one_and_counters_what_it_asks() -> None:
    assert "alignment" in ready_policies()
    for name, path in ready_policies().items():
        found = read_policy(name)
        assert found.gate == name
        assert found == read_policy(path)
        assert all(rule.counter for rule in found.rules)


def test_a_name_that_no_policy_has_gives_the_nearest() -> None:
    with pytest.raises(DeclarationError, match=r"unknown policy 'alignmnt'\. .*'alignment'"):
        read_policy("alignmnt")
