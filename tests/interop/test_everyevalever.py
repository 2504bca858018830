import json
from hashlib import sha256
from typing import Any

import jsonschema
import pytest

from statera.interop import everyevalever
from statera.store.rows import Stored
from tests.interop import made
from tests.interop.eee_schema import AGGREGATE, INSTANCE


def _aggregate() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(everyevalever.aggregate(made.INFO, made.ROWS))
    return found


def _instances(*stored: Stored) -> list[dict[str, Any]]:
    return [json.loads(line) for line in everyevalever.instances(made.INFO, stored)]


def test_the_aggregate_is_what_the_schema_asks_for() -> None:
    jsonschema.validate(_aggregate(), AGGREGATE, jsonschema.Draft7Validator)


@pytest.mark.parametrize("stored", made.every())
def test_each_instance_is_what_the_schema_asks_for(stored: Stored) -> None:
    for instance in _instances(stored):
        jsonschema.validate(instance, INSTANCE, jsonschema.Draft7Validator)


def test_the_schema_of_this_test_refuses() -> None:
    for schema in (AGGREGATE, INSTANCE):
        jsonschema.Draft7Validator.check_schema(schema)
    wrong = _aggregate()
    wrong["evaluation_results"][0]["metric_config"].pop("min_score")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, AGGREGATE, jsonschema.Draft7Validator)


def test_an_estimate_brings_its_interval_and_outcomes() -> None:
    whole, part = _aggregate()["evaluation_results"]
    assert whole["evaluation_result_id"] == "mmlu/accuracy"
    assert whole["score_details"]["score"] == 0.6
    assert whole["score_details"]["uncertainty"]["confidence_interval"] == {
        "lower": 0.23,
        "upper": 0.88,
        "confidence_level": 0.95,
        "method": "wilson",
    }
    assert whole["score_details"]["details"]["infra_error"] == "1"
    assert part["evaluation_name"] == "mmlu/even"
    assert "confidence_interval" not in part["score_details"]["uncertainty"]


def test_what_has_no_estimate_is_named_and_not_zero() -> None:
    found = _aggregate()
    names = [row["evaluation_result_id"] for row in found["evaluation_results"]]
    assert names == ["mmlu/accuracy", "mmlu/even/accuracy"]
    details = found["source_metadata"]["additional_details"]
    assert details["without_estimate"] == '["mmlu/strict"]'


def test_the_model_and_how_it_was_asked() -> None:
    found = _aggregate()
    assert found["model_info"]["id"] == "org/model-1b"
    assert found["model_info"]["inference_platform"] == "http://127.0.0.1:8000/v1"
    assert found["eval_library"] == {"name": "statera", "version": "0.1.0"}
    config = found["evaluation_results"][0]["generation_config"]
    assert config["generation_args"] == {"temperature": 0.5, "max_tokens": 64}
    assert config["additional_details"] == {
        "min_p": "0.1",
        "mode": "generate",
        "api": "chat",
        "fewshot": "5",
    }


def test_instances_point_to_their_aggregate() -> None:
    ids = {line["evaluation_id"] for line in _instances(*made.every())}
    assert ids == {_aggregate()["evaluation_id"]} == {"five/org_model-1b/1700000000"}


def test_a_score_is_an_instance() -> None:
    first, second = _instances(made.right())
    assert first["evaluation"] == {"score": 1.0, "is_correct": True, "num_turns": 1}
    assert second["evaluation"] == {"score": 0.25, "is_correct": False, "num_turns": 1}
    assert first["evaluation_name"] == "mmlu/accuracy"
    assert first["output"] == {"raw": [made.right().trial.response.text], "reasoning_trace": ["hm"]}
    assert first["answer_attribution"][0]["extracted_value"] == "B"
    assert first["sample_hash"] == sha256(b"Which letter is number 1?B").hexdigest()
    assert first["token_usage"]["total_tokens"] == 21
    assert first["error"] is None


def test_a_refusal_is_marked_and_plumbing_is_left_out() -> None:
    (refused,) = _instances(made.refused())
    assert refused["evaluation"]["is_correct"] is False
    assert refused["metadata"]["scored"] == "false"
    assert refused["metadata"]["outcome"] == "refused"
    assert refused["error"] == "refused: the peer went away"
    assert refused["token_usage"] is None
    assert _instances(made.broken(), made.ungraded()) == []


def test_a_conversation_is_a_transcript() -> None:
    (line,) = _instances(made.spoken())
    assert line["interaction_type"] == "multi_turn"
    assert [turn["role"] for turn in line["messages"]] == ["user", "assistant", "user", "assistant"]
    assert [turn["turn_idx"] for turn in line["messages"]] == [0, 1, 2, 3]
    assert line["messages"][-1]["content"] == "B"
    assert line["output"] is None


def test_log_likelihoods_are_kept_as_text() -> None:
    (line,) = _instances(made.likely())
    assert line["metadata"]["loglikelihoods"] == "[-1.5,null,-0.25]"
    assert line["output"]["raw"] == []
