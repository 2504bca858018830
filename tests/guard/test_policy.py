import pytest

from statera.errors import DeclarationError
from statera.guard.policy import read_policy

_GOOD = """
name: support
detectors:
  - {name: toxicity, use: classifier, with: {head: toxicity}, threshold: 0.85}
scopes:
  - {route: /v1/embeddings, detectors: {toxicity: {mode: shadow}}}
"""


def test_a_policy_is_read_with_its_defaults() -> None:
    policy = read_policy(_GOOD, source="p.yaml")
    (entry,) = policy.detectors
    assert entry.settings == {"head": "toxicity"}
    assert (entry.action, entry.mode, entry.on_failure) == ("block", "enforce", "closed")
    assert policy.stream.mode == "window"


def test_the_digest_changes_with_anything() -> None:
    one = read_policy(_GOOD, source="p")
    other = read_policy(_GOOD.replace("0.85", "0.86"), source="p")
    assert one.digest != other.digest
    assert one.digest == read_policy(_GOOD, source="elsewhere").digest
    assert len(one.digest) == 12


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("threshold:", "treshold:", "Did you mean 'threshold'?"),
        ("0.85", "1.5", "detectors[0].threshold"),
        ("0.85", "0.85, action: blok", "Did you mean 'block'?"),
        ("0.85", "0.85, sides: []", "sides"),
        ("{toxicity: {mode", "{toxicty: {mode", "Did you mean 'toxicity'?"),
        ("0.85", "0.85, restore: true", "restore needs action: redact"),
        ("0.85", "0.85, roles: [usr]", "Did you mean 'user'?"),
        ("name: toxicity", "name: Toxi city", "name"),
        ("0.85", "0.85, timeout: 0", "timeout"),
        ("name: support", "messages: {output: ''}", "length >= 1 - at `$.messages.output`"),
        (
            "scopes:",
            "  - {name: toxicity, use: regex}\nscopes:",
            "detectors[1]: the name 'toxicity' is already taken",
        ),
    ],
)
def test_a_wrong_policy_is_one_line_with_its_place(old: str, new: str, told: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        read_policy(_GOOD.replace(old, new, 1), source="p.yaml")
    message = str(caught.value)
    assert message.startswith("p.yaml")
    assert told in message
    assert "\n" not in message
