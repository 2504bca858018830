"""Every mistake is one line with file and place, what is allowed and the nearest name."""

import pytest

from statera.errors import DeclarationError
from tests.experiment.designs import RAMP, design

STEP = "{at: 2026-12-01T08:00:00Z, traffic: 0.5"
BAD = {
    "arms.sum": ({"arms": "[{name: a, weight: 0.5}, {name: b, weight: 0.4}]"},
        "arms: the weights add up to 0.9, not 1: 0.5 + 0.4"),
    "arms.one": ({"arms": "[{name: a, weight: 1}]"}, "length >= 2"),
    "arms.twice": ({"arms": "[{name: a, weight: 0.5}, {name: a, weight: 0.5}]"},
        "arms[1]: the name 'a' is already taken"),
    "arms.name": ({"arms": "[{name: A b, weight: 0.5}, {name: a, weight: 0.5}]"}, "arms[0].name"),
    "arms.unreachable": ({"arms": "[{name: a, weight: 1}, {name: b, weight: 0}]"},
        "arms[1]: 'b' is unreachable: its weight is 0 wherever units join"),
    "arms.base": ({"arms": "[{name: a, weight: 0}, {name: b, weight: 1}]"},
        "arms: the base 'a' has no weight"),
    "arms.negative": ({"arms": "[{name: a, weight: -0.5}, {name: b, weight: 1.5}]"},
        "arms[0].weight"),
    "arms.key": ({"arms": "[{name: a, wieght: 0.5}, {name: b, weight: 0.5}]"},
        "Did you mean 'weight'?"),
    "arms.model": ({"arms": "[{name: a, weight: 0.5}, {name: b, weight: 0.5, model: 'x#y'}]"},
        "arms[1].model: 'x#y' is no endpoint. Allowed: a name, or URL#NAME"),
    "arms.key_env": (
        {"arms": "[{name: a, weight: 0.5}, "
            "{name: b, weight: 0.5, model: 'http://h/v1#m', key_env: sk-12}]"},
        "arms[1].key_env: not the name of an environment variable"),
    "arms.model.key": (
        {"arms": "[{name: a, weight: 0.5}, {name: b, weight: 0.5, model: 'http://u:k@h/v1#m'}]"},
        "arms[1].model: a key in the URL would be stored. Use key_env: NAME"),
    "arms.key_env alone": (
        {"arms": "[{name: a, weight: 0.5}, {name: b, weight: 0.5, key_env: KEY}]"},
        "arms[1].key_env: a key goes with another endpoint"),
    "arms.parameters": (
        {"arms": "[{name: a, weight: 0.5}, {name: b, weight: 0.5, parameters: {stream: true}}]"},
        "arms[1].parameters: 'stream' is no parameter"),
    "arms.parameters.nan": (
        {"arms": "[{name: a, weight: 0.5}, {name: b, weight: 0.5, parameters: {top_p: .nan}}]"},
        "arms[1].parameters.top_p: nan is no number"),
    "primary.name": ({"primary": "{outcome: sovled, minimum: 0.02}"},
        "primary.outcome: unknown outcome 'sovled'. Did you mean 'solved'? Allowed: "),
    "primary.minimum": ({"primary": "{outcome: solved, minimum: 0}"}, "primary.minimum"),
    "primary.percent": ({"primary": "{outcome: solved, minimum: 2}"},
        "primary.minimum: 2: 'solved' differs by 1 at most"),
    "primary.inf": ({"primary": "{outcome: cost, minimum: .inf}"}, "primary.minimum: inf is no"),
    "guardrails.name": ({"guardrails": "[{outcome: complaints, margin: 0.1}]"},
        "guardrails[0].outcome: unknown outcome 'complaints'. Did you mean 'complaint'?"),
    "guardrails.primary": ({"guardrails": "[{outcome: solved, margin: 0.1}]"},
        "guardrails[0].outcome: 'solved' is the primary outcome already"),
    "guardrails.twice": (
        {"guardrails": "[{outcome: cost, margin: 0.1}, {outcome: cost, margin: 0.2}]"},
        "guardrails[1].outcome: 'cost' is guardrails[0] already"),
    "guardrails.margin": ({"guardrails": "[{outcome: rating, margin: 5}]"},
        "guardrails[0].margin: 5: 'rating' differs by 4 at most"),
    "unit.kind": ({"unit": "{kind: usr}"}, "Did you mean 'user'?"),
    "unit.two": ({"unit": "{kind: user, header: x-user, cookie: sid}"},
        "unit: header and cookie: one of them names the unit"),
    "unit.header": ({"unit": "{kind: user, header: 'x user'}"},
        "unit.header: 'x user' cannot be the name"),
    "unit.cluster": ({"unit": "{kind: user, cluster: x-user}"}, "unit.cluster: it binds requests"),
    "ramp.zone": ({"ramp": "[{at: 2026-12-01T08:00:00, traffic: 0.5}]"},
        "ramp[0].at: 2026-12-01T08:00:00 has no time zone, as 2026-12-01T08:00:00Z"),
    "ramp.shrinks": ({"ramp": f"[{STEP}}}, {{at: 2026-12-02T08:00:00Z, traffic: 0.4}}]"},
        "ramp[1].traffic: 0.4 is not above 0.5 of the step before: a ramp only grows"),
    "ramp.back": ({"ramp": f"[{STEP}}}, {{at: 2026-11-02T08:00:00Z, traffic: 0.6}}]"},
        "ramp[1].at: 2026-11-02T08:00:00+00:00 is not after"),
    "ramp.sum": ({"ramp": f"[{STEP}, weights: {{base: 0.5, warm: 0.4}}}}]"},
        "ramp[0].weights: the weights add up to 0.9, not 1"),
    "ramp.name": ({"ramp": f"[{STEP}, weights: {{base: 0.5, wram: 0.5}}}}]"},
        "ramp[0].weights: unknown arm 'wram'. Did you mean 'warm'?"),
    "ramp.base": ({"ramp": f"[{STEP}, weights: {{warm: 1}}}}]"},
        "ramp[0].weights: the base 'base' has no weight"),
    "ramp.unreachable": ({"ramp": f"[{STEP}, weights: {{base: 1}}}}]"},
        "arms[1]: 'warm' is unreachable"),
    "layer": ({"layer": "{name: chat, start: 0.5, end: 0.5}"}, "layer: [0.5, 0.5) is empty"),
    "window": ({"window": "1 day"}, "window: '1 day' is no length of time"),
    "window.long": ({"window": "2w", "length": "7d"},
        "window: 2w is not shorter than the planned length 1w"),
    "window.zero": ({"window": "0s"}, "window: 0s is the first answer itself; 'solved' of source"),
    "length": ({"length": "0d"}, "length: '0d' is no time at all"),
    "history": ({"history": "month"}, "history: 'month' is no length of time"),
    "outcomes.bounds": ({"outcomes": "{nps: {low: 10, high: 0}}"},
        "outcomes.nps: low 10 is not below high 0"),
    "outcomes.answer": ({"outcomes": "{latencey: {source: answer}}"},
        "outcomes.latencey: unknown number of an answer 'latencey'. Did you mean 'latency'?"),
    "outcomes.score": ({"outcomes": "{grounding: {source: score}}"},
        "outcomes.grounding: no scorer reads answers, as online: {scorers: [grounding]}"),
    "outcomes.scorer": (
        {"outcomes": "{refusl: {source: score}}", "online": "{scorers: [refusal]}"},
        "outcomes.refusl: unknown online scorer 'refusl'. Did you mean 'refusal'?"),
    "outcomes.window": ({"outcomes": "{nps: {window: soon}}"}, "outcomes.nps.window: 'soon'"),
    "analysis": ({"analysis": "group_sequential"}, "Did you mean 'group-sequential'?"),
    "planned": ({"analysis": "group-sequential"},
        "planned: a group-sequential design needs the number of units"),
    "planned.few": ({"analysis": "group-sequential", "planned": "10"},
        "planned: 10 units are too few for 5 looks. At least 20"),
    "canary": ({"mode": "canary", "guardrails": ""}, "guardrails: a canary needs one"),
    "segments.header": ({"segments": "{plan: {header: '', values: [free]}}"},
        "segments.plan.header: say which header"),
    "segments.values": ({"segments": "{plan: {header: x-plan, values: []}}"},
        "segments.plan.values: say the values"),
    "segments.other": ({"segments": "{plan: {header: x-plan, values: [free, other]}}"},
        "segments.plan.values: 'other' is what any other value becomes"),
    "segments.twice": ({"segments": "{plan: {header: x-plan, values: [free, free]}}"},
        "segments.plan.values: a value is there twice"),
    "overrides": ({"overrides": "{anna: wram}"},
        "overrides: unknown arm 'wram'. Did you mean 'warm'? Allowed: base, warm"),
    "salt": ({"salt": '"a\\nb"'}, "salt: allowed are characters that can be printed"),
    "key": ({"guardrail": "[]"}, "Did you mean 'guardrails'?"),
    "twice": ({"alpha": "0.05\nalpha: 0.1"}, "key `alpha` is already on line"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_mistake_is_one_line_with_file_place_and_what_is_allowed(case: str) -> None:
    parts, told = BAD[case]
    with pytest.raises(DeclarationError) as raised:
        design(**parts)
    said = str(raised.value)
    assert said.startswith("tone.yaml")
    assert told in said
    assert "\n" not in said
    assert raised.value.exit_code == 2


GOOD = {
    "thirds": {"arms": "[{name: a, weight: 0.1}, {name: b, weight: 0.2}, {name: c, weight: 0.7}]"},
    "ramp": {"ramp": RAMP},
    "ramp only": {
        "arms": "[{name: base, weight: 1}, {name: warm, weight: 0}]",
        "ramp": f"[{STEP}, weights: {{base: 0.5, warm: 0.5}}}}]",
    },
    "shadow": {"mode": "shadow", "arms": "[{name: a, weight: 0}, {name: b, weight: 1}]"},
    "sequential": {"analysis": "group-sequential", "planned": "4000", "length": "14d"},
    "zero window": {
        "primary": "{outcome: latency, minimum: 0.1}",
        "guardrails": "",
        "window": "0s",
    },
    "endpoint": {
        "arms": "[{name: a, weight: 0.5}, {name: b, weight: 0.5, "
        "model: 'https://h/v1#m', key_env: B_KEY, parameters: {temperature: 0.2}}]"
    },
    "session by x-statera-session": {"unit": "session"},
    "session": {"unit": "{kind: session, header: X-Session, cluster: X-User}"},
    "scores": {"outcomes": "{grounding: {source: score}}", "online": "{scorers: [grounding]}"},
}


@pytest.mark.parametrize("case", GOOD)
def test_what_can_be_meant_is_taken(case: str) -> None:
    assert design(**GOOD[case]).experiment == "tone"
