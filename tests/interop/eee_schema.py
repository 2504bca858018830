"""What Every Eval Ever 0.2.2 asks of a document, in our own words, as JSON Schema.

Only what the published schema demands: required members, types, closed sets, no strangers at the
top, details that are texts.
"""

from typing import Any

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
COUNT = {"type": "integer", "minimum": 0}
FLAG = {"type": "boolean"}
TEXTS = {"type": "array", "items": TEXT}
DETAILS = {"type": "object", "additionalProperties": TEXT}


def _maybe(kind: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [kind, {"type": "null"}]}


def _one_of(*words: str) -> dict[str, Any]:
    return {"enum": list(words)}


def _object(
    required: dict[str, Any], optional: dict[str, Any] | None = None, *, closed: bool = False
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "object",
        "required": list(required),
        "properties": {**required, **(optional or {})},
    }
    return {**found, "additionalProperties": False} if closed else found


_MODEL = _object(
    {"name": TEXT, "id": TEXT},
    {"developer": TEXT, "inference_platform": TEXT, "additional_details": DETAILS},
)
_SOURCE = _object(
    {
        "source_type": _one_of("documentation", "evaluation_run"),
        "source_organization_name": TEXT,
        "evaluator_relationship": _one_of("first_party", "third_party", "collaborative", "other"),
    },
    {"source_name": TEXT, "additional_details": DETAILS},
)
_DATA = {
    "oneOf": [
        _object(
            {"dataset_name": TEXT, "source_type": _one_of("url"), "url": {**TEXTS, "minItems": 1}}
        ),
        _object({"dataset_name": TEXT, "source_type": _one_of("hf_dataset")}),
        _object(
            {"dataset_name": TEXT, "source_type": _one_of("other")},
            {"additional_details": DETAILS},
        ),
    ]
}
_METRIC = {
    **_object(
        {"lower_is_better": FLAG},
        {
            "metric_id": TEXT,
            "metric_name": TEXT,
            "metric_unit": TEXT,
            "score_type": _one_of("binary", "continuous", "levels"),
            "min_score": NUMBER,
            "max_score": NUMBER,
        },
    ),
    "if": {"required": ["score_type"], "properties": {"score_type": _one_of("continuous")}},
    "then": {"required": ["min_score", "max_score"]},
}
_INTERVAL = _object(
    {"lower": NUMBER, "upper": NUMBER},
    {"confidence_level": {"type": "number", "minimum": 0, "maximum": 1}, "method": TEXT},
)
_SCORE = _object(
    {"score": NUMBER},
    {
        "details": DETAILS,
        "uncertainty": _object(
            {}, {"confidence_interval": _INTERVAL, "num_samples": {"type": "integer"}}
        ),
    },
)
_GENERATION = _object(
    {},
    {
        "generation_args": _object(
            {},
            {
                "temperature": _maybe(NUMBER),
                "top_p": _maybe(NUMBER),
                "top_k": _maybe(NUMBER),
                "max_tokens": {"type": "integer", "minimum": 1},
            },
            closed=True,
        ),
        "additional_details": DETAILS,
    },
)
_RESULT = _object(
    {
        "evaluation_name": TEXT,
        "source_data": _DATA,
        "metric_config": _METRIC,
        "score_details": _SCORE,
    },
    {"evaluation_result_id": TEXT, "generation_config": _GENERATION},
)

AGGREGATE = _object(
    {
        "schema_version": TEXT,
        "evaluation_id": TEXT,
        "retrieved_timestamp": {"type": "string", "pattern": "^[0-9]+$"},
        "source_metadata": _SOURCE,
        "model_info": _MODEL,
        "eval_library": _object({"name": TEXT, "version": TEXT}),
        "evaluation_results": {"type": "array", "items": _RESULT},
    },
    {"evaluation_timestamp": TEXT},
    closed=True,
)

_ATTRIBUTION = _object(
    {
        "turn_idx": COUNT,
        "source": TEXT,
        "extracted_value": TEXT,
        "extraction_method": TEXT,
        "is_terminal": FLAG,
    }
)
_MESSAGE = _object(
    {"turn_idx": COUNT, "role": TEXT}, {"content": _maybe(TEXT), "reasoning_trace": _maybe(TEXT)}
)
_TOKENS = _object(
    {"input_tokens": COUNT, "output_tokens": COUNT, "total_tokens": COUNT},
    {"input_tokens_cache_read": _maybe(COUNT), "reasoning_tokens": _maybe(COUNT)},
)
_SPAN = _maybe({"type": "number", "minimum": 0})
_SINGLE = {"properties": {"interaction_type": _one_of("single_turn")}}

INSTANCE = {
    **_object(
        {
            "schema_version": TEXT,
            "evaluation_id": TEXT,
            "model_id": TEXT,
            "evaluation_name": TEXT,
            "sample_id": TEXT,
            "interaction_type": _one_of("single_turn", "multi_turn", "agentic"),
            "input": _object(
                {"raw": TEXT, "reference": TEXTS},
                {"formatted": _maybe(TEXT), "choices": _maybe(TEXTS)},
            ),
            "answer_attribution": {"type": "array", "items": _ATTRIBUTION},
            "evaluation": _object(
                {"score": NUMBER, "is_correct": FLAG},
                {"num_turns": _maybe({"type": "integer", "minimum": 1})},
            ),
        },
        {
            "evaluation_result_id": TEXT,
            "sample_hash": _maybe(TEXT),
            "output": _maybe(_object({"raw": TEXTS}, {"reasoning_trace": _maybe(TEXTS)})),
            "messages": _maybe({"type": "array", "items": _MESSAGE}),
            "token_usage": _maybe(_TOKENS),
            "performance": _object({}, {"latency_ms": _SPAN, "time_to_first_token_ms": _SPAN}),
            "error": _maybe(TEXT),
            "metadata": _maybe(DETAILS),
        },
        closed=True,
    ),
    "if": _SINGLE,
    "then": {
        "required": ["output"],
        "properties": {"output": {"type": "object"}, "messages": {"type": "null"}},
    },
    "else": {
        "required": ["messages"],
        "properties": {
            "output": {"type": "null"},
            "messages": {"type": "array", "minItems": 1},
            "evaluation": {"required": ["num_turns"]},
        },
    },
}
