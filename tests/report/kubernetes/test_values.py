import json

import pytest

from statera.errors import DeclarationError
from statera.report.kubernetes.values import read_values, schema


def refused(text: str) -> str:
    with pytest.raises(DeclarationError) as error:
        read_values(text, source="mine.yaml")
    told = str(error.value)
    assert "\n" not in told
    return told


def test_the_defaults_are_what_teams_deploy() -> None:
    values = read_values()
    assert (values.form, values.name, values.replicas) == ("plain", "genai-backend", 3)
    assert (values.model.gpus, values.model.memory, values.model.listen) == (1, "32Gi", "loopback")
    assert (values.guard.requests.cpu, values.guard.requests.memory) == ("500m", "1Gi")
    assert (values.guard.limits.cpu, values.guard.limits.memory) == ("1000m", "2Gi")
    assert values.guard.threshold == 0.85
    assert values.drain.grace_seconds >= 120


def test_what_is_stated_is_merged_below_every_key_and_lists_are_replaced() -> None:
    values = read_values(
        "model: {image: ours:1, args: [/models/x]}\nguard: {limits: {memory: 3Gi}}\n"
        "tolerations: []\nrollout: {maxSurge: 25%}",
        source="mine.yaml",
    )
    assert (values.model.image, values.model.args) == ("ours:1", ["/models/x"])
    assert values.model.memory == "32Gi"
    assert (values.guard.limits.cpu, values.guard.limits.memory) == ("1000m", "3Gi")
    assert values.tolerations == []
    assert values.rollout.max_surge == "25%"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("model: {gpu: 2}", "unknown field `gpu` - at `$.model`. Did you mean 'gpus'?"),
        ("form: sidecars", "Did you mean 'sidecar'? Allowed: plain, sidecar"),
        ("replicas: '3'", "Expected a whole number, got text - at `$.replicas`"),
        ("replicas: 0", "at `$.replicas`"),
        ("guard: {threshold: 85}", "at `$.guard.threshold`"),
        ("guard: {limits: {memory: 2GB}}", "at `$.guard.limits.memory`"),
        ("drain: {graceSeconds: 30}", "at `$.drain.graceSeconds`"),
        ("drain: {waitSeconds: 140}", "at most 135, not 140"),
        ("name: My_App", "at `$.name`"),
        ("model: null", "at `$.model`"),
        ("model: {args: [--host, 0.0.0.0]}", "'--host' at `$.model.args`: where the model listens"),
        ("model: {command: [vllm, --port=80]}", "'--port=80' at `$.model.args`"),
        ("guard: {env: {TARGET_UPSTREAM: x}}", "'TARGET_UPSTREAM' at `$.guard.env` is not"),
        ("autoscaling: {maxReplicas: 2}", "is 2, below `$.replicas`, 3"),
        ("- 1", "Expected a mapping"),
        ("a: [", "line 1"),
    ],
)
def test_every_mistake_is_one_line_with_file_and_place(text: str, told: str) -> None:
    found = refused(text)
    assert found.startswith("mine.yaml")
    assert told in found


def test_the_schema_knows_every_key_and_refuses_others() -> None:
    found = json.loads(json.dumps(schema()))
    parts = found["$defs"]
    assert set(parts["Values"]["properties"]) >= {"form", "model", "guard", "drain", "nodeSelector"}
    assert all(part["additionalProperties"] is False for part in parts.values())
    assert parts["Drain"]["properties"]["graceSeconds"]["minimum"] == 120
